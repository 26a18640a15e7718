"""Where casework meets itself: a second look after a deadlock, answers as duplicates, redress twice."""

from contextlib import suppress
from copy import replace
from datetime import timedelta

import pytest

from redress.domain import commands as c
from redress.domain import instants, milestones, promises
from redress.domain.commands import Command
from redress.domain.correspondence import LetterKind
from redress.domain.errors import IllegalTransition, InvalidInput
from redress.domain.stages import Stage
from redress.usecases.link_duplicate import link_duplicate
from tests.support import wake_world
from tests.support.complaints import (
    APPROVE,
    APPROVER,
    HANDLER,
    PLAYER,
    PROPOSE,
    PROPOSE_REDRESS,
    SYSTEM,
    T0,
    TRIAGE,
    Case,
    at_stage,
    personal,
    submit,
)
from tests.support.desks import Clock, Office
from tests.support.memory_store import MemoryStore
from tests.support.wake_world import World

WHY = personal("why")
DISPUTE = c.Reopen(ground="disputed", content=WHY)
DECLARE = c.DeclareDeadlock(content=WHY)
OTHER, THIRD = "app:back-office/other", "app:crm/third"
SECOND = timedelta(seconds=1)


def answered(
    case: Case, proposal: c.ProposeDecision = PROPOSE, by: str = HANDLER, ok: str = APPROVER
) -> Case:
    """The complaint is decided, and the player told."""
    case.do(proposal, by)
    case.do(APPROVE, ok)
    case.send(LetterKind.FINAL_RESPONSE)
    return case


def referred(case: Case) -> c.ReferToAdr:
    """An outside body has it now."""
    return c.ReferToAdr(body="adr", complete_file_at=instants.to_text(case.now))


def breaches(case: Case) -> list[str]:
    """The duties that count as unmet by now."""
    ahead = milestones.milestones(case.rules, case.complaint)
    return [one.clock for one in ahead if one.breach and one.at <= case.now]


class TestASecondLookAfterADeadlock:
    def deadlocked_answered_reopened(self) -> Case:
        """Deadlocked in time, answered after the law's deadline, and then disputed."""
        case = at_stage(Stage.DEADLOCKED)
        case.send(LetterKind.DEADLOCK, at=T0 + 38 * SECOND)
        case.now = T0 + 45 * SECOND
        answered(case).do(DISPUTE, PLAYER, at=T0 + 50 * SECOND)
        return case

    def test_the_second_look_has_a_clock_of_its_own(self) -> None:
        case = self.deadlocked_answered_reopened()
        [review] = [one for one in promises.promises(case.rules, case.complaint) if one.clock == "review"]
        assert review.met_at is None
        assert "review" in {one.clock for one in milestones.milestones(case.rules, case.complaint)}

    def test_a_second_letter_of_deadlock_breaks_no_deadline_that_the_first_one_kept(self) -> None:
        case = self.deadlocked_answered_reopened()
        before = breaches(case)
        case.do(DECLARE, OTHER)
        case.send(LetterKind.DEADLOCK, at=T0 + 55 * SECOND)
        assert breaches(case) == before == []

    def test_no_first_handler_ends_it_by_a_deadlock(self) -> None:
        case = answered(at_stage(Stage.INVESTIGATING))
        case.do(DISPUTE, PLAYER)
        with pytest.raises(IllegalTransition, match="first time"):
            case.do(DECLARE, HANDLER)

    def test_no_first_handler_sends_the_second_decision_back(self) -> None:
        case = answered(at_stage(Stage.INVESTIGATING))
        case.do(DISPUTE, PLAYER)
        case.do(PROPOSE, OTHER)
        with pytest.raises(IllegalTransition, match="first time"):
            case.do(c.ReturnDecision(content=WHY), HANDLER)

    def test_a_second_look_is_not_linked_away_to_a_complaint_that_the_first_handlers_may_decide(self) -> None:
        case = answered(at_stage(Stage.INVESTIGATING))
        case.do(DISPUTE, PLAYER)
        with pytest.raises(IllegalTransition):
            case.do(c.LinkAsDuplicate(primary="0000-0001-Y", content=WHY), HANDLER)

    def test_an_old_answer_that_is_posted_after_all_does_not_end_it_without_a_decision(self) -> None:
        case = Case(submit("pl"))
        case.do(TRIAGE, SYSTEM)
        case.do(PROPOSE)
        case.do(APPROVE, APPROVER)
        old = case.letter(LetterKind.FINAL_RESPONSE).key
        case.do(c.RecordLetterRefused(letter=old, reason="rejected", permanent=True), SYSTEM)
        case.now = T0 + timedelta(days=20)
        for one in milestones.milestones(case.rules, case.complaint):
            if "mark_deemed_accepted" in one.actions:
                case.do(one.command, SYSTEM)
        case.send(LetterKind.FINAL_RESPONSE)
        case.do(DISPUTE, PLAYER)
        with suppress(IllegalTransition, InvalidInput):
            case.do(c.SendOtherwise(letter=old, means="post"))
        assert case.complaint.stage is Stage.INVESTIGATING


