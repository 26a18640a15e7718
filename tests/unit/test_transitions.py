"""Which command is possible at which stage: exactly what the transition table says."""

from collections.abc import Callable, Mapping
from copy import replace
from datetime import timedelta
from typing import get_args

import pytest

from redress.domain import commands as c
from redress.domain import decisions, instants
from redress.domain.commands import Command
from redress.domain.correspondence import LetterKind, LetterStatus
from redress.domain.errors import IllegalTransition
from redress.domain.parts import Evidence, ReceivedMail
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
from tests.support.evidence import added
from tests.support.mail_commands import held, mail

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
    """Any open stage can owe a breach notice to staff, a closed one its private link."""
    owes = milestone("due", breach=True) if case.complaint.stage in OPEN else c.RequestLink()
    case.do(owes, SYSTEM)


def _with_a_letter_in_flight(case: Case) -> None:
    _owing_a_letter(case)
    case.do(c.ClaimLetter(letter=_letter(case)), SYSTEM)


def _recategorised(case: Case) -> None:
    """Once triaged, a complaint is triaged again only when its category changed."""
    if case.complaint.team and case.complaint.stage in LEGAL_AT[c.Recategorise]:
        case.do(c.Recategorise(category="account", team="care", content=personal("why")))


def _with_a_task(case: Case) -> None:
    case.do(replace(milestone("due", breach=True), actions=("report_regulator",)), SYSTEM)


def _awarded(case: Case) -> None:
    _referred(case)
    case.do(c.RecordAdrOutcome(outcome="upheld", redress_minor=100, currency="GBP"))


def _with_a_letter_given_up(case: Case) -> None:
    _owing_a_letter(case)
    case.do(c.RecordLetterRefused(letter=_unsent(case), reason="rejected", permanent=True), SYSTEM)


def _with_a_letter_that_left(case: Case) -> None:
    letter = replace(case.complaint.letters["acknowledgement-1"], status=LetterStatus.SENT, message_id="m")
    case.complaint = replace(case.complaint, letters={**case.complaint.letters, letter.key: letter})


def _with_a_mail_held(case: Case) -> None:
    facts = {name: value for name, value in vars(held()).items() if name not in {"content", "harm"}}
    waiting = ReceivedMail(seq=2, at=T0, **facts)  # one from before it was closed
    case.complaint = replace(case.complaint, mails={2: waiting})


def _with_a_file(case: Case) -> None:
    file = Evidence(seq=1, added_at=T0, added_by="player")  # one from before it was closed
    case.complaint = replace(case.complaint, evidence={"e1": file})


def _suspected(case: Case) -> None:
    case.complaint = replace(case.complaint, suspicions=("honeypot",))


def _on_hold(case: Case) -> None:
    case.do(c.PlaceLegalHold(content=personal("why")))


def _to_be_forgotten(case: Case) -> None:
    case.complaint = replace(case.complaint, erasure_ordered_at=T0)


def _unsent(case: Case) -> str:
    unsent = [key for key, one in case.complaint.letters.items() if one.status is not LetterStatus.SENT]
    return unsent[-1]


def _task(case: Case) -> int:
    return case.complaint.open_tasks[-1].opened


DUPLICATE = c.LinkDuplicate(duplicate="0000-0001-Y", received_at="2026-03-01T12:00:00.000Z")

