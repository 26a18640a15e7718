"""The instants of a complaint, at real dates: what is ahead of it, what was promised, what was missed."""

from datetime import UTC, date, datetime, timedelta

import pytest

from redress.domain import commands as c
from redress.domain import instants
from redress.domain.correspondence import LetterKind
from redress.domain.milestones import Milestone, milestones, next_due
from redress.domain.packs import load_pack
from redress.domain.promises import Promise, promises
from redress.domain.rules import Rules
from redress.domain.stages import Stage
from tests.support.complaints import (
    APPROVE,
    APPROVER,
    DEADLOCK,
    PLAYER,
    PROPOSE,
    SYSTEM,
    TRIAGE,
    Case,
    submit,
)

UKGC, SANDBOX = (Rules((load_pack(one),)) for one in ("gb-ukgc", "sandbox"))
RECEIVED = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)  # a Monday; the clocks change on 29 March
ACK_DUE, FINAL_DUE = "2026-03-03T12:00:00.000Z", "2026-04-26T23:00:00.000Z"
DEADLOCK_AT = "2026-04-23T23:00:00.000Z"  # the start of Friday 24 April
MOMENT = timedelta(milliseconds=1)


def instant(text: str) -> datetime:
    return instants.from_text(text)


def british(at: datetime = RECEIVED) -> Case:
    return Case(submit("gb-ukgc"), at)


def british_investigation() -> Case:
    case = british()
    case.send(LetterKind.ACKNOWLEDGEMENT, at=RECEIVED + timedelta(minutes=1))
    case.do(TRIAGE, SYSTEM)
    return case


def ahead(case: Case, rules: Rules = UKGC) -> list[tuple[str, str]]:
    """What is ahead, as (instant, clock and name)."""
    return [(instants.to_text(one.at), f"{one.clock} {one.name}") for one in _milestones(case, rules)]


def _milestones(case: Case, rules: Rules = UKGC) -> list[Milestone]:
    return milestones(rules, case.complaint)


def find(case: Case, name: str, clock: str = "final") -> Milestone:
    return next(one for one in _milestones(case) if (one.clock, one.name) == (clock, name))


def names(case: Case) -> set[str]:
    return {f"{one.clock} {one.name}" for one in _milestones(case)}


def reached(case: Case, one: Milestone, *, at: datetime | None = None) -> None:
    case.do(one.command, SYSTEM, at=at or one.at)


def promise(case: Case, clock: str) -> Promise:
    return next(one for one in promises(UKGC, case.complaint) if one.clock == clock)


def test_a_british_complaint_has_these_instants_ahead_of_it() -> None:
    assert ahead(british()) == [
        (ACK_DUE, "ack due"),
        ("2026-03-16T00:00:00.000Z", "progress progress_1"),
        ("2026-03-30T05:30:00.000Z", "final warning_1"),
        ("2026-04-04T18:36:00.000Z", "final escalation_1"),
        ("2026-04-15T20:48:00.000Z", "final warning_2"),
        ("2026-04-18T23:00:00.000Z", "final escalation_2"),
        (DEADLOCK_AT, "final deadlock"),
        (FINAL_DUE, "final due"),
        (FINAL_DUE, "gateway due"),
        ("2026-05-10T23:00:00.000Z", "final reminder_1"),
    ]


def test_a_sandbox_complaint_has_the_same_instants_in_seconds() -> None:
    seconds = [
        ((one.at - RECEIVED).total_seconds(), f"{one.clock} {one.name}")
        for one in milestones(SANDBOX, Case(at=RECEIVED).complaint)
    ]
    assert seconds == [
        (10, "ack due"),
        (12, "final warning_1"),
        (15, "progress progress_1"),
        (18, "final escalation_1"),
        (24, "final escalation_2"),
        (38, "final deadlock"),
        (40, "final due"),
        (40, "gateway due"),
        (55, "final reminder_1"),
    ]


