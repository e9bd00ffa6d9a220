"""No mark is lost on the way out: it is in the row of its student, or named with the reason."""

import json
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support.commands import invoke_autograder
from support.contract import POINTS
from support.graded_class import give, new_class
from support.lms_imports import (
    Account,
    canvas_import,
    canvas_template,
    cells,
    moodle_import,
    question_sums,
    table,
)

from autograder.folders import ClassFolder, CourseFolder
from autograder.gradebook.marks import ClassMarks, ExerciseMark, SubmissionMark
from autograder.gradebook.people_lists import write_roster
from autograder.gradebook.reader import read_class
from autograder.gradebook.roster import People, Person
from autograder.lms.canvas_file import canvas_file
from autograder.lms.exports import canvas_csv, class_json, moodle_csv, moodle_notes, questions_csv
from course.errors import GradingError

ACCOUNTS = [
    Account("1", "s1", "ada", "Lovelace, Ada", "ada@example.org"),
    Account("2", "s2", "ben", "Bo, Ben", "ben@example.org"),
    Account("3", "s3", "chi@example.org", "Chi, Chi", "chi@example.org"),
]
COLUMNS = {"reshape (77)": "10", "Final Score": "(read only)"}


def submission(student: str, assignment: str, points: str) -> SubmissionMark:
    mark = ExerciseMark("one", Decimal(10), Decimal(points))
    return SubmissionMark(student, assignment, (mark,))


def class_of(people: list[Person], points: dict[tuple[str, str], str]) -> ClassMarks:
    names = dict.fromkeys(name for _, name in points)
    return ClassMarks(
        max_scores={name: Decimal(10) for name in names} or {"reshape": Decimal(10)},
        due=dict.fromkeys(names),
        people={one.student: one for one in people},
        submissions={key: submission(*key, value) for key, value in points.items()},
    )


def one_mark(person: Person, points: str = "4.5") -> ClassMarks:
    return class_of([person], {(person.student, "reshape"): points})


@pytest.fixture
def template(tmp_path: Path) -> Path:
    path = tmp_path / "gradebook.csv"
    path.write_text(canvas_template(ACCOUNTS, COLUMNS))
    return path


# Canvas: whose row it is


@pytest.mark.parametrize(
    ("person", "number"),
    [
        (Person("x", canvas_id="2"), "2"),
        (Person("x", sis_id="S2"), "2"),
        (Person("x", login="Ben"), "2"),
        (Person("x", id_number="s2"), "2"),
        (Person("x", email="chi@example.org"), "3"),
        (Person("ben"), "2"),
        (Person("s2"), "2"),
        (Person("x", canvas_id="2", login="married"), "2"),
        (Person("ada", canvas_id="2"), "2"),
    ],
    ids=lambda one: None if isinstance(one, str) else "-".join(filter(None, vars(one).values())),
)
def test_a_row_is_found_by_every_identifier_that_canvas_knows(
    template: Path, person: Person, number: str
) -> None:
    file = canvas_file(one_mark(person), template)

    found = canvas_import(file.text, ACCOUNTS)

    marks = {key: mark for key, mark in found.items() if mark}
    assert marks == {(number, "reshape (77)"): "4.5"}
    assert file.lost() == {}
    strangers = [one.name for one in ACCOUNTS if one.number != number]
    assert all(name in " ".join(file.notes()) for name in strangers)


@pytest.mark.parametrize(
    ("person", "reason"),
    [
        (Person("x", canvas_id="9"), "no row has the ID 9"),
        (Person("x", canvas_id="9", login="ben"), "has the ID 2, roster.csv 9"),
        (Person("x", sis_id="s9", login="ben"), "has the SIS User ID s2, roster.csv s9"),
        (Person("x", sis_id="s9"), "no row has the SIS User ID s9"),
        (Person("x", name="Bo, Ben"), "no row has the SIS Login ID x"),
    ],
    ids=["no such ID", "another ID", "another SIS id", "no such SIS id", "a name alone"],
)
def test_a_mark_without_a_row_is_named_with_the_reason(
    template: Path, person: Person, reason: str
) -> None:
    file = canvas_file(one_mark(person), template)

    assert not any(canvas_import(file.text, ACCOUNTS).values())
    (line,) = [note for note in file.notes() if note.startswith("Not in the file")]
    assert reason in line and "x (reshape 4.5)" in line


