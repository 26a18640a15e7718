"""The workflow's one question: what is owed now, and if nothing, until when to wait."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from enum import StrEnum

from redress.domain import instants
from redress.domain.complaint import Complaint, is_held, is_live, may_claim, milestone_key
from redress.domain.correspondence import SUPERSEDED, Letter, LetterKind, LetterStatus
from redress.domain.milestones import Milestone
from redress.domain.promises import ADR_WINDOW
from redress.domain.stages import Stage
from redress.domain.values import Value


class Step(StrEnum):
    """The steps by the names they carry in the workflow's picture."""

    ACKNOWLEDGE = "Acknowledge"
    TRIAGE = "Triage"
    INVESTIGATE = "Investigate"
    INFORM_PLAYER = "Inform player"
    NOTIFY_STAFF = "Notify staff"
    RECORD_MILESTONE = "Record milestone"
    ESCALATE = "Escalate"
    DECLARE_DEADLOCK = "Declare deadlock"
    REFER_TO_ADR = "Refer to ADR"
    WAIT_FOR_ADR = "Wait for ADR"
    RESOLVE = "Resolve"
    ASK_FOR_FEEDBACK = "Ask for feedback"
    FEEDBACK = "Feedback"
    GIVE_UP_LETTER = "Give up letter"
    CLOSE = "Close"
    DONE = "Done"


class NextStep(Value):
    """A step and what it is about: a letter, a milestone, a reason, or the instant (UTC) to wait for."""

    step: Step
    letter: Letter | None = None
    milestone: Milestone | None = None
    reason: str | None = None
    until: datetime | None = None


SENDING: Mapping[LetterKind, Step] = {
    LetterKind.ACKNOWLEDGEMENT: Step.ACKNOWLEDGE,
    LetterKind.INFORMATION_REQUEST: Step.INFORM_PLAYER,
    LetterKind.PAUSE: Step.INFORM_PLAYER,
    LetterKind.EXTENSION: Step.INFORM_PLAYER,
    LetterKind.HOLDING: Step.INFORM_PLAYER,
    LetterKind.PROGRESS: Step.INFORM_PLAYER,
    LetterKind.MESSAGE: Step.INFORM_PLAYER,
    LetterKind.REOPENED: Step.INFORM_PLAYER,
    LetterKind.DUPLICATE: Step.INFORM_PLAYER,
    LetterKind.FINAL_RESPONSE: Step.RESOLVE,
    LetterKind.DEADLOCK: Step.REFER_TO_ADR,
    LetterKind.FEEDBACK_REQUEST: Step.ASK_FOR_FEEDBACK,
    LetterKind.WARNING: Step.NOTIFY_STAFF,
    LetterKind.ESCALATION: Step.NOTIFY_STAFF,
    LetterKind.BREACH: Step.NOTIFY_STAFF,
    LetterKind.REMINDER: Step.NOTIFY_STAFF,
    LetterKind.ALERT: Step.NOTIFY_STAFF,
    LetterKind.PRIVATE_LINK: Step.INFORM_PLAYER,
}

WAITING: Mapping[Stage, Step] = {
    Stage.DEADLOCKED: Step.WAIT_FOR_ADR,
    Stage.RESOLVED: Step.FEEDBACK,
    Stage.CLOSED: Step.FEEDBACK,  # for a private link, an answer that did not arrive, or the end of a claim
}


def next_step(
    complaint: Complaint, milestones: Sequence[Milestone], now: datetime, claim_expiry: timedelta
) -> NextStep:
    """What the complaint needs at `now` (UTC). Total: an open complaint always has a step.

    The order: letters before milestones (a letter that is late gets later), but updates after them, so that
    of several the latest goes; an owner team before milestones, which are told to it. Whatever cannot be done
    yet is waited for. A closed complaint owes the record of its breaches, a private link that was asked for,
    an answer that did not arrive, and an end of each claim. What is held back waits for a person, not for an
    instant.
    """
    unsettled = (one for one in complaint.letters.values() if _is_unsettled(complaint, one))
    letters = [letter for letter in unsettled if not is_held(complaint, letter)]
    if complaint.stage is Stage.CLOSED:
        return (
            _breach(milestones, now)
            or _letter(complaint, letters, now, claim_expiry)
            or (_wait(complaint, letters, [], now, claim_expiry) if letters else NextStep(step=Step.DONE))
        )
    updates = [letter for letter in letters if letter.kind in SUPERSEDED]
    others = [letter for letter in letters if letter.kind not in SUPERSEDED]
    ready = [one for one in milestones if not _may_be_met(one, complaint, now, claim_expiry)]
    return (
        _letter(complaint, others, now, claim_expiry)
        or _triage(complaint)
        or _milestone(ready, now)
        or _letter(complaint, updates, now, claim_expiry)
        or _closing(complaint, milestones)
        or _wait(complaint, letters, [one for one in milestones if one.at > now], now, claim_expiry)
    )


