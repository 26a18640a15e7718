"""The help pages: all of them, those that answer a question, one, and those offered beside the form."""

import re
from collections.abc import Mapping, Sequence

from markupsafe import Markup, escape

from redress.domain.errors import NotFound
from redress.faq.entries import Entry, Faq
from redress.language import msg
from redress.region import Brand
from redress.web import offers, words
from redress.web.forms import shown_again
from redress.web.pages import Page
from redress.web.visit import Visit

FOR_EVERYBODY = {"Cache-Control": "public, max-age=300"}
LONGEST_QUESTION = 1_000  # characters
GENERAL = msg("Complaining to us")

_LINK = re.compile(r'href="root:([^"]*)"')


def show_all(visit: Visit) -> Page:
    """All questions by what they are about, or those that answer the one in `?q=`."""
    brand, question = visit.brand, visit.query("q").strip()[:LONGEST_QUESTION]
    faq = _faq(visit, brand)
    return visit.page(
        200,
        "faq",
        brand,
        headers={} if question else FOR_EVERYBODY,  # an address with what somebody typed is kept nowhere
        question=shown_again(question),
        found=_found(faq, question) if question else None,
        groups=_groups(visit, faq),
        named_brand="" if brand == visit.desk.region.brands[0] else brand.id,
    )


def show(visit: Visit, slug: str) -> Page:
    """One question with its answer, and what else is asked about the same."""
    brand = visit.brand
    faq = _faq(visit, brand)
    entry = faq.entry(slug)
    if entry is None:
        raise NotFound(slug)
    others = [one for one in faq.entries if one != entry and set(one.categories) & set(entry.categories)]
    text = Markup(linked(visit, brand, entry.html))  # noqa: S704 - packaging made it from Markdown
    return visit.page(200, "faq_entry", brand, headers=FOR_EVERYBODY, entry=entry, text=text, others=others)


def offer(visit: Visit) -> Page:
    """For a script of the form: a part of a page with the help pages that fit, empty when there are none."""
    brand, text = visit.brand, visit.query("q")[:LONGEST_QUESTION]
    fitting = offers.offers(visit, brand, visit.query("category"), text)
    return visit.page(200, "faq_offers", brand, offers=fitting)


def linked(visit: Visit, brand: Brand, html: str) -> str:
    """The text of an entry with its links to pages of the portal leading on from this one."""
    return _LINK.sub(lambda found: f'href="{escape(visit.link(brand, found[1]))}"', html)


def _faq(visit: Visit, brand: Brand) -> Faq:
    return visit.portal.faq(brand.id, visit.language.code)


def _found(faq: Faq, question: str) -> Sequence[Entry]:
    from redress.faq import search  # noqa: PLC0415 - only a search needs it

    return [one.entry for one in search.answers(faq, question)]


def _groups(visit: Visit, faq: Faq) -> Mapping[str, Sequence[Entry]]:
    """The entries under the name of the first category of complaint that they are about."""
    groups: dict[str, list[Entry]] = {}
    for entry in faq.entries:
        name = words.CATEGORIES[entry.categories[0]] if entry.categories else GENERAL
        groups.setdefault(visit.language.say(name), []).append(entry)
    return groups
