"""Sphinx's settings for the site that `make site` builds. See build.py beside it."""

import os
import re
from typing import Any

from course.quiz.bank import practice_bank
from course.quiz.variants import select
from course.quiz.web_page import page_html

PRACTICE = "course/lessons/practice"
"""The page whose place the practice quiz takes."""

project = "Convolutions and pooling on Fashion-MNIST"
language = "en"
extensions = ["myst_nb", "sphinx_copybutton", "sphinx.ext.githubpages"]
templates_path = ["templates"]

# The notebooks were run before they came here.
nb_execution_mode = "off"
# Nothing is loaded from elsewhere: without widgets their scripts are not needed.
nb_ipywidgets_js: dict[str, Any] = {}
# The anchors that a code host makes of headings, which the pages of docs/ link to.
myst_heading_anchors = 4

html_theme = "sphinx_book_theme"
html_title = project
html_static_path = ["static"]
html_css_files = ["site.css"]
html_favicon = "static/favicon.svg"
# As the reader's system has it, until the reader chooses.
html_context = {"default_mode": "auto"}
html_show_copyright = False
html_theme_options: dict[str, Any] = {
    "search_bar_text": "Search",
    "show_toc_level": 2,
    # The sidebar has the search already.
    "navbar_persistent": [],
    "footer_content_items": [],
    "pygments_light_style": "a11y-high-contrast-light",
    "pygments_dark_style": "a11y-high-contrast-dark",
}


def launch_options(repository: str) -> dict[str, Any]:
    """Return the theme's options for a repository's address; without one there are no buttons."""
    if not repository:
        return {}
    address = repository.removesuffix("/").removesuffix(".git")
    if not re.fullmatch(r"https://github\.com/[\w.-]+/[\w.-]+", address):
        raise ValueError(
            f"SITE_REPOSITORY is {repository!r}. Set it to https://github.com/OWNER/NAME, "
            "where Colab and Binder find the notebooks, or leave it out."
        )
    return {
        "repository_url": address,
        "repository_branch": "main",
        "use_repository_button": True,
        "launch_buttons": {
            "colab_url": "https://colab.research.google.com",
            "binderhub_url": "https://mybinder.org",
            "notebook_interface": "jupyterlab",
        },
    }


html_theme_options |= launch_options(os.environ.get("SITE_REPOSITORY", ""))


def put_quiz(app: Any, pagename: str, template: str, context: Any, doctree: Any) -> str | None:
    """Write the practice quiz, a page of its own, in place of the practice notebook."""
    if pagename != PRACTICE:
        return None
    bank = practice_bank()
    context["quiz"] = page_html(bank.title, select(bank, None, None, 0), "lesson.html")
    return "quiz.html"


def setup(app: Any) -> None:
    """Connect what is done to a page before it is written."""
    app.connect("html-page-context", put_quiz)
