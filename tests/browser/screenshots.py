"""Make the README's pictures again: `make screenshots`, after a `make demo`.

python tests/browser/screenshots.py [DEMO]    DEMO is the demo's class folder, `demo` by default
"""

import os
import shutil
import sys
import tempfile
from datetime import datetime
from io import StringIO
from pathlib import Path

from playwright.sync_api import Browser, FloatRect, sync_playwright
from rich.console import Console
from support.lab_session import Notebook, course_lab

from autograder.cli.show_grading import marks_table
from autograder.folders import ClassFolder
from autograder.gradebook.reader import read_class
from autograder.pages.report.graded_class import GradedClass
from autograder.pages.report.report_page import report_html

ROOT = Path(__file__).parents[2]
IMAGES = ROOT / "docs" / "images"
CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium") or "/usr/bin/chromium"

# A mistake that is often made: there are 256 values, but the largest is 255.
MISTAKE = '''\
def scale_pixels(images):
    """Return the uint8 images as floating-point numbers in 0…1, in the same shape."""
    return images / 256'''
ANSWER = '''\
def add_channel_axis(images):
    """Return images of shape (n, height, width) in shape (n, height, width, 1)."""
    return images.reshape(*images.shape, 1)'''

# Lines as high as the letters of the font, so that the table's lines join.
PAGE = """\
<!doctype html>
<style>
body {{ margin: 0; background: #fff; }}
pre {{ margin: 0; padding: 16px 24px; width: max-content; }}
pre, code {{ font: 16px/1.164 "DejaVu Sans Mono", monospace; }}
{stylesheet}
</style>
<pre><code>{code}</code></pre>
"""


def main() -> None:
    """Write the pictures."""
    demo = ClassFolder(Path(sys.argv[1]).resolve() if len(sys.argv) > 1 else ROOT / "demo")
    if not demo.gradebook.is_file():
        sys.exit(f"Error: {demo.root} holds no gradebook. Run `make demo` first.")
    IMAGES.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        # A container's root has no user namespaces for Chromium's own sandbox.
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        picture_gradebook(browser, demo, IMAGES / "gradebook.png")
        picture_notebook(browser, IMAGES / "notebook.png")
        picture_report(browser, IMAGES / "report.png")
        browser.close()
    for path in sorted(IMAGES.glob("*.png")):
        print(f"{path.relative_to(ROOT)}: {path.stat().st_size // 1000} kB")


def picture_notebook(browser: Browser, target: Path) -> None:
    """Fill one gap wrong and one right in JupyterLab; picture the checks of both."""
    with (
        tempfile.TemporaryDirectory(prefix="convpool-") as scratch,
        course_lab(Path(scratch, "learner"), Path(scratch, "home")) as address,
    ):
        notebook = Notebook(browser, address, "reshape")
        notebook.type_answer("scale_pixels", MISTAKE)
        notebook.type_answer("add_channel_axis", ANSWER)
        notebook.run_all()
        notebook.message("scale_pixels")
        # JupyterLab stops at the first error; the second gap has nothing to do with it.
        for cell in (notebook.cell("def add_channel_axis("), notebook.check("add_channel_axis")):
            notebook.run_cell(cell)
        notebook.message("add_channel_axis")
        # Away from the cells, so that none shows its toolbar.
        notebook.page.mouse.move(600, 5)
        notebook.page.screenshot(path=target, clip=_from_heading_to_check(notebook))
        notebook.close()


def _from_heading_to_check(notebook: Notebook) -> FloatRect:
    """Frame what lies between the first gap's heading and the second gap's check."""
    heading = notebook.page.get_by_role("heading", name="Scale the pixels")
    top, cells = heading.bounding_box(), notebook.check("add_channel_axis").bounding_box()
    assert top and cells, "both are in sight in a window this high"
    start = top["y"] - 12
    return {
        "x": cells["x"],
        "y": start,
        "width": cells["width"],
        "height": cells["y"] + cells["height"] + 12 - start,
    }


def picture_gradebook(browser: Browser, demo: ClassFolder, target: Path) -> None:
    """Print the demo's table into a page, as wide as it wants to be, and picture that."""
    console = Console(record=True, width=110, file=StringIO(), force_terminal=True)
    console.print(marks_table(read_class(demo)))
    page = browser.new_page(device_scale_factor=1.15)
    page.set_content(console.export_html(code_format=PAGE))
    page.locator("pre").screenshot(path=target)
    page.close()


def picture_report(browser: Browser, target: Path) -> None:
    """Write the report on a pretend class of 300, and picture its top."""
    sys.path.append(str(ROOT / "tests"))
    from support.pretend_results import PRETEND_ASSIGNMENTS, pretend_class

    made = pretend_class(300)
    names = dict.fromkeys(made.ability, "")
    text = report_html(
        GradedClass("2026", list(PRETEND_ASSIGNMENTS), names, made.results), datetime(2026, 3, 1)
    )
    page = browser.new_page(viewport={"width": 1180, "height": 1500})
    with tempfile.TemporaryDirectory(prefix="convpool-") as scratch:
        path = Path(scratch, "report.html")
        path.write_text(text, encoding="utf-8")
        page.goto(path.as_uri())
        page.screenshot(path=target)
    page.close()


if __name__ == "__main__":
    main()