class TestPromises:
    def test_eight_weeks_end_on_the_fifty_sixth_day_the_day_of_receipt_being_the_first(self) -> None:
        final = promise(british(), "final")
        assert (final.due_at, final.last_day) == (instant(FINAL_DUE), date(2026, 4, 26))
        assert (final.zone, final.kind) == ("Europe/London", "duty")

    def test_a_complaint_received_after_midnight_in_london_counts_that_local_day(self) -> None:
        late = british(datetime(2026, 6, 1, 23, 30, tzinfo=UTC))  # half past midnight of 2 June in London
        assert promise(late, "final").last_day == date(2026, 7, 27)

    def test_the_acknowledgement_is_promised_within_24_hours(self) -> None:
        assert promise(british(), "ack").due_at == instant(ACK_DUE)

    def test_every_promise_explains_itself_with_its_source(self) -> None:
        explained = promise(british(), "final").explain
        assert [step.kind for step in explained] == ["rule", "anchor", "count", "end"]
        assert all("LCCP social responsibility code 6.1.1.2" in step.source for step in explained)

    def test_a_promise_kept_says_when(self) -> None:
        case = british()
        case.send(LetterKind.ACKNOWLEDGEMENT, at=RECEIVED + timedelta(hours=1))
        acknowledged = promise(case, "ack")
        assert acknowledged.met_at == RECEIVED + timedelta(hours=1)
        assert not acknowledged.missed(RECEIVED + timedelta(days=99))

    def test_a_promise_is_missed_from_the_due_instant_on_and_not_before(self) -> None:
        final = promise(british(), "final")
        assert not final.missed(instant(FINAL_DUE) - MOMENT)
        assert final.missed(instant(FINAL_DUE))

    def test_a_promise_kept_too_late_stays_missed(self) -> None:
        case = british()
        case.send(LetterKind.ACKNOWLEDGEMENT, at=instant(ACK_DUE))
        assert promise(case, "ack").missed(instant(ACK_DUE))

    def test_a_deadlock_letter_in_time_keeps_the_final_promise(self) -> None:
        case = british_investigation()
        reached(case, find(case, "deadlock"))
        case.send(LetterKind.DEADLOCK)
        assert promise(case, "final").met_at == instant(DEADLOCK_AT)

    def test_the_player_has_twelve_months_from_the_deadlock_letter_to_turn_to_the_independent_body(
        self,
    ) -> None:
        case = british_investigation()
        reached(case, find(case, "deadlock"))
        assert "adr_window" not in {one.clock for one in promises(UKGC, case.complaint)}
        case.send(LetterKind.DEADLOCK, at=instant("2026-04-24T08:00:00.000Z"))
        limit = promise(case, "adr_window")
        assert (limit.last_day, limit.kind) == (date(2027, 4, 24), "player_limit")
        assert limit.due_at == instant("2027-04-24T23:00:00.000Z")

    def test_the_final_response_opens_the_same_limit(self) -> None:
        case = british_investigation()
        case.do(PROPOSE, at=instant("2026-03-20T10:00:00.000Z"))
        case.do(APPROVE, APPROVER)
        case.send(LetterKind.FINAL_RESPONSE)
        assert promise(case, "adr_window").last_day == date(2027, 3, 20)

    def test_a_withdrawn_complaint_owes_no_answer(self) -> None:
        case = british_investigation()
        case.do(c.Withdraw(), PLAYER, at=RECEIVED + timedelta(days=3))
        assert promise(case, "final").met_at == RECEIVED + timedelta(days=3)

    def test_a_complaint_withdrawn_before_its_acknowledgement_was_not_left_waiting(self) -> None:
        case = british()
        case.do(c.Withdraw(), PLAYER, at=RECEIVED + timedelta(hours=1))
        assert not promise(case, "ack").missed(RECEIVED + timedelta(days=3))