def test_two_rows_for_one_person_and_two_people_for_one_row_are_not_guessed(
    tmp_path: Path,
) -> None:
    twice = [*ACCOUNTS, Account("2", "s2", "ben", "Bo, Ben")]
    path = tmp_path / "gradebook.csv"
    path.write_text(canvas_template(twice, COLUMNS))
    people = [Person("x", canvas_id="2"), Person("y", login="ada"), Person("z", login="ADA")]
    marks = class_of(people, {(one.student, "reshape"): "4" for one in people})

    file = canvas_file(marks, path)

    assert not any(row[5] for row in table(file.text)[2:])
    assert file.lost() == {
        "x": "2 rows have the ID 2",
        "y": "the row with the SIS Login ID ada fits several: y, z",
        "z": "the row with the SIS Login ID ada fits several: y, z",
    }
    (line,) = [one for one in file.notes() if one.startswith("Rows of nobody")]
    assert "Chi, Chi" in line and "Bo, Ben" not in line and "Lovelace" not in line


def test_one_person_known_as_two_is_no_row_that_is_missing(template: Path) -> None:
    people = [Person("x", sis_id="s2"), Person("y", id_number="s2", email="z@x.org")]
    marks = class_of(people, {(one.student, "reshape"): "4" for one in people})

    file = canvas_file(marks, template)

    assert canvas_import(file.text, ACCOUNTS)["2", "reshape (77)"] == "4"
    said = "the row with the SIS User ID s2 is that of x; are they one person?"
    assert file.lost() == {"y": said}


@pytest.mark.parametrize(
    ("people", "rows"),
    [
        (
            [Person("1", "Ada Lovelace"), Person("2", "Ben Bo")],
            [Account("5", "1", "bb", "Bo, Ben"), Account("6", "2", "al", "Lovelace, Ada")],
        ),
        (
            [Person("x", "John Smith", login="js"), Person("y", "Jane Smith", login="js2")],
            [Account("5", "s1", "js", "Smith, Jane"), Account("6", "s2", "js2", "Smith, John")],
        ),
        ([Person("x", "Ada Lovelace", id_number="77")], [Account("5", "77", "bb", "Bo, Ben")]),
    ],
    ids=["folders", "logins of another system", "a number of another system"],
)
def test_a_row_under_another_name_is_not_guessed(
    tmp_path: Path, people: list[Person], rows: list[Account]
) -> None:
    path = tmp_path / "gradebook.csv"
    path.write_text(canvas_template(rows, COLUMNS))
    marks = class_of(people, {(one.student, "reshape"): "4" for one in people})

    file = canvas_file(marks, path)

    assert not any(canvas_import(file.text, rows).values())
    assert file.lost().keys() == {one.student for one in people}
    assert all("is that of" in reason for reason in file.lost().values())


def test_a_row_is_found_under_a_longer_name_and_in_other_letters(template: Path) -> None:
    people = [Person("x", "Ada Maria Lovelace", login="ada"), Person("y", "本", login="ben")]
    marks = class_of(people, {(one.student, "reshape"): "4" for one in people})

    assert canvas_file(marks, template).lost() == {}


def test_nobody_gets_a_zero_for_what_nobody_handed_in(template: Path) -> None:
    people = [Person("x", login="ada"), Person("y", login="ben")]
    marks = class_of(people, {("x", "reshape"): "4"})
    marks.max_scores["pooling"] = Decimal(5)

    rows = table(moodle_csv(marks, missing_zero=True))
    notes = list(moodle_notes(marks, missing_zero=True))

    assert [row[-2:] for row in rows[1:]] == [["4", ""], ["0", ""]]
    assert "reshape: not handed in by y; 0." in notes
    assert "pooling: nobody handed it in, so nobody gets a 0." in notes
    file = canvas_file(marks, template, missing_zero=True)
    assert "reshape (77): not handed in by y; 0 where Canvas has no mark." in file.notes()


def test_a_zero_without_a_row_is_named_as_a_mark_is(template: Path) -> None:
    people = [Person("x", login="ben"), Person("y", sis_id="s9"), Person("t", "Student, Test")]
    marks = class_of(people, {("x", "reshape"): "4"})

    file = canvas_file(marks, template)
    with_zeros = canvas_file(marks, template, missing_zero=True)

    said = "no row has the SIS User ID s9"
    assert file.lost() == {} and with_zeros.lost() == {"y": said}
    assert "Without a row and without a mark: y." in file.notes()
    assert f"Not in the file: y (nothing handed in): {said}." in with_zeros.notes()
    assert not any(note.startswith("Without a row") for note in with_zeros.notes())


# Canvas: the template's form