def _is_unsettled(complaint: Complaint, letter: Letter) -> bool:
    """Whether the letter still has to be dealt with, or was claimed and nobody knows whether it left.

    Such a claim is looked at even if the complaint has gone on or is closed: a person is asked in the end.
    Nobody can be asked of who is to be forgotten.
    """
    claimed = letter.status is LetterStatus.CLAIMED and complaint.erasure_ordered_at is None
    return claimed or is_live(complaint, letter)


def _may_be_met(milestone: Milestone, complaint: Complaint, now: datetime, claim_expiry: timedelta) -> bool:
    """Whether an answer that left in time may be on its way, before the law takes silence for acceptance."""
    if "mark_deemed_accepted" not in milestone.actions:
        return False
    final = [one for one in complaint.letters.values() if one.kind is LetterKind.FINAL_RESPONSE]
    flying = [one.changed_at for one in final if one.status is LetterStatus.CLAIMED and one.changed_at]
    return any(at < milestone.at and now < at + claim_expiry for at in flying)


def _letter(
    complaint: Complaint, letters: Sequence[Letter], now: datetime, claim_expiry: timedelta
) -> NextStep | None:
    for letter in letters:
        if may_claim(complaint, letter, now, claim_expiry):
            return NextStep(step=SENDING[letter.kind], letter=letter)
        expired = letter.next_attempt_at(claim_expiry)
        if letter.status is LetterStatus.CLAIMED and expired and expired <= now:
            return NextStep(step=Step.GIVE_UP_LETTER, letter=letter)
    return None


def _milestone(milestones: Sequence[Milestone], now: datetime) -> NextStep | None:
    due = [milestone for milestone in milestones if milestone.at <= now]
    if not due:
        return None
    first = min(due, key=lambda milestone: milestone.at)
    if first.level is not None:
        return NextStep(step=Step.ESCALATE, milestone=first)
    step = Step.DECLARE_DEADLOCK if first.name == "deadlock" else Step.RECORD_MILESTONE
    return NextStep(step=step, milestone=first)


def _breach(milestones: Sequence[Milestone], now: datetime) -> NextStep | None:
    """What a complaint that was withdrawn too late for its deadline must not hide."""
    return _milestone([milestone for milestone in milestones if milestone.breach], now)


def _triage(complaint: Complaint) -> NextStep | None:
    untriaged = complaint.stage in {Stage.RECEIVED, Stage.ACKNOWLEDGED}
    again = complaint.triage_due and complaint.stage in {Stage.INVESTIGATING, Stage.DEADLOCKED}
    return NextStep(step=Step.TRIAGE) if untriaged or again else None


def _closing(complaint: Complaint, milestones: Sequence[Milestone]) -> NextStep | None:
    """A duty that is still ahead keeps a complaint open: closed, it would pass unseen."""
    reason = None if any(one.breach for one in milestones) else closing_reason(complaint)
    return NextStep(step=Step.CLOSE, reason=reason) if reason else None


def closing_reason(complaint: Complaint) -> str | None:
    """Why the complaint may be closed now, or None."""
    if complaint.stage not in {Stage.DEADLOCKED, Stage.RESOLVED} or complaint.unpaid:
        return None
    reached = {key.split(":")[0] for key in complaint.fired}
    if complaint.referral:
        return "adr_decided" if complaint.referral.outcome else None
    if complaint.stage is Stage.RESOLVED and complaint.feedback_score is not None:
        return "completed"
    if complaint.stage is Stage.RESOLVED and _feedback_window_ended(complaint):
        return "feedback_window_ended"
    if complaint.stage is Stage.DEADLOCKED and ADR_WINDOW in reached:
        return "adr_window_ended"
    return None


def _feedback_window_ended(complaint: Complaint) -> bool:
    """Whether the time to rate the latest answer is over: that of an earlier one does not count."""
    sent_at = complaint.last_response_sent_at
    if sent_at is None:
        return False
    return milestone_key("feedback", "due", instants.to_text(sent_at)) in complaint.fired


def _wait(
    complaint: Complaint,
    letters: Sequence[Letter],
    ahead: Sequence[Milestone],
    now: datetime,
    claim_expiry: timedelta,
) -> NextStep:
    attempts = [letter.next_attempt_at(claim_expiry) for letter in letters]
    instants = [at for at in attempts if at and at > now] + [milestone.at for milestone in ahead]
    step = WAITING.get(complaint.stage, Step.INVESTIGATE)
    return NextStep(step=step, until=min(instants, default=None))
