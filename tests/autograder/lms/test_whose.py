"""Whose an upload is, where one value is two people's, or a name speaks against it."""

import pytest

from autograder.gradebook.people_lists import Lists
from autograder.gradebook.roster import People, Person
from autograder.lms.forms import NamePattern, Sender
from autograder.lms.naming import Ambiguous
from autograder.lms.whose import people_of, shared_names

ADA = Person("a", "Ada Lovelace", "ada@x.org", login="1002", id_number="1001", github="lovelace")
BEN = Person("b", "Ben Noether", "ben@x.org", login="1001", id_number="1002", github="a")
CANVAS = [
    Person("c", "Ada Lovelace", canvas_id="1001", sis_id="5001"),
    Person("d", "Ben Noether", canvas_id="1002", sis_id="1001"),
]


def whose(people: list[Person], *uploads: Sender) -> list[str]:
    """Return whose each upload is: the student, or the reason why it is nobody's."""
    lists, found = Lists(People(people)), []
    shared = shared_names([one] for one in uploads)
    for upload in uploads:
        try:
            found += [person.student for person, _, _ in people_of([upload], lists, shared)]
        except Ambiguous as reason:
            found.append(str(reason))
    return found


def by_pattern(pattern: str, path: str) -> Sender:
    (sender,) = NamePattern(pattern).senders(path, None)  # type: ignore[arg-type] -- of times
    return sender


@pytest.mark.parametrize(
    ("sender", "student"),
    [
        (Sender("github", "a"), "b"),
        (Sender("blackboard", "1001"), "b"),
        (Sender("sakai", "1001", "Noether, Ben"), "b"),
        (Sender("ilias", "1002", "Lovelace Ada"), "a"),
        (Sender("plain", "a"), "a"),
        (Sender("gradescope", "s", "Ada Lovelace", "ada@x.org", "1001"), "a"),
        (Sender("gradescope", "s", "Ada Lovelace", "other@x.org", "1001"), "a"),
        (by_pattern("(?P<login>[0-9]+)", "1001"), "b"),
        (by_pattern("(?P<sid>[0-9]+)", "1001"), "a"),
        (by_pattern("(?P<github>.+)", "a"), "b"),
    ],
    ids=lambda one: f"{one.system} {one.key}" if isinstance(one, Sender) else "",
)
def test_the_field_that_the_system_means_comes_first(sender: Sender, student: str) -> None:
    assert whose([ADA, BEN], sender) == [student]


@pytest.mark.parametrize(
    ("people", "sender", "reason"),
    [
        (CANVAS, Sender("plain", "1001"), "can be those of c or d"),
        (CANVAS, by_pattern("(?P<student_id>[0-9]+)", "1001"), "can be those of c or d"),
        ([ADA], Sender("sakai", "1001", "Noether, Emmy"), "number is that of a, its name is not"),
        (
            [ADA],
            by_pattern("(?P<sid>[0-9]+)_(?P<name>.+)", "1001_Ben Noether"),
            "number is that of a, its name is not",
        ),
        (
            [ADA, BEN],
            Sender("gradescope", "s", "Ben Noether", "ada@x.org", "1002"),
            "can be those of a or b",
        ),
    ],
    ids=["plain", "pattern", "a name in Sakai", "a name in a pattern", "address and number"],
)
def test_what_speaks_for_two_people_is_nobody_s(
    people: list[Person], sender: Sender, reason: str
) -> None:
    (said,) = whose(people, sender)
    assert reason in said


def test_a_namesake_with_another_number_is_a_new_person() -> None:
    anna = Person("anna1", "Anna Meyer", login="anna1", canvas_id="11", sis_id="1001")
    other = Sender("gradescope", "s", "Anna Meyer", "anna2@x.org", "2002")
    lists = Lists(People([anna]))

    ((person, _, note),) = people_of([other], lists, set())

    assert person.student == "anna2@x.org" and len(lists.people) == 2
    assert "Of that name there is anna1, with another number." in note


@pytest.mark.parametrize(
    ("first", "second", "words"),
    [
        (("sakai", "anna1", "Meyer, Anna"), ("sakai", "anna2", "Meyer, Anna"), "with logins"),
        (
            ("gradescope", "s1", "Anna Meyer", "1@x.org"),
            ("gradescope", "s2", "Anna Meyer", "2@x.org"),
            "Gradescope's roster",
        ),
    ],
)
def test_two_of_one_name_are_not_both_the_one_who_is_known(
    first: tuple[str, ...], second: tuple[str, ...], words: str
) -> None:
    found = whose([Person("anna", "Anna Meyer", id_number="7")], Sender(*first), Sender(*second))

    assert all(words in one for one in found) and len(found) == 2
    new = whose([], Sender(*first), Sender(*second))
    assert len({*new}) == 2 and not any("Two people" in one for one in new)


def test_names_in_other_letters_speak_against_nobody() -> None:
    people = [Person("m", "Jörg Müller", login="jm"), Person("l", "李明", login="lm")]

    assert whose(people, Sender("ilias", "jm", "Mueller Joerg")) == ["m"]
    assert whose(people, Sender("sakai", "lm", "Li, Ming")) == ["l"]
