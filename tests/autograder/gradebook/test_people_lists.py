"""A list of people is read in the form that each system exports, and says what it does not use."""

import unicodedata
from datetime import UTC
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from autograder.folders import ClassFolder
from autograder.gradebook.people_lists import Lists, add_list, read_roster, write_roster
from autograder.gradebook.roster import People, Person
from autograder.gradebook.written_dates import is_day_first, read_date
from course.errors import GradingError


def read(tmp_path: Path, text: str, encoding: str = "utf-8", lists: Lists | None = None) -> Lists:
    path = tmp_path / "list.csv"
    path.write_bytes(text.encode(encoding))
    lists = lists or Lists(People())
    add_list(lists, path, UTC)
    return lists


ADA = {"name": "Ada Lovelace", "email": "ada@x.org"}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Full name;Email\nAda Lovelace;ada@x.org\n", ADA),
        ("Full name\tEmail\nAda Lovelace\tada@x.org\n", ADA),
        ('sep=;\nFull name;Email\n"Ada Lovelace";ada@x.org\n', ADA),
        ("sep=,\r\nFull name,Email\r\nAda Lovelace,ada@x.org\r\n", ADA),
        ("\n\n,,\nFull name,Email\n\nAda Lovelace,ada@x.org\n", ADA),
        ("\ufeffFull name,Email\nAda Lovelace,ada@x.org\n", ADA),
        ("\ufeffsep=;\n\n\ufeffFull name;Email\nAda Lovelace;ada@x.org\n", ADA),
        ("Name;Vorname;E-Mail-Adresse\nLovelace;Ada;ada@x.org\n", ADA),
        ("Nachname,Vorname,E-Mail\nLovelace,Ada,ada@x.org\n", ADA),
        ("Prénom,Nom,Adresse de courriel\nAda,Lovelace,ada@x.org\n", ADA),
        ("Prénom,Nom de famille,Courriel\nAda,Lovelace,ada@x.org\n", ADA),
        ("Nombre,Apellido(s),Dirección de correo\nAda,Lovelace,ada@x.org\n", ADA),
        ("NOMBRE COMPLETO;Correo Electronico\nAda Lovelace;ada@x.org\n", ADA),
        (
            "id,last_name,first_name,email\nada,Lovelace,Ada,ada@x.org\n",
            {**ADA, "student": "ada"},
        ),
        (
            "student_id,last_name,first_name,email\nada,Lovelace,Ada,ada@x.org\n",
            {**ADA, "student": "ada"},
        ),
        ("Student ID,Name\n0471,Ada Lovelace\n", {"name": "Ada Lovelace", "id_number": "0471"}),
        (
            "OrgDefinedId,Username,Last Name,First Name,Email\n#0471,#al,Lovelace,Ada,ada@x.org\n",
            {**ADA, "id_number": "0471", "login": "al"},
        ),
        (
            '"HW 1",Points\n\nDisplay ID,ID,Last Name,First Name,grade\n9,al,Lovelace,Ada,\n',
            {"name": "Ada Lovelace", "login": "al", "id_number": "9"},
        ),
        (
            'identifier,github_username,github_id,name\nada@x.org,ada-l,7,""\n',
            {"email": "ada@x.org", "github": "ada-l"},
        ),
        (
            "name,canvas_user_id,user_id,login_id,sections,group_name,canvas_group_id,group_id\n"
            '"Lovelace, Ada",101,s1,al,CS 1,Team Rot,55,\n',
            {"canvas_id": "101", "sis_id": "s1", "login": "al", "group": "Team Rot"},
        ),
        (
            "Login,Nachname,Vorname,Matrikelnummer,Gruppe\nal,Lovelace,Ada,0471,A\n",
            {"name": "Ada Lovelace", "login": "al", "id_number": "0471", "group": "A"},
        ),
    ],
    ids=range(21),
)
def test_headings_and_separators(tmp_path: Path, text: str, expected: dict[str, str]) -> None:
    (person,) = read(tmp_path, text).people

    assert {name: getattr(person, name) for name in expected} == expected