class TestNextDue:
    def test_it_is_the_earliest_thing_the_operator_owes(self) -> None:
        assert next_due(UKGC, british().complaint) == instant(ACK_DUE)
        assert next_due(UKGC, british_investigation().complaint) == instant(FINAL_DUE)

    def test_what_is_overdue_stays_due(self) -> None:
        case = british_investigation()
        case.do(DEADLOCK, SYSTEM)
        reached(case, find(case, "due"))
        assert next_due(UKGC, case.complaint) == instant(FINAL_DUE)

    def test_once_the_final_response_left_it_is_the_end_of_the_window_for_feedback(self) -> None:
        case = british_investigation()
        case.do(PROPOSE)
        case.do(APPROVE, APPROVER)
        case.send(LetterKind.FINAL_RESPONSE)
        assert next_due(UKGC, case.complaint) == find(case, "due", "feedback").at

    def test_once_the_deadlock_letter_left_it_is_the_end_of_the_players_limit(self) -> None:
        case = british_investigation()
        reached(case, find(case, "deadlock"))
        case.send(LetterKind.DEADLOCK)
        assert next_due(UKGC, case.complaint) == find(case, "due", "adr_window").at

    def test_of_a_withdrawn_complaint_nothing_is_due(self) -> None:
        case = british_investigation()
        case.do(c.Withdraw(), PLAYER)
        assert next_due(UKGC, case.complaint) is None


class TestTheWayToTheFinalInstant:
    def test_the_acknowledgement_sent_in_time_takes_its_instant_away(self) -> None:
        assert "ack due" not in names(british_investigation())

    def test_warnings_and_escalations_stand_at_their_share_of_the_time(self) -> None:
        whole = instant(FINAL_DUE) - RECEIVED
        case = british()
        assert find(case, "warning_1").at - RECEIVED == whole * 50 / 100
        assert find(case, "escalation_1").at - RECEIVED == whole * 60 / 100
        assert find(case, "warning_2").at - RECEIVED == whole * 80 / 100

    def test_the_second_level_hears_of_it_at_the_start_of_the_day_one_week_before(self) -> None:
        assert find(british(), "escalation_2").at == instant("2026-04-18T23:00:00.000Z")

    def test_only_escalations_carry_a_level(self) -> None:
        levels = {one.name: one.level for one in _milestones(british()) if one.level is not None}
        assert levels == {"escalation_1": 1, "escalation_2": 2}

    def test_only_duties_of_the_operator_can_be_breached(self) -> None:
        breaches = {f"{one.clock} {one.name}" for one in _milestones(british()) if one.breach}
        assert breaches == {"ack due", "final due"}

    def test_deadlock_falls_one_business_day_before_the_final_instant_even_before_a_weekend(self) -> None:
        assert find(british(), "deadlock").at == instant(DEADLOCK_AT)

    def test_deadlock_looks_past_bank_holidays(self) -> None:
        # The last day is 4 May 2026, a bank holiday: the business day before it is Friday 1 May.
        case = british(datetime(2026, 3, 10, 12, 0, tzinfo=UTC))
        assert promise(case, "final").last_day == date(2026, 5, 4)
        assert find(case, "deadlock").at == instant("2026-04-30T23:00:00.000Z")

    def test_what_is_recorded_is_no_longer_ahead(self) -> None:
        case = british_investigation()
        first = find(case, "warning_1")
        reached(case, first)
        assert first.key not in {one.key for one in _milestones(case)}
        assert "final warning_2" in names(case)

    def test_a_decided_complaint_has_only_the_final_instant_and_the_opening_of_adr_ahead(
        self,
    ) -> None:
        case = british_investigation()
        case.do(PROPOSE)
        case.do(APPROVE, APPROVER)
        assert names(case) == {"final due", "gateway due"}

    def test_a_deadlocked_complaint_whose_letter_has_not_left_still_faces_the_final_instant(self) -> None:
        case = british_investigation()
        case.do(DEADLOCK, SYSTEM)
        assert names(case) == {"final due", "gateway due"}

    def test_a_closed_complaint_faces_nothing(self) -> None:
        case = british_investigation()
        case.do(c.Withdraw(), PLAYER)
        assert names(case) == set()


