"""Working on a complaint: its weight, notes, tasks, redress, a second look, duplicates."""

from datetime import datetime, timedelta

import pytest

from redress.domain import actors, clock, instants, milestones, promises
from redress.domain import commands as c
from redress.domain import events as e
from redress.domain.commands import Command
from redress.domain.correspondence import LetterKind, LetterStatus
from redress.domain.errors import IllegalTransition, InvalidInput, NotAllowedByPack
from redress.domain.next_step import closing_reason
from redress.domain.stages import Stage
from redress.usecases.change import listing
from tests.support.complaints import (
    APPROVE,
    APPROVER,
    HANDLER,
    PLAYER,
    PROPOSE,
    PROPOSE_REDRESS,
    REGION,
    SYSTEM,
    T0,
    TRIAGE,
    Case,
    at_stage,
    personal,
    submit,
)

WHY = personal("why")
OTHER, THIRD = "app:back-office/other", "app:crm/third"
DISPUTE = c.Reopen(ground="disputed", content=WHY)


@pytest.fixture
def case() -> Case:
    return at_stage(Stage.INVESTIGATING)


def refuses(case: Case, command: Command, why: str, actor: str = HANDLER) -> None:
    before = list(case.records)
    with pytest.raises((IllegalTransition, NotAllowedByPack), match=why):
        case.do(command, actor)
    assert case.records == before


def decided(case: Case, proposal: c.ProposeDecision = PROPOSE, by: str = HANDLER, ok: str = APPROVER) -> Case:
    case.do(proposal, by)
    case.do(APPROVE, ok)
    case.send(LetterKind.FINAL_RESPONSE)
    return case


class TestWeight:
    def test_triage_says_weight_nature_and_doubts(self) -> None:
        case = at_stage(Stage.ACKNOWLEDGED)
        weight = {"severity": "high", "priority": 1, "nature": "dispute", "validity": ("out_of_time",)}
        case.do(c.Triage(team="care", reasons=("amount",), **weight), SYSTEM)  # type: ignore[arg-type]
        assert {name: getattr(case.complaint, name) for name in weight} == weight

    def test_what_a_person_overruled_stays_when_the_rules_speak_again(self, case: Case) -> None:
        case.do(c.OverruleTriage(content=WHY, severity="critical", validity=()))
        case.do(c.Recategorise(category="account", team="care", content=WHY))
        case.do(c.Triage(team="care", severity="low", priority=4, reasons=("x",), validity=("incomplete",)))
        one = case.complaint
        assert (one.severity, one.priority, one.validity) == ("critical", 4, ())

    def test_it_is_triaged_again_only_when_its_category_has_changed(self, case: Case) -> None:
        refuses(case, TRIAGE, "has been triaged", SYSTEM)
        case.do(c.Recategorise(category="account", team="care", content=WHY))
        case.do(TRIAGE, SYSTEM)
        refuses(case, TRIAGE, "has been triaged", SYSTEM)

    def test_signals_of_harm_call_the_team_at_once_and_put_it_first_in_the_queue(self) -> None:
        case = at_stage(Stage.ACKNOWLEDGED)
        case.do(
            c.Triage(team="care", severity="critical", reasons=("duty_of_care",), needs_human=True), SYSTEM
        )
        assert case.letter(LetterKind.ALERT).status is LetterStatus.OWED
        assert [task.task for task in case.complaint.open_tasks] == ["harm_signalled"]
        assert listing(REGION, case.complaint).needs_human

    def test_so_do_signals_in_a_reply_and_a_second_one_opens_no_second_task(self, case: Case) -> None:
        harm = {"signals": ["distress"]}
        case.do(c.Reply(content=personal("reply"), harm=harm), PLAYER)
        case.do(c.Reply(content=personal("reply"), harm=harm), PLAYER)
        assert case.complaint.needs_human
        assert len(case.complaint.open_tasks) == 1
        alerts = [one for one in case.complaint.letters.values() if one.kind is LetterKind.ALERT]
        assert len(alerts) == 2

    def test_which_signal_it_was_is_no_part_of_an_event(self, case: Case) -> None:
        case.do(c.Reply(content=personal("reply"), harm={"signals": ["distress"]}), PLAYER)
        assert not any("distress" in record.text for record in case.records)

    def test_who_takes_it_over_ends_the_call(self, case: Case) -> None:
        case.do(c.Reply(content=personal("reply"), harm={"signals": ["minor"]}), PLAYER)
        case.do(c.Assign(assignee=None, team="care"))
        assert case.complaint.needs_human
        case.do(c.Assign(assignee="handler", team="care"))
        assert not case.complaint.needs_human