class TestWhoHadAPartInTheFirstAnswer:
    """The second answer tells the player that somebody who had no part in the first one has decided."""

    def test_who_had_it_before_another_took_it_over_had_a_part(self) -> None:
        case = at_stage(Stage.INVESTIGATING)
        case.do(c.Assign(assignee="first", team="payments"))
        case.do(c.Assign(assignee="handler", team="payments"))
        answered(case).do(DISPUTE, PLAYER)
        with pytest.raises(IllegalTransition, match="first time"):
            case.do(PROPOSE, "app:back-office/first")

    def test_whose_proposal_was_sent_back_had_a_part(self) -> None:
        case = at_stage(Stage.INVESTIGATING)
        case.do(PROPOSE, "app:back-office/first")
        case.do(c.ReturnDecision(content=WHY), APPROVER)
        answered(case).do(DISPUTE, PLAYER)
        with pytest.raises(IllegalTransition, match="first time"):
            case.do(PROPOSE, "app:back-office/first")

    def test_a_second_look_can_be_taken_up_to_supervisors_like_the_first(self) -> None:
        case = at_stage(Stage.INVESTIGATING)
        case.do(c.Escalate(content=WHY, level=2))
        answered(case).do(DISPUTE, PLAYER)
        case.do(c.Escalate(content=WHY, level=1), OTHER)


class TestRedressOfASecondAnswer:
    """Its letter says that it confirms or replaces the first one: the player gets what it says, and once."""

    @pytest.mark.parametrize("amount", [1000, 1500])
    @pytest.mark.parametrize("paid", [False, True], ids=["unpaid", "paid"])
    def test_what_the_second_answer_gives_is_paid_once(self, amount: int, paid: bool) -> None:  # noqa: FBT001 - a case
        case = answered(at_stage(Stage.INVESTIGATING), PROPOSE_REDRESS)
        if paid:
            case.do(c.RecordRedressPaid(amount_minor=1000, currency="GBP", paid_on="2026-03-02"))
        case.do(DISPUTE, PLAYER)
        again = c.ProposeDecision(
            outcome="partly_upheld", content=WHY, redress_minor=amount, currency="GBP", redress_kind="refund"
        )
        answered(case, again, OTHER, THIRD)
        owed = sum(task.amount_minor or 0 for task in case.complaint.unpaid)
        got = sum(one.amount_minor for one in case.complaint.payments)
        assert owed + got == amount

    def test_a_second_look_is_not_withdrawn_while_redress_of_the_first_answer_is_unpaid(self) -> None:
        case = at_stage(Stage.INVESTIGATING)
        case.do(PROPOSE_REDRESS)
        by = instants.to_text(case.now + 7 * SECOND)
        case.do(c.ApproveDecision(pay_team="payments", pay_by=by), APPROVER)
        case.send(LetterKind.FINAL_RESPONSE)
        case.do(DISPUTE, PLAYER)
        with pytest.raises(IllegalTransition, match="still to be paid"):
            case.do(c.Withdraw(), PLAYER)
        case.do(c.RecordRedressPaid(amount_minor=1000, currency="GBP", paid_on="2026-03-03"))
        case.do(c.Withdraw(), PLAYER)
        assert case.complaint.stage is Stage.CLOSED


