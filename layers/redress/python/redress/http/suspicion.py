"""What a person finds of a complaint that is suspected of spam."""

from __future__ import annotations

from typing import TYPE_CHECKING

from redress.domain import commands
from redress.http.answer import Answer
from redress.http.changing import change, decide
from redress.http.requests import Call

if TYPE_CHECKING:  # it brings pydantic: the resolver imports the model that a request is read with
    from redress.http import casework_bodies as bodies


def release_complaint(call: Call, asked: bodies.SpamFinding) -> Answer:
    """Say that a suspected complaint is none of spam: the letters that waited leave by themselves.

    One that was closed as spam goes on where it stood.
    """
    command = commands.Release(content={"reason": asked.reason})
    return change(call, lambda _: command)


def reject_as_spam(call: Call, asked: bodies.SpamFinding) -> Answer:
    """Close a suspected complaint as spam, without a letter. It stays on the register; release undoes it."""
    command = commands.RejectAsSpam(content={"reason": asked.reason})
    return decide(call, lambda _: command)
