"""The assistant's page: the whole conversation, and a field for the next sentence. Nothing of it is stored.

What it remembers stands in the page itself, so every POST answers with a page: there is nothing to reload.
"""

import json
from collections.abc import Mapping, Sequence

from redress.assistant import dialogue
from redress.assistant import state as states
from redress.assistant.knowledge import Knowledge, Standing
from redress.assistant.shown import Shown, shown
from redress.assistant.state import Message, State, Turn, Unusable
from redress.domain.errors import NotFound
from redress.language import msg
from redress.region import Brand
from redress.web.forms import Fields, shown_again
from redress.web.pages import Page
from redress.web.rooms import form
from redress.web.visit import LinkExpired, Visit

BLANK = msg("Write something, or choose one of the answers above")
TO_FORM = "form"


def greet(visit: Visit) -> Page:
    """The beginning of a conversation."""
    return _page(visit, _brand(visit, {}), State(), _said_by_us(dialogue.greeting()))


def answer(visit: Visit) -> Page:
    """The conversation with what was said last, and the answer. Raises UnreadableForm."""
    sent = visit.submission().fields
    brand = _brand(visit, sent)
    try:
        state = states.state(states.parsed(sent.get("state", "{}")))
        conversation = states.turns(states.parsed(sent.get("turns", "[]")))
    except Unusable:
        return _page(visit, brand, State(), _said_by_us(dialogue.greeting()), status=400)
    if sent.get("to") == TO_FORM:
        return form.filled(visit, _fields(brand, state))
    said = shown_again(sent.get("said", "")).strip()
    if not said:
        return _page(visit, brand, state, conversation, problem=BLANK, status=422)
    knowledge = _knowledge(visit, brand)
    after, messages = dialogue.reply(state, said, knowledge)
    whole = [*conversation, Turn(said=dialogue.without_link(said)), *_said_by_us(messages)]
    return _page(visit, brand, after, whole, latest=len(messages))


def _said_by_us(messages: Sequence[Message]) -> list[Turn]:
    return [Turn(message=one) for one in messages]


def _brand(visit: Visit, sent: Fields) -> Brand:
    return visit.desk.region.brand(sent.get("brand", "")) or visit.brand


def _knowledge(visit: Visit, brand: Brand) -> Knowledge:
    language, desk = visit.language, visit.desk
    return Knowledge(
        language=language,
        region=desk.region,
        brand=brand,
        faq=visit.portal.faq(brand.id, language.code),
        now=desk.now(),
        opens=lambda number, key: _standing(visit, number, key),
    )


def _standing(visit: Visit, number: str, key: str) -> Standing | None:
    """Where a complaint stands, for whoever has its key."""
    from redress.assistant.standing import standing  # noqa: PLC0415 - only who sends a link needs it

    try:
        case = visit.open(number, key)
    except (NotFound, LinkExpired):
        return None
    return standing(visit.language, case, visit.desk.region, visit.desk.now())


def _page(
    visit: Visit,
    brand: Brand,
    state: State,
    conversation: Sequence[Turn],
    *,
    problem: str | None = None,
    latest: int = 0,
    status: int = 200,
) -> Page:
    """The page; the last `latest` turns are those that answer what was just said."""
    knowledge = _knowledge(visit, brand)
    kept = conversation[-states.MOST_TURNS :]
    turns = [_turn(one, knowledge) for one in kept]
    last = next((one for one in reversed(turns) if isinstance(one, Shown)), None)
    return visit.page(
        status,
        "assistant",
        brand,
        turns=turns,
        newest=len(turns) - latest if latest else None,
        last=last,
        problem=visit.language.say(problem) if problem else None,
        has_complaint=bool(state.fields),
        state=json.dumps(state.to_json(), ensure_ascii=False),
        remembered=json.dumps(states.remembered(kept), ensure_ascii=False),
    )


def _turn(turn: Turn, knowledge: Knowledge) -> Shown | str:
    return shown(turn.message, knowledge) if turn.message else turn.said


def _fields(brand: Brand, state: State) -> Mapping[str, str]:
    """What was told, by the fields of the form: the last question is what happened, if nothing else is."""
    told = dict(state.fields)
    parts = [one.lstrip("0") for one in reversed(told.pop("occurred_on", "").split("-"))]
    when = dict(zip(("occurred_day", "occurred_month", "occurred_year"), parts, strict=False))
    return {"brand": brand.id, "description": state.asked, **told, **when}
