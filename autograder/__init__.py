"""The instructor's side: build assignments, grade a class in a sandbox, write pages and exports."""
