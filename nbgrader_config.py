"""nbgrader's configuration: found by its commands and by formgrader when they start here."""

from pathlib import Path

from autograder.folders import find_class
from autograder.nbgrader_plugins.configuration import class_config

root = Path(__file__).resolve().parent
class_folder = find_class()
class_folder.root.mkdir(parents=True, exist_ok=True)

c = get_config()  # type: ignore[name-defined]  # noqa: F821
c.merge(class_config(root, class_folder.root))
