"""Working on a complaint: its weight, notes and tasks, who may look at it again, duplicates, redress."""

from datetime import datetime, timedelta
from typing import assert_never

from redress.domain import actors, casework, clock, instants
from redress.domain import commands as c
from redress.domain import events as e
from redress.domain.audit import Content
from redress.domain.changes import Change, illegal
from redress.domain.complaint import CHECK_MAIL, CHECK_SUSPICION, PAY_REDRESS, Complaint
from redress.domain.correspondence import Delivery, LetterStatus
from redress.domain.errors import FieldProblem, InvalidInput, NotAllowedByPack
from redress.domain.parts import Proposal, Task
from redress.domain.rules import Rules
from redress.domain.stages import LEGAL_AT, Stage

CASEWORK = (
    *(c.OverruleTriage, c.AddNote, c.AttachContext, c.OpenTask, c.CloseTask, c.RecordRedressPaid),
    *(c.Escalate, c.DeclareDeadlock, c.Reopen, c.LinkDuplicate, c.LinkAsDuplicate, c.GiveFeedback),
    *(c.StateSubject, c.FindCause),
)

HARM = "harm_signalled"  # the task of seeing to a player
RATED_WITHIN = timedelta(days=30)  # of the closing

type Noting = c.OverruleTriage | c.AddNote | c.AttachContext | c.StateSubject | c.FindCause
type Tasking = c.OpenTask | c.CloseTask | c.RecordRedressPaid
type Turning = c.Escalate | c.DeclareDeadlock | c.Reopen | c.LinkDuplicate | c.LinkAsDuplicate
type Casework = Noting | Tasking | Turning | c.GiveFeedback


def decide(complaint: Complaint, command: Casework, now: datetime, actor: str, rules: Rules) -> list[Change]:
    """The events of a command of casework, the player's rating among them.

    Raises IllegalTransition when it does not fit what happened, NotAllowedByPack when no pack allows it,
    InvalidInput for a task, level or amount that there is not.
    """
    match command:
        case c.OverruleTriage() | c.AddNote() | c.AttachContext() | c.StateSubject() | c.FindCause():
            return _note(complaint, command)
        case c.OpenTask() | c.CloseTask() | c.RecordRedressPaid():
            return _task(complaint, command)
        case c.Escalate():
            return [_escalate(complaint, command)]
        case c.DeclareDeadlock():
            check_independent(complaint, command, actors.person(actor))
            return [_deadlock(command, rules)]
        case c.Reopen():
            return [_reopen(complaint, command, now, rules), *signalled(complaint, command.harm)]
        case c.LinkDuplicate() | c.LinkAsDuplicate():
            return _link(complaint, command)
        case c.GiveFeedback():
            return _rate(complaint, command, now)
        case _:
            assert_never(command)


def pay(
    amount_minor: int | None, currency: str | None, kind: str | None, team: str | None, by: str | None
) -> list[Change]:
    """The task of paying what was decided, if anything was; `by` is an instant."""
    if amount_minor is None:
        return []
    task = e.TaskOpened(
        task=PAY_REDRESS,
        team=team,
        due_at=by,
        amount_minor=amount_minor,
        currency=currency,
        redress_kind=kind,
    )
    return [Change(event=task)]


def owe(complaint: Complaint, proposal: Proposal, team: str | None, by: str | None) -> list[Change]:
    """The task of paying what a decision gives. A second one takes the first one's place, paid or not."""
    if complaint.review is None:
        return pay(proposal.redress_minor, proposal.currency, proposal.redress_kind, team, by)
    stale = [Change(event=e.TaskClosed(opened=one.opened, outcome="not_needed")) for one in complaint.unpaid]
    paid = sum(one.amount_minor for one in complaint.payments if one.currency == proposal.currency)
    left = (proposal.redress_minor or 0) - paid
    owed = pay(left, proposal.currency, proposal.redress_kind, team, by) if left > 0 else []
    return [*stale, *owed]


def signalled(complaint: Complaint, harm: Content) -> list[Change]:
    """The call for a human where a text holds signals of harm; one task is enough."""
    if not harm:
        return []
    called = any(task.task == HARM for task in complaint.open_tasks)
    task = [] if called else [Change(event=e.TaskOpened(task=HARM))]
    return [Change(event=e.HarmSignalled(), content=harm), *task]


def check_independent(complaint: Complaint, command: c.Command, person: str | None) -> None:
    """A complaint that was reopened is decided by somebody else: raises IllegalTransition."""
    if complaint.review is None:
        return
    if person is None:
        raise illegal(complaint, command, "name the person who acts: a reopened complaint needs another one")
    if person in complaint.review.first_handlers:
        raise illegal(complaint, command, "it was reopened, and this person handled it the first time")


