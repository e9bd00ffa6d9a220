"""Everything that a run leaves in a class folder, but for ids and times."""

import json
import sqlite3
from pathlib import Path
from typing import Any

from autograder.folders import ClassFolder

# Every table of nbgrader's with rows of ours: ids replaced by the names that they stand for.
QUERIES = {
    "students": "SELECT id FROM student",
    "assignments": "SELECT name, course_id FROM assignment",
    "notebooks": """
        SELECT a.name, n.name, n.kernelspec FROM notebook n
        JOIN assignment a ON a.id = n.assignment_id""",
    "graded cells": """
        SELECT a.name, b.name, g.max_score, g.cell_type FROM grade_cells g
        JOIN base_cell b ON b.id = g.id
        JOIN notebook n ON n.id = b.notebook_id JOIN assignment a ON a.id = n.assignment_id""",
    "source cells": """
        SELECT a.name, s.name, s.cell_type, s.locked, s.source, s.checksum FROM source_cell s
        JOIN notebook n ON n.id = s.notebook_id JOIN assignment a ON a.id = n.assignment_id""",
    "grades": """
        SELECT sa.student_id, a.name, b.name, g.auto_score, g.manual_score, g.extra_credit,
               g.needs_manual_grade
        FROM grade g JOIN base_cell b ON b.id = g.cell_id
        JOIN submitted_notebook sn ON sn.id = g.notebook_id
        JOIN submitted_assignment sa ON sa.id = sn.assignment_id
        JOIN assignment a ON a.id = sa.assignment_id""",
    "comments": """
        SELECT sa.student_id, a.name, b.name, c.auto_comment, c.manual_comment
        FROM comment c JOIN base_cell b ON b.id = c.cell_id
        JOIN submitted_notebook sn ON sn.id = c.notebook_id
        JOIN submitted_assignment sa ON sa.id = sn.assignment_id
        JOIN assignment a ON a.id = sa.assignment_id""",
}


def gradebook_dump(path: Path) -> dict[str, Any]:
    """Read the database itself: named rows, and how many rows each table has."""
    with sqlite3.connect(path) as database:
        tables = database.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
        dump: dict[str, Any] = {
            name: sorted(map(repr, database.execute(query))) for name, query in QUERIES.items()
        }
        for (table,) in tables:
            dump[f"rows of {table}"] = database.execute(f"SELECT count(*) FROM {table}").fetchone()
        assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    database.close()
    return dump


def snapshot(class_folder: ClassFolder) -> dict[str, Any]:
    """Take down the gradebook, the results but how long they took, the pages and the CSV."""
    root = class_folder.root
    files = sorted(path for path in root.rglob("*") if path.is_file())
    results = {}
    for path in sorted((root / "results").glob("*/*.json")):
        result = json.loads(path.read_bytes())
        results[str(path.relative_to(root))] = result | {"seconds": 0, "times": {}}
    return {
        "gradebook": gradebook_dump(class_folder.gradebook),
        "results": results,
        "pages": {
            str(path.relative_to(root)): path.read_bytes()
            for path in files
            if path.is_relative_to(class_folder.autograded)
        },
        "csv": (root / "grades.csv").read_bytes(),
        "files": sorted(str(path.relative_to(root)) for path in files),
    }