def test_a_spreadsheet_s_unicode_text_is_read(tmp_path: Path) -> None:
    lists = read(tmp_path, "Full name\tEmail\nRenée\tr@x.org\n", "utf-16")

    assert [one.name for one in lists.people] == ["Renée"]


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ('Name,Email\nAda,a@x.org\n"Ben,b@x.org\nCleo,c@x.org\n', 3),
        ('Name,Email\n"Ada,a@x.org\nBen,b@x.org\n"Cleo",c@x.org\n', 2),
        ('Name,Email\n"Two\nlines",a@x.org\n"Ben,b@x.org', 4),
        ('Name;Email\n"Bob" Smith;b@x.org\n', 2),
        ("Name,Email\nAda,a@x.org\nBitdiddle, Ben,b@x.org\n", 3),
        ('"Name,Email\nAda,a@x.org\n', 1),
    ],
    ids=range(6),
)
def test_an_open_quote_or_a_separator_too_many_is_an_error_with_its_line(
    tmp_path: Path, text: str, line: int
) -> None:
    with pytest.raises(GradingError, match=f"line {line}: "):
        read(tmp_path, text)


def test_a_list_that_is_no_file_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(GradingError, match="can't be read"):
        add_list(Lists(People()), tmp_path)


def test_staff_and_canvas_s_test_student_are_told_and_not_added(tmp_path: Path) -> None:
    text = (
        "Student,ID,SIS Login ID,Section,hw 1 (9)\n"
        "    Points Possible,,,,10\n"
        '"Lovelace, Ada",101,ada,A,\n"Student, Test",999,0af3,A,\n'
    )
    roles = "Name,Email,Role\n" + "".join(
        f"P{at},p{at}@x.org,{role}\n"
        for at, role in enumerate(
            [
                *("Student", "TA", "Teaching Assistant", "Trainer/in", "Teilnehmer/in"),
                *("Enseignant", "Étudiant", "Profesor", "Estudiante", "Instructor", ""),
                '"Student, Tutor"',
            ]
        )
    )

    canvas, others = read(tmp_path, text), read(tmp_path, roles)

    assert [one.student for one in canvas.people] == ["ada"]
    assert canvas.notes == [
        "list.csv: columns that are not used: hw 1 (9).",
        "list.csv, line 2: it names no student (Points Possible).",
        "list.csv, line 4: Canvas's test student is not one of the class.",
    ]
    assert [one.name for one in others.people] == ["P0", "P4", "P6", "P8", "P10", "P11"]
    assert "list.csv, line 3: P1 is TA, no student." in others.notes


def test_a_name_in_any_form_of_its_letters_is_one_person(tmp_path: Path) -> None:
    rows = [
        unicodedata.normalize(form, "student_id,name,email\nzoë,Zoë Núñez,zoë@x.org\n")
        for form in ("NFC", "NFD")
    ]
    lists = read(tmp_path, rows[0])
    read(tmp_path, rows[1], lists=lists)
    read(tmp_path, unicodedata.normalize("NFD", "Full name\nZoë Núñez\n"), lists=lists)

    assert len(lists.people) == 1
    assert lists.people.get(unicodedata.normalize("NFD", "zoë")) is not None


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("Full name,Email\nAda L,a@x\nBen B,A@x\n", "has the email of line 2, but another name"),
        (
            "Full name,Login,Email\nAda,al,a@x\nAda,al,b@x\n",
            "has the login of line 2, but another email",
        ),
        ("Login,ID number\na,1\nb,2\na,2\n", "has the ID number of b and the login of a"),
        ("id,Email\nada,a@x\nben,a@x\n", "has the email of line 2, but another nbgrader id"),
        ("id,Email\nada,a@x\nada,b@x\n", "has the nbgrader id of line 2, but another email"),
        ("Full name,GitHub\nAda,al\nBen,al\n", "has the github of line 2, but another name"),
    ],
    ids=["name", "email", "three", "folder", "same folder", "github"],
)
def test_two_lines_that_would_become_one_person_are_an_error(
    tmp_path: Path, text: str, message: str
) -> None:
    with pytest.raises(GradingError, match=rf"line \d: it {message}\."):
        read(tmp_path, text)