# What has to have happened before, and the command: one that only the stage can make illegal.
EXAMPLES: Mapping[type[Command], tuple[Callable[[Case], None] | None, Callable[[Case], Command]]] = {
    c.Release: (_suspected, lambda _: c.Release(content=personal("why"))),
    c.RejectAsSpam: (_suspected, lambda _: c.RejectAsSpam(content=personal("why"))),
    c.RequestLink: (None, lambda _: c.RequestLink()),
    c.Triage: (_recategorised, lambda _: TRIAGE),
    c.OverruleTriage: (None, lambda _: c.OverruleTriage(content=personal("why"), severity="low")),
    c.AddNote: (None, lambda _: c.AddNote(visibility="internal", content=personal("note"))),
    c.AttachContext: (None, lambda _: c.AttachContext(kinds=("bet",), content=personal("where"))),
    c.OpenTask: (None, lambda _: c.OpenTask(team="payments", content=personal("what"))),
    c.CloseTask: (_with_a_task, lambda case: c.CloseTask(opened=_task(case), outcome="done")),
    c.Escalate: (None, lambda _: c.Escalate(content=personal("why"))),
    c.DeclareDeadlock: (None, lambda _: c.DeclareDeadlock(content=personal("why"))),
    c.Reopen: (None, lambda _: c.Reopen(ground="disputed", content=personal("why"))),
    c.LinkDuplicate: (None, lambda _: DUPLICATE),
    c.LinkAsDuplicate: (None, lambda _: c.LinkAsDuplicate(primary="0000-0001-Y", content=personal("why"))),
    c.RecordRedressPaid: (
        _awarded,
        lambda _: c.RecordRedressPaid(amount_minor=100, currency="GBP", paid_on="2026-03-02"),
    ),
    c.SendOtherwise: (
        _with_a_letter_given_up,
        lambda case: c.SendOtherwise(letter=_unsent(case), means="post"),
    ),
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
    c.RecordDelivery: (
        _with_a_letter_that_left,
        lambda _: c.RecordDelivery(letter="acknowledgement-1", message_id="m", outcome="delivered"),
    ),
    c.AddContact: (None, lambda _: c.AddContact(content={"email": "other@example.test"})),
    c.ReceiveMail: (None, lambda _: mail()),
    c.AcceptMail: (_with_a_mail_held, lambda _: c.AcceptMail(received=2, content=personal("text"))),
    c.RejectMail: (_with_a_mail_held, lambda _: c.RejectMail(received=2, content=personal("reason"))),
    c.AddEvidence: (None, lambda _: added()),
    c.RefuseEvidence: (None, lambda _: c.RefuseEvidence(evidence="e1", reason="empty")),
    c.RecordScan: (_with_a_file, lambda _: c.RecordScan(evidence="e1", verdict="clean")),
    c.PlaceLegalHold: (None, lambda _: c.PlaceLegalHold(content=personal("why"))),
    c.LiftLegalHold: (_on_hold, lambda _: c.LiftLegalHold(content=personal("why"))),
    c.OrderErasure: (None, lambda _: c.OrderErasure(because="request")),
    c.RecordErased: (_to_be_forgotten, lambda _: c.RecordErased(contents=1, files=0, mails=0)),
    c.StateSubject: (None, lambda _: c.StateSubject(game="slot-1842")),
    c.FindCause: (None, lambda _: c.FindCause(cause="unclear_terms")),
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
        (c.Triage, Stage.DEADLOCKED, Stage.DEADLOCKED),
        (c.DeclareDeadlock, Stage.INVESTIGATING, Stage.DEADLOCKED),
        (c.LinkAsDuplicate, Stage.INVESTIGATING, Stage.CLOSED),
        (c.Reopen, Stage.RESOLVED, Stage.INVESTIGATING),
        (c.Reopen, Stage.CLOSED, Stage.INVESTIGATING),
        (c.GiveFeedback, Stage.RESOLVED, Stage.RESOLVED),
        (c.RejectAsSpam, Stage.INVESTIGATING, Stage.CLOSED),
        (c.Release, Stage.DEADLOCKED, Stage.DEADLOCKED),
        (c.RequestLink, Stage.CLOSED, Stage.CLOSED),
    ],
)
def test_a_command_leads_to_its_stage(command: type[Command], stage: Stage, after: Stage) -> None:
    case, asked = prepared(command, stage)
    case.do(asked, SYSTEM)
    assert case.complaint.stage is after


@pytest.mark.parametrize("stage", Stage)
def test_of_a_closed_complaint_only_what_comes_late_is_heard_of(stage: Stage) -> None:
    heard = {command for command, stages in LEGAL_AT.items() if stage in stages}
    outside = {c.ReferToAdr, c.AnswerAdr, c.RecordAdrOutcome}
    told = {c.AddNote, c.AttachContext, c.CloseTask, c.RecordRedressPaid, c.SendOtherwise}
    letters = {c.RequestLink, c.ClaimLetter, c.AbandonLetter, c.RecordLetterSent, c.RecordLetterRefused}
    mails = {c.RecordDelivery, c.AddContact, c.ReceiveMail, c.AcceptMail, c.RejectMail}
    files = {c.AddEvidence, c.RefuseEvidence, c.RecordScan}  # of which none is taken any more
    holds = {c.PlaceLegalHold, c.LiftLegalHold}
    found = {c.StateSubject, c.FindCause}
    late = {c.Release, c.ReachMilestone, *letters, *outside, *told}
    known_late = {*late, *files, *mails, *holds, *found}
    assert known_late == {command for command, stages in LEGAL_AT.items() if stages == ANY}
    closed = known_late | {c.Reopen, c.GiveFeedback, c.OrderErasure, c.RecordErased}
    assert heard == closed if stage is Stage.CLOSED else heard > known_late


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
