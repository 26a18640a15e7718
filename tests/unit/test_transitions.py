"""Which command is possible at which stage: exactly what the transition table says."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import get_args

import pytest

from redress.domain import commands as c
from redress.domain import decisions, instants
from redress.domain.commands import Command
from redress.domain.correspondence import LetterKind
from redress.domain.errors import IllegalTransition
from redress.domain.stages import ANY, LEGAL_AT, OPEN, Stage
from tests.support.complaints import (
    APPROVE,
    CLAIM_EXPIRY,
    DEADLOCK,
    HANDLER,
    PROPOSE,
    SYSTEM,
    T0,
    TRIAGE,
    Case,
    at_stage,
    milestone,
    personal,
)

LATER = timedelta(seconds=1)
PAUSE = c.PauseClock(reason="awaiting_player_info", content=personal("explanation"))
REFER = c.ReferToAdr(body="adr", complete_file_at=instants.to_text(T0))


def _letter(case: Case) -> str:
    """A letter that can be dealt with at the case's stage, or the acknowledgement."""
    letters = case.complaint.letters.values()
    fresh = [one.key for one in letters if one.is_live(case.complaint.stage)]
    return fresh[-1] if fresh else case.letter(LetterKind.ACKNOWLEDGEMENT).key


def _proposed(case: Case) -> None:
    if case.complaint.stage in LEGAL_AT[c.ProposeDecision]:
        case.do(PROPOSE)


def _paused(case: Case) -> None:
    if case.complaint.stage in LEGAL_AT[c.PauseClock]:
        case.do(PAUSE)


def _referred(case: Case) -> None:
    if case.complaint.stage in LEGAL_AT[c.ReferToAdr]:
        case.do(REFER)


def _owing_a_letter(case: Case) -> None:
    """Any open stage can owe a breach notice to staff."""
    if case.complaint.stage in OPEN:
        case.do(milestone("due", breach=True), SYSTEM)


def _with_a_letter_in_flight(case: Case) -> None:
    _owing_a_letter(case)
    if case.complaint.stage in OPEN:
        case.do(c.ClaimLetter(letter=_letter(case)), SYSTEM)


# What has to have happened before, and the command: one that only the stage can make illegal.
EXAMPLES: Mapping[type[Command], tuple[Callable[[Case], None] | None, Callable[[Case], Command]]] = {
    c.Triage: (None, lambda _: TRIAGE),
    c.Assign: (None, lambda _: c.Assign(assignee="subject-1", team="care")),
    c.RequestInformation: (None, lambda _: c.RequestInformation(content=personal("question"))),
    c.Recategorise: (
        None,
        lambda _: c.Recategorise(category="account", team="care", content=personal("why")),
    ),
    c.AdoptPackVersion: (
        None,
        lambda _: c.AdoptPackVersion(pack="sandbox", pack_version="2027.1", content=personal("why")),
    ),
    c.PauseClock: (None, lambda _: PAUSE),
    c.ResumeClock: (_paused, lambda _: c.ResumeClock(reason=PAUSE.reason)),
    c.ExtendDeadline: (None, lambda _: c.ExtendDeadline(stage="final", content=personal("why"))),
    c.ReferToAdr: (None, lambda _: REFER),
    c.AnswerAdr: (_referred, lambda _: c.AnswerAdr()),
    c.RecordAdrOutcome: (_referred, lambda _: c.RecordAdrOutcome(outcome="upheld")),
    c.Reply: (None, lambda _: c.Reply(content=personal("reply"))),
    c.ProposeDecision: (None, lambda _: PROPOSE),
    c.ReturnDecision: (_proposed, lambda _: c.ReturnDecision(content=personal("comment"))),
    c.ApproveDecision: (_proposed, lambda _: APPROVE),
    c.Withdraw: (None, lambda _: c.Withdraw(content=personal("reason"))),
    c.GiveFeedback: (None, lambda _: c.GiveFeedback(score=4)),
    c.ReachMilestone: (None, lambda _: milestone()),
    c.ClaimLetter: (_owing_a_letter, lambda case: c.ClaimLetter(letter=_letter(case))),
    c.RecordLetterSent: (
        _owing_a_letter,
        lambda case: c.RecordLetterSent(letter=_letter(case), message_id="message-1"),
    ),
    c.RecordLetterRefused: (
        _owing_a_letter,
        lambda case: c.RecordLetterRefused(letter=_letter(case), reason="rejected", permanent=True),
    ),
    c.AbandonLetter: (_with_a_letter_in_flight, lambda case: c.AbandonLetter(letter=_letter(case))),
    c.Close: (None, lambda _: c.Close(reason="completed")),
}


