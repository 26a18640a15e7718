"""What the forms of the tracking page ask for, as commands."""

from collections.abc import Callable, Mapping
from typing import Annotated, Literal, Self

from redress.domain import commands
from redress.http.fields import Rule, Strict, Text
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


class Feedback(_Form):
    """How the player rates the handling."""

    score: Annotated[Literal["1", "2", "3", "4", "5"], Rule("required", "Choose a number from 1 to 5.")]
    comment: Remark | None = None


def reply(sent: forms.Fields) -> commands.Reply:
    """The player writes. Raises InvalidInput (field text)."""
    return commands.Reply(content={"text": Reply.of(sent).text})


def withdraw(sent: forms.Fields) -> commands.Withdraw:
    """The player takes the complaint back, saying why or not. Raises InvalidInput (field reason)."""
    reason = Withdrawal.of(sent).reason
    return commands.Withdraw(content={"reason": reason} if reason else {})


def feedback(sent: forms.Fields) -> commands.GiveFeedback:
    """The player rates the handling. Raises InvalidInput (fields score, comment)."""
    told = Feedback.of(sent)
    return commands.GiveFeedback(
        score=int(told.score), content={"comment": told.comment} if told.comment else {}
    )


COMMANDS: Mapping[str, Callable[[forms.Fields], commands.Command]] = {
    "reply": reply,
    "withdraw": withdraw,
    "feedback": feedback,
}
