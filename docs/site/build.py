"""Build the site: run the notebooks, lay out the pages, let Sphinx render them.

    python docs/site/build.py [TARGET]

`make site` calls it. The pages keep the paths that they have in the checkout, so that their links
hold. A notebook that was run is kept in `.site-cache` and run again only after a change of its
code or of the package `course`. Sphinx's warnings are errors: a broken link ends the build.
"""

import argparse
import os
import shutil
import sys
from pathlib import Path

import nbformat
from notebook_pages import RunNotebooks, page_of

ROOT = Path(__file__).resolve().parents[2]
HERE = ROOT / "docs" / "site"
CACHE = ROOT / ".site-cache"

# They are pages as they are, or are linked to from pages.
FILES = ("README.md", "CONTRIBUTING.md", "LICENSE", "CITATION.cff", "exercises/README.md")
LESSONS = ("lesson", "further", "improve")
PRACTICE = Path("course/lessons/practice.ipynb")
"""The practice quiz takes the place of this page, so it need not be run."""


def notebooks() -> dict[Path, bool]:
    """Return the notebooks to run, by their path in the checkout, and whether they have gaps."""
    lessons = {Path("course/lessons", f"{name}.ipynb"): False for name in LESSONS}
    exercises = sorted((ROOT / "exercises").glob("*/*.ipynb"))
    return lessons | {path.relative_to(ROOT): True for path in exercises}


def stage(folder: Path, run: RunNotebooks) -> None:
    """Write everything that Sphinx reads into a folder, at the paths of the checkout."""
    shutil.copytree(HERE, folder, ignore=shutil.ignore_patterns("*.py", "__pycache__"))
    shutil.copy2(HERE / "conf.py", folder)
    shutil.copytree(ROOT / "docs", folder / "docs", ignore=shutil.ignore_patterns("site"))
    for name in FILES:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(ROOT / name, folder / name)
    for path, has_gaps in notebooks().items():
        print(f"running {path} ...", flush=True)
        _write(folder / path, page_of(run(ROOT / path, has_gaps), has_gaps))
    practice = nbformat.read(ROOT / PRACTICE, as_version=4)
    practice.cells = practice.cells[:1]
    _write(folder / PRACTICE, practice)


def _write(path: Path, notebook: nbformat.NotebookNode) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    nbformat.write(notebook, path)


def build(target: Path, cache: Path, few: bool = False) -> int:
    """Build the site into a folder, which is replaced; return Sphinx's exit status.

    With `few` the notebooks are run on the few images that grading uses.
    """
    from sphinx.cmd.build import main as sphinx

    staged = cache / "pages"
    shutil.rmtree(staged, ignore_errors=True)
    stage(staged, RunNotebooks(ROOT / "course", cache, few))
    shutil.rmtree(target, ignore_errors=True)
    options = ["-W", "--keep-going", "-q", "-E", "-b", "html", "-d", str(cache / "doctrees")]
    status = sphinx([*options, str(staged), str(target)])
    # What is downloaded is the notebook as it is released.
    for path in (*notebooks(), PRACTICE):
        if (offered := target / "_sources" / path).is_file():
            shutil.copy2(ROOT / path, offered)
    return status


def main() -> int:
    """Build the site from the command line."""
    parser = argparse.ArgumentParser(description="Build the site.")
    parser.add_argument("target", nargs="?", type=Path, default=ROOT / "site")
    parser.add_argument("--few", action="store_true", help="run on the few images of grading")
    arguments = parser.parse_args()
    os.environ.setdefault("COURSE_DATA", "standin")
    cache = CACHE / ("few" if arguments.few else "all")
    status = build(arguments.target, cache, arguments.few)
    if status == 0:
        print(f"The site: {arguments.target / 'index.html'}")
    return status


if __name__ == "__main__":
    sys.exit(main())
