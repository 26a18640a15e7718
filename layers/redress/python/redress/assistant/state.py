"""What the assistant remembers between two sentences: it travels with page or caller, and is distrusted.

It holds what the visitor said, and names of the assistant's own lines; a forged one makes it say nothing
that it would not say by itself.
"""

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

from redress.assistant.lines import LINES
from redress.domain.values import Value

LONGEST_SAID = 10_000  # characters: as long as a complaint may be
SHOWN = 600  # characters of what was said that the conversation repeats
MOST_TURNS = 40  # of a conversation that are shown again
LARGEST = 100_000  # characters of a document

FIELDS = (*("category", "description", "occurred_on", "amount", "currency", "account", "name", "email"),)
LINK = "link"
CHECK = "check"
STEPS = ("category", "description", "occurred_on", "amount", "account", "name", "email")
STANDING, STANDING_SHOWN = "standing", "standing_shown"
"""Where a complaint stands is told once: what is remembered is that it was."""
_HALF_SIGNS = re.compile("[\ud800-\udfff]")  # no text in UTF-8
_NAME = re.compile(r"[a-z0-9_-]{1,80}")


class Unusable(Exception):
    """What should be a state is none."""


class State(Value):
    """Which answer is awaited (a field of `STEPS`, a link, a look at the whole; none if empty), the fields of
    a new complaint so far, and the last question that was put.
    """

    step: str = ""
    fields: Mapping[str, str] = {}
    asked: str = ""

    def to_json(self) -> dict[str, Any]:
        """The state as plain data."""
        return {"step": self.step, "fields": dict(self.fields), "asked": self.asked}


class Message(Value):
    """One thing that the assistant says: a line, by its name, with what it is about.

    `entry` and `others` name help pages; `field` and `rule` say what is wrong with an answer. `details` are
    made when it is said and are kept nowhere.
    """

    line: str
    entry: str = ""
    others: Sequence[str] = ()
    field: str = ""
    rule: str = ""
    details: Mapping[str, Any] = {}

    def to_json(self) -> dict[str, Any]:
        """The message as it is remembered."""
        told = {name: value for name, value in vars(self).items() if value and name != "details"}
        return {**told, "line": STANDING_SHOWN if self.line == STANDING else self.line}


class Turn(Value):
    """A part of a conversation: what the visitor `said`, or a message."""

    said: str = ""
    message: Message | None = None


def state(document: object) -> State:
    """A state from plain data. Raises Unusable."""
    given = _object(document, {"step", "fields", "asked"})
    fields = _object(given.get("fields", {}), set(FIELDS))
    step = _text(given.get("step", ""))
    if step not in ("", LINK, CHECK, *STEPS):
        raise Unusable(step)
    return State(
        step=step,
        fields={name: _text(value) for name, value in fields.items()},
        asked=_text(given.get("asked", "")),
    )


def turns(document: object) -> list[Turn]:
    """A conversation from plain data. Raises Unusable."""
    if not isinstance(document, list) or len(document) > 2 * MOST_TURNS:
        raise Unusable("turns")
    return [_turn(one) for one in document]


def remembered(conversation: Sequence[Turn]) -> list[dict[str, Any]]:
    """A conversation as plain data: the latest turns of it."""
    return [
        one.message.to_json() if one.message else {"said": one.said[:SHOWN]}
        for one in conversation[-MOST_TURNS:]
    ]


def parsed(text: str) -> object:
    """The plain data in a text. Raises Unusable."""
    if len(text) > LARGEST:
        raise Unusable("too large")
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        raise Unusable("no JSON") from error


def _turn(document: object) -> Turn:
    given = _object(document, {"said", "line", "entry", "others", "field", "rule"})
    if "said" in given:
        return Turn(said=_text(given["said"]))
    line, entry, field, rule = (_name(given.get(key, "")) for key in ("line", "entry", "field", "rule"))
    if line not in LINES or line == STANDING:
        raise Unusable("line")
    others = given.get("others", [])
    if not isinstance(others, list) or len(others) > 5:
        raise Unusable("others")
    names = [_name(one) for one in others]
    return Turn(message=Message(line=line, entry=entry, others=names, field=field, rule=rule))


def _object(document: object, known: set[str]) -> Mapping[str, Any]:
    if not isinstance(document, dict) or not document.keys() <= known:
        raise Unusable("object")
    return document


def _text(value: object) -> str:
    if not isinstance(value, str) or len(value) > LONGEST_SAID or _HALF_SIGNS.search(value):
        raise Unusable("text")
    return value


def _name(value: object) -> str:
    if not isinstance(value, str) or (value and not _NAME.fullmatch(value)):
        raise Unusable("name")
    return value