def may_reopen_until(complaint: Complaint, rules: Rules) -> datetime | None:
    """Until when (UTC, exclusive) the player may ask for a second look; None where nothing allows one."""
    answered_at = complaint.last_response_sent_at
    may = complaint.stage in LEGAL_AT[c.Reopen] and complaint.decision is not None
    if not may or answered_at is None or complaint.review or complaint.referral:
        return None
    return _reopens_until(answered_at, rules)


def may_rate_until(complaint: Complaint) -> datetime | None:
    """Until when (UTC, exclusive) a closed complaint may still be rated; None where it may not.

    What was withdrawn may be, too: its handling was seen. What goes on in another complaint is rated there.
    """
    closed_at = complaint.closed_at
    if closed_at is None or complaint.feedback_score is not None or complaint.primary:
        return None
    return None if complaint.spam_at else closed_at + RATED_WITHIN


def same_person(one: str, other: str) -> bool:
    """Whether two actors may be one person: an application that names nobody may be anybody."""
    named = actors.person(one), actors.person(other)
    return None in named or named[0] == named[1]


def _note(complaint: Complaint, command: Noting) -> list[Change]:
    match command:
        case c.OverruleTriage():
            values = {name: value for name, value in vars(command).items() if name != "content"}
            return [Change(event=e.TriageOverruled(**values), content=command.content)]
        case c.AddNote(visibility=visibility):
            if visibility == "player" and complaint.stage is Stage.CLOSED:
                raise illegal(complaint, command, "it is closed, and no letter about it leaves any more")
            return [Change(event=e.NoteAdded(visibility=visibility), content=command.content)]
        case c.AttachContext(kinds=kinds):
            return [Change(event=e.ContextAttached(kinds=kinds), content=command.content)]
        case c.StateSubject():
            return _noted(complaint, e.SubjectStated(**vars(command)))
        case c.FindCause():
            return found(complaint, command)


def found(complaint: Complaint, command: c.FindCause) -> list[Change]:
    """What lies at the root of it; nothing where that is known already."""
    return _noted(complaint, e.CauseFound(**vars(command)))


def _noted(complaint: Complaint, event: e.SubjectStated | e.CauseFound) -> list[Change]:
    """None where that is known already."""
    new = any(getattr(complaint, name) != value for name, value in casework.known(event).items())
    return [Change(event=event)] if new else []


def _task(complaint: Complaint, command: Tasking) -> list[Change]:
    match command:
        case c.OpenTask(team=team, due_at=due_at):
            opened = e.TaskOpened(task="work", team=team, due_at=due_at)
            return [Change(event=opened, content=command.content)]
        case c.CloseTask(opened=seq, outcome=outcome):
            task = _open_task(complaint, command, seq)
            if task.task == PAY_REDRESS:
                raise illegal(complaint, command, "redress is done when its payment is recorded")
            if task.task == CHECK_SUSPICION and complaint.held and complaint.stage is not Stage.CLOSED:
                raise illegal(complaint, command, "its letters wait: release it, or reject it as spam")
            if task.task == CHECK_MAIL and complaint.held_mails:
                raise illegal(complaint, command, "mails wait: accept or reject each of them")
            closed = e.TaskClosed(opened=seq, outcome=outcome)
            return [Change(event=closed, content=command.content or None)]
        case c.RecordRedressPaid():
            return _pay(complaint, command)


def _pay(complaint: Complaint, command: c.RecordRedressPaid) -> list[Change]:
    task = _unpaid(complaint, command)
    if command.currency != task.currency:
        raise InvalidInput([FieldProblem("currency", "currency", f"It is owed in {task.currency}.")])
    if command.amount_minor < (task.amount_minor or 0):
        remedy = f"Send {task.amount_minor} or more: the redress is paid when all of it is."
        raise InvalidInput([FieldProblem("amount_minor", "amount", remedy)])
    paid = e.RedressPaid(
        amount_minor=command.amount_minor,
        currency=command.currency,
        kind=task.redress_kind,
        paid_on=command.paid_on,
    )
    done = e.TaskClosed(opened=task.opened, outcome="done")
    return [Change(event=paid, content=command.content or None), Change(event=done)]


def _unpaid(complaint: Complaint, command: c.RecordRedressPaid) -> Task:
    unpaid = [task for task in complaint.unpaid if command.opened in {None, task.opened}]
    if not unpaid:
        raise illegal(complaint, command, "there is no redress that is still to be paid")
    if len(unpaid) > 1:
        known = ", ".join(str(task.opened) for task in unpaid)
        raise InvalidInput([FieldProblem("task", "unknown_task", f"Say which of them: {known}.")])
    return unpaid[0]


