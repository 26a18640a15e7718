"""What the operator's API shows of help pages and of the assistant.

A `path` is below the portal's address, unless it is a whole address.
"""

from collections.abc import Iterable
from typing import Any, TypedDict
from urllib.parse import urlencode

from redress.assistant.shown import Shown
from redress.assistant.state import CHECK, State
from redress.domain import money
from redress.faq.entries import Entry
from redress.region import Brand, Region


class FaqEntryView(TypedDict):
    """A help page: its question, the beginning of its answer, and where the whole stands.

    `language` is that of the text: English where nobody has written it in the language asked for.
    """

    name: str
    title: str
    text: str
    language: str
    categories: list[str]
    path: str


class FaqView(TypedDict):
    """Help pages of a brand."""

    entries: list[FaqEntryView]


class AssistantDetailView(TypedDict):
    """Something that a message lists: what it is, and what there is to say about it."""

    name: str
    value: str


class AssistantSourceView(TypedDict):
    """The page that a message quotes."""

    title: str
    path: str


class AssistantLinkView(TypedDict):
    """Where a message leads to."""

    name: str
    text: str
    path: str


class AssistantMessageView(TypedDict):
    """One thing that the assistant says.

    `line` names it, for programs. `choices` are sentences that the player may say next, word by word.
    """

    line: str
    text: str
    language: str
    more: list[str]
    details: list[AssistantDetailView]
    source: AssistantSourceView | None
    links: list[AssistantLinkView]
    choices: list[str]


class AssistantView(TypedDict):
    """What the assistant says, and its `state`: send it with the next thing that is said.

    `complaint` is null until a complaint has been written down: then it is the body of `create_complaint` as
    far as it was told. Show it to the player, add what is missing, and send it when they agree.
    """

    messages: list[AssistantMessageView]
    state: dict[str, Any]
    complaint: dict[str, Any] | None


def faq(entries: Iterable[Entry], region: Region, brand: Brand, language: str) -> FaqView:
    """Help pages as they are listed."""
    return {
        "entries": [
            {
                "name": one.slug,
                "title": one.title,
                "text": one.first,
                "language": one.language,
                "categories": list(one.categories),
                "path": path(f"faq/{one.slug}", region, brand, language),
            }
            for one in entries
        ]
    }


def message(shown: Shown, region: Region, brand: Brand, language: str) -> AssistantMessageView:
    """A message with its links; the form that the portal leads to is the `complaint` of the answer here."""
    source = shown.source
    return {
        "line": shown.line,
        "text": shown.text,
        "language": shown.language,
        "more": list(shown.more),
        "details": [{"name": name, "value": value} for name, value in shown.details],
        "source": {"title": source.title, "path": path(source.path, region, brand, language)}
        if source
        else None,
        "links": [
            {"name": one.name, "text": one.text, "path": path(one.path, region, brand, language)}
            for one in shown.links
            if one.path
        ],
        "choices": list(shown.choices),
    }


def path(place: str, region: Region, brand: Brand, language: str) -> str:
    """Where a page stands below the portal's address, in a language and for a brand."""
    if "://" in place:
        return place
    asked = "" if brand == region.brands[0] else f"?{urlencode({'brand': brand.id})}"
    return f"{language}/{place}{asked}"


def complaint(state: State, brand: Brand, language: str) -> dict[str, Any] | None:
    """The body of a new complaint once all was asked, else None."""
    if state.step != CHECK:
        return None
    told: dict[str, Any] = {name: value for name, value in state.fields.items() if value}
    amount, currency = told.pop("amount", None), told.get("currency", "")
    paying = {"amount_minor": money.parse(amount, currency)} if amount else {}
    licences = list(brand.jurisdictions)
    licence = {"jurisdiction": licences[0]} if len(licences) == 1 else {}
    return {"brand": brand.id, **licence, **told, **paying, "channel": "chat", "language": language}
