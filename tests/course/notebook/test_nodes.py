"""The nodes of a notebook are dictionaries with attributes, which nbformat takes for its own."""

import copy
import pickle

import nbformat
import pytest
from support.places import COURSE

from course.notebook.nodes import NotebookNode
from course.notebook.release_folder import assignments, read_release


def test_dictionaries_in_a_node_are_nodes():
    node = NotebookNode({"a": {"b": 1}}, c={"d": 2})
    node.e = {"f": 3}

    assert (node.a.b, node["c"].d, node.e.f) == (1, 2, 3)


def test_a_missing_name_is_no_attribute():
    with pytest.raises(AttributeError, match="cells"):
        _ = NotebookNode().cells


@pytest.mark.parametrize("repeat", [copy.deepcopy, lambda node: pickle.loads(pickle.dumps(node))])
def test_a_copy_has_nodes_of_its_own(repeat):
    node = NotebookNode(metadata={"tags": ["a"]})

    other = repeat(node)
    other.metadata.tags.append("b")

    assert node.metadata.tags == ["a"]


@pytest.mark.parametrize("name", assignments())
def test_a_release_is_read_as_nbformat_reads_it(name):
    release = read_release(name)

    assert release == nbformat.read(COURSE.release(name), as_version=4)
    assert nbformat.writes(release) == COURSE.release(name).read_text(encoding="utf-8").rstrip("\n")
    nbformat.validate(release)
