"""A slip of the finger in a question, in every language: it still finds its answer."""

from collections.abc import Mapping, Sequence

from hypothesis import given
from hypothesis import strategies as st

from redress.faq import search
from redress.faq.entries import Entry, Faq
from redress.faq.words import MOST_WORDS, spelt, words
from redress.language import CODES
from tests.support.faq import in_language

LONG_ENOUGH = 5  # letters: a slip in a shorter word makes too many others of it
RARE = 3  # entries: a word that is in more of them finds none in particular


def telling(faq: Faq, title: str) -> Sequence[str]:
    """The words of a title that say what it is about."""
    return [word for word in search.telling(faq, title) if len(spelt(word)) >= LONG_ENOUGH]


TITLES: Mapping[str, Sequence[tuple[Entry, Sequence[str]]]] = {
    code: [
        (entry, found)
        for entry in in_language(code).entries
        if entry.language == code and (found := telling(in_language(code), entry.title))
    ]
    for code in CODES
}


@st.composite
def slips(draw: st.DrawFn) -> tuple[str, Entry, str, str]:
    """A language, an entry, a word of its title, and the word with one slip."""
    code = draw(st.sampled_from(CODES))
    entry, found = draw(st.sampled_from(TITLES[code]))
    word = draw(st.sampled_from(found))
    at = draw(st.integers(1, len(word) - 2))
    letter = draw(st.sampled_from(sorted(set("".join(found)))))
    wrong = draw(
        st.sampled_from(
            [
                word[:at] + word[at + 1 :],
                word[:at] + letter + word[at:],
                word[:at] + letter + word[at + 1 :],
                word[:at] + word[at + 1] + word[at] + word[at + 2 :],
            ]
        )
    )
    return code, entry, word, wrong


@given(slips())
def test_a_title_with_one_slip_finds_its_entry(slip: tuple[str, Entry, str, str]) -> None:
    code, entry, word, wrong = slip
    faq = in_language(code)
    if search._known(faq, wrong):
        return  # it is another word that is known
    question = entry.title.lower().replace(word, wrong, 1)
    found = [one.entry.slug for one in search.answers(faq, question)]
    assert entry.slug in found
    if any(len(faq.postings[faq.words[spelt(one)]]) <= RARE for one in telling(faq, entry.title)):
        assert entry.slug in found[:3]


@given(slips())
def test_one_word_of_a_title_with_one_slip_finds_its_entry(slip: tuple[str, Entry, str, str]) -> None:
    code, entry, word, wrong = slip
    faq = in_language(code)
    known = faq.words[spelt(word)]
    if len(faq.postings[known]) > RARE or faq.words.get(spelt(wrong)) == "" or search._known(faq, wrong):
        return  # it says too little, or is another word that is known
    assert entry.slug in {one.entry.slug for one in search.find(faq, wrong)}


@given(st.sampled_from(CODES), st.text(max_size=200))
def test_whatever_is_asked_is_answered_alike_twice_in_falling_order(code: str, question: str) -> None:
    faq = in_language(code)
    found = search.find(faq, question)
    assert found == search.find(faq, question)
    assert [one.weight for one in found] == sorted((one.weight for one in found), reverse=True)
    assert all(0 <= one.covers <= 1.0001 for one in found)


@given(st.sampled_from(CODES), st.text())
def test_words_hold_letters_and_figures_alone(code: str, text: str) -> None:
    assert all(one.isalnum() for one in words(text))
    assert len(search.telling(in_language(code), text)) <= MOST_WORDS
