"""What the assistant says: from where, to whom, and when it says that it does not know."""

from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from redress.assistant import dialogue, meaning, state
from redress.assistant.knowledge import Knowledge, Standing
from redress.assistant.lines import CHOICES, LINES, LINKS
from redress.assistant.shown import Shown, shown
from redress.assistant.state import STEPS, Message, State, Unusable
from redress.domain.categories import Category
from redress.language import CODES, language
from redress.web.routes import ROUTES
from tests.support.complaints import REGION, T0
from tests.support.faq import in_language

NUMBER, KEY = "0000-0001-Y", "AABS_O2uMJxQNz6ldCS-QfmpmXyE9gA6"
STANDING = Standing(
    number=NUMBER, title="We are looking into it", lead="A team checks.", dates=[("Answer", "today")]
)


def knowledge(code: str = "en", *, opens: bool = True) -> Knowledge:
    """What the assistant knows in a language; it opens one complaint with one key."""
    known = {(NUMBER, KEY): STANDING}
    return Knowledge(
        language=language(code),
        region=REGION,
        brand=REGION.brands[0],
        faq=in_language(code),
        now=T0,
        opens=(lambda number, key: known.get((number, key))) if opens else None,
    )


def talk(
    *said: str, known: Knowledge | None = None, begin: State | None = None
) -> tuple[State, Sequence[Message]]:
    """The state after these sentences, and what was said to the last."""
    at, messages = begin or State(), dialogue.greeting()
    for sentence in said:
        at, messages = dialogue.reply(at, sentence, known or knowledge())
    return at, messages


def lines(*said: str, code: str = "en") -> list[str]:
    """The names of the lines with which the last of these sentences is answered."""
    return [one.line for one in talk(*said, known=knowledge(code))[1]]


def said_to(sentence: str, code: str = "en") -> Shown:
    """What is shown as the answer to a first sentence."""
    known = knowledge(code)
    return shown(talk(sentence, known=known)[1][0], known)


# --- Answers ---


def test_a_question_is_answered_with_the_first_paragraph_of_a_help_page_and_says_which() -> None:
    answer = said_to("why is my withdrawl pending?")
    page = in_language("en").entry("withdrawal-pending")
    assert page is not None
    assert answer.source is not None
    assert (answer.text, answer.source.title, answer.source.path) == (
        page.first,
        page.title,
        f"faq/{page.slug}",
    )


def test_the_questions_of_other_pages_are_offered_and_saying_one_asks_it() -> None:
    offered = said_to("documents").choices
    assert offered
    found = said_to(offered[0])
    assert found.source is not None
    assert found.source.title == offered[0]


@pytest.mark.parametrize("question", ["What is the capital of France?", "asdfgh", "🎰", "Tell me a joke"])
def test_what_it_does_not_know_it_says_and_hands_over(question: str) -> None:
    answer = said_to(question)
    assert answer.line == "unknown"
    assert {"consultations", "complaints", "site"} <= {one.name for one in answer.links}


def test_by_when_we_must_answer_comes_from_the_rule_packs_of_the_brand() -> None:
    answer = said_to("how long does it take")
    assert answer.line == "deadline"
    assert answer.source is not None
    assert answer.source.path == "policy"
    assert any("26 April 2026" in when for _, when in answer.details)  # eight weeks, the first day counted


def test_who_decides_if_we_do_not_agree_is_the_body_of_the_region_file() -> None:
    bodies = {body.name for body in REGION.brands[0].jurisdictions.values()}
    answer = said_to("which ombudsman")
    assert {what.partition(",")[0] for _, what in answer.details} == bodies


def test_a_page_that_is_there_no_more_makes_the_answer_an_unknown_one() -> None:
    assert shown(Message(line="answer", entry="long-gone"), knowledge()).line == "unknown"


def test_it_is_the_same_answer_every_time() -> None:
    assert talk("withdrawal documents bonus") == talk("withdrawal documents bonus")


# --- Signals of harm ---


def test_a_signal_of_harm_comes_before_everything_else() -> None:
    at, messages = talk("Thanks, but I want to kill myself, how do I get my bonus?")
    assert [one.line for one in messages] == ["distress"]
    answer = shown(messages[0], knowledge())
    assert answer.source is not None
    assert answer.source.path == "faq/self-exclusion-and-help"
    assert "site" in {one.name for one in answer.links}
    assert at.asked.startswith("Thanks")