def prepared(command: type[Command], stage: Stage) -> tuple[Case, Command]:
    prepare, make = EXAMPLES[command]
    case = at_stage(stage)
    if prepare:
        prepare(case)
    return case, make(case)


def test_the_table_has_every_command_about_an_existing_complaint() -> None:
    assert set(LEGAL_AT) == set(EXAMPLES) == set(get_args(Command.__value__))


@pytest.mark.parametrize("stage", Stage)
@pytest.mark.parametrize("command", EXAMPLES, ids=lambda kind: kind.__name__)
def test_a_command_is_possible_exactly_at_the_stages_of_the_table(
    command: type[Command], stage: Stage
) -> None:
    case, asked = prepared(command, stage)
    before = case.complaint
    if stage in LEGAL_AT[command]:
        case.do(asked, SYSTEM, at=case.now + LATER)
        return
    with pytest.raises(IllegalTransition) as refused:
        case.do(asked, SYSTEM, at=case.now + LATER)
    error = refused.value
    assert (error.number, error.command, error.stage) == (before.number, command.__name__, stage)
    assert case.complaint == before


@pytest.mark.parametrize(
    ("command", "stage", "after"),
    [
        (c.Triage, Stage.RECEIVED, Stage.INVESTIGATING),
        (c.Triage, Stage.ACKNOWLEDGED, Stage.INVESTIGATING),
        (c.Withdraw, Stage.RECEIVED, Stage.CLOSED),
        (c.Withdraw, Stage.INVESTIGATING, Stage.CLOSED),
        (c.Withdraw, Stage.DEADLOCKED, Stage.CLOSED),
        (c.ApproveDecision, Stage.INVESTIGATING, Stage.DECIDED),
        (c.ApproveDecision, Stage.DEADLOCKED, Stage.DECIDED),
        (c.Close, Stage.DEADLOCKED, Stage.CLOSED),
        (c.Close, Stage.RESOLVED, Stage.CLOSED),
        (c.ProposeDecision, Stage.INVESTIGATING, Stage.INVESTIGATING),
        (c.ReturnDecision, Stage.DEADLOCKED, Stage.DEADLOCKED),
        (c.Assign, Stage.DEADLOCKED, Stage.DEADLOCKED),
        (c.Reply, Stage.RESOLVED, Stage.RESOLVED),
        (c.GiveFeedback, Stage.RESOLVED, Stage.RESOLVED),
    ],
)
def test_a_command_leads_to_its_stage(command: type[Command], stage: Stage, after: Stage) -> None:
    case, asked = prepared(command, stage)
    case.do(asked, SYSTEM)
    assert case.complaint.stage is after


@pytest.mark.parametrize("stage", Stage)
def test_of_a_closed_complaint_only_letters_breaches_and_outside_bodies_are_heard_of(stage: Stage) -> None:
    heard = {command for command, stages in LEGAL_AT.items() if stage in stages}
    outside = {c.ReferToAdr, c.AnswerAdr, c.RecordAdrOutcome}
    known_late = {c.RecordLetterSent, c.RecordLetterRefused, c.ReachMilestone, *outside}
    assert known_late == {command for command, stages in LEGAL_AT.items() if stages == ANY}
    assert heard == known_late if stage is Stage.CLOSED else heard > known_late


@pytest.mark.parametrize("stage", [Stage.DEADLOCKED, Stage.DECIDED, Stage.RESOLVED])
def test_deadlock_is_declared_only_while_nothing_is_decided(stage: Stage) -> None:
    with pytest.raises(IllegalTransition, match="deadlock"):
        at_stage(stage).do(c.ReachMilestone(**{**vars(DEADLOCK), "deadline_version": "2"}), SYSTEM)


@pytest.mark.parametrize("stage", [Stage.RECEIVED, Stage.ACKNOWLEDGED, Stage.INVESTIGATING])
def test_deadlock_is_declared_from_every_undecided_stage(stage: Stage) -> None:
    case = at_stage(stage)
    case.do(DEADLOCK, SYSTEM)
    assert case.complaint.stage is Stage.DEADLOCKED


def test_deciding_changes_nothing_by_itself() -> None:
    case = at_stage(Stage.INVESTIGATING)
    before = case.complaint
    decisions.decide(before, PROPOSE, case.now, HANDLER, CLAIM_EXPIRY, case.rules)
    assert case.complaint == before