class TestNotesAndTasks:
    def test_a_note_for_the_player_is_sent_to_them_an_internal_one_is_not(self, case: Case) -> None:
        case.do(c.AddNote(visibility="internal", content=personal("note")))
        assert LetterKind.MESSAGE not in {one.kind for one in case.complaint.letters.values()}
        case.do(c.AddNote(visibility="player", content=personal("note")))
        assert case.letter(LetterKind.MESSAGE).status is LetterStatus.OWED

    def test_of_a_closed_complaint_no_note_goes_to_the_player(self) -> None:
        case = at_stage(Stage.CLOSED)
        refuses(case, c.AddNote(visibility="player", content=WHY), "no letter")
        case.do(c.AddNote(visibility="internal", content=WHY))

    def test_a_task_is_known_by_its_event_and_closed_once(self, case: Case) -> None:
        [opened] = case.do(c.OpenTask(team="payments", content=personal("what")))
        seq = case.complaint.version
        assert opened.event == e.TaskOpened(task="work", team="payments")
        case.do(c.CloseTask(opened=seq, outcome="done"))
        assert case.complaint.tasks[seq].outcome == "done"
        assert not case.complaint.open_tasks
        refuses(case, c.CloseTask(opened=seq, outcome="done"), "is closed")

    def test_a_task_that_there_is_not_is_named_with_those_there_are(self, case: Case) -> None:
        case.do(c.OpenTask(team="payments", content=personal("what")))
        with pytest.raises(InvalidInput, match=str(case.complaint.version)):
            case.do(c.CloseTask(opened=1, outcome="done"))

    def test_a_late_task_reminds_its_team_again_and_again_until_it_is_done(self, case: Case) -> None:
        due = case.now + timedelta(seconds=3)
        case.do(c.OpenTask(team="payments", due_at=instants.to_text(due), content=personal("what")))
        first, second = (_task_reminders(case) for _ in range(2))
        assert first[0] == due < first[1]
        assert second[0] == first[1]
        assert LetterKind.REMINDER in {one.kind for one in case.complaint.letters.values()}
        case.do(c.CloseTask(opened=case.complaint.open_tasks[0].opened, outcome="done"))
        assert not [one for one in milestones.milestones(case.rules, case.complaint) if one.clock == "task"]


def _task_reminders(case: Case) -> list[datetime]:
    """When the reminders of the open task are due; the first of them is then recorded."""
    found = [one for one in milestones.milestones(case.rules, case.complaint) if one.clock == "task"]
    case.do(found[0].command, SYSTEM, at=found[0].at)
    return [one.at for one in found]


class TestRedress:
    def paying(self, case: Case) -> Case:
        case.do(PROPOSE_REDRESS)
        by = instants.to_text(case.now + timedelta(days=7))
        case.do(c.ApproveDecision(pay_team="payments", pay_by=by), APPROVER)
        case.send(LetterKind.FINAL_RESPONSE)
        return case

    def test_what_was_decided_is_a_task_until_it_is_paid(self, case: Case) -> None:
        [task] = self.paying(case).complaint.unpaid
        assert (task.team, task.amount_minor, task.currency, task.redress_kind) == (
            "payments",
            1000,
            "GBP",
            "refund",
        )
        case.do(c.RecordRedressPaid(amount_minor=1000, currency="GBP", paid_on="2026-03-03"))
        [payment] = case.complaint.payments
        assert (payment.paid_on, payment.kind, payment.recorded_by) == ("2026-03-03", "refund", HANDLER)
        assert not case.complaint.open_tasks

    def test_no_complaint_closes_while_its_redress_is_unpaid(self, case: Case) -> None:
        self.paying(case).do(c.GiveFeedback(score=4), PLAYER)
        assert closing_reason(case.complaint) is None
        case.do(c.RecordRedressPaid(amount_minor=1000, currency="GBP", paid_on="2026-03-03"))
        assert closing_reason(case.complaint) == "completed"

    @pytest.mark.parametrize(("amount", "currency"), [(999, "GBP"), (1000, "EUR")])
    def test_less_or_other_money_does_not_pay_it(self, case: Case, amount: int, currency: str) -> None:
        self.paying(case)
        with pytest.raises(InvalidInput):
            case.do(c.RecordRedressPaid(amount_minor=amount, currency=currency, paid_on="2026-03-03"))

    def test_nothing_is_paid_twice(self, case: Case) -> None:
        paid = c.RecordRedressPaid(amount_minor=1000, currency="GBP", paid_on="2026-03-03")
        self.paying(case).do(paid)
        refuses(case, paid, "no redress")

    def test_its_task_is_closed_by_the_payment_and_by_nothing_else(self, case: Case) -> None:
        [task] = self.paying(case).complaint.unpaid
        refuses(case, c.CloseTask(opened=task.opened, outcome="done"), "payment is recorded")

    def test_what_an_outside_body_awards_is_to_be_paid_as_well(self, case: Case) -> None:
        decided(case).do(c.ReferToAdr(body="adr", complete_file_at=instants.to_text(case.now)))
        case.do(c.RecordAdrOutcome(outcome="upheld", redress_minor=5000, currency="GBP"))
        assert closing_reason(case.complaint) is None
        case.do(c.RecordRedressPaid(amount_minor=5000, currency="GBP", paid_on="2026-03-03"))
        assert closing_reason(case.complaint) == "adr_decided"


