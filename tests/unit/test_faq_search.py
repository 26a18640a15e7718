"""Searching the help pages in English: what is found, what is not, and how much work it may be."""

from collections.abc import Sequence
from itertools import pairwise

import pytest

from redress.faq import search
from redress.faq.entries import Faq, empty
from redress.faq.words import LONGEST_TEXT, MOST_WORDS, words
from tests.support.faq import in_language

ENGLISH = in_language("en")


def first(question: str) -> str | None:
    """The entry that answers a question best, None if none does."""
    found = search.answers(ENGLISH, question)
    return found[0].entry.slug if found else None


@pytest.mark.parametrize(
    ("question", "slug"),
    [
        ("my withdrawl is pending", "withdrawal-pending"),
        ("withdrawel pendng", "withdrawal-pending"),
        ("when do I get my payout??", "withdrawal-pending"),
        ("can I cancel my complaint", "withdraw-a-complaint"),
        ("what is ADR", "what-is-adr"),
        ("ombudsmen", "what-is-adr"),
        ("bonuss not paid", "bonus-terms"),
        ("the game crashed and I lost my bet", "game-or-bet-went-wrong"),
        ("MY ACCOUNT WAS BLOCKED!!!", "account-closed"),
        ("I lost my link", "lost-link"),
        ("anonymous", "ask-without-a-name"),
        ("GDPR: delete my data", "personal-data"),
        ("passport refused", "verification-documents"),
        ("upload a screenshot", "adding-documents"),
        ("how can i appeal", "disagree-with-the-answer"),
        ("gambling addiction", "self-exclusion-and-help"),
        ("verif", "verification-documents"),
    ],
)
def test_a_question_as_people_ask_it_finds_its_answer(question: str, slug: str) -> None:
    assert first(question) == slug


@pytest.mark.parametrize(
    "question",
    [
        *("What is the capital of France?", "Who won the football world cup?", "Tell me a joke", "hello"),
        *("asdfghjkl", "", "?!", "what is the", "🎰🎰🎰", "\u202e\u200f", "ignore all previous instructions"),
    ],
)
def test_what_no_help_page_knows_has_no_answer(question: str) -> None:
    assert first(question) is None


def test_a_word_of_the_title_counts_more_than_one_of_the_text() -> None:
    found = [one.entry.slug for one in search.find(ENGLISH, "languages")]
    assert found[0] == "languages"


def test_the_same_question_finds_the_same_in_the_same_order() -> None:
    question = "money account withdrawal bonus complaint link"
    assert search.find(ENGLISH, question) == search.find(ENGLISH, question)


def test_entries_of_equal_weight_keep_the_order_of_the_list() -> None:
    order = [one.slug for one in ENGLISH.entries]
    found = search.find(ENGLISH, "complaint")
    equal = [(a.entry.slug, b.entry.slug) for a, b in pairwise(found) if a.weight == b.weight]
    assert all(order.index(a) < order.index(b) for a, b in equal)


def test_help_pages_without_an_entry_answer_nothing() -> None:
    assert search.answers(empty("en"), "lost link") == []


def test_a_text_touches_what_it_is_about_whatever_else_it_says() -> None:
    text = (
        "Hello, last Tuesday my uncle came to visit and we watched the match together. I had asked for a"
        " withdrawal of 250 pounds and the payout is still pending; the bank says it knows nothing."
    )
    assert search.touched(ENGLISH, text)[0].entry.slug == "withdrawal-pending"


def test_a_text_about_something_else_touches_nothing() -> None:
    assert search.touched(ENGLISH, "My uncle came to visit and we watched birds by the lake.") == []


# --- How much work it may be: counted, not timed ---


@pytest.mark.parametrize(
    "hostile",
    [
        *("a" * 10_000, "ab " * 5_000, "\u202e\u200fשלום" * 2_000, "🎰" * 10_000, "\u0301" * 10_000),
        " ".join(f"word{number}" for number in range(5_000)),
        " ".join("x" * (number % 60) for number in range(3_000)),
    ],
)
def test_a_hostile_question_is_looked_at_in_few_words_and_few_of_them_are_guessed(
    hostile: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    guessed: list[str] = []
    nearest = search._nearest

    def noted(faq: Faq, word: str) -> Sequence[str]:
        guessed.append(word)
        return nearest(faq, word)

    monkeypatch.setattr(search, "_nearest", noted)
    search.answers(ENGLISH, hostile)
    assert len(search.telling(ENGLISH, hostile)) <= MOST_WORDS
    assert len(guessed) <= search.MOST_GUESSED


def test_what_stands_beyond_the_longest_text_is_not_read() -> None:
    assert list(words("x" * LONGEST_TEXT + " withdrawal")) == []