@pytest.mark.parametrize("text", ["Full name,Email\nAda,a@x\nAda,a@x\n", "Full name\nAda\nAda\n"])
def test_a_line_that_names_somebody_once_more_is_told(tmp_path: Path, text: str) -> None:
    lists = read(tmp_path, text)

    assert len(lists.people) == 1
    assert lists.notes == ["list.csv, line 3: it names the same person as line 2."]


@pytest.mark.parametrize(
    ("text", "students"),
    [
        ("student_id,name\n1,Kim Lee\n2,Kim Lee\n", ["1", "2"]),
        ("name,email\nKim Lee,b@x\nKim Lee,c@x\n", ["b@x", "c@x"]),
        ("name,email,login\nKim Lee,b@x,\nLee Kim,,kl\n", ["b@x", "kl"]),
    ],
)
def test_people_of_one_name_stay_two(tmp_path: Path, text: str, students: list[str]) -> None:
    lists = read(tmp_path, text)
    read(tmp_path, text, lists=lists)

    assert [one.student for one in lists.people] == students


def test_a_name_that_a_list_has_twice_is_taken_for_nobody_known(tmp_path: Path) -> None:
    lists = read(tmp_path, "name,login\nKim Lee,kl\n")
    read(tmp_path, "name,email\nKim Lee,b@x\nKim Lee,c@x\n", lists=lists)

    assert [(one.student, one.email) for one in lists.people] == [
        ("kl", ""),
        ("b@x", "b@x"),
        ("c@x", "c@x"),
    ]


@pytest.mark.parametrize("text", ["Name,Group\nKim Lee,Red\n", "Name\nKim Lee\n"])
def test_a_name_alone_that_several_people_have_is_told(tmp_path: Path, text: str) -> None:
    lists = read(tmp_path, "name,email\nKim Lee,b@x\nKim Lee,c@x\n")
    read(tmp_path, text, lists=lists)

    assert [(one.student, one.group) for one in lists.people] == [("b@x", ""), ("c@x", "")]
    assert lists.notes == [
        "list.csv, line 2: several people are called Kim Lee; give an identifier."
    ]


@pytest.mark.parametrize(
    "people",
    [
        [Person("al", "Kim Lee", login="al"), Person("b@x", "Kim Lee", "b@x")],
        [Person("k1", "Kim Lee"), Person("k2", "Kim Lee")],
    ],
)
def test_the_class_s_own_roster_keeps_people_of_one_name(
    tmp_path: Path, people: list[Person]
) -> None:
    folder = ClassFolder(tmp_path)
    write_roster(folder, People(people))

    assert [*read_roster(folder).people] == people


def test_somebody_who_is_known_under_another_folder_is_told(tmp_path: Path) -> None:
    lists = read(tmp_path, "name,email\nAda L,ada@x\n")
    read(tmp_path, "student_id,name\nada,Ada L\n", lists=lists)

    assert [one.student for one in lists.people] == ["ada@x"]
    assert lists.notes == ["list.csv, line 2: ada is taken for ada@x."]


def test_staff_of_ilias_are_no_students(tmp_path: Path) -> None:
    lists = read(tmp_path, "Login,Rolle\na,Kursadministrator\nb,Kurstutor\nc,Kursmitglied\n")

    assert [one.student for one in lists.people] == ["c"]


FIRST = "Full name,Email,Login\nAda L,a@x,al\nBen B,b@x,bb\n"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("Email,Login\na@x,bb\n", "it has the login of bb and the email of al"),
        ("Full name,Email,Login\nCleo C,c@x,al\n", "it has the login of al, who is known already"),
    ],
)
def test_a_later_list_that_mixes_up_two_people_is_an_error(
    tmp_path: Path, text: str, message: str
) -> None:
    lists = read(tmp_path, FIRST)

    with pytest.raises(GradingError, match=f"line 2: {message}"):
        read(tmp_path, text, lists=lists)


def test_what_a_later_list_changes_of_somebody_is_told(tmp_path: Path) -> None:
    lists = read(tmp_path, FIRST)
    read(tmp_path, "Full name,Email,Login\nB B,new@x,bb\nAda Law,a@x,al\n", lists=lists)
    read(tmp_path, "Full name,Email,Login\nBEN B,new@x,BB\n", lists=lists)

    assert [one.email for one in lists.people] == ["a@x", "new@x"]
    assert lists.changes == [
        "list.csv, line 2: the email of bb is new@x here and was b@x.",
        "list.csv, line 2: the name of bb is B B here and was Ben B.",
        "list.csv, line 3: the name of al is Ada Law here and was Ada L.",
        "list.csv, line 2: the name of bb is BEN B here and was B B.",
    ]


