"""What the forms of the tracking page ask for, and what is done about it."""

from collections.abc import Callable, Mapping
from typing import Annotated, Literal, Self

from redress.domain import commands
from redress.http.fields import Email, Rule, Strict, Text
from redress.usecases.change import Changed, Desk, change
from redress.usecases.ports import Request
from redress.usecases.reply import PLAYER, harm_in
from redress.usecases.reply import reply as record_reply
from redress.web import forms

Remark = Annotated[str, Text(2_000, lines=True)]


class _Form(Strict):
    @classmethod
    def of(cls, sent: forms.Fields) -> Self:
        """What was asked for and not left blank. Raises InvalidInput."""
        return cls.read({name: sent[name] for name in cls.model_fields if sent.get(name, "").strip()})


class Reply(_Form):
    """What the player writes."""

    text: Annotated[str, Text(10_000, lines=True)]


class Withdrawal(_Form):
    """Why the player takes the complaint back, if told."""

    reason: Remark | None = None


class Dispute(_Form):
    """Why the player asks for a second look."""

    ground: Annotated[
        Literal["disputed", "new_information"], Rule("required", "Choose disputed or new_information.")
    ]
    why: Annotated[str, Text(10_000, lines=True)]


class Feedback(_Form):
    """How the player rates the handling."""

    score: Annotated[Literal["1", "2", "3", "4", "5"], Rule("required", "Choose a number from 1 to 5.")]
    comment: Remark | None = None


def reply(desk: Desk, number: str, sent: forms.Fields, request: Request) -> Changed:
    """The player writes. Raises InvalidInput (field text)."""
    return record_reply(desk, number, Reply.of(sent).text, request=request)


def withdraw(desk: Desk, number: str, sent: forms.Fields, request: Request) -> Changed:
    """The player takes the complaint back, saying why or not. Raises InvalidInput (field reason)."""
    reason = Withdrawal.of(sent).reason
    command = commands.Withdraw(content={"reason": reason} if reason else {}, harm=harm_in(reason))
    return change(desk, number, command, PLAYER, request=request)


def feedback(desk: Desk, number: str, sent: forms.Fields, request: Request) -> Changed:
    """The player rates the handling. Raises InvalidInput (fields score, comment)."""
    told = Feedback.of(sent)
    content = {"comment": told.comment} if told.comment else {}
    command = commands.GiveFeedback(score=int(told.score), content=content, harm=harm_in(told.comment))
    return change(desk, number, command, PLAYER, request=request)


def dispute(desk: Desk, number: str, sent: forms.Fields, request: Request) -> Changed:
    """The player asks for a second look. Raises InvalidInput (fields ground, why)."""
    told = Dispute.of(sent)
    command = commands.Reopen(ground=told.ground, content={"reason": told.why}, harm=harm_in(told.why))
    return change(desk, number, command, PLAYER, request=request)


class LostLink(_Form):
    """The address that a private link is asked for to be sent to; the number is read by itself."""

    email: Email


# By the last part of the form's address. Each raises what `change` raises, besides.
ACTIONS: Mapping[str, Callable[[Desk, str, forms.Fields, Request], Changed]] = {
    "reply": reply,
    "withdraw": withdraw,
    "feedback": feedback,
    "dispute": dispute,
}