def test_what_the_law_takes_for_accepted_is_somebody_s_task() -> None:
    """The letter says that our team now carries out what the player asked for."""
    case = Case(submit("pl"))
    case.send(LetterKind.ACKNOWLEDGEMENT)
    case.do(TRIAGE, SYSTEM)
    case.now = T0 + timedelta(days=20)
    for one in milestones.milestones(case.rules, case.complaint):
        if "mark_deemed_accepted" in one.actions:
            case.do(one.command, SYSTEM)
    assert case.complaint.stage is Stage.DECIDED
    assert case.complaint.open_tasks


class TestAtAnOutsideBody:
    @pytest.mark.parametrize(
        "ending",
        [c.Withdraw(), c.LinkAsDuplicate(primary="0000-0001-Y", content=WHY)],
        ids=["withdrawn", "linked as a duplicate"],
    )
    def test_its_deadline_for_our_answer_does_not_pass_unseen_when_the_complaint_ends_here(
        self, ending: Command
    ) -> None:
        world = World()
        world.at_once()
        refer = c.ReferToAdr(body="adr", complete_file_at=instants.to_text(world.now))
        world.people(HANDLER, refer)
        world.at_once()
        world.people(HANDLER, ending)
        world.at_once()
        for _ in range(5):
            world.pass_time(world.now + timedelta(minutes=3))
            world.sweep()
            world.at_once()
        world.check_quiet()

    def test_once_the_body_has_decided_it_needs_no_answer_of_ours(self) -> None:
        case = answered(at_stage(Stage.INVESTIGATING))
        case.do(referred(case), HANDLER)
        award = c.RecordAdrOutcome(outcome="settled", redress_minor=500, currency="GBP")
        case.do(award, HANDLER, at=case.now + 2 * SECOND)
        case.now += 30 * SECOND
        assert "adr_reply" not in breaches(case)


