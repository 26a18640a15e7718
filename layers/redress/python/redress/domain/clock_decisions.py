"""Stopping clocks, letting them run again, and taking more time: only where a rule pack says so."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import cast

from redress.domain import commands as c
from redress.domain import events as e
from redress.domain import instants, promises
from redress.domain.changes import Change, illegal
from redress.domain.complaint import Complaint
from redress.domain.correspondence import Letter, LetterKind
from redress.domain.errors import FieldProblem, InvalidInput, NotAllowedByPack
from redress.domain.parts import Extension
from redress.domain.rulepack import AWAITING_PLAYER, Length, RulePack, StageKey
from redress.domain.rules import Rules
from redress.domain.stages import LEGAL_AT

SETTLING = (e.DecisionApproved, e.DeadlockDeclared, e.DeemedAccepted, e.Closed)


def decide(
    complaint: Complaint,
    command: c.PauseClock | c.ResumeClock | c.ExtendDeadline,
    now: datetime,
    rules: Rules,
) -> list[Change]:
    """The events of a pause, its end, or an extension.

    Raises IllegalTransition when it does not fit what happened, NotAllowedByPack when no pack allows it,
    InvalidInput for a stage, pack or amount that there is not.
    """
    match command:
        case c.PauseClock():
            paused = _pause(complaint, command, command.reason, rules, now, LetterKind.PAUSE)
            return [Change(event=paused, content=command.content)]
        case c.ResumeClock():
            if complaint.pause(command.reason) is None:
                raise illegal(complaint, command, f"no clock stands still for {command.reason}")
            resumed = e.ClockResumed(reason=command.reason, because="operator")
            return [Change(event=resumed, content=command.content or None)]
        case c.ExtendDeadline():
            return [Change(event=_extend(complaint, command, now, rules), content=command.content)]


def pause_for_answer(
    complaint: Complaint, command: c.RequestInformation, now: datetime, rules: Rules
) -> list[Change]:
    """The pause that begins with a question to the player; the letter with the question announces it."""
    if complaint.stage not in LEGAL_AT[c.PauseClock]:
        raise illegal(complaint, command, f"no clock can be paused at the stage '{complaint.stage}'")
    notice = LetterKind.INFORMATION_REQUEST
    return [Change(event=_pause(complaint, command, AWAITING_PLAYER, rules, now, notice))]


def resume_after_reply(complaint: Complaint, came_at: datetime | None = None) -> list[Change]:
    """The end of a pause that waited for the player, if there is one: when the answer came (UTC), or now.

    Never before the pause began.
    """
    pause = complaint.pause(AWAITING_PLAYER)
    if pause is None:
        return []
    ended_at = instants.to_text(max(came_at, pause.started_at)) if came_at else None
    resumed = e.ClockResumed(reason=AWAITING_PLAYER, because="player_reply", ended_at=ended_at)
    return [Change(event=resumed)]


def resume_at_maximum(complaint: Complaint, milestone: str) -> Iterator[e.Event]:
    """The end of the pause that a milestone says has lasted as long as it may."""
    for pause in complaint.pauses:
        if pause.ended_at is None and milestone == promises.pause_milestone(pause):
            yield e.ClockResumed(reason=pause.reason, because="max_reached")


def settle(complaint: Complaint, changes: Sequence[Change]) -> list[Change]:
    """The end of every pause that a decision, a referral or the closing leaves without a point."""
    settled = any(isinstance(one.event, SETTLING) for one in changes)
    running = [pause for pause in complaint.pauses if pause.ended_at is None] if settled else []
    return [Change(event=e.ClockResumed(reason=one.reason, because="settled")) for one in running]


def untold(complaint: Complaint, letter: Letter) -> list[Change]:
    """The end of a pause whose notice could not be brought to the player: it counts for nothing."""
    running = [pause for pause in complaint.pauses if pause.ended_at is None]
    told_by = [pause for pause in running if pause.notice == letter.cause]
    return [Change(event=e.ClockResumed(reason=one.reason, because="not_told")) for one in told_by]


def is_too_late(complaint: Complaint, letter: Letter, now: datetime, rules: Rules) -> bool:
    """Whether an extension's letter would announce a date that it can no longer move."""
    extension = next((one for one in complaint.extensions if one.seq == letter.cause), None)
    pack = rules.pack(extension.pack) if extension else None
    if extension is None or pack is None or not extension.before_due:
        return False
    due = promises.stage_due(pack, complaint, cast("StageKey", extension.stage))
    return due is not None and due.due_at is not None and due.due_at <= now


