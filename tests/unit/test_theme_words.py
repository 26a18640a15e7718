"""Which words of a text may be shown: nothing that says who somebody is, known or not."""

from datetime import date

import pytest

from redress.themes.groups import groups
from redress.themes.reading import Text, cleaned, read
from redress.themes.vocabulary import FEWEST_PLAYERS


def shown(text: str, language: str = "en", players: int = 8, **more: object) -> set[str]:
    """The words that are shown of a text which so many people sent, in small letters."""
    texts = [
        Text(
            number=f"n{place}",
            language=language,
            player=f"p{place}",
            day=date(2026, 3, 1),
            category="other",
            text=f"{text} {FILLER}",
            personal=("Player Example", "player@example.com", "NL-4711") if place == 0 else (),
        )
        for place in range(players)
    ]
    [group] = groups(texts, [], **more)  # type: ignore[arg-type]
    return {word.word.lower() for word in group.words} - set(FILLER.split())


FILLER = "zzab zzac zzad zzae zzaf zzag zzah zzaj"


@pytest.fixture(autouse=True)
def all_words(monkeypatch: pytest.MonkeyPatch) -> None:
    """Not only the most telling."""
    monkeypatch.setattr("redress.themes.groups.MOST_TOLD", 100)


def test_ordinary_words_are_shown_and_silent_ones_are_not() -> None:
    assert shown("and the withdrawal is pending") == {"withdrawal", "pending"}


@pytest.mark.parametrize(
    "text",
    [
        "player.other@example.test",
        "https://example.test/withdrawal",
        "www.example.test",
        "example.test/withdrawal",
        "DE89 3704 0044 0532 0130 00",
        "GB29 NWBK 6016 1331 9268 19",
        "GB29\u200bNWBK60161331926819",
        "4111-1111-1111-1111",
        "４１１１ １１１１ １１１１ １１１１",
        "+44 (0)20 7946 0000",
        "account_withdrawal",
        "w1thdrawal",
        "NL-4711",
        "\\withdrawal",
        "ab c d",
    ],
)
def test_numbers_addresses_links_and_ids_are_no_words(text: str) -> None:
    assert shown(text) == set()


@pytest.mark.parametrize(
    "text",
    [
        "player",
        "PLAYER EXAMPLE",
        "Players",
        "playerexample",
        "Pla\u00adyer Ex\u200bample",
        "Plаyer",  # with a Cyrillic letter
        "Ｐｌａｙｅｒ",
        "Pláyer Éxample",
        "P\u0301layer",
    ],
)
def test_what_is_known_of_one_is_shown_of_nobody(text: str) -> None:
    assert shown(f"{text} withdrawal") == {"withdrawal"}


def test_four_players_are_too_few_and_five_are_enough() -> None:
    assert shown("withdrawal", players=FEWEST_PLAYERS - 1) == set()
    assert shown("withdrawal", players=FEWEST_PLAYERS) == {"withdrawal"}


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "the withdrawal was refused by Zorblim"),
        ("en", "withdrawal refused, Mr Zorblim"),
        ("de", "die Auszahlung hat Herr Zorblim verweigert"),
        ("fr", "le retrait de Madame Zorblim"),
        ("es", "la retirada, dijo la señora Zorblim"),
        ("it", "il prelievo della signora Zorblim"),
        ("pl", "wypłata, pani Zorblim"),
        ("pt", "o levantamento da senhora Zorblim"),
        ("ru", "вывод, госпожа Зорблим"),
        ("sv", "uttaget nekades av fru Zorblim"),
    ],
)
def test_what_is_written_like_a_name_is_not_shown(language: str, text: str) -> None:
    """Of an employee, say, whom many have to do with."""
    told = shown(text, language)
    assert told
    assert not told & {"zorblim", "зорблим"}


def test_a_noun_with_its_capital_is_no_name_in_german() -> None:
    assert {"auszahlung", "konto"} <= shown("die Auszahlung auf mein Konto fehlt", "de")


def test_what_the_register_names_and_what_is_paid_with_is_shown() -> None:
    text = "the bonus of Zorblim, by Trustly"
    assert shown(text) == {"bonus", "trustly"}
    assert shown(text, ids=("zorblim-42",)) == {"bonus", "trustly", "zorblim"}


def test_a_word_is_shown_as_most_wrote_it() -> None:
    texts = [
        Text(
            number=f"n{place}",
            language="de",
            player=f"p{place}",
            day=date(2026, 3, 1),
            category="other",
            text=f"{form} {FILLER}",
        )
        for place, form in enumerate(["Auszahlung"] * 6 + ["AUSZAHLUNGEN"] * 5 + ["auszahlung"] * 2)
    ]
    [group] = groups(texts, [])
    assert [word.word for word in group.words if not word.word.startswith("zz")] == ["Auszahlung"]


def test_a_text_is_read_whatever_is_in_it() -> None:
    for text in ("", "\n\n", "😀 \ud83d", "a\u0300" * 5_000, "\u200b" * 100, "x" * 20_000, "\x00", "٠١٢ ½ Ⅷ"):
        assert all(word is None or word.written.isalpha() for word in read(text))
    assert cleaned("n\u200b\u0303 Ａ") == "ñ A"
