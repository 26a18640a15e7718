"""Signals of harm: every sentence that has one is found, and ordinary complaints raise no alarm."""

import json
from collections.abc import Mapping
from typing import Any

import pytest

from redress.domain.reading import TRIAGE_FOLDER, read_data
from redress.domain.signals import AGE, BUCKET, GAP, HARMLESS, KINDS, Vocabulary, find, fold, index
from tests.support.harm_sentences import HARM
from tests.support.ordinary_sentences import ORDINARY

LANGUAGES = ("en", "fr", "pl", "ru", "de", "es")
HARMFUL = [
    (language, kind, sentence)
    for language, kinds in HARM.items()
    for kind, sentences in kinds.items()
    for sentence in sentences
]


@pytest.mark.parametrize(("language", "kind", "sentence"), HARMFUL)
def test_a_sentence_of_harm_is_found_with_its_kind(language: str, kind: str, sentence: str) -> None:
    assert kind in find(sentence), language


@pytest.mark.parametrize("language", LANGUAGES)
def test_ordinary_complaints_raise_no_alarm(language: str) -> None:
    assert {sentence: find(sentence) for sentence in ORDINARY[language] if find(sentence)} == {}


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_language_is_tried_with_enough_sentences_of_each_kind(language: str) -> None:
    assert all(len(HARM[language][kind]) >= 5 for kind in KINDS)
    assert sum(len(sentences) for sentences in HARM[language].values()) >= 15
    assert len(ORDINARY[language]) >= 15


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("I want to k1ll mys3lf", "distress"),
        ("su1c1de", "distress"),
        ("KILL MYSELF", "distress"),
        ("ｋｉｌｌ ｍｙｓｅｌｆ", "distress"),
        ("s\u200buici\u00adde", "distress"),
        ("kill_myself", "distress"),
        ("ѕuісіdе", "distress"),  # Cyrillic letters in a Latin word
        ("cyицид", "distress"),  # and the other way round
        ("САМОИСКЛЮЧЕНИЕ", "self_exclusion"),
        ("samowykluczenie", "self_exclusion"),
        ("spielsuechtig", "distress"),
        ("spielsuchtig", "distress"),
        ("minderjaehriger Sohn", "minor"),
        ("jestem uzalezniony", "distress"),
        ("tengo 15 anos", "minor"),
        ("несовершеннолетнии", "minor"),
        ("a 15yo", "minor"),
        ("mein 15jähriger Sohn", "minor"),
        ("I am sixteen.", "minor"),
    ],
)
def test_a_word_is_found_however_it_is_written(text: str, kind: str) -> None:
    assert find(text) == (kind,)


def test_the_kinds_have_their_order_and_not_that_of_the_text() -> None:
    assert find("Suicide. I am 16. I self-excluded.") == ("self_exclusion", "minor", "distress")


@pytest.mark.parametrize("text", ["", " ", "...", "16", "\u200b" * 10_000, "🙂" * 100])
def test_a_text_without_words_signals_nothing(text: str) -> None:
    assert find(text) == ()


@pytest.mark.parametrize("age", ["5", "12", "17", "sixteen"])
def test_the_years_of_a_minor_are_a_signal(age: str) -> None:
    assert find(f"My daughter is {age}.") == ("minor",)


@pytest.mark.parametrize("number", ["0", "18", "45", "16.50", "16 days", "16 euros", "1,600", "116"])
def test_another_number_is_not_somebodys_age(number: str) -> None:
    assert find(f"I am {number}") == ()


def test_a_harmless_phrase_silences_what_begins_in_it_and_nothing_else() -> None:
    assert find("A minor error") == ()
    assert find("A minor error: a minor") == find("Minor error, minor") == ("minor",)
    assert find("A minor error, but the player was a minor.") == ("minor",)
    assert find("Nur eine Selbstmordwette") == ()
    assert find("Nach der Selbstmordwette denke ich an Selbstmord") == ("distress",)


def test_up_to_three_other_words_may_stand_in_a_gap() -> None:
    assert find("pay my rent") == find("I cannot pay rent") == ("distress",)
    assert find("I cannot ever one two pay rent") == ("distress",)
    assert find("I cannot one two three four pay rent") == ()


def is_phrase(text: str) -> bool:
    """Words with a gap only between them, the first with letters enough to be looked up by."""
    places = text.split(" ")
    choices = [choice for place in places for choice in place.split("|")]
    beginnings = [one.removesuffix("*") for one in places[0].split("|") if one.endswith("*")]
    return (
        GAP not in (places[0], places[-1])
        and all(one in (GAP, AGE) or one.removesuffix("*").isalnum() for one in choices)
        and all(len(fold(one)) >= BUCKET for one in beginnings)
    )


class TestTheVocabulary:
    DOCUMENT: Mapping[str, Any] = read_data("signals", TRIAGE_FOLDER) or {}

    @pytest.mark.parametrize("kind", [*KINDS, HARMLESS])
    def test_each_phrase_is_written_as_the_grammar_has_it(self, kind: str) -> None:
        phrases = [phrase for phrases in self.DOCUMENT[kind].values() for phrase in phrases]
        assert [phrase for phrase in phrases if not is_phrase(phrase)] == []

    def test_every_language_has_every_kind(self) -> None:
        assert all(set(LANGUAGES) <= set(self.DOCUMENT[kind]) for kind in KINDS)

    def test_no_word_begins_so_many_phrases_that_repeating_it_would_take_long(self) -> None:
        starting = index(self.DOCUMENT)["starting"]
        assert {key: len(phrases) for key, phrases in starting.items() if len(phrases) > 20} == {}

    def test_what_is_made_of_it_is_plain_data_and_says_the_same(self) -> None:
        made = json.loads(json.dumps(index(self.DOCUMENT)))
        compiled, written = Vocabulary(made), Vocabulary(index(self.DOCUMENT))
        assert all(compiled.phrases(key) == written.phrases(key) for key in written.starting)
