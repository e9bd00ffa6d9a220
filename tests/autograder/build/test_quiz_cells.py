"""The graded quiz as notebook cells: no key in sight, and the right marks behind."""

import pytest
from support.leaks import explanations, forbidden_in, released
from support.quizzes import BANK, cells, grade

from autograder.build.quiz_cells import draw, quiz_cells
from course.errors import QuizError
from course.quiz import read_bank
from course.quiz.scoring import score


def test_ten_questions_give_three_cells_each_in_order():
    headers = [header for header, _ in cells(quiz_cells(BANK, 1))]

    expected = []
    for n in range(1, 11):
        expected += [
            f'[markdown] locked="q{n}_question"',
            f'gap="q{n}"',
            f'test="q{n}" points=2',
        ]
    assert headers == expected


def test_building_twice_gives_identical_text_and_another_seed_another():
    assert quiz_cells(BANK, 5) == quiz_cells(BANK, 5)
    assert quiz_cells(BANK, 5) != quiz_cells(BANK, 6)


@pytest.mark.parametrize("seed", range(20))
def test_the_release_holds_no_key_no_canary_and_no_explanation(seed):
    text = released(quiz_cells(BANK, seed))

    secrets = {text.splitlines()[0] for text in explanations(draw(BANK, seed))}
    assert len(secrets) > 10
    assert {line for line in secrets if line in text} == set()
    assert forbidden_in(text) == []
    assert "compute" not in text
    gaps = [body.split("#")[0].strip() for header, body in cells(text) if header.startswith("gap")]
    assert gaps == [f"q{n} = None" for n in range(1, 11)]


def test_the_release_of_a_question_is_the_same_whichever_option_is_right(tmp_path):
    # If the release depended on the key in any way, moving the mark would change it.
    text = BANK.path.read_text(encoding="utf-8")
    block = text[text.index("## strongest-response") : text.index("## arrays-for-conv2d")]
    moved = block.replace("- [x]", "- [ ]").replace(
        "- [ ] All three rows are 9", "- [x] All three rows are 9"
    )
    other = tmp_path / "quiz.md"
    other.write_text(text.replace(block, moved), encoding="utf-8")

    assert quiz_cells(BANK, 3) != quiz_cells(read_bank(other), 3)
    assert released(quiz_cells(BANK, 3)) == released(quiz_cells(read_bank(other), 3))


@pytest.mark.parametrize("seed", range(5))
def test_the_key_earns_full_marks_and_nothing_earns_none(seed, capsys):
    for number, question in enumerate(draw(BANK, seed), start=1):
        assert grade(seed, number, question.key) == 2.0
        assert grade(seed, number, None) == 0.0
        assert grade(seed, number, "z" if question.options else question.key + 1) == 0.0
    assert capsys.readouterr().err == ""


def test_part_credit_is_marked_as_the_scoring_says():
    questions = draw(BANK, 0)
    number = next(n for n, q in enumerate(questions, start=1) if q.kind == "multiple")
    question = questions[number - 1]

    assert grade(0, number, question.key[0]) == pytest.approx(2 * score(question, question.key[0]))
    assert 0 < grade(0, number, question.key[0]) < 2
    assert grade(0, number, question.letters) == 0.0


def test_the_rule_for_several_right_options_stands_in_the_question():
    texts = [body for header, body in cells(quiz_cells(BANK, 0)) if "locked" in header]

    for question, text in zip(draw(BANK, 0), texts, strict=True):
        assert ("Choosing everything earns nothing" in text) == (question.kind == "multiple")


def test_every_picture_in_the_cells_has_its_alternative_text():
    text = quiz_cells(BANK, 0)

    assert text.count("](data:image/svg+xml;base64,") == sum(
        q.figure is not None for q in BANK.questions
    )
    assert "![](" not in text


def test_a_bank_of_another_size_or_other_points_is_refused(tmp_path):
    text = BANK.path.read_text(encoding="utf-8")
    short, heavy = tmp_path / "short.md", tmp_path / "heavy.md"
    short.write_text(text[: text.index("## parameters-against-work")], encoding="utf-8")
    heavy.write_text(text.replace("kind: numeric", "kind: numeric\npoints: 3", 1), encoding="utf-8")

    with pytest.raises(QuizError, match=r"short\.md has 9 questions; the graded quiz has 10"):
        draw(read_bank(short), 0)
    with pytest.raises(QuizError, match=r"heavy\.md, line \d+: .* has 3 points"):
        draw(read_bank(heavy), 0)