def test_what_a_second_column_of_one_field_says_is_told(tmp_path: Path) -> None:
    text = "Full name,OrgDefinedId,Matrikelnummer,Email,Mail\nAda,#1,77,a@x,a@x\nBen,,78,,b@x\n"
    lists = read(tmp_path, text)

    assert [(one.id_number, one.email) for one in lists.people] == [("1", "a@x"), ("78", "b@x")]
    assert lists.notes == ["list.csv: columns that are not used: Matrikelnummer."]


def test_an_email_without_its_sign_is_told(tmp_path: Path) -> None:
    lists = read(tmp_path, "Full name,Email,\nLovelace, Ada,a@x\n")

    assert lists.notes[-1] == "list.csv, line 2: 'Ada' is no email address."


def test_somebody_with_a_github_login_alone_has_a_folder_of_that_name(tmp_path: Path) -> None:
    lists = read(tmp_path, "Full name,GitHub\n,ada-l\n")

    assert [one.student for one in lists.people] == ["ada-l"]


def test_groups_are_those_of_the_last_list_that_has_them(tmp_path: Path) -> None:
    lists = read(tmp_path, "student_id,group\nada,A\nada,B\nada,A\nben,A\n")
    assert [one.group for one in lists.people] == ["A, B", "A"]

    read(tmp_path, "student_id,group\nada,C\nben,\n", lists=lists)
    read(tmp_path, "student_id,name\nada,Ada\n", lists=lists)
    assert [one.group for one in lists.people] == ["C", ""]


def test_the_roster_comes_back_as_it_was_written(tmp_path: Path) -> None:
    people = [
        Person("ada", "Ada", "a@x.org", "al", "1", "2", "3", "S", "Team Rot, B", "ada-l"),
        Person("anon-x7"),
        Person("no-canvas-number", "Ben"),
        Person("participant-7001"),
    ]
    folder = ClassFolder(tmp_path / "class")
    folder.root.mkdir()
    write_roster(folder, People(people))

    assert [*read_roster(folder).people] == people


def test_an_anonymous_worksheet_adds_nobody_and_knows_the_times(tmp_path: Path) -> None:
    text = (
        'Identifier,Status,"Last modified (submission)"\n'
        'Participant 7001,In,"Sunday, November 1, 2026, 9:15 PM"\nParticipant 7002,,-\n'
    )
    lists = read(tmp_path, text)

    assert len(lists.people) == 0
    times = {number: str(one.time) for number, one in lists.participants.items()}
    assert times == {"7001": "2026-11-01 21:15:00+00:00", "7002": "None"}


GERMAN = (
    'ID,"Vollständiger Name",ID-Nummer,E-Mail-Adresse,Status,Gruppe,"Zuletzt geändert (Abgabe)"\n'
    'Teilnehmer/in7001,"Ada Lovelace",471,ada@x.org,In,Team 1,"Sonntag, 1. November 2026, 21:15"\n'
)
FRENCH = (
    'Identifiant,"Nom complet","Adresse de courriel","Dernière modification (travail remis)"\n'
    'Participant 7001,"Ada Lovelace",ada@x.org,"dimanche 1 novembre 2026, 21:15"\n'
)
SPANISH = (
    'Identificador,"Nombre completo","Dirección de correo","Última modificación (entrega)"\n'
    'Participante 7001,"Ada Lovelace",ada@x.org,"domingo, 1 de noviembre de 2026, 21:15"\n'
)


@pytest.mark.parametrize("text", [GERMAN, FRENCH, SPANISH], ids=["de", "fr", "es"])
def test_moodle_s_worksheet_is_read_in_other_languages(tmp_path: Path, text: str) -> None:
    lists = read(tmp_path, text)

    (participant,) = lists.participants.values()
    assert (participant.person.name, participant.person.email) == tuple(ADA.values())
    assert str(participant.time) == "2026-11-01 21:15:00+00:00"