class TestTwoPersons:
    def test_one_person_is_one_whichever_application_they_use(self, case: Case) -> None:
        case.do(PROPOSE, "app:back-office/handler")
        refuses(case, c.ApproveDecision(second_person=True), "may not approve", "app:crm/handler")

    def test_an_application_that_names_nobody_may_be_anybody(self, case: Case) -> None:
        case.do(PROPOSE, HANDLER)
        refuses(case, c.ApproveDecision(second_person=True), "may not approve", actors.of_app("crm", None))

    def test_another_person_approves(self, case: Case) -> None:
        case.do(PROPOSE, HANDLER)
        case.do(c.ApproveDecision(second_person=True), APPROVER)
        assert case.complaint.decision
        assert case.complaint.decision.approved_by == APPROVER


class TestSecondLook:
    def test_a_disputed_complaint_is_decided_anew_by_somebody_else(self, case: Case) -> None:
        decided(case).do(DISPUTE, PLAYER)
        assert case.complaint.review
        for actor in (HANDLER, APPROVER, actors.of_app("back-office", None)):
            refuses(case, PROPOSE, "reopened", actor)
        decided(case, by=OTHER, ok=THIRD)
        assert case.complaint.stage is Stage.RESOLVED

    def test_nor_may_the_first_handler_approve_or_take_it(self, case: Case) -> None:
        decided(case).do(DISPUTE, PLAYER)
        refuses(case, c.Assign(assignee="handler", team="payments"), "first time", OTHER)
        case.do(PROPOSE, OTHER)
        refuses(case, APPROVE, "first time", APPROVER)

    def test_who_had_it_assigned_counts_as_a_first_handler(self, case: Case) -> None:
        case.do(c.Assign(assignee="owner", team="payments"))
        decided(case).do(DISPUTE, PLAYER)
        refuses(case, PROPOSE, "first time", "app:back-office/owner")
        assert case.complaint.assignee is None

    def test_what_was_still_to_be_sent_of_the_first_round_is_not(self, case: Case) -> None:
        case.do(c.Escalate(content=WHY))
        unsent = case.letter(LetterKind.ESCALATION)
        decided(case).do(DISPUTE, PLAYER)
        assert case.complaint.letters[unsent.key].status is LetterStatus.ABANDONED

    def test_it_may_go_back_to_a_queue(self, case: Case) -> None:
        decided(case).do(DISPUTE, PLAYER)
        case.do(c.Assign(assignee=None, team="payments"), OTHER)

    def test_once_and_no_more(self, case: Case) -> None:
        decided(case).do(DISPUTE, PLAYER)
        decided(case, by=OTHER, ok=THIRD)
        refuses(case, DISPUTE, "reopened once", PLAYER)

    def test_the_player_hears_that_it_is_looked_at_again_and_until_when(self, case: Case) -> None:
        decided(case).do(DISPUTE, PLAYER)
        assert case.letter(LetterKind.REOPENED).status is LetterStatus.OWED
        [review] = [one for one in promises.promises(case.rules, case.complaint) if one.clock == "review"]
        assert review.due_at == case.now + timedelta(seconds=15)
        assert listing(REGION, case.complaint).due_at == review.due_at

    def test_the_law_s_clock_stays_as_the_first_answer_left_it(self, case: Case) -> None:
        final = _final(decided(case))
        case.do(DISPUTE, PLAYER, at=case.now + timedelta(seconds=50))
        assert _final(case) == final
        assert not any(
            one.breach and one.clock == "final" for one in milestones.milestones(case.rules, case.complaint)
        )

    def test_a_missed_second_answer_is_a_missed_target_and_no_breach(self, case: Case) -> None:
        decided(case).do(DISPUTE, PLAYER)
        names = {
            one.name: one
            for one in milestones.milestones(case.rules, case.complaint)
            if one.clock == "review"
        }
        assert not names["target"].breach
        assert "escalation_1" in names
        assert "warning_1" in names

    def test_the_player_s_time_to_go_outside_counts_from_the_second_answer(self, case: Case) -> None:
        decided(case).do(DISPUTE, PLAYER, at=case.now + timedelta(seconds=5))
        decided(case, by=OTHER, ok=THIRD)
        [window] = [one for one in promises.promises(case.rules, case.complaint) if one.clock == "adr_window"]
        assert window.anchor_at == case.now

    def test_a_closed_complaint_can_be_reopened_while_its_time_lasts(self) -> None:
        case = at_stage(Stage.CLOSED)
        answered = case.complaint.last_response_sent_at
        assert answered
        within = case.rules.house.reopen_within
        until = clock.until(answered, within.amount, within.unit, case.rules.zone, case.rules.calendar)
        case.now = until
        refuses(case, DISPUTE, "time to reopen it ended", PLAYER)
        case.do(DISPUTE, PLAYER, at=until - timedelta(seconds=1))
        assert (case.complaint.closed_at, case.complaint.closed_because) == (None, None)

    def test_it_is_closed_again_by_the_feedback_window_of_the_second_answer(self, case: Case) -> None:
        decided(case)
        [window] = [
            one for one in milestones.milestones(case.rules, case.complaint) if one.clock == "feedback"
        ]
        case.do(window.command, SYSTEM, at=window.at)
        case.do(DISPUTE, PLAYER)
        decided(case, by=OTHER, ok=THIRD)
        assert closing_reason(case.complaint) is None
        [again] = [
            one for one in milestones.milestones(case.rules, case.complaint) if one.clock == "feedback"
        ]
        case.do(again.command, SYSTEM, at=again.at)
        assert closing_reason(case.complaint) == "feedback_window_ended"

    @pytest.mark.parametrize("stage", [Stage.INVESTIGATING, Stage.DECIDED, Stage.DEADLOCKED])
    def test_what_was_not_answered_cannot_be_disputed(self, stage: Stage) -> None:
        refuses(at_stage(stage), DISPUTE, "stage", PLAYER)

    def test_nor_what_was_withdrawn(self, case: Case) -> None:
        case.do(c.Withdraw(), PLAYER)
        refuses(case, DISPUTE, "no answer", PLAYER)

    def test_nor_what_is_at_an_outside_body(self, case: Case) -> None:
        decided(case).do(c.ReferToAdr(body="adr", complete_file_at=instants.to_text(case.now)))
        refuses(case, DISPUTE, "outside body", PLAYER)

    def test_when_there_will_be_no_agreement_a_person_declares_deadlock(self, case: Case) -> None:
        decided(case).do(DISPUTE, PLAYER)
        case.do(c.DeclareDeadlock(content=WHY), OTHER)
        assert case.letter(LetterKind.DEADLOCK).status is LetterStatus.OWED
        case.send(LetterKind.DEADLOCK)
        [review] = [one for one in promises.promises(case.rules, case.complaint) if one.clock == "review"]
        assert review.kept

    def test_where_the_law_knows_no_deadlock_it_cannot_be_declared(self) -> None:
        case = Case(submit("gb-ukgc"))
        assert case.rules.licence.deadlock_opens
        polish = Case(submit("pl"))
        polish.do(TRIAGE, SYSTEM)
        refuses(polish, c.DeclareDeadlock(content=WHY), "does not open by a deadlock")