@pytest.mark.parametrize("separator", [",", ";", "\t"], ids=["comma", "semicolon", "tab"])
@pytest.mark.parametrize("first", ["", "\ufeff", "\n", "sep=@\n"], ids=["", "mark", "blank", "sep"])
def test_a_template_is_read_with_every_separator(
    tmp_path: Path, separator: str, first: str
) -> None:
    path = tmp_path / "gradebook.csv"
    text = canvas_template(ACCOUNTS, {"reshape (77)": "10,0"}, separator)
    path.write_text(first.replace("@", separator) + text, encoding="utf-8")

    file = canvas_file(one_mark(Person("x", login="ben")), path)

    assert canvas_import(file.text, ACCOUNTS)["2", "reshape (77)"] == "4.5"
    assert file.differing_points() == {}


def test_names_in_two_columns_and_root_accounts_stay_as_canvas_wrote_them(tmp_path: Path) -> None:
    path = tmp_path / "gradebook.csv"
    head = "LastName,FirstName,ID,SIS User ID,SIS Login ID,Integration ID,Root Account,Section"
    path.write_text(
        f"{head},reshape (77)\n    Points Possible,,,,,,,,10\nBo,Ben,2,,ben,,other,A,\n"
    )

    rows = table(canvas_csv(one_mark(Person("x", login="ben")), path))

    assert rows == [
        [*head.replace("Integration ID,", "").split(","), "reshape (77)"],
        ["    Points Possible", "", "", "", "", "", "", "10"],
        ["Bo", "Ben", "2", "", "ben", "other", "A", "4.5"],
    ]


@pytest.mark.parametrize(
    ("name", "line", "what"),
    [('"Bo, Ben', 4, "a quotation mark is not closed"), ("Bo, Ben, Jr., B, N", 4, "it has 11")],
    ids=["unclosed", "a separator too many"],
)
def test_a_damaged_template_is_an_error_with_its_line_and_swallows_no_rows(
    tmp_path: Path, name: str, line: int, what: str
) -> None:
    path = tmp_path / "gradebook.csv"
    path.write_text(canvas_template(ACCOUNTS, COLUMNS).replace('"Bo, Ben"', name))

    with pytest.raises(GradingError, match=f"gradebook.csv, line {line}: {what}"):
        canvas_csv(one_mark(Person("x", login="ben")), path)


def test_notes_of_canvas_and_its_test_student_are_nobody(tmp_path: Path) -> None:
    text = canvas_template([*ACCOUNTS, Account("9", "", "0f" * 20, "Student, Test")], COLUMNS)
    head, *more = text.splitlines()
    path = tmp_path / "gradebook.csv"
    path.write_text("\n".join([head, ",,,,,Manual Posting,", *more]))

    file = canvas_file(one_mark(Person("x", login="ben")), path)

    assert len(table(file.text)) == 2 + 4
    assert file.matches.strangers == ["Lovelace, Ada (1)", "Chi, Chi (3)"]


# Canvas: the columns and what stands in them


def test_what_nobody_handed_in_needs_no_column(template: Path) -> None:
    marks = one_mark(Person("x", login="ben"))
    marks.max_scores["pooling"] = Decimal(5)

    file = canvas_file(marks, template)

    assert list(file.columns.values()) == ["reshape (77)"]
    assert any(note.startswith("pooling: nobody handed it in") for note in file.notes())


@pytest.mark.parametrize(
    ("columns", "titles", "words"),
    [
        ({"other (1)": "10"}, {}, "no column called 'reshape'"),
        ({"reshape": "10", "Reshape (2)": "10"}, {}, "several columns called 'reshape'"),
        ({"reshape (1)": "(read only)"}, {}, "it is read only"),
        ({"reshape (1)": "10"}, {"reshape": "Exercise"}, "no column called 'Exercise'"),
        ({"all (1)": "10"}, {"reshape": "all", "pooling": "all"}, "the same column 'all (1)'"),
    ],
    ids=["none", "several", "read only", "another title", "one for two"],
)
def test_a_column_that_takes_no_marks_is_an_error(
    tmp_path: Path, columns: dict[str, str], titles: dict[str, str], words: str
) -> None:
    path = tmp_path / "gradebook.csv"
    path.write_text(canvas_template(ACCOUNTS, columns))
    marks = one_mark(Person("x", login="ben"))
    if len(titles) > 1:
        marks.max_scores["pooling"] = Decimal(5)
    with pytest.raises(GradingError) as error:
        _ = canvas_file(marks, path, titles).text
    assert words in str(error.value)


