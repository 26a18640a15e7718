"""The help pages and the assistant for the operator's own chat: nothing here stores or sends anything."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from redress.assistant import dialogue
from redress.assistant.knowledge import Knowledge, Standing
from redress.assistant.shown import shown
from redress.domain import private_link
from redress.domain.errors import NotFound
from redress.faq import search
from redress.http import faq_views
from redress.http.answer import Answer
from redress.http.requests import Call
from redress.language import SOURCE, known, language
from redress.region import Brand

if TYPE_CHECKING:  # they bring pydantic: the resolver imports the one that a request is read with
    from redress.http import faq_bodies as bodies


def list_faq(call: Call, asked: bodies.FaqQuery) -> Answer:
    """List the help pages of a brand in a language: all of them, or those that answer a question.

    A question forgives slips of the finger; the list is empty when no page answers it.
    """
    region, spoken = call.desk.region, _code(asked.language)
    brand = _brand(call, asked.brand)
    faq = call.faq(brand.id, spoken)
    found = [one.entry for one in search.answers(faq, asked.q)] if asked.q else faq.entries
    return Answer(body=faq_views.faq(found, region, brand, spoken))


def ask_assistant(call: Call, asked: bodies.Said) -> Answer:
    """Answer what a player said, as the assistant of the portal does.

    It answers from the help pages and the rule packs, quotes what it answers from, and says when it does not
    know. To whoever sends the private link of a complaint of the brand it tells where that stands. It writes
    down a new complaint step by step, and hands over to a person. It stores nothing: what it remembers is in
    `state`, and the same request gets the same answer for as long as the clock shows the same day.
    """
    brand, spoken = _brand(call, asked.brand), _code(asked.language)
    knowledge = Knowledge(
        language=language(spoken),
        region=call.desk.region,
        brand=brand,
        faq=call.faq(brand.id, spoken),
        now=call.desk.now(),
        opens=lambda number, key: _standing(call, brand, spoken, number, key),
    )
    state, messages = dialogue.reply(asked.remembered, asked.said, knowledge)
    body: faq_views.AssistantView = {
        "messages": [
            faq_views.message(shown(one, knowledge), call.desk.region, brand, spoken) for one in messages
        ],
        "state": state.to_json(),
        "complaint": faq_views.complaint(state, brand, spoken),
    }
    return Answer(body=body)


def _code(tag: str | None) -> str:
    """The language to answer in: English for one that is none of ours."""
    return known(tag or SOURCE) or SOURCE


def _brand(call: Call, brand: str) -> Brand:
    return cast("Brand", call.desk.region.brand(brand))  # it was read with this region


def _standing(call: Call, brand: Brand, spoken: str, number: str, key: str) -> Standing | None:
    """Where a complaint of the brand stands, for whoever has its key."""
    from redress.assistant.standing import standing  # noqa: PLC0415 - only who sends a link needs it

    now = call.desk.now()
    try:
        case = call.desk.store.load(number)
    except NotFound:
        return None
    opened = private_link.opens(call.link_secrets(), key, number, case.link_version, now)
    if not opened or case.complaint.brand != brand.id:
        return None
    return standing(language(spoken), case, call.desk.region, now)