@pytest.mark.parametrize(
    "text",
    [
        "Sunday, 1 November 2026, 9:15 PM",
        "Sunday, November 1, 2026, 9:15 PM",
        "Sunday, 1 November 2026, 21:15",
        "1 November 2026, 9:15 p.m.",
        "2026-11-01 21:15",
        "2026-11-01T20:15:00Z",
        "01.11.2026 21:15",
        "11/1/2026 9:15 PM",
    ],
)
def test_a_date_is_read_in_each_way_of_writing(text: str) -> None:
    moment = read_date(text, ZoneInfo("Europe/Berlin"), day_first=False)

    assert moment is not None
    assert moment.astimezone(UTC).isoformat() == "2026-11-01T20:15:00+00:00"


@pytest.mark.parametrize(
    "text",
    [
        *["-", "", "Submitted", "1 November 2026", "31.02.2026 10:00", "9:15 PM", "x" * 9999],
        *["0001-01-01 00:00", "Jan 1, 0001 9:15 AM", "9999-12-31 23:59", "31 December 9999, 23:59"],
    ],
)
def test_what_is_no_date_with_a_time_is_none(text: str) -> None:
    assert read_date(text, UTC, day_first=True) is None


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        (["3/4/2026 9:00", "13/4/2026 9:00"], True),
        (["3/4/2026 9:00", "3/14/2026 9:00"], False),
        (["3/4/2026 9:00"], None),
        (["13/4/2026 9:00", "3/14/2026 9:00"], None),
        ([], None),
    ],
    ids=["day", "month", "unknown", "both", "none"],
)
def test_the_whole_column_says_what_comes_first(texts: list[str], expected: bool | None) -> None:
    assert is_day_first(texts) is expected


def test_a_time_that_is_not_certain_is_told(tmp_path: Path) -> None:
    text = "Identifier,Full name,Last modified (submission)\nParticipant 1,Ada,3/4/2026 9:00\n"
    lists = read(tmp_path, text)

    assert lists.participants["1"].time is None
    assert lists.notes == ["list.csv, line 2: '3/4/2026 9:00' is no certain date."]


CANVAS = (
    "Student,ID,SIS User ID,SIS Login ID,Section\n"
    '"Lovelace, Ada",101,4711,ada@uni.edu,A\n'
    '"Noether, Emmy",102,4712,emmy,A\n'
)


@pytest.mark.parametrize(
    "line",
    [
        "Ada,Lovelace,4711,other@x.org",
        "A.,Lovelace,99,ADA@uni.edu",
        "Lovelace,Ada,ada@uni.edu,",
        ",,4711,",
    ],
    ids=["SIS ID and SID", "login and address", "login and SID", "without a name"],
)
@pytest.mark.parametrize("canvas_first", [True, False])
def test_one_identifier_in_fields_of_two_systems_is_one_person(
    tmp_path: Path, line: str, canvas_first: bool
) -> None:
    texts = [CANVAS, f"First Name,Last Name,SID,Email\n{line}\n"]
    lists = Lists(People())
    for text in texts if canvas_first else reversed(texts):
        read(tmp_path, text, lists=lists)

    assert len(lists.people) == 2
    (ada,) = (one for one in lists.people if one.canvas_id == "101")
    assert ada.sis_id == "4711" and ada.login == "ada@uni.edu"


def test_one_identifier_under_names_of_two_people_is_told(tmp_path: Path) -> None:
    lists = read(tmp_path, CANVAS)
    read(tmp_path, "Full name,SID\nMing Li,4711\n", lists=lists)

    assert len(lists.people) == 3
    assert "list.csv, line 2: its ID number is the SIS ID of ada@uni.edu, but the name" in (
        " ".join(lists.changes)
    )
    with pytest.raises(GradingError, match="the SIS ID of emmy and the login of ada"):
        text = "Full name,SID,Email\nAda Noether,4712,ada@uni.edu\n"
        read(tmp_path, text, lists=read(tmp_path, CANVAS))


