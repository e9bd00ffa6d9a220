"""The words of the course: cards, terms, links, alternative texts and spelling."""

import re
import subprocess
import sys
from pathlib import Path

import jupytext
import pytest
from support.longest import LONGEST
from support.places import ROOT

SOLUTIONS = ROOT / "solutions"
# Every notebook that a learner opens, by the script that it is generated from.
NOTEBOOKS = {
    path.stem: path
    for folder in (ROOT / "course" / "lessons", SOLUTIONS)
    for path in sorted(folder.glob("*.py"))
    if path.read_text(encoding="utf-8").startswith("# %%")
}
PAGES = sorted(ROOT.glob("*.md")) + sorted((ROOT / "docs").rglob("*.md"))
BANKS = [ROOT / "course" / "quiz" / "practice.md", SOLUTIONS / "quiz.md"]
CONTENTS = ROOT / "course" / "lessons" / "contents.md"
TEXTS = [*NOTEBOOKS.values(), *PAGES, *BANKS, CONTENTS]


def name(path: Path) -> str:
    return str(path.relative_to(ROOT))


def markdown(path: Path) -> list[str]:
    """The Markdown cells of a notebook's script, or the whole of another text."""
    text = path.read_text(encoding="utf-8")
    if path.suffix != ".py":
        return [text]
    cells = jupytext.reads(text, fmt="py:percent").cells
    return [cell.source for cell in cells if cell.cell_type == "markdown"]


def prose(path: Path) -> str:
    """The running text: no code, no addresses, no line breaks."""
    text = "\n".join(markdown(path))
    text = re.sub(r"^```.*?^```", "", text, flags=re.DOTALL | re.MULTILINE)
    text = re.sub(r"`[^`\n]*`", "", text)
    return " ".join(re.sub(r"\]\([^)]*\)", "]", text).split())


def test_the_notebooks_are_found() -> None:
    assert {"lesson", "practice", "reshape", "convolution", "pooling", "cnn", "quiz"} <= set(
        NOTEBOOKS
    )


# Cards.


@pytest.mark.parametrize("notebook", NOTEBOOKS)
def test_an_opening_card_says_what_it_takes_and_gives(notebook: str) -> None:
    card = markdown(NOTEBOOKS[notebook])[0]
    assert "**You will be able to**" in card or "**After this lesson you can**" in card
    assert re.search(r"^\| \*\*You need\*\* \| \S", card, re.M)
    assert re.search(r"^\| \*\*(Time|Minutes)\*\* \| [Aa]bout \d+ ", card, re.M)
    assert re.search(
        r"^\| \*\*Training costs\*\* \| (nothing is trained|.*minutes? on a laptop)", card, re.M
    )


@pytest.mark.parametrize("notebook", NOTEBOOKS)
def test_a_closing_card_looks_back_and_ahead(notebook: str) -> None:
    card = markdown(NOTEBOOKS[notebook])[-1]
    for part in ("What you have seen", "**Common mistakes", "**(Next:|What comes next)"):
        assert re.search(part.replace("**", r"\*\*"), card), part


@pytest.mark.parametrize("notebook", ["lesson", "reshape", "convolution", "pooling", "cnn", "quiz"])
def test_a_closing_card_links_a_video(notebook: str) -> None:
    assert "https://youtu.be/" in markdown(NOTEBOOKS[notebook])[-1]


def test_the_contents_page_gives_the_minutes_of_the_cards() -> None:
    rows = re.findall(r"\]\((?:\w+/)?(\w+)\.ipynb\).*?\| (\d+) \|", CONTENTS.read_text("utf-8"))
    cards = {name: markdown(path)[0] for name, path in NOTEBOOKS.items()}
    said = {
        n: re.search(r"\*\*(?:Time|Minutes)\*\* \| [Aa]bout (\d+)", cards[n])[1] for n, _ in rows
    }
    assert len(rows) >= 8
    assert dict(rows) == said


# Terms: as the field writes them, and the same everywhere.

TERMS = {
    r"feature-map|featuremap": "feature map",
    r"convnet|conv net|CNN network": "CNN",
    r"maxpool|max-pool|pooling operation": "max pooling",
    r"down-sampl|sub-sampl|subsampl": "downsample",
    r"fully[- ]connected": "dense",
    r"hyper-parameter": "hyperparameter",
    r"gr[e]y(?!hound)": "gray",
    r"neighbour|colour|grey-scale|greyscale": "American spelling",
    r"zero[- ]pad(?!ding)": "padding",
    r"[Tt]ensorflow\b": "TensorFlow",
    r"\bNumpy\b|\bnumpy\b": "NumPy",
    r"\bjupyter ?lab\b|Jupyterlab": "JupyterLab",
    r"[Ff]ashion[- ]?[Mm]nist|Fashion MNIST|FashionMNIST": "Fashion-MNIST",
    r"\bconv layer|\bconv-layer": "convolution",
    r"data ?sets? point": "image",
    r"receptive-field": "receptive field",
}


@pytest.mark.parametrize("path", TEXTS, ids=name)
def test_terms_are_those_of_the_field(path: Path) -> None:
    text = prose(path)
    wrong = {m.group(): right for bad, right in TERMS.items() for m in re.finditer(bad, text)}
    assert wrong == {}


# Links.

LINK = re.compile(r"(!?)\[((?:[^\[\]]|\[[^\]]*\])*)\]\(([^)\n]*(?:\n#?\s*[^)\n]*)?)\)")


