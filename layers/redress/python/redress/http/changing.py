"""What the operations on one complaint share: finding it for the caller, changing it, showing the outcome."""

from collections.abc import Callable
from typing import NoReturn

from redress.domain import number as complaint_number
from redress.domain.audit import Content
from redress.domain.commands import Command
from redress.domain.errors import FieldProblem, InvalidInput, NotFound, PreconditionRequired
from redress.http.answer import Answer
from redress.http.outcomes import changed
from redress.http.requests import Call
from redress.usecases.change import change_as
from redress.usecases.ports import CaseFile

type Choose = Callable[[CaseFile], Command]  # the command that a complaint as it stands calls for


def case_of(call: Call) -> CaseFile:
    """The complaint of the path. Raises NotFound alike for none, and for one of a brand not the caller's."""
    case = call.desk.store.load(number_of(call))
    check_visible(call, case)
    return case


def change(call: Call, choose: Choose) -> Answer:
    """Change a complaint as it stands, or at the version that If-Match names."""

    def visible(case: CaseFile) -> Command:
        check_visible(call, case)
        return choose(case)

    outcome = change_as(
        call.desk,
        number_of(call),
        visible,
        call.actor,
        expected_version=call.version,
        request=call.once,
    )
    return changed(outcome)


def decide(call: Call, choose: Choose) -> Answer:
    """Change a complaint at the version that the caller decided on, which If-Match has to name."""

    def versioned(case: CaseFile) -> Command:
        if call.version is None:
            raise PreconditionRequired(case.complaint.number, case.complaint.version)
        return choose(case)

    return change(call, versioned)


def number_of(call: Call) -> str:
    """The complaint number of the path. Raises NotFound for what can be none."""
    number = complaint_number.parse(call.number)
    if number is None:
        raise NotFound(call.number)
    return number


def check_visible(call: Call, case: CaseFile) -> None:
    """Raises NotFound for a complaint of a brand that is not the caller's: as if there were none."""
    if case.complaint.brand not in call.caller.client.brands:
        raise NotFound(case.complaint.number)


def given(**content: str | None) -> Content:
    """The texts that were sent."""
    return {name: text for name, text in content.items() if text is not None}


def refuse(field: str, rule: str, remedy: str) -> NoReturn:
    """One field breaks a rule."""
    raise InvalidInput([FieldProblem(field, rule, remedy)])
