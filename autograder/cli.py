"""The `autograder` command: what an instructor runs."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from course.command import guarded, version_option

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)

CourseOption = Annotated[
    Path | None,
    typer.Option("--course", metavar="DIR", help="Folder with solutions/ (default: this folder)."),
]
ClassOption = Annotated[
    Path | None,
    typer.Option("--class", metavar="DIR", help="Class folder (default: $CLASS_DIR, or class/)."),
]


@app.callback()
def _app(version: Annotated[bool, version_option("autograder")] = False) -> None:
    """Build the course's assignments, grade a class, and show its marks.

    Examples:

      autograder build                   generate exercises/ and the source notebooks

      autograder grade --class 2026      grade what the class in 2026/ has handed in

      autograder feedback --class 2026   write the pages for its students

      autograder demo                    grade a small pretend class and show its gradebook
    """


@app.command()
def build(
    assignments: Annotated[
        list[str] | None, typer.Argument(metavar="[ASSIGNMENT]...", help="All, if none is named.")
    ] = None,
    check: Annotated[
        bool, typer.Option("--check", help="Change nothing; fail if a file is out of date.")
    ] = False,
    seed: Annotated[
        int | None, typer.Option(help="Draw a class's own quiz, into its class folder.")
    ] = None,
    quiz: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Take a class's quiz from a private bank.")
    ] = None,
    class_folder: ClassOption = None,
    course: CourseOption = None,
) -> None:
    """Generate the source and release notebooks (and the learner's) from the scripts.

    With --seed or --quiz only the quiz is generated, for one class: hand out its release/, and
    `autograder grade` takes the key from its source/.

    Examples:

      autograder build                   everything

      autograder build cnn quiz          two assignments

      autograder build --check           is everything up to date?

      autograder build --seed 7 --class 2026

      autograder build --quiz my-questions.md --class 2026
    """
    from autograder.build.release import DEFAULT_SEED, build_for_class, outdated, publish
    from autograder.build.release import build as build_files
    from autograder.course_folder import find_class, find_course
    from course.errors import BuildError

    folder = find_course(course)
    if seed is None and quiz is None:
        files = build_files(folder, assignments or [])
    elif assignments and assignments != ["quiz"]:
        raise BuildError("--seed and --quiz draw the quiz only.", "Name no other assignment.")
    else:
        own = find_class(class_folder)
        files = build_for_class(folder, own, DEFAULT_SEED if seed is None else seed, quiz)
    if check:
        stale = outdated(files)
        if stale:
            names = ", ".join(_short(path, folder.root) for path in stale)
            raise BuildError(f"Out of date: {names}.", "Run `autograder build` and commit.")
        typer.echo(f"{len(files)} files are up to date.")
        return
    for path in publish(files):
        typer.echo(f"wrote {_short(path, folder.root)}")
    typer.echo(f"{len(files)} files are up to date.")


def _short(path: Path, root: Path) -> str:
    """Write a path below the course folder without that folder."""
    return str(path.relative_to(root) if path.is_relative_to(root) else path)


@app.command()
def grade(
    assignments: Annotated[
        list[str] | None, typer.Argument(metavar="[ASSIGNMENT]...", help="All, if none is named.")
    ] = None,
    class_folder: ClassOption = None,
    course: CourseOption = None,
    unsafe_no_sandbox: Annotated[
        bool,
        typer.Option(
            "--unsafe-no-sandbox", help="Run student code with your own rights. Never on a class."
        ),
    ] = False,
) -> None:
    """Grade what a class has handed in: gradebook, autograded notebooks, grades.csv.

    Student code runs in a sandbox that proves itself first; the tests run outside it, in a process
    of their own. Exit status 0 means that every submission got a result.

    Examples:

      autograder grade                   everything in class/submitted

      autograder grade cnn --class 2026  one assignment of the class in 2026/
    """
    from autograder.course_folder import find_class, find_course
    from autograder.desk import run_grade

    run_grade(
        find_course(course),
        find_class(class_folder),
        assignments or [],
        sandboxed=not unsafe_no_sandbox,
        console=Console(),
    )


@app.command()
def feedback(
    assignments: Annotated[
        list[str] | None, typer.Argument(metavar="[ASSIGNMENT]...", help="All, if none is named.")
    ] = None,
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


@app.command()
def demo(
    course: CourseOption = None,
    class_folder: Annotated[
        Path, typer.Option("--class", metavar="DIR", help="Folder for the pretend class.")
    ] = Path("demo"),
) -> None:
    """Build the release, let a small pretend class hand it in, grade it, show the gradebook.

    Examples:

      autograder demo

      autograder demo --class /tmp/demo
    """
    from autograder.course_folder import find_course
    from autograder.demo import run_demo

    run_demo(find_course(course), class_folder, Console())


@app.command()
def solutions(
    assignments: Annotated[
        list[str] | None, typer.Argument(metavar="[ASSIGNMENT]...", help="All, if none is named.")
    ] = None,
    quick: Annotated[
        bool, typer.Option("--quick", help="Use the few images that grading uses.")
    ] = False,
    course: CourseOption = None,
) -> None:
    """Run the reference solutions in full and print the dense model against the CNN.

    Examples:

      autograder solutions               all notebooks, all images: some five minutes

      autograder solutions --quick       do they run at all?
    """
    from autograder.course_folder import find_course
    from autograder.reference import run_solutions

    run_solutions(find_course(course), assignments or [], quick, Console())


def main() -> None:
    """Run the command; a CourseError becomes one line and exit status 2."""
    guarded(app)