@pytest.mark.parametrize("zero", [False, True])
def test_what_canvas_has_and_the_class_has_not_stays(tmp_path: Path, zero: bool) -> None:
    path = tmp_path / "gradebook.csv"
    text = canvas_template([*ACCOUNTS, Account("4", name="Die, Di")], {"reshape (77)": "10"})
    for number, theirs in (("ada", "3"), ("ben", "EX"), ("chi@example.org", "-")):
        text = text.replace(f",{number},A,", f",{number},A,{theirs}")
    path.write_text(text)
    people = [Person("x", login="ada"), Person("y", login="ben"), Person("z", canvas_id="3")]
    marks = class_of(people, {("x", "reshape"): "4"})

    file = canvas_file(marks, path, missing_zero=zero)

    found = {row[1]: row[5] for row in table(file.text)[2:]}
    assert found == {"1": "4", "2": "EX", "3": "0" if zero else "", "4": ""}
    end = "; 0 where Canvas has no mark." if zero else "."
    assert f"reshape (77): not handed in by y, z{end}" in file.notes()
    assert "Rows of nobody in this class, which stay as they are: Die, Di (4)." in file.notes()


def test_a_mark_that_replaces_an_excuse_is_named(tmp_path: Path) -> None:
    path = tmp_path / "gradebook.csv"
    path.write_text(
        canvas_template(ACCOUNTS, {"reshape (7)": "10"}).replace(",ben,A,", ",ben,A,EX")
    )
    file = canvas_file(one_mark(Person("x", login="ben")), path)
    assert "x, reshape: excused in Canvas; the mark replaces that." in file.notes()


# Moodle


def test_moodle_finds_those_of_whom_only_the_folder_is_known() -> None:
    people = [Person("ada"), Person("ben")]
    marks = class_of(people, {("ada", "reshape"): "4", ("ben", "reshape"): "5"})

    found = moodle_import(moodle_csv(marks), ACCOUNTS, "Username")

    assert found == {("1", "reshape"): "4", ("2", "reshape"): "5"}
    assert list(moodle_notes(marks)) == ["Map from Username: everyone has one of their own."]


def test_where_no_column_of_moodle_finds_all_each_says_whom_it_misses() -> None:
    people = [Person("x", email="ada@example.org"), Person("ben"), Person("c", login="BEN")]
    marks = class_of(people, {(one.student, "reshape"): "4" for one in people})

    lines = "\n".join(moodle_notes(marks))

    assert "No column finds everyone" in lines
    assert "Without Email address: ben, c." in lines
    assert "Several have the Username ben: ben, c." in lines


def test_questions_add_up_where_points_are_finer_than_a_hundredth() -> None:
    half = Decimal("0.005")
    marks = class_of([Person("x")], {("x", "reshape"): "1"})
    exercises = (ExerciseMark("a", Decimal(1), half), ExerciseMark("b", Decimal(1), half))
    late = SubmissionMark("x", "reshape", exercises, penalty=Decimal("0.5"))
    none = SubmissionMark("x", "empty")
    marks.submissions.clear()
    marks.submissions.update({("x", "reshape"): SubmissionMark("x", "reshape", exercises)})
    assert question_sums(questions_csv(marks)) == {("x", "reshape"): Decimal("0.01")}
    marks.submissions.update({("x", "reshape"): late, ("x", "empty"): none})
    assert question_sums(questions_csv(marks)) == {("x", "reshape"): 0, ("x", "empty"): 0}


# The command


@pytest.fixture
def graded(registered: Path, tmp_path: Path) -> ClassFolder:
    folder = new_class(registered, tmp_path / "class")
    give(folder, "ada", "reshape", POINTS["reshape"])
    give(folder, "zoe", "reshape", {"scale_pixels": 4})
    write_roster(folder, People([Person("ada", login="ada"), Person("zoe", canvas_id="99")]))
    return folder


def test_the_command_names_what_is_lost_and_ends_with_three(
    graded: ClassFolder, course: CourseFolder, template: Path
) -> None:
    places = ("--class", graded.root, "--course", course.root, "--format", "canvas")

    status, said = invoke_autograder("export", *places, "--template", template)

    said = " ".join(said.split())
    assert status == 3
    assert "Not in the file: zoe (reshape 4): no row has the ID 99." in said
    assert "Without the marks of 1 student: complete roster.csv" in said
    found = canvas_import((graded.root / "canvas.csv").read_text(), ACCOUNTS)
    assert found["1", "reshape (77)"] == "10"
    write_roster(graded, People([Person("ada", login="a"), Person("zoe", canvas_id="99")]))
    (graded.root / "canvas.csv").unlink()
    status, said = invoke_autograder("export", *places, "--template", template)
    assert status == 2 and "Nobody with a mark has a row" in said
    assert not (graded.root / "canvas.csv").exists()


