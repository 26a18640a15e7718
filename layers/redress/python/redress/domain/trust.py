"""Whether a complaint is to be trusted, and whoever asks for its private link again."""

from datetime import datetime, timedelta
from typing import assert_never

from redress.domain import commands as c
from redress.domain import events as e
from redress.domain.changes import Change, illegal
from redress.domain.complaint import CHECK_SUSPICION, SPAM, Complaint
from redress.domain.correspondence import LetterKind, LetterStatus

TRUST = (c.Release, c.RejectAsSpam, c.RequestLink)

LINKS_WITHIN = timedelta(hours=24)
MOST_LINKS = 3  # within LINKS_WITHIN: whoever asks, the mailbox of a player is not flooded

type Trust = c.Release | c.RejectAsSpam | c.RequestLink


def decide(complaint: Complaint, command: Trust, now: datetime) -> list[Change]:
    """The events of a command at `now` (UTC). Raises IllegalTransition where nothing is suspected."""
    match command:
        case c.Release():
            _check_suspected(complaint, command)
            return [Change(event=e.Released(), content=command.content), *_checked(complaint)]
        case c.RejectAsSpam():
            _check_suspected(complaint, command)
            return [*_checked(complaint), Change(event=e.Closed(reason=SPAM), content=command.content)]
        case c.RequestLink():
            return [Change(event=e.PrivateLinkRequested())] if _may_have_link(complaint, now) else []
        case _:
            assert_never(command)


def _check_suspected(complaint: Complaint, command: c.Command) -> None:
    if not complaint.suspicions:
        raise illegal(complaint, command, "nothing speaks for spam")
    if not complaint.held:
        raise illegal(complaint, command, "it was released already")


def _checked(complaint: Complaint) -> list[Change]:
    """The task of looking at it is done."""
    asked = [task for task in complaint.open_tasks if task.task == CHECK_SUSPICION]
    return [Change(event=e.TaskClosed(opened=task.opened, outcome="done")) for task in asked]


def _may_have_link(complaint: Complaint, now: datetime) -> bool:
    """Whether one more link is owed: not while one is still to leave, and not too often."""
    waits = {LetterStatus.OWED, LetterStatus.CLAIMED, LetterStatus.REFUSED}
    letters = complaint.letters.values()
    on_its_way = any(one.kind is LetterKind.PRIVATE_LINK and one.status in waits for one in letters)
    lately = [at for at in complaint.link_requests if at > now - LINKS_WITHIN]
    return not on_its_way and len(lately) < MOST_LINKS
