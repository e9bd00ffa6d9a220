"""Gaps that hold a value keep the lines above their solution as the stub."""

from nbformat import NotebookNode
from nbgrader.preprocessors import ClearSolutions as NbgraderClearSolutions

KEEP_ABOVE = "### KEEP ABOVE"


class ClearSolutions(NbgraderClearSolutions):
    """Clear solutions as nbgrader does, but leave no `raise` behind where a value is asked.

    A solution region that opens with `### KEEP ABOVE` is replaced by nothing: the lines before
    it (`q1 = None`) are what the student gets, and the notebook still runs from top to bottom.
    """

    def _replace_solution_region(self, cell: NotebookNode, language: str) -> bool:
        if KEEP_ABOVE not in cell.source:
            return bool(super()._replace_solution_region(cell, language))
        stubs: dict[str, str] = self.code_stub  # type: ignore[has-type]
        self.code_stub = {**stubs, language: ""}
        try:
            replaced = super()._replace_solution_region(cell, language)
        finally:
            self.code_stub = stubs
        cell.source = cell.source.rstrip()
        return bool(replaced)
