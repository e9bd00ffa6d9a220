"""The practice notebook asks every topic once, and runs without errors or noise."""

import os

import nbformat
from nbclient import NotebookClient

from course.learner.lab import notebooks
from course.quiz import TOPICS


def test_the_practice_notebook_asks_every_topic_once():
    notebook = nbformat.read(notebooks()["practice.ipynb"], as_version=4)
    asked = [cell.source for cell in notebook.cells if cell.source.startswith("show_quiz(")]
    assert asked == [f'show_quiz("{topic}")' for topic in TOPICS]


def test_the_practice_notebook_runs_without_errors_or_noise(monkeypatch):
    # ipykernel leaves file descriptor 2 alone where it sees this.
    monkeypatch.delenv("PYTEST_CURRENT_TEST", raising=False)
    assert "PYTEST_CURRENT_TEST" not in os.environ
    notebook = nbformat.read(notebooks()["practice.ipynb"], as_version=4)

    NotebookClient(notebook, timeout=120, kernel_name="python3").execute()

    outputs = [output for cell in notebook.cells for output in cell.get("outputs", [])]
    assert len(outputs) >= len(TOPICS)
    assert {output.output_type for output in outputs} == {"display_data"}