def links(path: Path) -> list[tuple[str, str, str]]:
    """What stands in a text's links: "!" for an image, the words, the address."""
    found = [match.groups() for cell in markdown(path) for match in LINK.finditer(cell)]
    return [(mark, " ".join(words.split()), address) for mark, words, address in found]


def test_the_links_are_found() -> None:
    found = [address for path in TEXTS for _, _, address in links(path)]
    pages = [address for path in PAGES for _, _, address in links(path)]

    # Every link is counted that Markdown's own sign of one announces.
    signs = sum(cell.count("](") for path in TEXTS for cell in markdown(path))
    assert len(found) == signs
    assert sum(address.startswith("https://") for address in found) >= 20
    assert sum("youtu" in address for address in found) >= 6
    assert sum("://" not in address for address in pages) >= 20
    assert sum("#" in address and "://" not in address for address in pages) >= 5


@pytest.mark.parametrize("path", TEXTS, ids=name)
def test_links_are_well_formed(path: Path) -> None:
    for _, words, address in links(path):
        assert words.strip(), address
        assert not re.search(r"\s", address), address
        if re.match(r"[a-z]+:", address):
            assert address.startswith("https://"), address
            assert re.fullmatch(r"https://[a-z0-9.-]+\.[a-z]{2,}(/[^\s<>\"]*)?", address), address
        if "youtu" in address:
            assert re.fullmatch(r"https://youtu\.be/[\w-]{11}", address), address


@pytest.mark.parametrize("path", PAGES, ids=name)
def test_links_within_the_project_lead_somewhere(path: Path) -> None:
    for _, _, address in links(path):
        if not re.match(r"[a-z]+:", address):
            file, _, heading = address.partition("#")
            # As on the site and on a code host, "/" is the root of the checkout.
            folder = ROOT if file.startswith("/") else path.parent
            target = (folder / file.lstrip("/")).resolve() if file else path
            assert target.exists(), address
            if heading:
                assert heading in _headings(target), address


def _headings(path: Path) -> set[str]:
    """The anchors that a code host makes of a page's headings."""
    titles = re.findall(r"^#+ +(.+)$", path.read_text(encoding="utf-8"), flags=re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


@pytest.mark.parametrize("path", TEXTS, ids=name)
def test_a_link_says_where_it_leads(path: Path) -> None:
    for _, words, address in links(path):
        assert words.lower() not in {"here", "link", "this", "click here", "more"}, address


# Pictures.


@pytest.mark.parametrize("path", TEXTS, ids=name)
def test_every_image_of_a_text_has_an_alternative_text(path: Path) -> None:
    for mark, words, address in links(path):
        if mark:
            assert len(words) >= 20, address
    for cell in markdown(path):
        for tag in re.findall(r"<img\b[^>]*>", cell):
            assert re.search(r'\balt="[^"]{10,}"', tag), tag


def test_the_pictures_are_found() -> None:
    assert sum(mark == "!" for path in TEXTS for mark, _, _ in links(path)) >= 3


def test_every_image_of_a_template_has_an_alternative_text() -> None:
    templates = [
        path.read_text(encoding="utf-8")
        for package in ("course", "autograder")
        for path in (ROOT / package).rglob("*.j2")
    ]
    tags = [tag for text in templates for tag in re.findall(r"<img\b[^>]*>", text)]

    assert tags
    assert [tag for tag in tags if "alt=" not in tag] == []


@pytest.mark.parametrize("notebook", NOTEBOOKS)
def test_a_notebook_draws_only_pictures_with_words(notebook: str) -> None:
    # course.plots gives each figure its alternative text; a bare matplotlib figure has none.
    cells = jupytext.reads(NOTEBOOKS[notebook].read_text(encoding="utf-8"), fmt="py:percent").cells
    code = [cell.source for cell in cells if cell.cell_type == "code"]
    assert not [source for source in code if re.search(r"matplotlib|\bplt\.|\.imshow\(", source)]


@pytest.mark.parametrize("path", [*NOTEBOOKS.values(), *BANKS], ids=name)
def test_nothing_is_named_by_its_color_alone(path: Path) -> None:
    color = r"\b(red|green|blue|yellow|orange|purple|violet)\b"
    thing = r"(line|dot|bar|box|cell|frame|curve|star|area|one|arrow|number|mark)s?\b"
    assert re.findall(rf"{color} {thing}", prose(path), flags=re.IGNORECASE) == []


# Spelling.


def test_spelling() -> None:
    files = [path for path in TEXTS if path.suffix == ".md" or path in NOTEBOOKS.values()]
    checked = subprocess.run(
        [sys.executable, "-m", "codespell_lib", *map(str, files)],
        capture_output=True,
        text=True,
        cwd=ROOT,
        check=False,
    )
    assert checked.stdout == ""
    assert checked.returncode == 0, checked.stderr


def test_the_spelling_check_sees_a_mistake(tmp_path: Path) -> None:
    (tmp_path / "text.md").write_text("A convolution seperates the colour.\n")
    command = [sys.executable, "-m", "codespell_lib", str(tmp_path / "text.md")]
    checked = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, check=False)
    assert "seperates ==> separates" in checked.stdout
    assert "colour ==> color" in checked.stdout


def test_the_files_that_tests_begin_with_exist():
    assert len(set(LONGEST)) == len(LONGEST)
    assert [name for name in LONGEST if not (ROOT / "tests" / name).is_file()] == []