def test_a_signal_of_harm_in_the_story_of_a_complaint_is_answered_and_the_story_is_kept() -> None:
    at, messages = talk(
        "I want to make a complaint", "Bonuses and promotions", "I want to kill myself over this"
    )
    assert [one.line for one in messages] == ["distress", "ask_occurred_on"]
    assert at.fields["description"] == "I want to kill myself over this"


def test_a_choice_that_names_self_exclusion_is_no_signal() -> None:
    assert lines("I want to make a complaint", "Safer gambling, limits and self-exclusion") == [
        "ask_description"
    ]


# --- Where a complaint stands ---


@pytest.mark.parametrize(
    "link",
    [f"https://x.example/en/complaints/{NUMBER}/{KEY}", f"{NUMBER}/{KEY}", f"My number: {NUMBER} {KEY}."],
)
def test_a_private_link_shows_where_the_complaint_stands(link: str) -> None:
    at, [message] = talk("Where does my complaint stand?", link)
    answer = shown(message, knowledge())
    assert (answer.line, list(answer.more)) == ("standing", [STANDING.title, STANDING.lead])
    assert list(answer.details) == [("Answer", "today")]
    assert at == State()


def test_the_key_is_in_no_state_and_in_nothing_that_is_remembered() -> None:
    link = f"look here https://x.example/complaints/{NUMBER}/{KEY}?a=b please"
    at, messages = talk("Where does my complaint stand?", link)
    kept = [state.Turn(said=dialogue.without_link(link)), *(state.Turn(message=one) for one in messages)]
    assert KEY not in f"{at.to_json()}{state.remembered(kept)}"
    assert "looking into" not in f"{state.remembered(kept)}"


@pytest.mark.parametrize(
    "link", [f"{NUMBER}/{KEY[:-1]}7", f"0000-0002-W/{KEY}", f"https://x.example/{NUMBER}/short"]
)
def test_another_key_or_number_opens_nothing(link: str) -> None:
    assert lines("Where does my complaint stand?", link) == ["bad_link"]


def test_a_number_alone_opens_nothing_and_the_link_is_still_awaited() -> None:
    at, messages = talk("Where does my complaint stand?", NUMBER)
    assert ([one.line for one in messages], at.step) == (["number_only"], "link")


def test_a_link_in_the_midst_of_a_complaint_loses_none_of_it() -> None:
    at, messages = talk("I want to make a complaint", "Bonuses and promotions", f"{NUMBER}/{KEY}")
    assert [one.line for one in messages] == ["standing"]
    assert (at.step, dict(at.fields)) == ("description", {"category": "bonuses"})


def test_where_complaints_cannot_be_opened_it_says_so() -> None:
    closed = knowledge(opens=False)
    assert [one.line for one in talk(f"{NUMBER}/{KEY}", known=closed)[1]] == ["not_here"]


# --- A new complaint ---

TOLD = (
    "I want to make a complaint",
    "bonus",
    "It was not paid.",
    "1 March 2026",
    "£25.50",
    "no",
    "Player Example",
)


def test_a_complaint_is_asked_for_step_by_step_and_nothing_is_sent() -> None:
    at, messages = talk(*TOLD, "player@example.com")
    assert dict(at.fields) == {
        "category": "bonuses",
        "description": "It was not paid.",
        "occurred_on": "2026-03-01",
        "amount": "25.50",
        "currency": "GBP",
        "name": "Player Example",
        "email": "player@example.com",
    }
    assert (at.step, [one.line for one in messages]) == ("check", ["check"])


@pytest.mark.parametrize(
    ("step", "said", "rule"),
    [
        ("category", "something odd", "unknown_category"),
        ("description", "x" * 10_001, None),  # cut where the longest sentence ends
        ("occurred_on", "31 February 2026", "date"),
        ("occurred_on", "1 March 2126", "date_in_future"),
        ("amount", "much", "currency"),
        ("amount", "25", "currency"),
        ("amount", "GBP 0", "amount_range"),
        ("name", "a\u202eb", "control_character"),
        ("email", "nowhere", "email"),
    ],
)
def test_an_answer_is_read_as_the_form_reads_it(step: str, said: str, rule: str | None) -> None:
    at, messages = talk(said, begin=State(step=step))
    told = [one.rule for one in messages if one.line == "problem"]
    assert told == ([rule] if rule else [])
    assert at.step == (step if rule else STEPS[STEPS.index(step) + 1])


