"""`autograder similarity`: which submissions are alike beyond what everybody was given."""

from rich.console import Console

from autograder.cli.options import AssignmentsArgument, ClassOption, CourseOption


def similarity(
    assignments: AssignmentsArgument = None,
    class_folder: ClassOption = None,
    course: CourseOption = None,
) -> None:
    """List pairs of graded submissions that share what is rare in the class: to look at, no mark.

    Names, comments and the order of statements make no difference; what the release, the lesson
    and the reference solutions hold is left out. `autograder report` has the same list.

    Examples:

      autograder similarity              all assignments but the quiz

      autograder similarity cnn --class 2026
    """
    from autograder.course_folder import find_class, find_course
    from autograder.similarity.desk import run_similarity

    run_similarity(find_course(course), find_class(class_folder), assignments or [], Console())