class TestProgress:
    def test_only_the_next_update_is_ahead(self) -> None:
        case = british_investigation()
        assert {name for name in names(case) if name.startswith("progress")} == {"progress progress_1"}

    def test_updates_come_every_fourteen_days_at_the_start_of_the_local_day_until_deadlock(self) -> None:
        case, seen = british_investigation(), []
        while True:
            first = next(
                one for one in _milestones(case) if one.clock == "progress" or one.name == "deadlock"
            )
            if first.name == "deadlock":
                break
            seen.append(instants.to_text(first.at))
            reached(case, first)
        assert seen == [
            "2026-03-16T00:00:00.000Z",
            "2026-03-29T23:00:00.000Z",
            "2026-04-12T23:00:00.000Z",
        ]


class TestBreach:
    def test_the_final_instant_passing_unmet_is_a_breach(self) -> None:
        due = find(british_investigation(), "due")
        assert (due.breach, due.kind, due.at) == (True, "duty", instant(FINAL_DUE))

    def test_recorded_once_it_does_not_come_again(self) -> None:
        case = british_investigation()
        case.do(DEADLOCK, SYSTEM)
        reached(case, find(case, "due"))
        assert names(case) == {"gateway due"}

    def test_an_acknowledgement_that_left_too_late_is_still_to_be_recorded_as_a_breach(self) -> None:
        case = british()
        case.send(LetterKind.ACKNOWLEDGEMENT, at=instant(ACK_DUE))
        assert find(case, "due", "ack").breach

    def test_a_final_response_that_left_too_late_is_still_to_be_recorded_as_a_breach(self) -> None:
        case = british_investigation()
        case.do(PROPOSE, at=instant(FINAL_DUE) - MOMENT)
        case.do(APPROVE, APPROVER)
        case.send(LetterKind.FINAL_RESPONSE, at=instant(FINAL_DUE))
        assert case.complaint.stage is Stage.RESOLVED
        assert find(case, "due").breach

    def test_a_deadlock_letter_that_left_too_late_is_still_to_be_recorded_as_a_breach(self) -> None:
        case = british_investigation()
        case.do(DEADLOCK, SYSTEM)
        case.send(LetterKind.DEADLOCK, at=instant(FINAL_DUE) + timedelta(hours=1))
        assert find(case, "due").breach

    def test_what_was_kept_in_time_to_the_last_moment_is_no_breach(self) -> None:
        case = british_investigation()
        case.do(DEADLOCK, SYSTEM)
        case.send(LetterKind.DEADLOCK, at=instant(FINAL_DUE) - MOMENT)
        assert "final due" not in names(case)


class TestWindows:
    def test_the_player_has_fourteen_whole_days_after_the_final_response_to_rate_it(self) -> None:
        case = british_investigation()
        case.do(PROPOSE)
        case.do(APPROVE, APPROVER)
        case.send(LetterKind.FINAL_RESPONSE, at=instant("2026-03-20T10:00:00.000Z"))
        assert ahead(case) == [("2026-04-03T23:00:00.000Z", "feedback due")]

    def test_the_end_of_the_players_limit_is_a_milestone_of_a_deadlocked_complaint(self) -> None:
        case = british_investigation()
        case.do(DEADLOCK, SYSTEM)
        case.send(LetterKind.DEADLOCK, at=instant("2026-04-24T08:00:00.000Z"))
        assert ahead(case) == [("2027-04-24T23:00:00.000Z", "adr_window due")]
        assert not find(case, "due", "adr_window").breach

    def test_the_limit_of_a_resolved_complaint_keeps_it_open_no_longer(self) -> None:
        case = british_investigation()
        case.do(PROPOSE)
        case.do(APPROVE, APPROVER)
        case.send(LetterKind.FINAL_RESPONSE)
        assert names(case) == {"feedback due"}


@pytest.mark.parametrize("rules", [UKGC, SANDBOX], ids=["gb-ukgc", "sandbox"])
def test_milestones_come_in_the_order_of_time_with_keys_of_their_own(rules: Rules) -> None:
    found = _milestones(british() if rules is UKGC else Case(), rules)
    assert [one.at for one in found] == sorted(one.at for one in found)
    assert len({one.key for one in found}) == len(found)
