"""`course doctor`: what is missing on this computer."""

import typer


def doctor() -> None:
    """Look for what the course needs on this computer, and say what to do about the rest.

    Python, memory, disk, folders, images, JupyterLab, its kernel, TensorFlow. The exit status is 0
    when all is well, else 1.

    Examples:

      course doctor
    """
    from course.doctor import examine

    well = True
    for finding in examine():
        typer.echo(f"{'✓' if finding.fine else '✗'} {finding.what}: {finding.found}")
        if not finding.fine:
            typer.echo(f"    {finding.remedy}")
        well = well and finding.fine
    if not well:
        raise typer.Exit(1)
