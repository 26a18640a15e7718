"""Stopping clocks, letting them run again, and taking more time: only where a rule pack says so."""

from collections.abc import Iterator
from datetime import datetime
from typing import cast

from redress.domain import commands as c
from redress.domain import events as e
from redress.domain import promises
from redress.domain.changes import Change, illegal
from redress.domain.complaint import Complaint
from redress.domain.correspondence import LetterKind
from redress.domain.errors import FieldProblem, InvalidInput, NotAllowedByPack
from redress.domain.rulepack import RulePack, StageKey
from redress.domain.rules import Rules

AWAITING_PLAYER = "awaiting_player_info"


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
            paused = _pause(complaint, command, command.reason, rules, LetterKind.PAUSE)
            return [Change(event=paused, content=command.content)]
        case c.ResumeClock():
            if complaint.pause(command.reason) is None:
                raise illegal(complaint, command, f"no clock stands still for {command.reason}")
            resumed = e.ClockResumed(reason=command.reason, because="operator")
            return [Change(event=resumed, content=command.content or None)]
        case c.ExtendDeadline():
            return [Change(event=_extend(complaint, command, now, rules), content=command.content)]


def pause_for_answer(complaint: Complaint, command: c.RequestInformation, rules: Rules) -> list[Change]:
    """The pause that begins with a question to the player; the letter with the question announces it."""
    notice = LetterKind.INFORMATION_REQUEST
    return [Change(event=_pause(complaint, command, AWAITING_PLAYER, rules, notice))]


def resume_after_reply(complaint: Complaint) -> list[Change]:
    """The end of a pause that waited for the player, if there is one."""
    if complaint.pause(AWAITING_PLAYER) is None:
        return []
    return [Change(event=e.ClockResumed(reason=AWAITING_PLAYER, because="player_reply"))]


def resume_at_maximum(complaint: Complaint, milestone: str) -> Iterator[e.Event]:
    """The end of the pause that a milestone says has lasted as long as it may."""
    for pause in complaint.pauses:
        if pause.ended_at is None and milestone == promises.pause_milestone(pause):
            yield e.ClockResumed(reason=pause.reason, because="max_reached")


def _pause(
    complaint: Complaint, command: c.Command, reason: str, rules: Rules, notice: LetterKind
) -> e.ClockPaused:
    clocks = rules.paused_clocks(reason)
    if not clocks:
        raise NotAllowedByPack(rules.licence.id, "pauses", f"no clock stops for {reason}")
    if complaint.pause(reason):
        raise illegal(complaint, command, f"the clock stands still for {reason} already")
    return e.ClockPaused(reason=reason, clocks=clocks, notice=notice)


def _extend(
    complaint: Complaint, command: c.ExtendDeadline, now: datetime, rules: Rules
) -> e.DeadlineExtended:
    pack = _pack(command, rules)
    rule = pack.extension(cast("StageKey", command.stage), complaint.category)
    if rule is None or rule.by.value is None:
        raise NotAllowedByPack(pack.id, "extensions", f"{command.stage} may not be extended")
    taken = [one for one in complaint.extensions if (one.pack, one.stage) == (pack.id, command.stage)]
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
