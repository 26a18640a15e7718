"""What complaints are about, and what lies at their root: both are counted, by ids alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from redress.domain.commands import FindCause, StateSubject
from redress.http.answer import Answer
from redress.http.changing import change, refuse
from redress.http.requests import Call
from redress.usecases.ports import CaseFile

if TYPE_CHECKING:  # they bring pydantic: the resolver imports the one that a request is read with
    from redress.http import casework_bodies as bodies
    from redress.http.cause_views import CausesView


def state_subject(call: Call, asked: bodies.ComplaintSubject) -> Answer:
    """Say which product, game, provider or payment route a complaint is about; what is left out stays."""
    subject = StateSubject(**asked.model_dump())
    if not any(vars(subject).values()):
        refuse("product", "required", "Say one of: product, game, provider, payment_route.")
    return change(call, lambda _: subject)


def find_cause(call: Call, asked: bodies.CauseFinding) -> Answer:
    """Say what lies at the root of a complaint, and which corrective action is to help. The latest counts."""
    command = _named(call, asked.cause, asked.action)
    return change(call, lambda _: command)


def list_causes(call: Call) -> Answer:
    """List the causes of the region file, which the root of a complaint is found in."""
    listed: CausesView = {
        "items": [
            {"id": one.id, "name": one.name, "formerly": list(one.formerly)}
            for one in call.desk.region.causes
        ]
    }
    return Answer(body=listed)


def with_decision(call: Call, case: CaseFile, cause: str | None, action: str | None) -> FindCause | None:
    """What a proposal says of the cause; None leaves what is known of it.

    Whoever decides knows the root, so where the region has causes nothing is decided without one.
    Raises InvalidInput.
    """
    region = call.desk.region
    known = region.present_cause(case.complaint.cause)
    if cause is None and known is None and (action or region.causes):
        refuse("cause", "required", f"Say what lies at the root of it. {_listed(call)}")
    if cause is None and action is None:
        return None
    found = _named(call, cause or known or "", action)
    return None if action is None and found.cause == known else found


def check_cause(call: Call, cause: str) -> str:
    """The id that a cause has now, by that or a former one. Raises InvalidInput for one not on the list."""
    known = call.desk.region.cause(cause)
    if known is None:
        refuse("cause", "unknown_cause", _listed(call))
    return known.id


def _named(call: Call, cause: str, action: str | None) -> FindCause:
    known = check_cause(call, cause)
    return FindCause(cause=known, action=_against(call, known, action) if action else None)


def _against(call: Call, cause: str, action: str) -> str:
    """The id of a corrective action against a cause. Raises InvalidInput."""
    from redress.domain import actions  # noqa: PLC0415 - few name one

    named = actions.parse(action)
    found = call.actions().action(named) if named else None
    if found is None or call.desk.region.present_cause(found.cause) != cause:
        refuse("action", "unknown_action", f"Send the id of a corrective action against {cause}.")
    return found.id


def _listed(call: Call) -> str:
    known = ", ".join(one.id for one in call.desk.region.causes)
    return f"Choose one of: {known}." if known else "The region file lists no causes."