def _open_task(complaint: Complaint, command: c.Command, opened: int) -> Task:
    task = complaint.tasks.get(opened)
    if task is None:
        known = ", ".join(str(one.opened) for one in complaint.open_tasks) or "there is none"
        raise InvalidInput([FieldProblem("task", "unknown_task", f"Choose an open task: {known}.")])
    if task.closed_at:
        raise illegal(complaint, command, f"task {opened} is closed")
    return task


def _escalate(complaint: Complaint, command: c.Escalate) -> Change:
    level = command.level or complaint.escalation_level + 1
    if level <= complaint.escalation_level:
        raise illegal(complaint, command, f"it is at level {complaint.escalation_level} already")
    return Change(event=e.Escalated(level=level), content=command.content)


def _deadlock(command: c.DeclareDeadlock, rules: Rules) -> Change:
    if not any(pack.deadlock_opens for pack in rules.packs):
        why = "its outside route does not open by a deadlock letter: decide the complaint"
        raise NotAllowedByPack(rules.licence.id, "external_bodies", why)
    return Change(event=e.DeadlockDeclared(), content=command.content)


def _reopen(complaint: Complaint, command: c.Reopen, now: datetime, rules: Rules) -> Change:
    if complaint.review:
        raise illegal(complaint, command, "it was reopened once already: the outside body is next")
    if complaint.decision is None or complaint.last_response_sent_at is None:
        raise illegal(complaint, command, "there is no answer that could be disputed")
    if complaint.referral:
        raise illegal(complaint, command, "it is at an outside body")
    until = _reopens_until(complaint.last_response_sent_at, rules)
    if until <= now:
        raise illegal(complaint, command, f"the time to reopen it ended at {instants.to_text(until)}")
    return Change(event=e.Reopened(ground=command.ground), content=command.content)


def _reopens_until(answered_at: datetime, rules: Rules) -> datetime:
    within = rules.house.reopen_within
    return clock.until(answered_at, within.amount, within.unit, rules.zone, rules.calendar)


def _rate(complaint: Complaint, command: c.GiveFeedback, now: datetime) -> list[Change]:
    """The rating of the handling, once, and the call for a human where its text holds signals of harm."""
    if complaint.feedback_score is not None:
        raise illegal(complaint, command, "feedback was given already")
    if complaint.stage is Stage.CLOSED:
        until = may_rate_until(complaint)
        if until is None:
            raise illegal(complaint, command, "there is nothing to rate about it")
        if until <= now:
            raise illegal(complaint, command, f"the time to rate it ended at {instants.to_text(until)}")
    given = Change(event=e.FeedbackGiven(score=command.score), content=command.content or None)
    return [given, *signalled(complaint, command.harm)]


def _link(complaint: Complaint, command: c.LinkDuplicate | c.LinkAsDuplicate) -> list[Change]:
    if isinstance(command, c.LinkDuplicate):
        if command.duplicate in complaint.duplicates:
            return []
        told = {name: value for name, value in vars(command).items() if name != "needs_human"}
        harm = {"duplicate": command.duplicate} if command.needs_human else {}
        return [Change(event=e.DuplicateLinked(**told)), *signalled(complaint, harm)]
    if complaint.duplicates:  # or two complaints that are linked to each other at once would both be closed
        raise illegal(complaint, command, f"{', '.join(complaint.duplicates)} goes on in it")
    if complaint.review or complaint.referral:  # what was answered, or went outside, has its own way to end
        raise illegal(complaint, command, "it was answered once, or is at an outside body")
    linked = e.LinkedAsDuplicate(primary=command.primary)
    closed = e.Closed(reason="duplicate")
    return [Change(event=linked, content=command.content), Change(event=closed)]


def tell_otherwise(complaint: Complaint, command: c.SendOtherwise) -> Change:
    """The record that a letter which mail could not bring was brought by other means."""
    letter = complaint.letters.get(command.letter)
    if letter is None:
        known = ", ".join(complaint.letters)
        raise InvalidInput([FieldProblem("letter", "unknown_letter", f"Choose one of: {known}.")])
    bounced = letter.delivery is Delivery.BOUNCED
    if letter.status not in {LetterStatus.ABANDONED, LetterStatus.REFUSED} and not bounced:
        raise illegal(complaint, command, f"the letter {letter.key} is {letter.status}")
    sent = e.LetterSent(letter=letter.key, kind=letter.kind, message_id="", means=command.means)
    return Change(event=sent, content=command.content or None)
