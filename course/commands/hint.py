"""`course hint`: the hints of the notebooks, in the terminal."""

from typing import Annotated

import typer


def hint(
    name: Annotated[
        str | None, typer.Argument(metavar="[GAP]", help="A gap, such as add_channel_axis.")
    ] = None,
    reset: Annotated[bool, typer.Option("--reset", help="Begin with the first hint anew.")] = False,
) -> None:
    """Show the next of three hints for a gap; without a gap, list them all.

    The idea first, then the operation, then almost the line; after that the solution, if your
    instructor has handed it out. Looking costs no marks and earns none.

    Examples:

      course hint                        which gaps there are, and which hints you have had

      course hint add_channel_axis       the next hint

      course hint add_channel_axis --reset
    """
    from course.hints import memory
    from course.hints.bank import TIERS, read_hints
    from course.hints.giving import next_hint, require_gap
    from course.hints.plain import as_text

    if name is None:
        given = memory.tiers()
        for gap in read_hints():
            typer.echo(f"{gap:22} {min(given.get(gap, 0), TIERS)} of {TIERS} hints seen")
        return
    if reset:
        memory.forget(require_gap(name))
    typer.echo(as_text(next_hint(name)))
