"""What many people write of, and did not before, is a theme with the words that made it."""

from copy import replace
from datetime import date, timedelta
from random import Random
from typing import Any

import pytest

from redress.themes import common
from redress.themes.common import likelihood_ratio
from redress.themes.groups import Group, groups
from redress.themes.reading import Text
from redress.themes.vocabulary import FEWEST_PLAYERS, MOST_TERMS
from tests.support.theme_texts import SENTENCES, THEMES, before, one, period, said, score

FROZE = "The roulette froze {} and my bet was lost."
WHERE = (
    "on Monday",
    "at noon",
    "in the lobby",
    "once more",
    "twice",
    "after dinner",
    "at the table",
    "again",
)


def froze(count: int, **more: Any) -> list[Text]:
    """So many people to whom the same happened, each in words of their own."""
    chance = Random(11)  # noqa: S311 - it makes stories
    ordinary = [text.text for text in period(count, count, 0, ("en",)).texts]
    return [
        replace(one(chance, f"f{place}", "en", f"{FROZE.format(WHERE[place % 8])} {ordinary[place]}"), **more)
        for place in range(count)
    ]


def found(texts: list[Text], earlier: int = 300) -> list[Group]:
    """The themes among these and a hundred ordinary texts."""
    ordinary = period(2, 100, 0, ("en",)).texts
    return [
        group for group in groups([*texts, *ordinary], before(2, earlier, ("en",))) if group.kind == "theme"
    ]


def test_a_theme_names_its_words_how_strongly_whose_and_since_when() -> None:
    texts = [
        replace(text, category="games" if place else "other", day=date(2026, 3, 3) + timedelta(days=place))
        for place, text in enumerate(froze(10))
    ]
    [theme] = found([*texts, replace(texts[0], number="f-again", day=date(2026, 3, 20))])
    assert (theme.language, theme.category, theme.since) == ("en", "games", date(2026, 3, 3))
    assert (len(theme.numbers), theme.players) == (11, 10)
    assert theme.before == 0
    assert {"f-again", "f0", "f9"} <= set(theme.numbers)
    strong = {word.word for word in theme.words if word.inside == 1 and word.outside == 0}
    assert {"roulette", "froze"} <= strong
    assert {word.word for word in theme.words} <= {"roulette", "froze", "bet", "lost"}


@pytest.mark.parametrize("language", SENTENCES)
def test_themes_are_found_in_every_language_and_no_others(language: str) -> None:
    planted = period(1, 120, 15, (language,))
    made = groups(planted.texts, before(1, 360, (language,)))
    scored = score(planted, made, THEMES)
    assert scored.right >= 0.75 * scored.planted
    assert scored.found <= 1.1 * scored.right
    assert scored.groups == 0
    written = " ".join(sentence for theme in THEMES for sentence in said(language, theme)).lower()
    for theme in (group for group in made if group.kind == "theme"):
        assert any(word.word.lower() in written for word in theme.words)


def test_what_was_written_before_as_often_is_no_news() -> None:
    planted = period(5, 120, 15, ("en",))
    earlier = period(6, 120, 15, ("en",)).texts
    assert [one for one in groups(planted.texts, earlier) if one.kind == "theme"] == []


def test_without_a_time_before_nothing_is_news() -> None:
    assert found(froze(20), earlier=0) == []


def test_one_person_who_writes_often_makes_no_theme() -> None:
    assert found(froze(20, player="player-1")) == []


def test_six_people_make_a_theme_beside_a_hundred_and_few_do_not() -> None:
    assert found(froze(FEWEST_PLAYERS - 1)) == []
    assert [one.players for one in found(froze(6))] == [6]


def test_a_text_that_many_send_is_a_near_duplicate_and_no_theme() -> None:
    same = froze(1)[0]
    copies = [replace(same, number=f"c{place}", player=f"player-{place}") for place in range(20)]
    assert found(copies) == []


def test_a_language_that_is_not_known_has_near_duplicates_alone() -> None:
    texts = froze(20, language="nl")
    same = [replace(texts[0], number=f"c{place}") for place in range(3)]
    kinds = {(one.kind, one.language) for one in groups([*texts, *same], before(2, 100, ("en",)))}
    assert kinds == {("near_duplicates", "nl")}


def test_no_text_at_all_is_no_group() -> None:
    assert groups([], []) == []
    assert groups([replace(froze(1)[0], text="")], []) == []


def test_the_likelihood_ratio_is_that_of_dunning() -> None:
    """Of tables of 10, 20, 30, 140 and of 5, 0, 0, 95: 2 (sum n ln n - sum of margins + N ln N), by hand."""
    assert likelihood_ratio(10, 30, 40, 200) == pytest.approx(3.53, abs=0.01)
    assert likelihood_ratio(6, 30, 40, 200) == 0  # what chance brings together
    assert likelihood_ratio(5, 5, 5, 100) == pytest.approx(39.7, abs=0.1)


def test_the_work_does_not_grow_with_the_pairs_of_texts() -> None:
    made = 0

    def compared() -> None:
        nonlocal made
        made += 1

    people = [frozenset({f"w{place % 7}", f"x{place % 11}"}) for place in range(5_000)]
    list(common.themes(people, [], compared))
    assert made == 18 * 17 / 2
    made = 0
    words = [frozenset({f"w{place // FEWEST_PLAYERS}"}) for place in range(2_000 * FEWEST_PLAYERS)]
    list(common.themes(words, [], compared))
    assert made == MOST_TERMS * (MOST_TERMS - 1) / 2
