"""Forms as commands. The only module of the portal that needs pydantic: it is imported when a form arrives."""

from typing import Annotated

from redress.domain import commands
from redress.domain.errors import FieldProblem, InvalidInput
from redress.http.intake import Strict, read_form, text_of, validated
from redress.web.forms import Fields

__all__ = ["feedback", "read_form", "reply", "withdraw"]

REPLY_LIMIT, REMARK_LIMIT = 10_000, 2_000
SCORES = {str(score): score for score in range(1, 6)}


class _Reply(Strict):
    text: Annotated[str, text_of(REPLY_LIMIT, lines=True)]


class _Reason(Strict):
    reason: Annotated[str, text_of(REMARK_LIMIT, lines=True)] | None = None


class _Comment(Strict):
    comment: Annotated[str, text_of(REMARK_LIMIT, lines=True)] | None = None


def reply(fields: Fields) -> commands.Reply:
    """The player writes. Raises InvalidInput (field text)."""
    return commands.Reply(content={"text": validated(_Reply, _given(fields, "text")).text})


def withdraw(fields: Fields) -> commands.Withdraw:
    """The player takes the complaint back, saying why or not. Raises InvalidInput (field reason)."""
    reason = validated(_Reason, _given(fields, "reason")).reason
    return commands.Withdraw(content={"reason": reason} if reason else {})


def feedback(fields: Fields) -> commands.GiveFeedback:
    """The player rates the handling. Raises InvalidInput (fields score, comment)."""
    score = SCORES.get(fields.get("score", ""))
    if score is None:
        raise InvalidInput([FieldProblem("score", "required", "Choose a number from 1 to 5.")])
    comment = validated(_Comment, _given(fields, "comment")).comment
    return commands.GiveFeedback(score=score, content={"comment": comment} if comment else {})


def _given(fields: Fields, name: str) -> dict[str, str]:
    """The field, unless it was left blank."""
    return {name: fields[name]} if fields.get(name, "").strip() else {}