def _final(case: Case) -> tuple[datetime | None, datetime | None]:
    [final] = [one for one in promises.promises(case.rules, case.complaint) if one.clock == "final"]
    return final.due_at, final.met_at


class TestEscalation:
    def test_a_person_takes_it_to_the_next_level_who_are_told(self, case: Case) -> None:
        case.do(c.Escalate(content=WHY))
        assert case.complaint.escalation_level == 1
        assert case.letter(LetterKind.ESCALATION).status is LetterStatus.OWED

    def test_levels_may_be_passed_over_but_not_gone_back_to(self, case: Case) -> None:
        case.do(c.Escalate(content=WHY, level=2))
        refuses(case, c.Escalate(content=WHY, level=1), "at level 2 already")


class TestDuplicates:
    def duplicate_of(self, **told: str | None) -> c.LinkDuplicate:
        return c.LinkDuplicate(duplicate="0000-0001-Y", **{"received_at": "2026-03-02T11:59:50.000Z", **told})  # type: ignore[arg-type]

    def test_the_earliest_receipt_governs_the_clock(self, case: Case) -> None:
        before, _ = _final(case)
        case.do(self.duplicate_of())
        after, _ = _final(case)
        assert before
        assert after == before - timedelta(seconds=10)

    def test_each_complaint_is_acknowledged_for_itself(self, case: Case) -> None:
        case.do(self.duplicate_of(received_at="2026-01-02T11:59:50.000Z"))
        assert not [
            m for m in milestones.milestones(case.rules, case.complaint) if m.breach and m.clock == "ack"
        ]

    def test_but_not_one_that_came_later(self, case: Case) -> None:
        before = _final(case)
        case.do(self.duplicate_of(received_at="2026-03-02T12:00:03.000Z"))
        assert _final(case) == before

    def test_its_own_receipt_stays_what_the_register_has(self, case: Case) -> None:
        case.do(self.duplicate_of())
        assert listing(REGION, case.complaint).received_at == T0

    def test_instants_that_only_the_duplicate_tells_are_taken_over(self, case: Case) -> None:
        case.do(self.duplicate_of(sent_at="2026-03-01T09:00:00.000Z"))
        assert case.complaint.sent_at == instants.from_text("2026-03-01T09:00:00.000Z")

    def test_linking_it_again_changes_nothing(self, case: Case) -> None:
        case.do(self.duplicate_of())
        assert case.do(self.duplicate_of()) == []

    def test_the_player_hears_of_it(self, case: Case) -> None:
        case.do(self.duplicate_of())
        assert case.letter(LetterKind.DUPLICATE).status is LetterStatus.OWED

    def test_the_duplicate_is_closed_and_owes_nothing_any_more(self, case: Case) -> None:
        case.do(c.LinkAsDuplicate(primary="0000-0001-Y", content=WHY))
        one = case.complaint
        assert (one.stage, one.closed_because, one.primary) == (Stage.CLOSED, "duplicate", "0000-0001-Y")
        long_after = case.now + timedelta(days=1000)
        assert not [m for m in milestones.milestones(case.rules, one) if m.breach and m.at < long_after]

    def test_what_others_go_on_in_can_go_on_in_no_other(self, case: Case) -> None:
        case.do(self.duplicate_of())
        refuses(case, c.LinkAsDuplicate(primary="0000-0001-Y", content=WHY), "goes on in it")

    def test_a_duplicate_is_referred_by_its_primary(self, case: Case) -> None:
        case.do(c.LinkAsDuplicate(primary="0000-0001-Y", content=WHY))
        refuses(case, c.ReferToAdr(body="adr", complete_file_at=instants.to_text(case.now)), "refer that one")


