"""A complaint is received: what submitting leads to, before there is anything to decide."""

from datetime import timedelta

from redress.domain import commands as c
from redress.domain import events as e
from redress.domain import instants
from redress.domain.changes import Change
from redress.domain.complaint import CHECK_SUSPICION

REGISTERED_WITHIN = timedelta(days=1)
BESIDE = frozenset({"content", "mail", "subject"})
"""What a complaint is submitted with, and has events of its own."""


def submit(command: c.Submit) -> list[Change]:
    """The events of a new complaint.

    One that was registered late gets a person's attention at once, and so does one that may be spam.
    """
    facts = {name: value for name, value in vars(command).items() if name not in BESIDE}
    received = Change(event=e.ComplaintReceived(**facts), content=command.content)
    tasks = {"registered_late": _late(command), CHECK_SUSPICION: bool(command.suspicions)}
    mail = [_mail(command.mail)] if command.mail else []
    subject = [Change(event=e.SubjectStated(**vars(command.subject)))] if command.subject else []
    opened = (Change(event=e.TaskOpened(task=task)) for task, asked in tasks.items() if asked)
    return [received, *mail, *subject, *opened]


def _mail(command: c.ReceiveMail) -> Change:
    """The mail that the complaint is: its text is that of the complaint."""
    facts = {name: value for name, value in vars(command).items() if name not in {"content", "harm"}}
    return Change(event=e.MailReceived(**facts), content=command.content)


def _late(command: c.Submit) -> bool:
    """Whether it lay about for more than a day: where a clock starts at registration, the player waited."""
    if not (command.registered_at and command.received_at):
        return False
    lay = instants.from_text(command.registered_at) - instants.from_text(command.received_at)
    return lay > REGISTERED_WITHIN
