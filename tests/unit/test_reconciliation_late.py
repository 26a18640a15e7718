"""The proof of a day about what came on record late: some day tells of it, and as it was."""

from copy import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from redress.domain import commands as c
from redress.domain import reconciliation
from redress.domain.correspondence import LetterKind
from redress.domain.milestones import Milestone, milestones
from redress.domain.reconciliation import Reconciliation
from redress.usecases import reconcile
from tests.support.complaints import APPROVE, APPROVER, PLAYER, PROPOSE, REGION, SYSTEM, TRIAGE, Case, submit
from tests.support.days import (
    DAY,
    HOUR,
    MINUTE,
    RECEIVED,
    acknowledged,
    british,
    gaps,
    history,
    line,
    live,
    post,
    told,
)

NOTE = c.AddNote(visibility="internal", content={"text": "x"})
DAYS = [date(2026, 3, 1) + DAY * count for count in range(12)]


def handed_in(at: datetime, received_at: str = "2026-03-01T12:00:00.000Z") -> Case:
    """A complaint that an app puts on record days after it came."""
    return Case(replace(submit("gb-ukgc"), received_at=received_at), at)


def due(case: Case, name: str) -> Milestone:
    """A milestone that is not on record yet."""
    return next(one for one in milestones(case.rules, case.complaint) if one.name == name)


def days_of(case: Case, clock: str, milestone: str) -> list[date]:
    """The days that have a line of it."""
    return [
        day
        for day in DAYS
        for one in told(day, case).lines
        if (one.clock, one.milestone) == (clock, milestone)
    ]


class TestHandedInLate:
    @pytest.mark.parametrize("hour", [0.5, 0.99, 1, 12, 23.9])
    def test_a_duty_that_was_overdue_then_is_told_on_that_day_be_it_in_its_first_hour(
        self, hour: float
    ) -> None:
        """Until an hour after midnight the report of the day before is open: it is not of that day."""
        case = handed_in(datetime(2026, 3, 7, tzinfo=UTC) + hour * HOUR)
        assert days_of(case, "ack", "due") == [date(2026, 3, 7)]

    def test_so_is_the_record_that_it_was_missed(self) -> None:
        case = handed_in(datetime(2026, 3, 7, 0, 30, tzinfo=UTC))
        case.do(due(case, "due").command, SYSTEM, at=case.now + MINUTE)
        case.send(LetterKind.ACKNOWLEDGEMENT, at=case.now + MINUTE)
        post(case)
        found = told(date(2026, 3, 7), case)
        assert (line(found, "ack").recorded_by, gaps(found)) == (2, [("late", "ack", "due")])
        assert days_of(case, "ack", "due") == [date(2026, 3, 7)]

    def test_a_warning_that_was_past_then_and_never_fired_is_a_gap_though_an_answer_made_it_needless(
        self,
    ) -> None:
        case = handed_in(datetime(2026, 3, 31, 10, tzinfo=UTC), "2026-03-02T12:00:00.000Z")
        case.do(due(case, "due").command, SYSTEM)
        case.send(LetterKind.ACKNOWLEDGEMENT)
        case.do(TRIAGE, SYSTEM)
        assert due(case, "warning_1").at < datetime(2026, 3, 31, tzinfo=UTC)
        case.do(PROPOSE, at=case.now + 3 * HOUR)
        case.do(APPROVE, APPROVER)
        post(case)
        assert ("silent", "final", "warning_1") in gaps(told(date(2026, 3, 31), case))
        assert gaps(told(date(2026, 4, 1), case)) == []

    def test_what_others_did_every_few_minutes_meanwhile_hides_no_silence(self) -> None:
        case = acknowledged()
        live(case, RECEIVED + 20 * DAY)
        silent_since = due(case, "warning_1").at
        for count in range(1, 20):
            case.do(NOTE, at=silent_since + count * 10 * MINUTE)
        case.do(PROPOSE)
        case.do(APPROVE, APPROVER)
        post(case)
        day = (silent_since + HOUR).date()
        assert gaps(told(day, case)) == [("silent", "final", "warning_1")]


