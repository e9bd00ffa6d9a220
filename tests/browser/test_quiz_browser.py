"""The quiz page in a real browser: by keyboard alone, kept over a reload, without a barrier."""

from functools import cache

import pytest
from hypothesis import HealthCheck, given, settings
from support.browsing import Visit, assert_no_barrier
from support.quizzes import BANK, QUIZZES, drawn

from course.quiz import practice_bank
from course.quiz.question import number_text
from course.quiz.scoring import score
from course.quiz.variants import select
from course.quiz.web_page import page_html, write_page

SEED = 6
QUESTIONS = select(practice_bank(), None, None, SEED)
POSSIBLE = int(sum(question.points for question in QUESTIONS))
MOST_TABS = 12


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    return write_page(tmp_path_factory.mktemp("quiz") / "quiz.html", seed=SEED).as_uri()


@pytest.fixture
def visit(browser, address):
    visits = []

    def open_page(**options):
        visits.append(Visit(browser, address, **options))
        return visits[-1]

    yield open_page
    for opened in visits:
        opened.context.close()
        assert opened.complaints == []
        assert set(opened.requests) == {address}


def focused(page):
    """Return id and text of what has the focus."""
    return page.evaluate(
        "[document.activeElement.id, document.activeElement.textContent.slice(0, 20)]"
    )


def tab_to(page, wanted):
    for _ in range(MOST_TABS):
        page.keyboard.press("Tab")
        name, text = focused(page)
        if wanted in (name, text):
            return
    raise AssertionError(f"{wanted} is not reached by Tab; {focused(page)} has the focus")


def answer_by_keyboard(page, question, answer):
    name = f"q-{question.id}"
    if question.kind == "numeric":
        tab_to(page, f"{name}-number")
        page.keyboard.type(answer)
    elif question.kind == "multiple":
        for letter in answer:
            tab_to(page, f"{name}-{letter}")
            page.keyboard.press("Space")
    else:
        tab_to(page, f"{name}-a")
        page.keyboard.press("Space")
        for _ in range(question.letters.index(answer)):
            page.keyboard.press("ArrowDown")
    number = QUESTIONS.index(question) + 1
    tab_to(page, f"Check answer, question {number}"[:20])
    page.keyboard.press("Enter")


def right_answer(question):
    return number_text(question.key)


def wrong_answer(question):
    if question.kind == "numeric":
        return number_text(question.mistakes[0].value)
    return next(option.letter for option in question.options if not option.right)


def answer_by_click(page, question, answer):
    form = page.locator(f"#q-{question.id}")
    if question.kind == "numeric":
        form.locator("input").fill(answer)
    else:
        for letter in answer:
            form.locator(f"input[value={letter}]").check()
    form.locator("button").click()


def test_answered_by_keyboard_alone_the_page_reaches_the_full_score(visit):
    page = visit().page

    for question in QUESTIONS:
        answer_by_keyboard(page, question, right_answer(question))

    shown = f"{len(QUESTIONS)} of {len(QUESTIONS)} answered, {POSSIBLE} of {POSSIBLE} points"
    assert page.locator("#progress").inner_text() == shown
    assert page.locator("#again").inner_text() == ""
    for question in QUESTIONS:
        assert page.locator(f"#q-{question.id}-result .verdict").inner_text().startswith("✓ Right")


def test_answered_wrongly_by_keyboard_it_scores_nothing_and_can_be_retried(visit):
    opened = visit()
    page = opened.page
    for question in QUESTIONS:
        answer_by_keyboard(page, question, wrong_answer(question))

    assert f"0 of {POSSIBLE} points" in opened.text("#progress")
    for question in QUESTIONS:
        result = opened.text(f"#q-{question.id}-result")
        assert result.startswith("✗ Not right. 0 of 2 points.")
        assert question.heading in result
        assert question.heading in opened.text("#again")
    tab_to(page, "retry")
    page.keyboard.press("Enter")
    assert f"0 of {len(QUESTIONS)} answered" in opened.text("#progress")
    assert focused(page)[0] == f"q-{QUESTIONS[0].id}-a"
    assert page.locator(".why:visible").count() == 0


def test_retry_asks_only_what_was_wrong(visit):
    opened = visit()
    for question in QUESTIONS[:3]:
        answer_by_click(opened.page, question, right_answer(question))
    answer_by_click(opened.page, QUESTIONS[3], wrong_answer(QUESTIONS[3]))

    opened.page.locator("#retry").click()

    assert "3 of 37 answered, 6 of" in opened.text("#progress")
    assert opened.text("#done") == "1 to answer again."
    answer_by_click(opened.page, QUESTIONS[3], right_answer(QUESTIONS[3]))
    assert "4 of 37 answered, 8 of" in opened.text("#progress")


def test_a_reload_keeps_answers_drafts_and_score(visit):
    opened = visit()
    page = opened.page
    draft = next(question for question in QUESTIONS[12:] if question.kind == "single")
    page.locator(f"#q-{draft.id} input").first.check()
    for question in QUESTIONS[:12]:
        answer_by_click(page, question, right_answer(question))
    before = opened.text("#progress"), opened.text("#topics"), opened.text("#main")

    page.reload()

    assert "12 of 37 answered, 24 of" in opened.text("#progress")
    assert (opened.text("#progress"), opened.text("#topics"), opened.text("#main")) == before
    assert page.locator(f"#q-{draft.id} input").first.is_checked()
    page.locator("#restart").click()
    page.reload()
    assert "0 of 37 answered, 0 of" in opened.text("#progress")


