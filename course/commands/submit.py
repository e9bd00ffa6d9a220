"""`course submit`: what you hand in, in one zip file."""

from typing import Annotated

import typer


def submit(
    student: Annotated[
        str, typer.Option(metavar="NAME", help="Your name or number, as your class uses it.")
    ] = "",
    check: Annotated[bool, typer.Option(help="Check the notebooks first.")] = True,
) -> None:
    """Check your notebooks, then pack them into one zip file to hand in.

    What does not pass yet is packed all the same: unfinished work earns what it earns. The file
    lies beside your notebooks; doing it again replaces it.

    Examples:

      course submit

      course submit --student ada

      course submit --no-check           pack only
    """
    from course.work.check import check_work
    from course.work.folder import find_all, find_folder
    from course.work.report import HIDDEN, headline, print_report, progress
    from course.work.submission import archive_path, collect_files, pack

    folder = find_folder()
    path = archive_path(folder, student)
    files = collect_files(folder)
    for work in find_all(folder) if check else []:
        with progress(work.assignment) as show:
            report = check_work(work, show)
        if report.complete and not report.notices:
            typer.echo(f"{work.assignment}: {headline(report)}")
        else:
            print_report(report)
    if check:
        typer.echo(HIDDEN)
    packed = pack(path, files, student)
    typer.echo(f"\npacked {packed.path}, to hand in as it is:")
    for name, digest in packed.files.items():
        typer.echo(f"  {name}  sha256 {digest[:16]}…")
