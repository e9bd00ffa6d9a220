"""From one hand-written script per assignment to the source, the release and the lesson."""