class TestDuplicates:
    def linked(self, case: Case, received_at: str, **told: str) -> None:
        facts = {"duplicate": "0000-0001-Y", "received_at": received_at, **told}
        case.do(c.LinkDuplicate(**facts))  # type: ignore[arg-type]  # instants alone

    @pytest.mark.parametrize("pack", ["es-dgoj", "fr-anj", "pt", "ca-on-igo"])
    def test_linking_one_that_came_later_makes_no_deadline_later(self, pack: str) -> None:
        """Whatever the law counts from: sending, registration, posting, or when the operator was aware."""
        case = Case(submit(pack))
        case.do(TRIAGE, SYSTEM)
        before = {
            one.clock: one.due_at for one in promises.promises(case.rules, case.complaint) if one.due_at
        }
        later = instants.to_text(T0 + timedelta(days=9))
        names = ("sent_at", "registered_at", "operator_aware_at", "platform_posted_at")
        self.linked(case, later, **dict.fromkeys(names, later))
        after = {one.clock: one.due_at for one in promises.promises(case.rules, case.complaint) if one.due_at}
        assert after == before

    def test_nor_does_one_that_came_earlier_and_tells_less(self) -> None:
        """A law that counts from the registration counts from the receipt where none is told."""
        registered = instants.to_text(T0 + timedelta(days=3))
        case = Case(replace(submit("es-dgoj"), registered_at=registered))
        case.do(TRIAGE, SYSTEM)
        earlier = T0 - timedelta(days=5)
        self.linked(case, instants.to_text(earlier))
        [final] = [one for one in promises.promises(case.rules, case.complaint) if one.clock == "final"]
        assert final.anchor_at == earlier

    def test_a_complaint_that_was_answered_in_time_breaks_no_deadline_of_another_one(self) -> None:
        """Reopened or not, its clock of the law was met: a new complaint does not inherit it."""
        clock = Clock()
        office = Office(MemoryStore(clock), clock)
        first = office.receive(key="first")
        office.send(first, LetterKind.ACKNOWLEDGEMENT)
        office.do(first, TRIAGE, SYSTEM)
        office.do(first, PROPOSE)
        office.do(first, APPROVE, APPROVER)
        office.send(first, LetterKind.FINAL_RESPONSE)
        clock.move(50)
        office.do(first, DISPUTE, PLAYER)
        second = office.receive(key="second")
        office.send(second, LetterKind.ACKNOWLEDGEMENT)
        office.do(second, TRIAGE, SYSTEM)
        with suppress(IllegalTransition, InvalidInput):
            link_duplicate(office.desk, first, second, "why", OTHER, office.request("link"), lambda _: None)
        one = office.complaint(second)
        ahead = milestones.milestones(office.desk.region.rules_of(one), one)
        assert not [late for late in ahead if late.breach and late.at <= clock()]

    def test_what_calls_for_a_human_calls_for_one_in_the_complaint_that_it_goes_on_in(self) -> None:
        clock = Clock()
        office = Office(MemoryStore(clock), clock)
        primary, duplicate = office.receive(key="1"), office.receive(key="2")
        for number in (primary, duplicate):
            office.do(number, TRIAGE, SYSTEM)
        office.do(duplicate, c.Reply(content=WHY, harm={"signals": ["distress"]}), PLAYER)
        with suppress(IllegalTransition, InvalidInput):
            request = office.request("link")
            link_duplicate(office.desk, duplicate, primary, "why", HANDLER, request, lambda _: None)
        still_open = office.complaint(duplicate).stage is not Stage.CLOSED
        assert still_open or office.complaint(primary).needs_human

    def test_a_link_that_stopped_half_way_is_finished_though_the_other_one_was_decided_meanwhile(
        self,
    ) -> None:
        clock = Clock()
        office = Office(MemoryStore(clock), clock)
        primary, duplicate = office.receive(key="1"), office.receive(key="2")
        for number in (primary, duplicate):
            office.do(number, TRIAGE, SYSTEM)
        received_at = instants.to_text(T0)
        office.do(primary, c.LinkDuplicate(duplicate=duplicate, received_at=received_at))
        office.do(primary, PROPOSE)
        office.do(primary, APPROVE, APPROVER)
        link_duplicate(
            office.desk, duplicate, primary, "why", HANDLER, office.request("link"), lambda _: None
        )
        assert office.complaint(duplicate).primary == primary


class TestQueues:
    @pytest.fixture
    def office(self) -> Office:
        clock = Clock()
        return Office(MemoryStore(clock), clock)

    def test_a_task_of_the_complaint_s_own_team_goes_with_the_complaint(self, office: Office) -> None:
        number = office.receive()
        office.do(number, TRIAGE, SYSTEM)
        harm = {"signals": ["distress"]}
        office.do(number, c.Reply(content=WHY, harm=harm), PLAYER)
        office.do(number, c.Assign(assignee=None, team="care"))
        found = {team: office.store.list_tasks(team, 9, None).items for team in ("care", "payments")}
        assert ([one.number for one in found["care"]], found["payments"]) == ([number], ())

    def test_another_team_s_complaint_stays_with_nobody_of_the_old_one(self, office: Office) -> None:
        number = office.receive()
        office.do(number, TRIAGE, SYSTEM)
        office.do(number, c.Assign(assignee="handler", team="payments"))
        office.do(number, c.Recategorise(category="account", team="care", content=WHY))
        assert office.complaint(number).assignee is None


def test_what_came_to_us_a_year_late_does_not_flood_the_mailbox_of_its_team(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Of several reminders that could not leave in their time only the latest goes, as of updates."""
    a_year_ago = instants.to_text(T0 - timedelta(days=365))
    monkeypatch.setattr(wake_world, "submit", lambda pack: replace(submit(pack), received_at=a_year_ago))
    world = World(pack="cw-cga")
    world.at_once()
    reminders = [key for key in world.mails if key.startswith("reminder")]
    assert len(reminders) < 3
