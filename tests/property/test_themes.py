"""Groups are the same in whatever order texts come, whatever else comes, and show nothing about anybody."""

import unicodedata
from copy import replace
from functools import cache
from random import Random

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from redress.themes.groups import Group, groups
from redress.themes.reading import Text
from tests.support.theme_texts import SENTENCES, THEMES, Planted, before, one, period, said

LANGUAGES = tuple(SENTENCES)
LETTERS = {
    "ru": "абвгдежзиклмнопрстуфхцчшщыэюяё",
    "pl": "abcdefghijklmnoprstuwyząćęłńóśźż",
    "de": "abcdefghijklmnoprstuwzäöüß",
    "sv": "abcdefghijklmnoprstuvyåäö",
}
LATIN = "abcdefghijklmnoprstuvzàéèêñçíõãü"
UNSEEN = ("\u200b", "\u200d", "\u00ad", "\ufeff", "\u2060", "\u034f")
SPELT = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "å": "aa", "ß": "ss"})


@cache
def planted(language: str) -> tuple[Planted, tuple[Text, ...]]:
    """A small period with themes and a campaign, and the time before it."""
    return period(12, 40, 15, (language,)), tuple(before(12, 120, (language,)))


@cache
def found(language: str) -> list[Group]:
    now, earlier = planted(language)
    return groups(now.texts, earlier)


@settings(max_examples=12)
@given(st.sampled_from(LANGUAGES), st.randoms(use_true_random=False))
def test_the_order_of_texts_changes_nothing(language: str, chance: Random) -> None:
    now, earlier = planted(language)
    texts, others = list(now.texts), list(earlier)
    chance.shuffle(texts)
    chance.shuffle(others)
    assert groups(texts, others) == found(language)


@settings(max_examples=12)
@given(st.sampled_from(LANGUAGES), st.integers(0, 1_000), st.integers(1, 40))
def test_texts_about_something_else_change_no_group(language: str, seed: int, count: int) -> None:
    """Such as are of words of their own, in the same language, now and before."""
    now, earlier = planted(language)
    chance = Random(seed)  # noqa: S311 - it makes stories
    words = ["".join(chance.choices("qxjwvz", k=8)) for _ in range(400)]
    texts = (" ".join(chance.sample(words, 30)) for _ in range(4 * count))
    others = [one(chance, f"z{at}", language, text) for at, text in enumerate(texts)]
    made = groups([*now.texts, *others[:count]], [*earlier, *others[count:]])
    assert [(each.kind, each.numbers) for each in made] == [
        (each.kind, each.numbers) for each in found(language)
    ]


@settings(max_examples=6)
@given(st.permutations(LANGUAGES))
def test_texts_of_other_languages_change_nothing_at_all(languages: list[str]) -> None:
    first, second = languages[:2]
    both = groups(
        [*planted(first)[0].texts, *planted(second)[0].texts], planted(first)[1] + planted(second)[1]
    )
    assert [each for each in both if each.language == first] == found(first)


@st.composite
def names(draw: st.DrawFn, language: str) -> str:
    """Letters of a language that are nobody's name, and no word of the sentences either."""
    letters = LETTERS.get(language, LATIN)
    return draw(st.text(letters, min_size=5, max_size=11)).capitalize()


@st.composite
def forms(draw: st.DrawFn, name: str) -> str:
    """A name as somebody writes it who would not be recognised."""
    text = draw(st.sampled_from((name, name.upper(), name.lower(), name.translate(SPELT))))
    text = unicodedata.normalize(draw(st.sampled_from(("NFC", "NFD", "NFKD"))), text)
    at = draw(st.integers(1, len(text) - 1))
    return text[:at] + draw(st.sampled_from(("", *UNSEEN))) + text[at:]


def plain(text: str) -> str:
    """Letters alone, none with an accent; by no rule of the themes."""
    apart = unicodedata.normalize("NFKD", text.casefold())
    return "".join(each for each in apart if each.isalpha())


@settings(max_examples=25)
@given(st.data())
def test_nothing_that_is_known_of_anybody_is_shown(data: st.DataObject) -> None:
    """Thirty people write it, in the campaign and in the themes, and it is known of one of them."""
    language = data.draw(st.sampled_from(LANGUAGES))
    first, last = data.draw(names(language)), data.draw(names(language))
    secrets = {plain(each.translate(SPELT) if spelt else each) for each in (first, last) for spelt in (0, 1)}
    sentences = " ".join(line for lines in SENTENCES[language].values() for line in lines.split())
    assume(not any(each in plain(sentences) for each in secrets))
    now, earlier = planted(language)
    written = [replace(text, text=_with(data, text.text, first, last), personal=()) for text in now.texts[:5]]
    # Drawn once and used again: thirty draws of one example would be too much.
    others = [
        replace(text, text=f"{text.text} {written[place % 5].text.rpartition(' ;; ')[2]}")
        for place, text in enumerate(now.texts[5:])
    ]
    owner = replace(others[0], personal=(f"{first} {last}", f"{first}.{last}77@example.com", "account-1"))
    made = groups([*written, *others[1:], owner], earlier)
    shown = {plain(word.word) for group in made for word in group.words}
    assert len(made) >= len(THEMES)
    assert not shown & secrets
    assert not shown & {"example", "exampletest", "com", "account", "nwbk", "gb"}
    assert all(word.word.isalpha() for group in made for word in group.words)


def _with(data: st.DataObject, text: str, first: str, last: str) -> str:
    """The text and, after a sign, what is personal, in forms of its own."""
    one_, other = data.draw(forms(first)), data.draw(forms(last))
    iban = data.draw(st.sampled_from(("GB29 NWBK 6016 1331 9268 19", "GB29NWBK60161331926819")))
    phone = data.draw(st.sampled_from(("+44 20 7946 0000", "(020) 79460000", "٠٢٠ ٧٩٤٦", "０２０７９４６")))
    address = f"{one_}.{other}@example.com"
    return f"{text} ;; {one_} {other} {address} {iban} {phone} https://example.com/{other} {one_}{other}"


@settings(max_examples=40)
@given(st.sampled_from(LANGUAGES), st.data())
def test_a_form_of_a_name_is_recognised_as_the_name(language: str, data: st.DataObject) -> None:
    """The ending of a case makes no other name of it."""
    name = data.draw(names(language))
    text = said(language, "wheel")[0]
    ending = data.draw(st.sampled_from(("a", "em", "owi", "ego", "s", "е", "ом", "")))
    texts = [
        Text(
            number=f"n{place}",
            language=language,
            player=f"p{place}",
            day=planted(language)[0].texts[0].day,
            category="other",
            text=f"{text} {name.lower()}{ending}",
            personal=(name,) if place == 0 else (),
        )
        for place in range(8)
    ]
    [group] = groups(texts, [])
    assert plain(name + ending) not in {plain(word.word) for word in group.words}
