"""Form, help pages, policy, assistant and questions: every word of theirs goes through the catalogue."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass

import pytest

from infra.languages import messages
from redress.domain.values import Value
from redress.language import CODES, FIRST_OF_MONTH, language
from tests.browser.states import STATES, State, come
from tests.browser.story import Shown
from tests.support import pseudo
from tests.support.portal import Answer, Visitor
from tests.unit.test_portal_untranslated import figures, names, written

ABOUT_A_COMPLAINT = ("confirmation", "tracking", "letter")
ELSEWHERE = {name: state for name, state in STATES.items() if not name.startswith(ABOUT_A_COMPLAINT)}
CODE = "fr"
# Addresses, and the versions of policies.
NO_WORDS = re.compile(r"https?://\S+|\b\d{4}\.\d+-[0-9a-f]{8}\b")


@pytest.fixture(scope="module")
def collected() -> set[str]:
    """The messages that translators get."""
    return {one.id if isinstance(one.id, str) else one.id[0] for one in messages() if one.id}


@pytest.mark.parametrize("state", ELSEWHERE.values(), ids=ELSEWHERE)
def test_nothing_is_said_past_the_catalogue(state: State, collected: set[str]) -> None:
    visitor = state.visitor()
    with pseudo.bracketed() as catalogue:
        shown = state.story(visitor)
        page = come(visitor, shown, CODE)
        if page.status == 303:
            page = visitor.get(page.location)
    assert pseudo.OPEN in page.body
    found = pseudo.unsaid(page.body, own(visitor, shown, page))
    assert [text for text in found if any(map(str.isalpha, NO_WORDS.sub("", text)))] == []
    assert catalogue.said - collected == set()


def own(visitor: Visitor, shown: Shown, page: Answer) -> Iterator[str]:
    """What is not ours to translate: names, what people wrote, what the region's folder and the CLDR say."""
    yield from (*names(visitor), *written(visitor), *figures(visitor))
    yield from (text for sent in shown.sent for text in sent.values())
    yield from (part for part in page.path.split("/") if any(map(str.isdigit, part)))
    yield from (*cldr(), *FIRST_OF_MONTH.values())
    for brand in visitor.region.brands:
        for code in {CODE, "en"}:
            for entry in visitor.portal.faq(brand.id, code).entries:
                yield from (entry.title, entry.first, *pseudo.unsaid(entry.html))
        for pack in brand.jurisdictions:
            yield from named(visitor.region.pack(pack))
    for known, _ in visitor.store.consultations.kept.values():
        yield from named(known)


def cldr() -> Iterator[str]:
    """The names of months, currencies and countries."""
    spoken = language(CODE)
    yield from spoken.cldr["months"]
    yield from spoken.countries().values()
    yield from (f"{name} ({code})" for code, name in spoken.cldr["currencies"].items())
    yield from (language(code).name for code in CODES)


def named(thing: object) -> Iterator[str]:
    """The texts in what a rule pack or a question holds: names of a jurisdiction, of sources, of rules."""
    match thing:
        case str():
            yield thing
        case Mapping():
            yield from named([*thing.values()])
        case tuple() | list() | frozenset():
            yield from (text for one in thing for text in named(one))
        case Value():
            yield from named(vars(thing))
        case _ if is_dataclass(thing):
            yield from named([getattr(thing, one.name) for one in fields(thing)])
