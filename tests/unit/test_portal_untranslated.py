"""Every word of the pages about a complaint goes through the catalogue, whatever has become of it."""

from collections.abc import Iterator, Mapping
from datetime import date
from types import ModuleType

import pytest

from infra.languages import messages
from redress.domain import promises
from redress.language import CODES, language
from redress.region import Brand
from redress.web import dates, explanations, words
from tests.browser.states import STATES, State, come
from tests.support import pseudo
from tests.support.portal import ADDRESS, Visitor

ABOUT_A_COMPLAINT = [
    pytest.param(state, id=name)
    for name, state in STATES.items()
    if name.startswith(("confirmation", "tracking", "letter"))
]


@pytest.fixture(scope="module")
def collected() -> set[str]:
    """The messages that translators get."""
    ids = [one.id for one in messages() if one.id]
    return {one if isinstance(one, str) else one[0] for one in ids}


@pytest.mark.parametrize("state", ABOUT_A_COMPLAINT)
def test_nothing_is_said_past_the_catalogue(state: State, collected: set[str]) -> None:
    visitor = state.visitor()
    with pseudo.bracketed() as catalogue:
        shown = state.story(visitor)
        page = come(visitor, shown, "fr")
        if page.status == 303:
            page = visitor.get(page.location)
    own = [*names(visitor), *written(visitor), *figures(visitor), *shown.fields.values()]
    link = f"{ADDRESS}{shown.path.removesuffix('/received')}"
    assert pseudo.OPEN in page.body
    assert pseudo.unsaid(page.body, [*own, link]) == []
    assert catalogue.said - collected == set()


@pytest.mark.parametrize("tables", [words, dates, explanations], ids=lambda module: module.__name__)
def test_every_message_of_a_table_is_one_that_translators_get(
    tables: ModuleType, collected: set[str]
) -> None:
    own = {name: value for name, value in vars(tables).items() if name.isupper() and name[0] != "_"}
    told = [value for name, value in own.items() if name not in vars(promises)]
    assert {message for value in told for message in said_by(value)} - collected <= {""}


def said_by(value: object) -> Iterator[str]:
    """The messages that a table holds."""
    match value:
        case str():
            yield value
        case words.Happened(what=what):
            yield what
        case words.Refusal(title=title, text=text):
            yield from (title, text)
        case Mapping():
            yield from (message for one in value.values() for message in said_by(one))
        case tuple():
            yield from (message for one in value for message in said_by(one))


def names(visitor: Visitor) -> Iterator[str]:
    """The names that are the same in every language, and the numbers and links of the complaints."""
    for brand in visitor.region.brands:
        yield brand.name
        yield from bodies(brand)
    yield from (team.name for team in visitor.region.teams)
    yield from (language(code).name for code in CODES)
    yield from visitor.store.complaints


def bodies(brand: Brand) -> Iterator[str]:
    """What the region file says of the outside bodies."""
    for body in brand.jurisdictions.values():
        yield from (body.name, body.contact, body.url, body.scope_limits)


def written(visitor: Visitor) -> Iterator[str]:
    """What people wrote."""
    for number in visitor.store.complaints:
        for content in visitor.store.load(number).contents.values():
            yield from texts(content)


def figures(visitor: Visitor) -> Iterator[str]:
    """The day and the money that complaints are about, as French has them: the CLDR knows, no catalogue."""
    for complaint in visitor.store.complaints.values():
        if complaint.occurred_on:
            yield language("fr").day(date.fromisoformat(complaint.occurred_on))
        if complaint.amount_minor and complaint.currency:
            yield language("fr").money(complaint.amount_minor, complaint.currency)


def texts(content: object) -> Iterator[str]:
    """Every text in a content."""
    match content:
        case str():
            yield content
        case dict():
            for one in content.values():
                yield from texts(one)
        case list() | tuple():
            for one in content:
                yield from texts(one)


class TestFinding:
    def test_what_stands_outside_of_brackets_is_found(self) -> None:
        assert pseudo.unsaid("<p>⟦Said.⟧ Not said. ⟦Said <b>Name</b>.⟧ <i>12</i></p>") == ["Not said."]

    def test_names_and_texts_of_people_are_no_finding(self) -> None:
        page = "<p>⟦Said⟧: Northlight, which is new</p>"
        assert pseudo.unsaid(page, ["Northlight"]) == [": Northlight, which is new"]
        assert pseudo.unsaid("<p>⟦Said⟧: Northlight</p>", ["Northlight"]) == []

    def test_what_is_marked_as_another_language_is_left_out(self) -> None:
        assert pseudo.unsaid('<html lang="fr"><p lang="de">Guten Tag</p><p>Hello</p></html>') == ["Hello"]

    @pytest.mark.parametrize(
        "read", ['aria-label="More"', 'title="More"', 'placeholder="More"', 'alt="More"']
    )
    def test_attributes_that_are_read_count(self, read: str) -> None:
        assert pseudo.unsaid(f"<input {read} value='typed'>") == ["More"]
