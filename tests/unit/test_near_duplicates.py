"""Texts that are nearly the same are a group, however many there are and whatever each changed."""

from random import Random

import pytest

from redress.faq.words import spelt
from redress.themes import alike
from redress.themes.groups import groups
from redress.themes.reading import Text, compared, read
from tests.support.theme_texts import CAMPAIGN, SENTENCES, before, one, period, said, score

LETTER = (
    "I object to the change of the loyalty programme. Points worth {} were taken from me on {}. Restore them"
    " within fourteen days or I shall take legal steps, and confirm that you have received this."
)


def shingles(text: str) -> alike.Shingles:
    return alike.shingles(compared(read(text)))


def places(*texts: str) -> list[list[int]]:
    return list(alike.groups([shingles(text) for text in texts]))


def test_amounts_days_and_addresses_make_no_difference() -> None:
    first = LETTER.format("250.00 EUR", "3.2.2026")
    second = LETTER.format("12,50 eur", "14/01/2026").upper()
    assert alike.likeness(shingles(first), shingles(second)) == 1


def test_a_line_more_or_less_makes_little_difference_and_another_text_much() -> None:
    more = f"{LETTER} And I shall tell all of my friends about it, every single one."
    other = "My withdrawal of last Monday is still pending, and nobody in the chat can tell me why."
    assert places(LETTER, other, more) == [[0, 2]]


def test_half_of_all_shingles_is_enough_and_less_is_not() -> None:
    words = [f"{'abcdefghij'[at // 10]}{'abcdefghij'[at % 10]}x" for at in range(100)]
    # 38 of 40 words in common: 36 shingles of 38 + 38 - 36.
    assert places(" ".join(words[:40]), " ".join(words[:39] + words[60:61])) == [[0, 1]]
    half, less = words[:22] + words[60:68], words[:20] + words[60:70]
    whole = " ".join(words[:30])
    assert alike.likeness(shingles(whole), shingles(" ".join(half))) == pytest.approx(20 / 36)
    assert alike.likeness(shingles(whole), shingles(" ".join(less))) == pytest.approx(18 / 38)
    assert places(whole, " ".join(half)) == [[0, 1]]
    assert places(whole, " ".join(less)) == []


def test_short_texts_are_like_many_others_and_no_group() -> None:
    assert places(*["Where is my money?"] * 5) == []


def test_every_group_of_a_brute_search_is_found() -> None:
    """The shortcut by rare shingles overlooks nothing."""
    planted = period(7, ordinary=60, each=6, languages=("en", "pl"))
    texts = [shingles(one.text) for one in planted.texts]
    alone: set[int] = set(range(len(texts)))
    for places_ in alike.groups(texts):
        alone -= set(places_[1:])
    # Nobody who speaks for a group, or stands alone, is alike to another one that does.
    pairs = [(one, other) for one in alone for other in alone if one < other]
    assert not [pair for pair in pairs if alike.likeness(texts[pair[0]], texts[pair[1]]) >= alike.ALIKE]


@pytest.mark.parametrize("language", SENTENCES)
def test_a_campaign_is_found_in_every_language(language: str) -> None:
    planted = period(3, ordinary=60, each=12, languages=(language,))
    found = groups(planted.texts, before(3, 60, (language,)))
    scored = score(planted, found, (CAMPAIGN,))
    assert scored.right >= 0.9 * scored.planted
    assert scored.found == scored.right
    group = max(found, key=lambda one: one.count * (one.kind == "near_duplicates"))
    told = {spelt(word.word) for word in group.words}
    written = {word.spelt for word in read(" ".join(said(language, CAMPAIGN))) if word}
    assert told
    assert told <= written | {"eur"}


def test_two_that_are_alike_are_linked_by_a_person_and_three_are_a_group() -> None:
    chance = Random(1)  # noqa: S311 - it makes stories
    texts = [one(chance, f"n{place}", "en", LETTER) for place in range(3)]
    assert groups(texts[:2], []) == []
    [group] = groups(texts, [])
    assert (group.kind, group.numbers, group.players) == ("near_duplicates", _sorted(texts), 3)
    assert group.words == ()  # three people are too few to show a word of theirs


def _sorted(texts: list[Text]) -> tuple[str, ...]:
    return tuple(text.number for text in sorted(texts, key=lambda text: (text.day, text.number)))


def comparisons(count: int) -> int:
    made = 0

    def compared() -> None:
        nonlocal made
        made += 1

    chance = Random(5)  # noqa: S311 - it makes stories
    words = [f"{first}{second}{third}a" for first in "bcdfghkl" for second in "aeiou" for third in "mnprstvz"]
    same = " ".join(chance.choices(words, k=150))
    texts = [f"{same} {' '.join(chance.choices(words, k=100))}" for _ in range(count)]
    list(alike.groups([shingles(text) for text in texts], compared))
    return made


def test_the_work_grows_with_the_texts_and_not_with_their_pairs() -> None:
    """Texts of 250 words, of which 150 are the same in all, are the worst: not alike, and much in common."""
    assert comparisons(400) <= alike.MOST_FIRSTS * 400
    assert comparisons(800) <= 2.2 * comparisons(400)