class TestMetSince:
    """A duty that was told as missed, and was met on a later day: the proof of that day says so."""

    MISSED, MET = date(2026, 3, 3), date(2026, 3, 5)

    def test_the_day_on_which_it_was_met_tells_what_was_due_when_and_by_what_it_was_met(self) -> None:
        case = self._acknowledged_at(RECEIVED + 3 * DAY)
        [one] = told(self.MET, case).met_since
        assert (one.clock, one.due_at, one.last_day) == ("ack", RECEIVED + DAY, self.MISSED)
        assert (one.met_at, one.met_type, one.late) == (RECEIVED + 3 * DAY, "Acknowledged", True)
        assert case.records[(one.met_by or 0) - 1].at == one.met_at
        assert [letter.key for letter in one.letters] == ["acknowledgement-1"]
        assert told(self.MET, case).totals["met_since"] == 1

    def test_it_is_told_once_and_is_no_gap_of_that_day_and_no_line_of_what_fell_due(self) -> None:
        case = self._acknowledged_at(RECEIVED + 3 * DAY)
        assert self._days(case) == [self.MET]
        assert days_of(case, "ack", "due") == [self.MISSED]
        missed = [day for day in DAYS if ("missed", "ack", "due") in gaps(told(day, case))]
        assert missed == [self.MISSED, date(2026, 3, 4)]

    @pytest.mark.parametrize(("minutes", "days"), [(59, []), (60, [date(2026, 3, 4)])])
    def test_what_the_proof_of_its_own_day_knew_as_met_late_is_not_told_again(
        self, minutes: int, days: list[date]
    ) -> None:
        """That proof is told of an hour after midnight."""
        case = self._acknowledged_at(datetime(2026, 3, 4, tzinfo=UTC) + minutes * MINUTE)
        assert self._days(case) == days

    def test_a_target_of_the_houses_own_is_told_too_and_is_not_of_law(self) -> None:
        target = {"gb-ukgc": {"house": {"targets": {"ack": {"amount": 2, "unit": "hours"}}}}}
        region = replace(REGION, rules=target)
        case = self._acknowledged_at(RECEIVED + 3 * DAY)
        of = reconcile.period(region, "gb-ukgc", self.MET)
        found = reconciliation.reconcile([history(case)], region.rules_of, of).met_since
        assert {one.clock: one.statutory for one in found} == {"ack": True, "ack_target": False}

    def test_one_that_was_overdue_when_it_came_on_record_is_told_as_late_then_and_as_met_later(self) -> None:
        case = handed_in(datetime(2026, 3, 7, 12, tzinfo=UTC))
        case.send(LetterKind.ACKNOWLEDGEMENT, at=case.now + DAY)
        assert (days_of(case, "ack", "due"), self._days(case)) == ([date(2026, 3, 7)], [date(2026, 3, 8)])

    def test_a_duty_that_ended_otherwise_was_not_met(self) -> None:
        """Withdrawn when it was overdue: as with any duty, that ends it, and is told as what ended it."""
        case = british()
        case.do(c.Withdraw(), PLAYER, at=RECEIVED + 3 * DAY)
        [one] = told(self.MET, case).met_since
        assert one.met_type == "Withdrawn"

    def test_one_whose_date_went_and_came_back_is_told_once(self) -> None:
        """Sorted under another category and back between the day it was missed and the answer, and after."""
        case = Case(replace(submit("cw-cga"), category="safer_gambling"), RECEIVED)
        case.send(LetterKind.ACKNOWLEDGEMENT, at=RECEIVED + MINUTE)
        case.do(TRIAGE, SYSTEM)
        for hour, category in ((240, "account"), (250, "safer_gambling")):
            live(case, RECEIVED + hour * HOUR)
            case.do(c.Recategorise(category=category, team="care", content={"text": "why"}))
        case.do(PROPOSE, at=RECEIVED + 251 * HOUR)
        case.do(APPROVE, APPROVER)
        post(case)
        days = [date(2026, 3, 1) + DAY * count for count in range(40)]
        found = [
            (day, one.due_at)
            for day in days
            for one in told(day, case, pack="cw-cga").met_since
            if one.clock == "final"
        ]
        assert found == [(date(2026, 3, 12), TestSortedUnderAnotherCategoryAndBack.DUE)]

    @staticmethod
    def _acknowledged_at(at: datetime) -> Case:
        """Nobody acknowledges it in time; the workflow records that, and the letter goes at last."""
        case = british()
        missed = due(case, "due").command
        case.do(missed, SYSTEM, at=RECEIVED + DAY)
        case.send(LetterKind.ACKNOWLEDGEMENT, at=at)
        post(case)
        return case

    @staticmethod
    def _days(case: Case) -> list[date]:
        return [day for day in DAYS for one in told(day, case).met_since if one.clock == "ack"]


