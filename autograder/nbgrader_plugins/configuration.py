"""nbgrader's configuration for a class, used by nbgrader's commands and by formgrader."""

import os
import sys
from copy import deepcopy
from functools import partial, wraps
from pathlib import Path
from typing import Any

from traitlets.config import Config


def class_config(root: Path, class_folder: Path) -> Config:
    """Configure the release, the class folder, time limits, and feedback without hidden tests.

    nbgrader's `autograde`, and formgrader's button for it, grade in the sandbox as
    `autograder grade` does.
    """
    from nbgrader.preprocessors import AssignLatePenalties

    from autograder.build.release import CELL_SECONDS, build_config
    from autograder.gradebook.nbgrader_quirks import put_scripts_on_path
    from autograder.nbgrader_plugins.autograde_steps import (
        GradeInSandbox,
        SubmissionReader,
    )
    from autograder.nbgrader_plugins.exchange import Collect, ReleaseFeedback
    from autograder.nbgrader_plugins.exporters import FeedbackExporter

    put_scripts_on_path()
    config = build_config(root, class_folder / "gradebook.db")
    # nbgrader joins these to the root; an absolute path replaces it, so a class may lie anywhere.
    config.CourseDirectory.submitted_directory = str(class_folder / "submitted")
    config.CourseDirectory.autograded_directory = str(class_folder / "autograded")
    config.CourseDirectory.feedback_directory = str(class_folder / "feedback")
    config.CourseDirectory.solution_directory = str(class_folder / "solution")
    # By itself `nbgrader export` writes into the checkout.
    config.ExportPlugin.to = str(class_folder / "nbgrader-grades.csv")
    config.CourseExport.roster = str(class_folder / "roster.csv")
    config.Execute.timeout = CELL_SECONDS
    config.Execute.startup_timeout = 120
    config.Execute.iopub_timeout = 30
    config.Autograde.sanitize_preprocessors = [GradeInSandbox]
    config.Autograde.exporter_class = SubmissionReader
    config.Autograde.autograde_preprocessors = [AssignLatePenalties]
    use_late_rules(config, class_folder)
    config.GenerateFeedback.exporter_class = FeedbackExporter
    # The exporter reads the result that grading kept, not the notebook.
    config.GenerateFeedback.preprocessors = []
    config.ExchangeFactory.collect = Collect
    config.ExchangeFactory.release_feedback = ReleaseFeedback
    lead_links_to_this_server()
    return config


def use_late_rules(config: Config, class_folder: Path | str) -> None:
    """Let nbgrader's `autograde` apply the `rules.toml` in a class's folder.

    A stock course calls it at the end of its `nbgrader_config.py`.
    """
    from nbgrader.converters import Autograde
    from nbgrader.preprocessors import AssignLatePenalties

    from autograder.gradebook.nbgrader_quirks import survive_damaged_timestamps
    from autograder.gradebook.rules_file import rules_path
    from autograder.nbgrader_plugins.autograde_steps import EnterRules, LatePolicy, check_rules

    survive_damaged_timestamps()
    rules = rules_path(Path(class_folder))
    config.EnterRules.rules = config.LatePolicy.rules = str(rules)
    config.Autograde.setdefault("pre_convert_hook", partial(check_rules, rules, deepcopy(config)))
    config.AssignLatePenalties.plugin_class = LatePolicy
    usual = Autograde.autograde_preprocessors.default_args[0]
    steps = list(config.Autograde.get("autograde_preprocessors", usual))
    # The penalty is computed from the dates that the step before it enters.
    steps.insert(steps.index(AssignLatePenalties), EnterRules)
    config.Autograde.autograde_preprocessors = steps


def lead_links_to_this_server() -> None:
    """Let formgrader's links to folders and notebooks open JupyterLab in the service of a Hub.

    nbgrader has them begin with `/tree/` or `/notebooks/`, where a Hub has nothing. Only formgrader
    itself, which reads this configuration, is changed, and only in a Hub.
    """
    formgrader = sys.modules.get("nbgrader.server_extensions.formgrader.formgrader")
    prefix = os.environ.get("JUPYTERHUB_SERVICE_PREFIX")
    if formgrader is None or prefix is None:
        return
    original = formgrader.FormgradeExtension.url_prefix.fget
    if hasattr(original, "__wrapped__"):
        return

    @wraps(original)
    def url_prefix(self: Any) -> str:
        # A browser goes up from /tree/ or /notebooks/, then down to the server. What begins with
        # `../` formgrader takes for a course outside of the server's folder.
        return f"./..{prefix}lab/tree/{original(self)}"

    formgrader.FormgradeExtension.url_prefix = property(url_prefix)
