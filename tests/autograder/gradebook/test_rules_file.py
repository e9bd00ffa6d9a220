"""Every line of `rules.toml` counts, or is an error that names the line and what to write."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from autograder.folders import ClassFolder
from autograder.gradebook.late_rules import class_rules
from autograder.gradebook.rules_file import Known, read_rules
from course.errors import GradingError

KNOWN = Known(["reshape", "cnn"], ["ada", "ben", "chloe\u0301"])
BLOCK = '[[extension]]\nstudent = "ada"\n'

WRONG = {
    "single brackets": ('[extension]\nstudent = "ada"\ndays = 1', 1, "Write [[extension]] there"),
    "double brackets": ("[[due]]\nreshape = 2026-11-01", 1, "Write [due]"),
    "a date for a table": ("# x\ndue = 2026-11-01", 2, "reshape = 2026-11-01T23:59:00"),
    "a number for a table": ("late = 10", 1, "percent_per_day = 10 below it"),
    "a text for blocks": ('extension = "ada"', 1, "Write [[extension]]"),
    "a table for a date": ("[due.reshape]\nday = 1", 1, "Write reshape = 2026"),
    "a date in quotes": ('[due]\nreshape = "2026-11-01"', 2, "without quotes"),
    "a clock time": ("[due]\nreshape = 23:59:00", 2, "is not a date with a time"),
    "a day that is none": ("[due]\nreshape = 2026-02-30", 2, "can't be read"),
    "a year of two digits": ("[due]\nreshape = 0026-11-01", 2, "Correct the year"),
    "an hour that is left out": (
        'timezone = "Europe/Berlin"\n[due]\nreshape = 2026-03-29T02:30:00',
        3,
        "Clocks are put forward",
    ),
    "an assignment": ("[due]\ncnn = 2026-11-01\nreshap = 2026-11-01", 3, "Did you mean 'reshape'?"),
    "another assignment": ("[due]\nxyz = 2026-11-01", 2, "Choose from: reshape, cnn."),
    "capitals": ("[due]\nCNN = 2026-11-01", 2, "Did you mean 'cnn'?"),
    "an assignment at the top": ("reshape = 2026-11-01", 1, "below a line [due]"),
    "an assignment in a block": (f'{BLOCK}assignment = "cn"\ndays = 1', 3, "Did you mean 'cnn'?"),
    "an empty assignment": (f'{BLOCK}assignment = ""\ndays = 1', 3, "Leave the line out"),
    "a student": ('[[extension]]\nstudent = "adda"\ndays = 1', 2, "Did you mean 'ada'?"),
    "another student": ('[[extension]]\nstudent = "zoe"\ndays = 1', 2, "roster.csv"),
    "no student": ("[[extension]]\ndays = 1", 1, 'Write student = "ada"'),
    "a number for a student": ("[[extension]]\nstudent = 12\ndays = 1", 2, 'student = "12"'),
    "a list of students": ('[[extension]]\nstudent = ["ada"]\ndays = 1', 2, "is not a text"),
    "a student and a space": ('[[extension]]\nstudent = "ada "\ndays = 1', 2, "spaces"),
    "days below 0": (f"{BLOCK}days = -3", 3, "not between 0 and 3650"),
    "days without end": (f"{BLOCK}days = 10000000000", 3, "not between 0 and 3650"),
    "days of 400 digits": (f"{BLOCK}days = 1{'0' * 400}", 3, "not between 0 and 3650"),
    "days of 5000 digits": (f"{BLOCK}days = 1{'0' * 5000}", 0, "can't be read"),
    "days that are no number": (f"{BLOCK}days = nan", 3, "days = nan is not between"),
    "days that are true": (f"{BLOCK}days = true", 3, "days = true is not a number"),
    "days in quotes": (f'{BLOCK}days = "3"', 3, "without quotes"),
    "days of nothing": (f"{BLOCK}days = 0", 3, "is no extension"),
    "endless hours": (f"{BLOCK}hours = inf", 3, "hours = inf is not between"),
    "nothing granted": (BLOCK, 1, "Write days and hours, or until"),
    "two things granted": (f"{BLOCK}days = 1\nexcused = true", 1, "and only one"),
    "excused in quotes": (f'{BLOCK}excused = "yes"', 3, "Write excused = true"),
    "excused by a number": (f"{BLOCK}excused = 1", 3, "Write excused = true"),
    "not excused": (f"{BLOCK}excused = false", 1, "needs one of them"),
    "until a text": (f'{BLOCK}until = "Friday"', 3, "Write until = 2026"),
    "a reason that is none": (f"{BLOCK}days = 1\nreason = true", 4, "is not a text"),
    "a key of a block": (f"{BLOCK}day = 1", 3, "Did you mean 'days'?"),
    "two blocks": (f"{BLOCK}days = 1\n{BLOCK}hours = 1", 4, "Keep one"),
    "two lines": ("[due]\ncnn = 2026-11-01\ncnn = 2026-11-02", 3, "can't be read"),
    "a key of the file": ('timezon = "UTC"', 1, "Did you mean 'timezone'?"),
    "a key in the wrong table": ('[late]\ntimezone = "UTC"', 2, "Move timezone to the top"),
    "a key among due dates": ("[due]\npercent_per_day = 10", 2, "below [late]"),
    "a key of [late]": ("[late]\npercent_per_dy = 10", 2, "Did you mean 'percent_per_day'?"),
    "a percentage below 0": ("[late]\npercent_per_day = -1", 2, "between 0 and 100"),
    "a percentage over 100": ("[late]\ncap_percent = 101", 2, "between 0 and 100"),
    "nan percent": ("[late]\n\npercent_per_day = nan", 3, "percent_per_day = nan is not"),
    "infinite grace": ("[late]\ngrace_minutes = inf", 2, "grace_minutes = inf is not"),
    "a percentage in quotes": ('[late]\npercent_per_day = "10"', 2, "without quotes"),
    "a percentage that is true": ("[late]\nzero_after_days = true", 2, "is not a number"),
    "a time zone": ('timezone = "europe/berlin"', 1, "Did you mean 'Europe/Berlin'?"),
    "an empty time zone": ('timezone = ""', 1, "timezone is empty. Write a zone of the IANA"),
    "a blank time zone": ('timezone = " "', 1, 'such as timezone = "Europe/Berlin", or "UTC".'),
    "an empty student": ('[[extension]]\nstudent = ""\ndays = 1', 2, 'student = "ada".'),
    "a part of the world": ('timezone = "Europe"', 1, "there is no timezone"),
    "a path": ('timezone = "../../etc/passwd"', 1, "there is no timezone"),
    "a zone that is a number": ("timezone = 1", 1, "is not a text"),
    "no TOML": ("[due]\nreshape 2026-11-01", 2, "can't be read"),
    "inline": ("due = { reshape = 7 }", 1, "reshape = 7 is not a date"),
    "dotted": ("due.reshape = 7", 1, "reshape = 7 is not a date"),
}


@pytest.mark.parametrize("case", WRONG)
def test_what_is_wrong_is_told_with_its_line_and_what_to_write(tmp_path: Path, case: str) -> None:
    text, line, words = WRONG[case]
    path = tmp_path / "rules.toml"
    path.write_text(text)

    with pytest.raises(GradingError) as error:
        read_rules(path, KNOWN)

    assert words in str(error.value)
    assert error.value.next_step
    assert "\n" not in str(error.value)
    assert (f"rules.toml, line {line}" in str(error.value)) == bool(line)


@pytest.mark.parametrize(
    ("zone", "left_out", "local", "utc"),
    [
        ("Europe/Berlin", "2026-03-29T02:30:00", "2026-03-29T03:30:00", "2026-03-29T01:30:00Z"),
        ("America/New_York", "2026-03-08T02:00:00", "2026-03-08T03:00:00", "2026-03-08T07:00:00Z"),
        (
            "Australia/Lord_Howe",
            "2026-10-04T02:15:00",
            "2026-10-04T02:45:00",
            "2026-10-03T15:45:00Z",
        ),
    ],
)
def test_a_time_that_clocks_leave_out_comes_with_the_one_that_is_meant(
    tmp_path: Path, zone: str, left_out: str, local: str, utc: str
) -> None:
    path = tmp_path / "rules.toml"
    rules = f'timezone = "{zone}"\n[due]\nreshape = '
    path.write_text(rules + left_out)

    with pytest.raises(GradingError) as error:
        read_rules(path)

    assert f"such as reshape = {local}, or the same in UTC: reshape = {utc}." in str(error.value)
    found = []
    for written in (local, utc):
        path.write_text(rules + written)
        found.append(read_rules(path))
    assert found[0] is not None and found[0] == found[1]


RIGHT = {
    "a date": ("[due]\nreshape = 2026-11-01", "2026-11-01T23:59:59.999999"),
    "a time": ("[due]\nreshape = 2026-11-01T20:00:00", "2026-11-01T20:00:00"),
    "a time with a space": ("[due]\nreshape = 2026-11-01 20:00:00", "2026-11-01T20:00:00"),
    "a time with its zone": ("[due]\nreshape = 2026-11-01T20:00:00+02:00", "2026-11-01T18:00:00"),
    "the class's zone": (
        'timezone = "Europe/Berlin"\n[due]\nreshape = 2026-11-01T20:00:00',
        "2026-11-01T19:00:00",
    ),
    "an hour that occurs twice": (
        'timezone = "Europe/Berlin"\n[due]\nreshape = 2026-10-25T02:30:00',
        "2026-10-25T01:30:00",
    ),
    "inline": ("due = { reshape = 2026-11-01T20:00:00 }", "2026-11-01T20:00:00"),
    "dotted": ("due.reshape = 2026-11-01T20:00:00", "2026-11-01T20:00:00"),
    "quoted": ('[due]\n"reshape" = 2026-11-01T20:00:00', "2026-11-01T20:00:00"),
    "byte order mark": ("\ufeff[due]\nreshape = 2026-11-01T20:00:00", "2026-11-01T20:00:00"),
    "Windows": ("[due]\r\nreshape = 2026-11-01T20:00:00\r\n", "2026-11-01T20:00:00"),
    "empty tables": (
        "extension = []\n[late]\n[due]\nreshape = 2026-11-01T20:00:00",
        "2026-11-01T20",
    ),
}


@pytest.mark.parametrize("case", RIGHT)
def test_what_is_right_is_read(tmp_path: Path, case: str) -> None:
    text, moment = RIGHT[case]
    path = tmp_path / "rules.toml"
    path.write_bytes(text.encode())

    rules = read_rules(path, KNOWN)

    assert rules is not None
    assert rules.due == {"reshape": datetime.fromisoformat(moment).replace(tzinfo=UTC)}


def test_a_file_that_is_not_utf_8_names_the_line(tmp_path: Path) -> None:
    path = tmp_path / "rules.toml"
    path.write_bytes("# one\n# é\n".encode("latin-1"))
    with pytest.raises(GradingError, match="line 2: it is not UTF-8"):
        read_rules(path)


def test_a_folder_in_its_place_is_no_class_without_rules(tmp_path: Path) -> None:
    (tmp_path / "rules.toml").mkdir()
    with pytest.raises(GradingError, match="can't be read"):
        read_rules(tmp_path / "rules.toml")


def test_an_accent_may_be_written_in_two_ways(tmp_path: Path) -> None:
    path = tmp_path / "rules.toml"
    path.write_text('[due]\ncnn = 2026-11-01\n[[extension]]\nstudent = "chlo\u00e9"\ndays = 1.5\n')

    rules = read_rules(path, KNOWN)

    assert rules is not None
    assert rules.more_time("chloe\u0301", "cnn") == timedelta(hours=36)


def test_where_others_may_still_hand_in_nobody_is_misspelt(tmp_path: Path) -> None:
    path = tmp_path / "rules.toml"
    path.write_text('[[extension]]\nstudent = "zoe"\ndays = 1\n')
    rules = read_rules(path, Known(["cnn"], None))
    assert rules is not None
    assert rules.extensions[0].student == "zoe"


def leads_nowhere(path: Path) -> None:
    path.symlink_to(path.parent / "unplugged" / path.name)


def leads_to_itself(path: Path) -> None:
    path.symlink_to(path)


@pytest.mark.parametrize("make", [leads_nowhere, leads_to_itself])
def test_a_link_that_leads_nowhere_is_no_class_without_rules(
    tmp_path: Path, make: Callable[[Path], None]
) -> None:
    make(tmp_path / "rules.toml")

    for read in (read_rules, lambda path: class_rules(ClassFolder(path.parent), None)):
        with pytest.raises(GradingError) as error:
            read(tmp_path / "rules.toml")
        assert f"{tmp_path}/rules.toml is a link to {tmp_path}/" in str(error.value)
        assert error.value.next_step == (
            "Restore what it leads to, or remove the link; then run it again."
        )


@pytest.mark.parametrize(
    ("line", "step"),
    [
        ("cnn = 03.11.2026", "Write cnn = 2026-11-03."),
        ("cnn = 2026-11-03 23:59", "Write cnn = 2026-11-03T23:59:00."),
        ("cnn = 2026-11-03 20.15", "Write cnn = 2026-11-03T20:15:00."),
        ("cnn = 2026-11-03T25:00:00", "Write cnn = 2026-11-03T23:59:00."),
        ("cnn = 2026-11-03T23:59+01:00", "Write cnn = 2026-11-03T23:59:00+01:00."),
        ("cnn = 2026-11-3", "Write cnn = 2026-11-03."),
        ("cnn = 2026/11/03 20:15  # at night", "Write cnn = 2026-11-03T20:15:00."),
        ("cnn = 23/11/2026 8:00 PM", "Write cnn = 2026-11-23T20:00:00."),
        ("cnn = 3/11/2026", "Write it in the form cnn = 2026-11-01T23:59:00."),
        ("cnn = Nov 1, 2026 9pm", "Write cnn = 2026-11-01T21:00:00."),
        ("cnn = 1.11.2026 18 Uhr", "Write cnn = 2026-11-01T18:00:00."),
        ("cnn = 2026-11-01 noon", "Write it in the form cnn = 2026-11-01T23:59:00."),
        ("cnn = 2026-11-01 20:15 EST", "Write it in the form cnn = 2026-11-01T23:59:00."),
        ('cnn = "20261103T2015"', "Write cnn = 2026-11-03T20:15:00, without quotes."),
        ("cnn = Friday", "Write it in the form cnn = 2026-11-01T23:59:00."),
        ('cnn = "03.11.2026"', "Write cnn = 2026-11-03, without quotes."),
        ('cnn = "2026-11-03 20:15"', "Write cnn = 2026-11-03T20:15:00, without quotes."),
        ("cnn = 20261103", "Write cnn = 2026-11-03, without quotes."),
        ("cnn: 2026-11-03", "Write cnn = 2026-11-03."),
        ("my lab = 03.11.2026", 'Write "my lab" = 2026-11-03.'),
    ],
)
def test_a_date_in_another_form_is_proposed_in_this_one(
    tmp_path: Path, line: str, step: str
) -> None:
    assert step in refused(tmp_path, f"# x\n[due]\n{line}\n", 3)


@pytest.mark.parametrize(
    ("block", "line", "step"),
    [
        ("[late]", "percent_per_day = 10,5", "Write percent_per_day = 10.5."),
        ("[late]", "cap_percent = 50 %", "Write cap_percent = 50."),
        ("[late]", "percent_per_day = 05", "Write percent_per_day = 5."),
        ("[late]", "percent_per_day = 10 points", "Write it in the form percent_per_day = 3."),
        ("[late]", "zero_after_days = 1 week", "Write it in the form zero_after_days = 3."),
        ("[late]", "grace_minutes = 2 hours", "Write it in the form grace_minutes = 3."),
        ("[[extension]]", "days = 36 hours", "Write it in the form days = 3."),
        ("[[extension]]", "student = ada, ben", "Write one [[extension]] for each"),
        ("[[extension]]", "days = three", "Write it in the form days = 3."),
        ("[[extension]]", "student = ada", 'Write student = "ada".'),
        ("[[extension]]", "excused = Yes", "Write excused = true."),
        ("[[extension]]", "excused = No", "Leave the line out."),
        ("", "timezone = Europe/Berlin", 'Write timezone = "Europe/Berlin".'),
    ],
)
def test_a_value_in_another_form_is_proposed_in_this_one(
    tmp_path: Path, block: str, line: str, step: str
) -> None:
    assert step in refused(tmp_path, f"# x\n{block}\n{line}\n", 3)


def refused(tmp_path: Path, text: str, line: int) -> str:
    path = tmp_path / "rules.toml"
    path.write_text(text)
    with pytest.raises(GradingError, match=f"line {line}[ :]") as error:
        read_rules(path)
    return str(error.value)
