"""`course status`: what is done, and what comes next."""


def status() -> None:
    """Show what is done, what comes next, and the points in sight; nothing is run.

    A gap counts as done if it passed the last `course check`, or its check in the notebook as you
    saved it.

    Examples:

      course status
    """
    from rich.console import Console

    from course.work.folder import find_folder
    from course.work.overview import print_overview
    from course.work.status import standings

    folder = find_folder()
    print_overview(folder, standings(folder), Console())
