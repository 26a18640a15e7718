"""Anonymous consultations in the operator's API: questions without a name, and their answers."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlencode

from redress.domain import consultation, consultation_key
from redress.domain.consultation import Consultation, Event, State
from redress.domain.errors import NoSuchConsultation, PreconditionRequired
from redress.http import consultation_views
from redress.http.answer import Answer
from redress.http.changing import refuse
from redress.http.outcomes import tag
from redress.http.requests import Call
from redress.usecases import consultations
from redress.usecases.consultations import Choose
from redress.usecases.ports import Narrow
from redress.usecases.submit_complaint import Intake

if TYPE_CHECKING:  # they bring pydantic: the resolver imports the one that a request is read with
    from redress.http import consultation_bodies as bodies

PATH, LANGUAGE = "/v1/consultations", "en"


def create_consultation(call: Call, asked: bodies.Question) -> Answer:
    """Ask on somebody's behalf without telling who they are, as the operator's chat does.

    The answer holds the key that opens the consultation. Give it to the player with the number: it is kept
    nowhere, and the same request alone is told it again.
    """
    question = consultations.Question(
        brand=asked.brand,
        language=asked.language or LANGUAGE,
        text=asked.text,
        category=asked.category.value if asked.category else None,
        jurisdiction=asked.jurisdiction,
    )
    intake = Intake(desk=call.desk, random_bits=call.random_bits)
    opened = consultations.ask(intake, call.player_secret(), question, call.actor, call.once)
    body: consultation_views.NewConsultationView = {
        "number": opened.number,
        "key": opened.key,
        "version": opened.version,
        "self": f"{PATH}/{opened.number}",
    }
    headers = {**tag(opened.version), "Location": body["self"], **_replayed(opened.replayed)}
    return Answer(status=201, body=body, headers=headers)


def list_consultations(call: Call, asked: bodies.ConsultationQuery) -> Answer:
    """List the consultations of a team that stand alike: unless told, those that wait for an answer.

    What speaks of harm comes first, then what is due first; those that are answered, closed or made a
    complaint come in the order of their last change.
    """
    narrow = Narrow(
        brands=call.caller.client.brands,
        category=asked.category.value if asked.category else None,
        overdue_at=call.desk.now() if asked.overdue else None,
    )
    found = call.desk.store.consultations.listed(
        asked.team, State(asked.state), asked.limit, asked.cursor, narrow, total=bool(asked.total)
    )
    following = _following(asked, found.cursor)
    return Answer(body=consultation_views.page(found, following, call.desk.now()))


def get_consultation(call: Call) -> Answer:
    """Show a consultation as it stands, with all that was written."""
    known = call.desk.store.consultations.load(_number(call), call.desk.now())
    _check_visible(call, known)
    return Answer(body=consultation_views.consultation(known, call.desk.now()), headers=tag(known.version))


def answer_consultation(call: Call, asked: bodies.ConsultationAnswer) -> Answer:
    """Answer, or add to the answer; the player reads it with the key."""
    return _decide(call, lambda known: (consultation.answer(known), asked.text))


def close_consultation(call: Call, asked: bodies.ConsultationClosure) -> Answer:
    """Close a consultation. The player can still read it, and make it a complaint."""

    def choose(known: Consultation) -> tuple[Event, str | None]:
        if known.state is State.OPEN and asked.text is None:
            refuse("text", "required", "It waits for an answer: say to the player why there is none.")
        return consultation.close(known), asked.text

    return _decide(call, choose)


def _decide(call: Call, choose: Choose) -> Answer:
    """Change a consultation at the version that the caller decided on, which If-Match has to name."""

    def check(known: Consultation) -> None:
        _check_visible(call, known)
        if call.version is None:
            raise PreconditionRequired(known.number, known.version)

    done = consultations.change(
        call.desk, _number(call), choose, call.actor, call.once, check=check, expected_version=call.version
    )
    body: consultation_views.ChangedConsultationView = {
        "number": done.number,
        "version": done.version,
        "self": f"{PATH}/{done.number}",
    }
    return Answer(body=body, headers={**tag(done.version), **_replayed(done.replayed)})


def _number(call: Call) -> str:
    """The number of the path. Raises NoSuchConsultation for what can be none."""
    sent = call.path["consultation"]
    number = consultation_key.parse(sent)
    if number is None:
        raise NoSuchConsultation(sent)
    return number


def _check_visible(call: Call, known: Consultation) -> None:
    """Raises NoSuchConsultation for one of a brand that is not the caller's: as if there were none."""
    if known.brand not in call.caller.client.brands:
        raise NoSuchConsultation(known.number)


def _following(asked: bodies.ConsultationQuery, cursor: str | None) -> str | None:
    """Where the next part is: what was asked, with the cursor, and without counting again."""
    if cursor is None:
        return None
    given = asked.model_dump(mode="json", exclude_unset=True, exclude_none=True, exclude={"cursor", "total"})
    sent = {name: str(value).lower() if value is True else value for name, value in given.items()}
    return f"{PATH}?{urlencode({**sent, 'cursor': cursor})}"


def _replayed(is_replayed: bool) -> dict[str, str]:  # noqa: FBT001 - what the outcome says
    return {"Idempotency-Replayed": "true"} if is_replayed else {}
