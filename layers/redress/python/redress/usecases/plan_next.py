"""The workflow asks: what is owed now, and until when to wait? Routine steps are done on the way."""

import math
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import datetime, timedelta

from redress.domain import clock_decisions, commands, instants, milestones
from redress.domain.commands import Command
from redress.domain.errors import IllegalTransition
from redress.domain.next_step import NextStep, Step, next_step
from redress.domain.values import Value
from redress.usecases.change import Desk, apply
from redress.usecases.ports import CaseFile, VersionConflict

MAX_TURNS = 500
MAX_AGE = timedelta(days=300)
LONGEST_WAIT = timedelta(days=30)
NOTE_FAILED_LETTER = "Note failed letter"


class Question(Value):
    """What an execution asks. `perform` is the step it has come to do, `definition` the digest it runs."""

    number: str
    generation: int
    turns: int
    started_at: datetime
    definition: str
    perform: str | None = None
    letter: str | None = None


class Plan(Value):
    """The answer: the step to go to. A wait carries its length, and the version and instant to park with."""

    next: str
    letter: str | None = None
    seconds: int | None = None
    version: int | None = None
    attention_at: str | None = None


def plan_next(desk: Desk, question: Question, deployed: str) -> Plan:
    """Do the step the execution came for, if it is still owed, and say what comes next.

    `deployed` is the digest of the deployed definition. A superseded execution is told that it is done.
    Raises NotFound; VersionConflict when others kept writing (the machine asks again).
    """
    case = desk.store.load(question.number)
    if case.generation != question.generation:
        return Plan(next=Step.DONE)
    if _must_roll_over(desk, question, deployed):
        return _end(desk.store.raise_generation(question.number, question.generation, _soon(desk)))
    if question.perform:
        case = _perform(desk, case, question)
    return _answer(desk, case)


def _must_roll_over(desk: Desk, question: Question, deployed: str) -> bool:
    """History and life of an execution are limited, and an old definition must not live on.

    While a deployment has updated this function and not yet the machine, new executions still run the old
    definition, and each has to get something done: its first question, and what it came to perform.
    """
    too_old = desk.now() - question.started_at >= MAX_AGE
    outdated = question.definition != deployed and question.turns > 0 and not question.perform
    return question.turns >= MAX_TURNS or too_old or outdated


def _perform(desk: Desk, case: CaseFile, question: Question) -> CaseFile:
    """Append what the step records, decided on the newest state; nothing when it is no longer owed."""
    command = _command(desk, case, question)
    if command is None:
        return case
    with suppress(VersionConflict, IllegalTransition):  # others were first: the plan sees what they did
        apply(desk, case, command, "system")
    return desk.store.load(question.number)


def _command(desk: Desk, case: CaseFile, question: Question) -> Command | None:
    if question.perform == NOTE_FAILED_LETTER:
        return _note_failed(desk, case, question.letter)
    owed = _next(desk, case)
    return COMMANDS[owed.step](desk, case, owed) if owed.step == question.perform else None


def _note_failed(desk: Desk, case: CaseFile, key: str | None) -> Command | None:
    """A letter that failed before it was claimed is set aside for a while; a claimed one may have left.

    An extension that it is too late to announce is given up: it will never hold.
    """
    letter = case.complaint.letters.get(key or "")
    if letter is None or letter.status == "claimed":
        return None
    rules = desk.region.rules_of(case.complaint)
    late = clock_decisions.is_too_late(case.complaint, letter, desk.now(), rules)
    return commands.RecordLetterRefused(letter=letter.key, reason="not_written", permanent=late)


def _triage(desk: Desk, case: CaseFile, _owed: NextStep) -> Command:
    from redress.usecases.triaging import triage_command  # noqa: PLC0415 - once in the life of a complaint

    return triage_command(desk, case)


def _reach(_desk: Desk, _case: CaseFile, owed: NextStep) -> Command | None:
    return owed.milestone.command if owed.milestone else None


def _close(_desk: Desk, _case: CaseFile, owed: NextStep) -> Command | None:
    return commands.Close(reason=owed.reason) if owed.reason else None


def _give_up(_desk: Desk, _case: CaseFile, owed: NextStep) -> Command | None:
    return commands.AbandonLetter(letter=owed.letter.key) if owed.letter else None


COMMANDS: Mapping[Step, Callable[[Desk, CaseFile, NextStep], Command | None]] = {
    Step.TRIAGE: _triage,
    Step.RECORD_MILESTONE: _reach,
    Step.ESCALATE: _reach,
    Step.DECLARE_DEADLOCK: _reach,
    Step.GIVE_UP_LETTER: _give_up,
    Step.CLOSE: _close,
}


def _answer(desk: Desk, case: CaseFile) -> Plan:
    owed = _next(desk, case)
    if owed.step is Step.DONE:
        rested = desk.store.rest(case.complaint.number, case.complaint.version, case.generation)
        return _end(rested)
    if owed.letter:
        return Plan(next=owed.step, letter=owed.letter.key)
    if owed.step in COMMANDS:
        return Plan(next=owed.step)
    return _wait(desk, case, owed)


def _wait(desk: Desk, case: CaseFile, owed: NextStep) -> Plan:
    """A wait of 1 second to 30 days, however far the next milestone is: no wait is endless."""
    now = desk.now()
    until = min(owed.until or now + LONGEST_WAIT, now + LONGEST_WAIT)
    seconds = max(1, math.ceil((until - now).total_seconds()))
    grace = timedelta(seconds=desk.region.attention_seconds)
    return Plan(
        next=owed.step,
        seconds=seconds,
        version=case.complaint.version,
        attention_at=instants.to_text(now + timedelta(seconds=seconds) + grace),
    )


def _next(desk: Desk, case: CaseFile) -> NextStep:
    owed = milestones.milestones(desk.region.rules_of(case.complaint), case.complaint)
    return next_step(case.complaint, owed, desk.now(), desk.region.claim_expiry)


def _soon(desk: Desk) -> datetime:
    return desk.now() + timedelta(seconds=desk.region.attention_seconds)


def _end(settled: bool) -> Plan:  # noqa: FBT001 - the outcome of the conditional write just made
    """The execution ends, unless the complaint changed under it: then it plans again."""
    return Plan(next=Step.DONE if settled else PLAN_AGAIN)


PLAN_AGAIN = "Plan"