def _pause(
    complaint: Complaint,
    command: c.Command,
    reason: str,
    rules: Rules,
    now: datetime,
    notice: LetterKind,
) -> e.ClockPaused:
    clocks = rules.paused_clocks(reason)
    if not clocks:
        raise NotAllowedByPack(rules.licence.id, "pauses", f"no clock stops for {reason}")
    if complaint.pause(reason):
        raise illegal(complaint, command, f"the clock stands still for {reason} already")
    dates = promises.promises(rules, complaint)
    stopped = [one for one in dates if f"{one.pack.id}:{one.stops_as}" in clocks]
    if all(one.met_at or one.missed(now) for one in stopped):
        raise illegal(complaint, command, "every clock that it could stop has ended")
    ends = _limit(complaint, reason, rules, now)
    return e.ClockPaused(
        reason=reason,
        clocks=clocks,
        notice=notice,
        ends_at=instants.to_text(ends) if ends else None,
    )


def _limit(complaint: Complaint, reason: str, rules: Rules, now: datetime) -> datetime | None:
    """When the pause has lasted as long as any of its packs lets it: alone, or with those before it."""
    earlier = [one for one in complaint.pauses if one.reason == reason]
    spent = sum(((one.ended_at or now) - one.started_at for one in earlier), timedelta())
    allowed = (pause for pack in rules.packs for pause in pack.pauses if pause.allowed.value)
    found = [pause for pause in allowed if reason in pause.reasons]
    alone = [now + _elapsed(one.max_single.value) for one in found if one.max_single.value]
    totals = [_elapsed(one.max_total.value) - spent for one in found if one.max_total.value]
    return min((*alone, *(now + max(left, timedelta()) for left in totals)), default=None)


def _extend(
    complaint: Complaint, command: c.ExtendDeadline, now: datetime, rules: Rules
) -> e.DeadlineExtended:
    pack = _pack(command, rules)
    rule = pack.extension(cast("StageKey", command.stage), complaint.category)
    if rule is None or rule.by.value is None:
        raise NotAllowedByPack(pack.id, "extensions", f"{command.stage} may not be extended")
    taken = [one for one in complaint.extensions if _counts(one, complaint, pack.id, command.stage)]
    if len(taken) >= rule.max_times:
        raise NotAllowedByPack(
            pack.id, "extensions", f"it was extended {len(taken)} times, as often as it may"
        )
    due = promises.stage_due(pack, complaint, cast("StageKey", command.stage))
    if rule.must_be_sent_before_due and due and due.due_at and due.due_at <= now:
        why = "the deadline has passed, and an extension has to be sent before it"
        raise NotAllowedByPack(pack.id, "extensions", why)
    return e.DeadlineExtended(
        pack=pack.id,
        stage=command.stage,
        amount=_amount(command, rule.by.value.amount),
        unit=rule.by.value.unit,
        by_notice="written_notice" in rule.needs,
        before_due=rule.must_be_sent_before_due,
    )


def _counts(extension: Extension, complaint: Complaint, pack: str, stage: str) -> bool:
    """Whether an extension was taken: one whose letter failed, before it moved a date, came to nothing."""
    letters = [one for one in complaint.letters.values() if one.cause == extension.seq]
    failed = extension.holds_since is None and any(one.failed for one in letters)
    return (extension.pack, extension.stage) == (pack, stage) and not failed


def _pack(command: c.ExtendDeadline, rules: Rules) -> RulePack:
    pack = rules.pack(command.pack) if command.pack else rules.licence
    if pack is None:
        known = ", ".join(one.id for one in rules.packs)
        raise InvalidInput([FieldProblem("pack", "unknown_pack", f"Send one of: {known}.")])
    return pack


def _amount(command: c.ExtendDeadline, most: int) -> int:
    if command.amount is None:
        return most
    if not 1 <= command.amount <= most:
        raise InvalidInput([FieldProblem("amount", "amount", f"Send 1 to {most}.")])
    return command.amount


def _elapsed(length: Length) -> timedelta:
    return length.amount * _LENGTHS[length.unit]


_LENGTHS = {
    "seconds": timedelta(seconds=1),
    "hours": timedelta(hours=1),
    "calendar_days": timedelta(days=1),
    "weeks": timedelta(weeks=1),
}
