"""Finds help pages by a question: words count by their stems, slips of the finger are forgiven.

The same question finds the same entries in the same order, always. How much work a question makes is bounded
by `MOST_WORDS` words, of which `MOST_GUESSED` at the most are compared with the words of all titles.
"""

from collections import Counter
from collections.abc import Iterator, Sequence

from redress.domain.values import Value
from redress.faq.entries import Entry, Faq
from redress.faq.words import MOST_WORDS, spelt, term, words

MOST_GUESSED = 12
SHORTEST_BEGINNING = 4  # letters by which a longer word is recognised
TYPO, BEGINNING = 0.8, 0.7  # how much a word counts that had to be guessed

KNOWS = 0.34
"""The part of what a question is about that an entry has to speak of, or it is no answer to it."""
SAYS_MUCH = 2_500
"""From this weight on a text is about an entry, whatever else it speaks of (thousandths)."""
SAYS_SOMETHING = 100
"""The least weight of an answer: a word that nearly every page has is none (thousandths)."""

FEW_WORDS = 3
"""So many words are a question rather than a story."""

NOTHING = ("", TYPO)
"""What a misspelt word means that can only be one of those that say nothing."""

type Meaning = Sequence[tuple[str, float]]
"""The terms that a word may stand for, each with how much it counts then."""


class Found(Value):
    """An entry that a question or text leads to: its weight in thousandths, how many `words` they surely
    share, and what part of the question is in it.
    """

    entry: Entry
    weight: int
    words: int
    covers: float


def answers(faq: Faq, question: str) -> Sequence[Found]:
    """The entries that answer a question, the best first; none when nothing here is known of it."""
    return [one for one in find(faq, question) if one.covers >= KNOWS and one.weight >= SAYS_SOMETHING]


def touched(faq: Faq, text: str) -> Sequence[Found]:
    """The entries that a longer text touches on, the best first; of few words, those that answer them."""
    if len(telling(faq, text)) <= FEW_WORDS:
        return answers(faq, text)
    return [one for one in find(faq, text) if one.weight >= SAYS_MUCH and one.words > 1]


def find(faq: Faq, text: str) -> Sequence[Found]:
    """Every entry that shares a word with a text, the best first."""
    meanings = list(_meanings(faq, text))
    weights: dict[int, float] = {}
    covered: dict[int, float] = {}
    shared: Counter[int] = Counter()
    for meaning in meanings:
        for place, (weight, rarity) in _best(faq, meaning).items():
            weights[place] = weights.get(place, 0) + weight
            covered[place] = covered.get(place, 0) + rarity
            shared[place] += meaning[0][1] == 1
    whole = sum(_rarity(faq, meaning) for meaning in meanings)
    ranked = sorted(weights, key=lambda place: (-round(weights[place]), place))
    return [
        Found(
            entry=faq.entries[place],
            weight=round(weights[place]),
            words=shared[place],
            covers=min(1.0, covered[place] / whole),
        )
        for place in ranked
    ]


def _best(faq: Faq, meaning: Meaning) -> dict[int, tuple[float, float]]:
    """By entry the weight and rarity of the one term of a meaning that counts most there."""
    found: dict[int, tuple[float, float]] = {}
    for one, counts in meaning:
        for place, weight in faq.postings[one]:
            found[place] = max(found.get(place, (0, 0)), (weight * counts, faq.rarity[one] * counts))
    return found


def _rarity(faq: Faq, meaning: Meaning) -> float:
    """How much a word tells: if it may be several, as little as any; if it is unknown, most of all."""
    return min((faq.rarity[one] for one, _ in meaning), default=faq.rarest)


def _meanings(faq: Faq, text: str) -> Iterator[Meaning]:
    """The meaning of each word that says something, empty for one that no entry knows."""
    guessed = 0
    for word in telling(faq, text):
        known = _known(faq, word)
        if known or guessed == MOST_GUESSED:
            yield known
            continue
        guessed += 1
        meaning = _guessed(faq, spelt(word))
        if meaning != [NOTHING]:
            yield [(one, counts) for one, counts in meaning if one]


def telling(faq: Faq, text: str) -> Sequence[str]:
    """The different words of a text that say something, in their order, so many as are looked at."""
    found: dict[str, str] = {}
    for word in words(text):
        spelling = spelt(word)
        if spelling and faq.words.get(spelling) != "" and len(found) < MOST_WORDS:
            found.setdefault(spelling, word)
    return list(found.values())


def _known(faq: Faq, word: str) -> Meaning:
    """What a word stands for that is spelt right, or in another form of a word that is known."""
    known = faq.words.get(spelt(word)) or term(word, faq.language)
    return [(known, 1)] if known in faq.postings else []


def _guessed(faq: Faq, spelling: str) -> Meaning:
    """What a word may stand for that is spelt wrong, or is the beginning of a longer one."""
    terms = dict.fromkeys((faq.words[one] for one in _nearest(faq, spelling)), TYPO)
    if len(spelling) >= SHORTEST_BEGINNING:
        longer = (one for one in faq.names if one.startswith(spelling))
        terms = {**{faq.words[one]: BEGINNING for one in longer}, **terms}
    return sorted(terms.items())


def _nearest(faq: Faq, spelling: str) -> Sequence[str]:
    """The known words with the fewest slips between them and a spelling, within what its length allows."""
    from rapidfuzz import process  # noqa: PLC0415 - large, and needed for misspelt words alone
    from rapidfuzz.distance import OSA  # noqa: PLC0415 - as above

    limit = slips(spelling)
    if not limit:
        return []
    # In a short word, nobody gets the first letter wrong, or it cannot be told from others: came, game.
    known = [one for one in faq.names if limit > 1 or one[0] == spelling[0]]
    near = process.extract(spelling, known, scorer=OSA.distance, score_cutoff=limit, limit=None)
    least = min((distance for _, distance, _ in near), default=0)
    return [word for word, distance, _ in near if distance == least]


def slips(spelling: str) -> int:
    """How many slips (a letter wrong, missing, too many, two swapped) a word of that length may have."""
    return 0 if len(spelling) < 4 else 1 if len(spelling) < 8 else 2