def test_a_checked_answer_is_changed_only_by_trying_again(visit):
    page = visit().page
    answer_by_click(page, QUESTIONS[0], wrong_answer(QUESTIONS[0]))
    fields = page.locator(f"#q-{QUESTIONS[0].id} input")
    assert [field.is_disabled() for field in fields.all()] == [True] * fields.count()

    page.locator(f"#q-{QUESTIONS[0].id} button").click()
    answer_by_click(page, QUESTIONS[0], right_answer(QUESTIONS[0]))

    assert "1 of 37 answered, 2 of" in page.locator("#progress").inner_text()


def test_an_empty_answer_is_asked_for_and_not_counted(visit):
    opened = visit()
    numeric = next(question for question in QUESTIONS if question.kind == "numeric")
    for question in (QUESTIONS[0], numeric):
        opened.page.locator(f"#q-{question.id} button").click()
    opened.page.locator(f"#q-{numeric.id} input").fill("3,5")
    opened.page.locator(f"#q-{numeric.id} button").click()

    assert opened.text(f"#q-{QUESTIONS[0].id}-result") == "Choose an option first."
    assert opened.text(f"#q-{numeric.id}-result").startswith("Write a number")
    assert focused(opened.page)[0] == f"q-{numeric.id}-number"
    assert "0 of 37 answered" in opened.text("#progress")


def test_a_known_mistake_is_met_with_its_own_explanation(visit):
    opened = visit()
    numeric = next(question for question in QUESTIONS if question.id == "parameters-of-conv2d")

    answer_by_click(opened.page, numeric, number_text(numeric.mistakes[0].value))

    result = opened.text(f"#q-{numeric.id}-result")
    assert " ".join(numeric.mistakes[0].explanation.split()) in result
    assert number_text(numeric.key) in result


def test_the_page_works_where_the_browser_keeps_nothing(browser, address):
    context = browser.new_context()
    page = context.new_page()
    page.add_init_script(
        "Object.defineProperty(window, 'localStorage', {get() { throw new Error('blocked'); }});"
    )
    page.goto(address)

    answer_by_click(page, QUESTIONS[0], right_answer(QUESTIONS[0]))

    assert "1 of 37 answered, 2 of" in page.locator("#progress").inner_text()
    assert "does not keep your answers" in page.locator("#total").inner_text()
    context.close()


@pytest.mark.parametrize("kept", ["null", "[]", "7", "{", '{"lesson-pooling": {"answer": 3}}'])
def test_damaged_progress_counts_as_none(visit, kept):
    opened = visit()
    opened.page.evaluate(
        "kept => Object.keys(localStorage).forEach(key => localStorage.setItem(key, kept))", kept
    )

    opened.page.reload()

    assert "0 of 37 answered" in opened.text("#progress")
    answer_by_click(opened.page, QUESTIONS[0], right_answer(QUESTIONS[0]))
    assert "1 of 37 answered" in opened.text("#progress")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_no_barrier_before_or_after_the_answers(browser, tmp_path, scheme):
    # A shorter page with all kinds of questions; the whole one is among the slow proofs.
    short = write_page(tmp_path / "short.html", seed=SEED, number=10)
    questions = select(practice_bank(), None, 10, SEED)
    assert {question.kind for question in questions} == {"single", "multiple", "numeric"}
    page = Visit(browser, short.as_uri(), color_scheme=scheme).page
    assert_no_barrier(page)

    for question in questions[::2]:
        answer_by_click(page, question, right_answer(question))
    for question in questions[1::2]:
        answer_by_click(page, question, wrong_answer(question))

    assert_no_barrier(page)
    page.context.close()


@pytest.mark.slow
@pytest.mark.parametrize("answer", [right_answer, wrong_answer])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_no_barrier_on_the_whole_page(visit, scheme, answer):
    page = visit(color_scheme=scheme).page
    for question in QUESTIONS:
        answer_by_click(page, question, answer(question))

    assert_no_barrier(page)


def test_no_screen_has_to_be_scrolled_sideways(visit):
    page = visit().page
    for question in QUESTIONS:
        answer_by_click(page, question, wrong_answer(question))

    for width in (320, 768, 1600):
        page.set_viewport_size({"width": width, "height": 700})
        assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_the_print_view_shows_questions_without_buttons_in_black_on_white(visit):
    page = visit(color_scheme="dark").page

    page.emulate_media(media="print")

    assert page.locator("button:visible").count() == 0
    assert page.locator("fieldset:visible").count() == len(QUESTIONS)
    colors = page.evaluate(
        "[getComputedStyle(document.body).color, getComputedStyle(document.body).backgroundColor]"
    )
    assert colors == ["rgb(0, 0, 0)", "rgb(255, 255, 255)"]


@cache
def graded_page(browser, seed):
    page = browser.new_context().new_page()
    page.set_content(page_html(BANK.title, drawn(seed)))
    return page


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(quiz=QUIZZES)
def test_the_page_scores_as_the_other_places_do(browser, quiz):
    seed, answers = quiz
    plain = [
        float(answer) if question.kind == "numeric" else answer
        for question, answer in zip(drawn(seed), answers, strict=True)
    ]

    shares = graded_page(browser, seed).evaluate(
        "answers => answers.map((a, n) => convpoolQuiz.score(convpoolQuiz.questions[n], a))",
        list(answers),
    )

    assert shares == [score(q, answer) for q, answer in zip(drawn(seed), plain, strict=True)]
