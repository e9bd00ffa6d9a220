"""The files of tests that take longest, which two workers begin with.

Files go to whichever worker is free (`--dist loadfile`). A long one that came last would run alone.
"""

LONGEST = (
    "autograder/grading/test_five_ways.py",
    "hostile/test_attacks.py",
    "browser/test_learner_path.py",
    "package/test_versions.py",
    "browser/test_hub_browser.py",
    "course/checks/test_bank.py",
    "autograder/nbgrader_plugins/test_stock_grading.py",
    "autograder/grading/test_luck.py",
    "autograder/nbgrader_plugins/test_stock_commands.py",
    "autograder/pages/test_improve.py",
    "autograder/grading/test_grade_parity.py",
    "autograder/ingest/test_ingest_bounds.py",
    "autograder/pages/test_page_bounds.py",
    "hostile/test_crowd.py",
    "autograder/grading/test_mutation.py",
    "autograder/grading/test_fifty.py",
    "autograder/nbgrader_plugins/test_grade_nbgrader.py",
    "course/lessons/test_notebooks_run.py",
    "autograder/nbgrader_plugins/test_stock_leaks.py",
    "autograder/grading/test_grade_killed.py",
    "autograder/grading/test_grade_class.py",
    "autograder/grading/test_grade_never_lost.py",
    "autograder/lms/test_round_trip.py",
    "course/learner/test_work_check.py",
    "hostile/test_hostile_uploads.py",
    "course/checks/test_trainings.py",
    "course/checks/test_checks_models.py",
)
"""Paths below `tests`, the longest first, by what they took on two cores."""


def longest_first(path: str) -> int:
    """Return the place of a file among all; those that are not listed share the last one."""
    return LONGEST.index(path) if path in LONGEST else len(LONGEST)
