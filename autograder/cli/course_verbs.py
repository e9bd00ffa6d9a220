"""The verbs that work on the course: new, build, gift, solutions, demo, doctor."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from autograder.cli.options import AssignmentsArgument, ClassOption, CourseOption
from autograder.cli.which_course import own_course, refuse_stock
from autograder.folders import CourseFolder, find_class, find_course
from course.counted import counted


def new(
    name: Annotated[
        str, typer.Argument(metavar="NAME", help="Name of the assignment's script and folder.")
    ] = "first",
    course: Annotated[
        Path | None,
        typer.Option(
            "--course", metavar="DIR", help="Course folder (default: this one); made if missing."
        ),
    ] = None,
    notebook: Annotated[
        bool,
        typer.Option(
            "--notebook", help="Write a notebook, for Create Assignment, instead of a script."
        ),
    ] = False,
) -> None:
    """Write an assignment to start from, which builds and grades as it is.

    The script has one gap with its hints, a visible check and a hidden one, and says how to fill
    it in. In a checkout, a right and a wrong answer are added to tests/submissions/. With --course
    and a new folder, a private course is started there. Nothing is overwritten.

    With --notebook, the source is a notebook to edit in JupyterLab with Create Assignment: in a
    course like this one solutions/NAME/NAME.ipynb; in an ordinary nbgrader course, or a new folder,
    source/NAME/NAME.ipynb with bare asserts.

    Examples:

      autograder new averages            solutions/averages.py in this course
      autograder new --course stats      a private course in stats/
      autograder new averages --course stats
      autograder new averages --notebook --course course101
    """
    from autograder.build.new_assignment import new_assignment, start_course

    if notebook:
        _new_notebook(name, course)
        return
    refuse_stock("new", course)
    folder = find_course(None) if course is None else start_course(course)
    for path in new_assignment(folder, name):
        typer.echo(f"wrote {_short(path, folder.root)}")
    place = "" if course is None else f" --course {course}"
    script = _short(folder.script(name), folder.root)
    typer.echo(f"Next: edit {script}, then run `autograder build {name}{place}`.")


def _new_notebook(name: str, course: Path | None) -> None:
    """Write a notebook to start from: into a course of our own form, else into a stock one."""
    from autograder.build.coursedir import find_stock_course
    from autograder.build.new_assignment import new_assignment, new_notebook, start_stock_course

    root = (course or Path.cwd()).resolve()
    own = CourseFolder(root)
    if find_stock_course(root) is None and own.solutions.is_dir():
        paths = new_assignment(own, name, notebook=True)
        command = f"autograder build {name}{f' --course {course}' if course else ''}"
    else:
        paths = [new_notebook(start_stock_course(root), name)]
        command = f"nbgrader generate_assignment {name}"
    for path in paths:
        typer.echo(f"wrote {_short(path, root)}")
    where = f" in {course}" if course and command.startswith("nbgrader") else ""
    typer.echo(f"Next: edit it in JupyterLab with Create Assignment, then run `{command}`{where}.")


def build(
    assignments: AssignmentsArgument = None,
    check: Annotated[
        bool, typer.Option("--check", help="Change nothing; fail if a file is out of date.")
    ] = False,
    seed: Annotated[
        int | None, typer.Option(help="Draw a quiz for one class, into its class folder.")
    ] = None,
    quiz: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Use a private question bank for the class's quiz."),
    ] = None,
    with_solutions: Annotated[
        bool,
        typer.Option(
            "--with-solutions", help="Write the class's solutions.json, for `course hint`."
        ),
    ] = False,
    class_folder: ClassOption = None,
    course: CourseOption = None,
) -> None:
    """Generate the source, release and learner's notebooks from the scripts.

    Nothing is written if a script could not be graded. The reference solution of each changed
    script is run first, on few images: it must pass its own tests.

    With --seed or --quiz, only the quiz of one class is generated: hand out the class's release/;
    `autograder grade` takes the answers from its source/. With --with-solutions, only
    solutions.json is written, into the class's release/: hand it out once students may see
    solutions.

    Examples:

      autograder build                   everything
      autograder build cnn quiz          two assignments
      autograder build --check           check that all files are up to date
      autograder build --seed 7 --class 2026
      autograder build --quiz my-questions.md --class 2026
      autograder build reshape --with-solutions --class 2026
    """
    from autograder.build.contract import as_notebook
    from autograder.build.reference_proof import prove_reference
    from autograder.build.release import (
        DEFAULT_SEED,
        build_for_class,
        changed_sources,
        outdated,
        publish,
    )
    from autograder.build.release import build as build_files
    from course.errors import BuildError

    folder = own_course("build", course)
    if with_solutions:
        from autograder.build.answer_files import solutions_file

        files = solutions_file(folder, find_class(class_folder), assignments or [])
    elif seed is None and quiz is None:
        files = build_files(folder, assignments or [])
    elif assignments and assignments != ["quiz"]:
        raise BuildError("--seed and --quiz generate the quiz only.", "Name no other assignment.")
    else:
        own = find_class(class_folder)
        files = build_for_class(folder, own, DEFAULT_SEED if seed is None else seed, quiz)
    if check:
        stale = outdated(files)
        if stale:
            names = ", ".join(_short(path, folder.root) for path in stale)
            raise BuildError(f"Out of date: {names}.", "Run `autograder build` and commit.")
        typer.echo(f"{counted(len(files), 'file is', 'files are')} up to date.")
        return
    for name, content in changed_sources(folder, files).items():
        with as_notebook(folder, name):
            prove_reference(name, content)
    for path in publish(files):
        typer.echo(f"wrote {_short(path, folder.root)}")
    typer.echo(f"{counted(len(files), 'file is', 'files are')} up to date.")


def _short(path: Path, root: Path) -> str:
    """Write a path below the course folder without that folder."""
    return str(path.relative_to(root) if path.is_relative_to(root) else path)


def gift(
    to: Annotated[
        Path, typer.Argument(metavar="FILE", help="The file to write, such as quiz.gift.")
    ],
    quiz: Annotated[
        Path | None, typer.Option(metavar="FILE", help="A question bank (default: practice).")
    ] = None,
    seed: Annotated[int, typer.Option(help="Draw other numbers for numeric questions.")] = 0,
    variants: Annotated[
        int, typer.Option(min=1, max=100, help="Variants of each numeric question.")
    ] = 1,
    category: Annotated[
        str,
        typer.Option(
            metavar="NAME", help="Category in Moodle's question bank (default: the bank's title)."
        ),
    ] = "",
) -> None:
    """Write a question bank in Moodle's GIFT format, every option with its explanation.

    The default is the practice questions. --quiz solutions/quiz.md writes the graded questions:
    then everyone who can open the LMS's question bank can see them. Many other systems read GIFT
    too.

    Examples:

      autograder gift practice.gift
      autograder gift graded.gift --quiz solutions/quiz.md --seed 7 --variants 10
    """
    from autograder.lms.gift import gift_text
    from course.files import require_folder, write_atomically
    from course.quiz import read_bank
    from course.quiz.bank import practice_bank

    require_folder(to)
    bank = read_bank(quiz) if quiz else practice_bank()
    text = gift_text(bank, range(seed, seed + variants), category or bank.title)
    write_atomically(to, lambda file: file.write(text.encode()))
    typer.echo(f"{counted(text.count('::[html]'), 'question')}: {to}")


def solutions(
    assignments: AssignmentsArgument = None,
    quick: Annotated[
        bool, typer.Option("--quick", help="Use only the few images that grading uses.")
    ] = False,
    course: CourseOption = None,
) -> None:
    """Run the reference solutions in full, and compare a dense model with the CNN.

    Examples:

      autograder solutions               all notebooks, all images: about five minutes
      autograder solutions --quick       check that they run, on few images
    """
    from autograder.cli.show_solutions import show_solutions

    show_solutions(own_course("solutions", course), assignments or [], quick, Console())


def demo(
    course: CourseOption = None,
    class_folder: Annotated[
        Path, typer.Option("--class", metavar="DIR", help="Folder for the pretend class.")
    ] = Path("demo"),
) -> None:
    """Build the release, hand in for a small pretend class, grade it, and show the gradebook.

    Examples:

      autograder demo
      autograder demo --class /tmp/demo
    """
    from autograder.cli.demo_class import run_demo

    run_demo(own_course("demo", course), class_folder, Console())


def doctor(
    assignments: AssignmentsArgument = None,
    tests: Annotated[
        bool,
        typer.Option(
            "--tests/--no-tests",
            help="Run the tests on the reference solutions and on the untouched releases.",
        ),
    ] = True,
    jobs: Annotated[
        int | None,
        typer.Option("--jobs", "-j", min=1, help="Notebooks at once (default: cores + 1)."),
    ] = None,
    class_folder: ClassOption = None,
    course: CourseOption = None,
) -> None:
    """Examine this machine, the class and the course; say what to do about each problem.

    The machine: versions, the sandbox, which is proven, and the disk. The class: the folder's
    rights, gradebook.db, roster.csv, rules.toml, nbgrader's exchange. The course, this project's
    own or any nbgrader course: whether it builds, which answers a student could find in the
    release or in the installed package, and, in a sandbox, where each test runs, whether the
    reference solution passes it, and whether the untouched release does. Nothing is changed.

    Each matter is one line: ✓ fine, ! worth knowing, ✗ wrong, with what it means and what to do.

    Exit status: 0 if nothing is wrong, 1 if something is (✗), 2 if the command itself failed.

    Examples:

      autograder doctor                  everything
      autograder doctor --no-tests       without running a test: a few seconds
      autograder doctor cnn --class 2026
      cd course101 && autograder doctor  a stock nbgrader course
    """
    from autograder.cli.show_doctor import run_doctor
    from autograder.doctor.examining import Wanted
    from autograder.grading.conditions import GradeOptions, usual_jobs

    wanted = Wanted(course, class_folder, tuple(assignments or ()), tests)
    run_doctor(wanted, GradeOptions(jobs=jobs or usual_jobs()), Console())
