"""Help pages that may spare somebody a complaint: offered beside the form, never in its way."""

from collections.abc import Iterator, Sequence
from itertools import islice

from redress.domain.values import Value
from redress.faq.entries import Entry, Faq
from redress.region import Brand
from redress.web.visit import Visit

MOST = 3


class Offer(Value):
    """A help page in a language; `path` leads on from where pages in the visitor's language begin."""

    title: str
    path: str
    language: str


def offers(visit: Visit, brand: Brand, category: str, text: str) -> Sequence[Offer]:
    """The help pages that fit a category of complaint and what was typed, the best first; often none.

    Without a text nothing is searched: then they are those of the category.
    """
    faq = visit.portal.faq(brand.id, visit.language.code)
    return [
        Offer(title=one.title, path=f"faq/{one.slug}", language=one.language)
        for one in islice(_fitting(faq, category, text), MOST)
    ]


def _fitting(faq: Faq, category: str, text: str) -> Iterator[Entry]:
    """What the text is about, those of the category first; then what else there is for the category."""
    found = []
    if text.strip():
        from redress.faq import search  # noqa: PLC0415 - no page to read needs it

        found = [one.entry for one in search.touched(faq, text)]
    yield from sorted(found, key=lambda entry: category not in entry.categories)[:MOST]
    yield from (one for one in faq.entries if category in one.categories and one not in found)