class TestOtherMeans:
    def test_a_final_response_that_mail_could_not_bring_ends_the_clock_when_it_is_posted(
        self, case: Case
    ) -> None:
        case.do(PROPOSE)
        case.do(APPROVE, APPROVER)
        key = case.letter(LetterKind.FINAL_RESPONSE).key
        refuses(case, c.SendOtherwise(letter=key, means="post"), "is owed")
        case.do(c.RecordLetterRefused(letter=key, reason="rejected", permanent=True), SYSTEM)
        case.do(c.SendOtherwise(letter=key, means="post"))
        assert case.complaint.stage is Stage.RESOLVED
        assert case.complaint.final_response_sent_at == case.now
        assert not case.complaint.open_tasks

    def test_an_acknowledgement_is_one_by_post_too(self) -> None:
        case = Case()
        key = case.letter(LetterKind.ACKNOWLEDGEMENT).key
        case.do(c.RecordLetterRefused(letter=key, reason="rejected", permanent=True), SYSTEM)
        case.do(c.SendOtherwise(letter=key, means="post"))
        assert case.complaint.acknowledged_at == case.now

    def test_a_letter_that_there_is_not_is_named_with_those_there_are(self, case: Case) -> None:
        with pytest.raises(InvalidInput, match="acknowledgement-1"):
            case.do(c.SendOtherwise(letter="final_response-9", means="post"))


def test_practice_has_queues_and_registers_of_its_own() -> None:
    practice = Case(c.Submit(**{**vars(submit()), "training": True}))
    shown = listing(REGION, practice.complaint)
    assert shown.training