def test_the_command_ends_with_three_where_a_zero_is_lost(
    graded: ClassFolder, course: CourseFolder, template: Path
) -> None:
    people = [Person("ada", login="ada"), Person("zoe", login="ben"), Person("y", sis_id="s9")]
    write_roster(graded, People(people))
    places = ("--class", graded.root, "--course", course.root, "--format", "canvas")

    assert invoke_autograder("export", *places, "--template", template)[0] == 0
    status, said = invoke_autograder("export", *places, "--template", template, "--missing-zero")

    assert status == 3
    assert "y (nothing handed in): no row has the SIS User ID s9." in " ".join(said.split())


@pytest.mark.parametrize("option", ["--template", "--column"])
def test_an_option_of_canvas_is_an_error_elsewhere(
    graded: ClassFolder, course: CourseFolder, option: str
) -> None:
    places = ("--class", graded.root, "--course", course.root, "--format", "moodle")
    status, said = invoke_autograder("export", *places, option, "reshape=x")
    assert status == 2 and f"{option} is for Canvas only" in said


def test_a_class_without_a_roster_goes_out_with_the_names_of_its_folders(
    graded: ClassFolder,
) -> None:
    (graded.root / "roster.csv").unlink()
    marks = read_class(graded, ["reshape"])
    accounts = [Account("1", login="ada"), Account("2", login="zoe")]

    assert canvas_import(canvas_csv(marks), accounts) == {
        ("1", "reshape"): "10",
        ("2", "reshape"): "4",
    }
    assert moodle_import(moodle_csv(marks), accounts, "Username")["2", "reshape"] == "4"


# Any class, any template

_values = st.sampled_from(["", "", "1", "2", "3", "ada"])
_people = st.builds(
    Person,
    student=st.just(""),
    name=_values,
    email=_values,
    login=_values,
    canvas_id=st.sampled_from(["", "1", "2", "3"]),
    sis_id=_values,
    id_number=_values,
)
_accounts = st.lists(
    st.builds(Account, number=_values, sis=_values, login=_values, name=_values), max_size=4
)


@st.composite
def _classes(draw: st.DrawFn) -> ClassMarks:
    """People who share identifiers with each other and with rows; every mark is another one."""
    students = draw(st.lists(st.sampled_from(["1", "2", "ada", "x", "y"]), min_size=1, unique=True))
    people = [Person(**{**vars(draw(_people)), "student": one}) for one in students]
    keys = [
        (one, name) for one in students for name in ("reshape", "pooling") if draw(st.booleans())
    ]
    marks = class_of(people, {key: f"7.{10 + at}" for at, key in enumerate(keys)})
    if draw(st.booleans()):
        marks.people.clear()  # in no roster
    return marks


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(marks=_classes(), accounts=_accounts)
def test_no_mark_is_without_a_row_of_its_student_or_a_named_reason(
    tmp_path: Path, marks: ClassMarks, accounts: list[Account]
) -> None:
    path = tmp_path / "gradebook.csv"
    path.write_text(canvas_template(accounts, {"reshape (1)": "10", "pooling (2)": "10"}))
    people = {person.student: person for person, _ in marks.rows()}

    file = canvas_file(marks, path)
    notes = list(file.notes())

    for (student, assignment), mark in marks.submissions.items():
        shown = str(mark.final).rstrip("0")
        places = [row for row, cell in cells(file.text) if cell == shown]
        named = [one for one in notes if one.startswith(f"Not in the file: {student} (")]
        assert len(places) + len(named) == 1
        assert all(f"{assignment} {shown}" in line for line in named)
        for row in places:
            assert _may_be(people[student], Account(*row[1:4]))
        for text in (canvas_csv(marks), moodle_csv(marks)):
            assert sum(cell == shown for _, cell in cells(text)) == 1
        assert question_sums(questions_csv(marks))[student, assignment] == mark.final
        (entry,) = [
            one for one in json.loads(class_json(marks))["students"] if one["student"] == student
        ]
        assert Decimal(str(entry["submissions"][assignment]["final"])) == mark.final
    for place, row in enumerate(table(file.text)[2:]):
        whose = file.matches.students.get(place)
        listed = [one for one in notes if one.startswith("Rows ") and row[0] in one]
        absent = [one for one in notes if f"not handed in by {whose}" in one or f" {whose}" in one]
        assert all(row[5:]) or listed or absent


def _may_be(person: Person, row: Account) -> bool:
    """Whether a person and a row have an identifier in common, and no other number."""
    own = {person.sis_id, person.id_number, person.login, person.email, person.student} - {""}
    common = bool(own & {row.sis, row.login}) or person.canvas_id == row.number
    return common and not (person.canvas_id and row.number and person.canvas_id != row.number)