class TestSortedUnderAnotherCategoryAndBack:
    """In Curaçao safer gambling is answered within five working days, other things within four weeks."""

    DUE = datetime(2026, 3, 10, 4, tzinfo=UTC)  # the midnight that ends Monday 9 March there

    @pytest.mark.parametrize(
        "hours",
        [
            (240, 312),  # both long after the due instant: on its day it was told as a duty
            (184.5, 220),  # in the hour between the day and its report: it was told as what is on record
            (240, 312, 360, 410, 460, 500),  # again and again
            (100, 101),  # both before it
            (100, 200),  # away before it and back after it, when it is overdue at once
        ],
    )
    def test_a_duty_is_told_once(self, hours: tuple[float, ...]) -> None:
        assert len(self._told(self._life(hours))) == 1

    def test_its_record_of_the_day_after_does_not_tell_it_again(self) -> None:
        case = self._life((), until=self.DUE + HOUR, without="due")
        case.do(due(case, "due").command, SYSTEM, at=self.DUE + 10 * HOUR)
        self._recategorise(case, "account", self.DUE + 11 * HOUR)
        assert self._told(case) == [date(2026, 3, 9)]

    def test_while_it_is_unmet_it_is_a_gap_of_every_day_on_which_it_holds(self) -> None:
        case = self._life((240, 312))
        stands = {
            day.day
            for day in (date(2026, 3, 1) + DAY * count for count in range(20))
            if ("missed", "final", "due") in gaps(told(day, case, pack="cw-cga"))
        }
        assert stands == {9, 10, 11, 15, 16, 17, 18, 19, 20}

    def _life(
        self, hours: tuple[float, ...], until: datetime = RECEIVED + 30 * DAY, without: str = ""
    ) -> Case:
        """Nobody answers; so many hours after receipt the category is another, and that of before again."""
        case = Case(replace(submit("cw-cga"), category="safer_gambling"), RECEIVED)
        case.send(LetterKind.ACKNOWLEDGEMENT, at=RECEIVED + MINUTE)
        case.do(TRIAGE, SYSTEM)
        for count, hour in enumerate(hours):
            live(case, RECEIVED + hour * HOUR)
            self._recategorise(case, "safer_gambling" if count % 2 else "account", case.now)
        live(case, until, without=without)
        return case

    @staticmethod
    def _recategorise(case: Case, category: str, at: datetime) -> None:
        case.do(c.Recategorise(category=category, team="care", content={"text": "why"}), at=at)

    def _told(self, case: Case) -> list[date]:
        """The days that have a line of the duty."""
        days = [date(2026, 3, 1) + DAY * count for count in range(40)]
        lines = [(day, line) for day in days for line in told(day, case, pack="cw-cga").lines if line.duty]
        return [day for day, line in lines if (line.clock, line.due_at) == ("final", self.DUE)]


class TestRecordedLate:
    """The workflow stood still for hours, and then put on record whatever had come due."""

    def test_every_milestone_of_an_outage_is_told_as_late(self) -> None:
        found = self._after_an_outage()
        late = {one.milestone: one.late for one in found.lines if one.clock == "final"}
        assert late == {"warning_1": True, "escalation_1": True}

    def test_what_a_person_did_meanwhile_excuses_nothing(self) -> None:
        found = self._after_an_outage(NOTE)
        assert {one.late for one in found.lines if one.clock == "final"} == {True}

    def test_what_came_up_late_is_not_late_for_that(self) -> None:
        case = handed_in(datetime(2026, 3, 31, 10, tzinfo=UTC), "2026-03-02T12:00:00.000Z")
        case.send(LetterKind.ACKNOWLEDGEMENT)
        case.do(TRIAGE, SYSTEM)
        case.do(due(case, "warning_1").command, SYSTEM, at=case.now + MINUTE)
        assert not line(told(date(2026, 3, 31), case), "final", "warning_1").late

    @staticmethod
    def _after_an_outage(*meanwhile: c.Command) -> Reconciliation:
        """Warning and escalation, put on record five hours after the later of them."""
        case = acknowledged()
        live(case, RECEIVED + 20 * DAY)
        ahead = [due(case, name) for name in ("warning_1", "escalation_1")]
        recorded_at = max(one.at for one in ahead) + timedelta(hours=5)
        for command in meanwhile:
            case.do(command, at=recorded_at - MINUTE)
        for one in ahead:
            case.do(one.command, SYSTEM, at=recorded_at)
        days = [told(recorded_at.date() - DAY * back, case) for back in range(10)]
        return replace(days[0], lines=tuple(line for day in days for line in day.lines))
