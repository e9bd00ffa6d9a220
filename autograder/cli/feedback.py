"""`autograder feedback`: a page for each student and assignment."""

from rich.console import Console

from autograder.cli.options import AssignmentsArgument, ClassOption, CourseOption


def feedback(
    assignments: AssignmentsArgument = None,
    class_folder: ClassOption = None,
    course: CourseOption = None,
) -> None:
    """Write a feedback page for every graded submission, without hidden tests.

    Examples:

      autograder feedback                for everything that is graded

      autograder feedback cnn --class 2026
    """
    from autograder.course_folder import find_class, find_course
    from autograder.desk import run_feedback

    run_feedback(find_course(course), find_class(class_folder), assignments or [], Console())
