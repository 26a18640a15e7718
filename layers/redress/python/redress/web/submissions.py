"""What the forms of the tracking page ask for, as commands."""

from collections.abc import Callable, Mapping

from redress.domain import commands
from redress.http import fields
from redress.http.fields import optional, text
from redress.web import forms, words

REPLY_LIMIT, REMARK_LIMIT = 10_000, 2_000

REPLY: fields.Fields = {"text": text(REPLY_LIMIT, lines=True)}
WITHDRAWAL: fields.Fields = {"reason": optional(text(REMARK_LIMIT, lines=True))}
FEEDBACK: fields.Fields = {
    "score": fields.choice("required", words.SCORES),
    "comment": optional(text(REMARK_LIMIT, lines=True)),
}


def reply(sent: forms.Fields) -> commands.Reply:
    """The player writes. Raises InvalidInput (field text)."""
    return commands.Reply(content=fields.read(_given(sent, REPLY), REPLY))


def withdraw(sent: forms.Fields) -> commands.Withdraw:
    """The player takes the complaint back, saying why or not. Raises InvalidInput (field reason)."""
    values = fields.read(_given(sent, WITHDRAWAL), WITHDRAWAL)
    return commands.Withdraw(content=values if values["reason"] else {})


def feedback(sent: forms.Fields) -> commands.GiveFeedback:
    """The player rates the handling. Raises InvalidInput (fields score, comment)."""
    values = fields.read(_given(sent, FEEDBACK), FEEDBACK)
    score, comment = int(values["score"]), values["comment"]
    return commands.GiveFeedback(score=score, content={"comment": comment} if comment else {})


def _given(sent: forms.Fields, asked: fields.Fields) -> dict[str, str]:
    """What was asked for and not left blank."""
    return {name: sent[name] for name in asked if sent.get(name, "").strip()}


COMMANDS: Mapping[str, Callable[[forms.Fields], commands.Command]] = {
    "reply": reply,
    "withdraw": withdraw,
    "feedback": feedback,
}