def test_a_name_without_its_accents_is_the_same_name(tmp_path: Path) -> None:
    lists = read(tmp_path, "Full name,Login\nJosé Núñez,jose\nMüller Ann,am\nराम शर्मा,ram\n")
    text = "Full name,Email\nNunez Jose,j@x.org\nAnn Mu\u0308ller,a@x.org\nरम शर्म,r@x.org\n"
    read(tmp_path, text, lists=lists)

    assert {one.student: one.email for one in lists.people} == {
        "jose": "j@x.org",
        "am": "a@x.org",
        "ram": "",
        "r@x.org": "r@x.org",
    }
    read(tmp_path, "Full name,Login\nJose Núñez,jose2\n", lists=lists)
    read(tmp_path, "Full name,SID\nJosé Núñez,77\n", lists=lists)
    numbers = {one.student: one.id_number for one in lists.people if one.id_number}
    assert numbers == {"77": "77"}  # of two people of one name neither


def test_a_line_for_each_section_of_a_person_is_one_person_of_both(tmp_path: Path) -> None:
    text = f"{CANVAS}{CANVAS.splitlines()[1].removesuffix(',A')},B\n"
    lists = read(tmp_path, text)
    assert {one.name: one.section for one in lists.people} == {
        "Lovelace, Ada": "A, B",
        "Noether, Emmy": "A",
    }
    read(tmp_path, CANVAS, lists=lists)
    assert [one.section for one in lists.people] == ["A", "A"]


def test_a_list_names_those_of_whom_only_the_folder_is_known(tmp_path: Path) -> None:
    lists = read(tmp_path, CANVAS, lists=Lists(People([Person("emmy"), Person("ada@uni.edu")])))

    assert {one.student: one.name for one in lists.people} == {
        "emmy": "Noether, Emmy",
        "ada@uni.edu": "Lovelace, Ada",
    }


@pytest.mark.parametrize(
    ("first", "second", "said"),
    [
        (
            "Full name,Login,Email\nAda Lovelace,ada,ada@uni.edu\n",
            "Full name,Email\nAda Lovelace,ada@gmail.com\n",
            "Ada Lovelace is a new person, ada@gmail.com, beside ada of the same name",
        ),
        (
            "Full name,Login\nJosé García,jg1\nJose Garcia,jg2\n",
            "Full name,Email\nJose Garcia,jose@uni.edu\n",
            "is a new person, jose@uni.edu, beside jg1 and jg2 of the same name",
        ),
        (
            "Student,ID,SIS User ID,SIS Login ID,Section\n"
            '"Lovelace, Ada",1,1001,a@x,A\n"Noether, Ben",2,1002,b@x,A\n',
            "Full name,SID,Email\nAda Lovelace,1002,a@x\nBen Noether,1001,b@x\n",
            "its ID number is the SIS ID of b@x, but the name is another",
        ),
        (
            "id,last_name,first_name\nkim1,Kim,Ada\nkim2,Kim,Ben\n",
            "Full name,Login\nBen Kim,kim1\n",
            "its login is the nbgrader id of kim1, but the name is another",
        ),
    ],
    ids=["another address", "two of the name", "crossed numbers", "one surname"],
)
def test_who_may_be_known_twice_is_told(tmp_path: Path, first: str, second: str, said: str) -> None:
    lists = read(tmp_path, second, lists=read(tmp_path, first))

    assert said in " ".join(lists.changes)


@pytest.mark.parametrize("number", ["1001", "1009"])
def test_an_identifier_under_the_name_of_another_is_an_error(tmp_path: Path, number: str) -> None:
    first = "Full name,SIS ID,Login\nAda Kim,1001,ada\nBen Kim,1002,ben\n"
    second = f"Full name,SIS ID,Login\nBen Kim,{number},ada\n"
    with pytest.raises(GradingError, match="ada, who is known already, but another"):
        read(tmp_path, second, lists=read(tmp_path, first))


def test_an_nbgrader_id_may_be_the_number_of_another_list(tmp_path: Path) -> None:
    lists = read(tmp_path, "id,last_name,first_name\n1001,Lovelace,Ada\n")
    read(tmp_path, "Full name,ID number,Email\nAda M. Lovelace,1001,a@x\n", lists=lists)

    assert [(one.student, one.email) for one in lists.people] == [("1001", "a@x")]
