"""nbgrader's configuration for this course, used by its own commands and by ours."""

from pathlib import Path

from traitlets.config import Config

CELL_SECONDS = 300
"""Longest run of one cell: training in a slow container, and no endless loop."""


def build_config(root: Path, gradebook: Path) -> Config:
    """Configure the release: where sources and releases lie, and how solutions are cleared."""
    from nbgrader.converters import GenerateAssignment
    from nbgrader.preprocessors import ClearSolutions as NbgraderClearSolutions

    from autograder.build.release import ClearSolutions

    config = Config()
    config.CourseDirectory.root = str(root)
    config.CourseDirectory.course_id = "convpool"
    config.CourseDirectory.source_directory = "solutions"
    config.CourseDirectory.release_directory = "exercises"
    config.CourseDirectory.db_url = f"sqlite:///{gradebook}"
    pipeline = GenerateAssignment.preprocessors.default_args[0]
    config.GenerateAssignment.preprocessors = [
        ClearSolutions if step is NbgraderClearSolutions else step for step in pipeline
    ]
    return config


def class_config(root: Path, class_folder: Path, *, stock: bool = False) -> Config:
    """Configure everything else: the class folder, time limits, feedback without hidden tests.

    nbgrader's `autograde`, and formgrader's button for it, grade in the sandbox as our own command
    does. `stock` asks for nbgrader's own way.
    """
    from nbgrader.converters import Autograde
    from nbgrader.preprocessors import AssignLatePenalties

    from autograder.gradebook.late_rules import rules_path
    from autograder.gradebook.nbgrader_quirks import put_scripts_on_path
    from autograder.nbgrader_plugins.autograde_steps import (
        EnterRules,
        GradeInSandbox,
        LatePolicy,
        StampUnsafe,
    )
    from autograder.nbgrader_plugins.feedback_exporter import FeedbackExporter

    put_scripts_on_path()
    config = build_config(root, class_folder / "gradebook.db")
    # os.path.join drops what stands before an absolute path, so a class may lie anywhere.
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
    config.AssignLatePenalties.plugin_class = LatePolicy
    config.LatePolicy.rules = str(rules_path(class_folder))
    if stock:
        # Asked for in so many words: nbgrader's own way, stamped as such.
        steps = Autograde.autograde_preprocessors.default_args[0]
        late = steps.index(AssignLatePenalties)
        steps = [*steps[:late], EnterRules, *steps[late:], StampUnsafe]
        config.Autograde.autograde_preprocessors = steps
    else:
        config.Autograde.sanitize_preprocessors = [GradeInSandbox]
        config.Autograde.autograde_preprocessors = [EnterRules, AssignLatePenalties]
    config.GenerateFeedback.exporter_class = FeedbackExporter
    # The exporter reads the result that grading kept, not the notebook.
    config.GenerateFeedback.preprocessors = []
    return config