def test_what_is_wrong_is_said_in_the_words_of_the_form() -> None:
    [problem, again] = talk("nowhere", begin=State(step="email"))[1]
    assert shown(problem, knowledge()).text == "Write an e-mail address such as name@example.com"
    assert again.line == "ask_email"


def test_only_what_the_form_does_not_need_can_be_left_out() -> None:
    assert talk("skip", begin=State(step="account"))[0].step == "name"
    assert talk("skip", begin=State(step="email"))[0].step == "email"


def test_stopping_drops_what_was_told() -> None:
    at, messages = talk(*TOLD, "stop")
    assert (at, [one.line for one in messages]) == (State(), ["stopped"])


def test_a_story_that_tells_of_stopping_is_a_story() -> None:
    at, _ = talk("I want to make a complaint", "bonus", "I asked them to stop and cancel it.")
    assert at.fields["description"] == "I asked them to stop and cancel it."


# --- Intents in every language ---


@pytest.mark.parametrize("code", CODES)
@pytest.mark.parametrize("name", meaning.intents())
def test_every_phrase_is_understood_in_every_language(code: str, name: str) -> None:
    for phrase in meaning.phrases(name, code):
        found = meaning.intent(language(code), " ".join(phrase), during=False)
        assert found == name, phrase


@pytest.mark.parametrize("code", CODES)
def test_every_choice_is_understood_word_by_word_in_every_language(code: str) -> None:
    spoken = language(code)
    said = [spoken.say(choice) for choice in CHOICES.values()]
    assert [meaning.chosen(spoken, one) for one in said] == list(CHOICES)


def test_every_line_leads_somewhere_that_exists() -> None:
    assert {name for line in LINES.values() for name in line.links} <= set(LINKS)
    assert {name for line in LINES.values() for name in line.choices} <= set(CHOICES)
    assert {path for _, path in LINKS.values() if path and f"/{path}" not in ROUTES} == set()


def test_every_category_can_be_chosen() -> None:
    assert {f"category:{one}" for one in Category} <= set(CHOICES)


# --- What is remembered is distrusted ---


@pytest.mark.parametrize(
    "document",
    [
        *(
            None,
            [],
            "x",
            {"step": "boss"},
            {"step": 1},
            {"stray": 1},
            {"fields": []},
            {"fields": {"nonce": "x"}},
        ),
        *({"fields": {"name": 1}}, {"asked": "x" * 10_001}, {"step": None}),
    ],
)
def test_what_is_no_state_is_refused(document: object) -> None:
    with pytest.raises(Unusable):
        state.state(document)


@pytest.mark.parametrize(
    "document",
    [
        *({}, [1], [{}], [{"line": "send us your password"}], [{"line": "answer", "entry": "../../x"}]),
        *([{"line": "standing", "details": {}}], [{"said": 1}], [{"line": "problem", "rule": "<b>"}]),
        *([{"line": "answer", "others": ["a"] * 6}], [{"said": "x"}] * 1000),
    ],
)
def test_what_is_no_conversation_is_refused(document: object) -> None:
    with pytest.raises(Unusable):
        state.turns(document)


def test_a_state_comes_back_as_it_went() -> None:
    at, _ = talk(*TOLD)
    assert state.state(at.to_json()) == at


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
)


@given(_JSON)
def test_whatever_is_sent_as_a_state_is_one_or_is_refused(document: Any) -> None:
    for read in (state.state, state.turns):
        try:
            read(document)
        except Unusable:
            continue


@given(
    st.lists(st.text(max_size=60) | st.sampled_from(list(CHOICES.values())), max_size=6),
    st.sampled_from(CODES),
)
def test_whatever_is_said_has_an_answer_that_can_be_shown(said: list[str], code: str) -> None:
    known = knowledge(code)
    at, messages = talk(*said, known=known)
    assert messages
    assert all(shown(one, known).text for one in messages)
    assert state.state(at.to_json()) == at
    remembered = state.remembered([state.Turn(message=one) for one in messages])
    assert len(state.turns(remembered)) == len(messages)
