"""The proof of a day: what fell due, by what it was met, and every hole."""

from copy import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest

from redress.domain import audit, clock, events, packs, reconciliation
from redress.domain import commands as c
from redress.domain.complaint import Complaint
from redress.domain.correspondence import LetterKind
from redress.domain.history import History
from redress.domain.milestones import milestones
from redress.domain.promises import promises
from redress.domain.reading import RulePackInvalid
from redress.domain.reconciliation import Gap
from redress.domain.reconciliation.span import span
from redress.domain.rulepack import Length
from redress.domain.rules import Rules
from redress.usecases import reconcile
from tests.support.complaints import (
    APPROVE,
    APPROVER,
    DEADLOCK,
    PLAYER,
    PROPOSE,
    REGION,
    SYSTEM,
    TRIAGE,
    Case,
    submit,
)
from tests.support.days import (
    DAY,
    FINAL_DAY,
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


class TestDuties:
    def test_a_duty_is_told_on_its_last_day_with_event_and_letter(self) -> None:
        case = acknowledged()
        found = told(date(2026, 3, 3), case)
        ack = line(found, "ack")
        assert (ack.due_at, ack.last_day, ack.zone) == (RECEIVED + DAY, date(2026, 3, 3), "Europe/London")
        assert (ack.met_at, ack.met_type, ack.late) == (RECEIVED + MINUTE, "Acknowledged", False)
        assert case.records[(ack.met_by or 0) - 1].at == ack.met_at
        [letter] = ack.letters
        assert (letter.key, letter.sent_at, letter.fate) == ("acknowledgement-1", RECEIVED + MINUTE, "sent")
        assert (ack.stage, ack.statutory, found.gaps) == ("investigating", True, ())

    def test_what_ends_with_a_day_is_of_that_day_and_of_no_other(self) -> None:
        case = acknowledged()
        live(case, RECEIVED + 90 * DAY)
        days = [FINAL_DAY + DAY * shift for shift in (-1, 0, 1)]
        counted = [sum(one.clock == "final" and one.duty for one in told(day, case).lines) for day in days]
        assert counted == [0, 1, 0]

    def test_the_answer_in_time_is_told_with_whether_it_was_delivered(self) -> None:
        case = acknowledged()
        live(case, RECEIVED + 40 * DAY)
        case.do(PROPOSE)
        case.do(APPROVE, APPROVER)
        case.send(LetterKind.FINAL_RESPONSE)
        key = case.letter(LetterKind.FINAL_RESPONSE).key
        delivered = c.RecordDelivery(letter=key, message_id="message-1", outcome="delivered")
        case.do(delivered, SYSTEM, at=case.now + MINUTE)
        live(case, RECEIVED + 60 * DAY)
        found = told(FINAL_DAY, case)
        final = line(found, "final")
        assert (final.met_type, final.late) == ("LetterSent", False)
        assert [(one.key, one.fate, one.failed) for one in final.letters] == [(key, "delivered", False)]
        assert found.totals["statutory_in_time"] == found.totals["statutory_due"] >= 1
        assert gaps(found) == []

    def test_a_duty_that_nothing_met_is_a_gap_on_its_day_and_on_each_after_it(self) -> None:
        case = acknowledged()
        live(case, RECEIVED + 90 * DAY, without="deadlock")
        day = told(FINAL_DAY, case)
        assert gaps(day) == [("missed", "final", "due"), ("silent", "final", "deadlock")]
        assert line(day, "final").late
        assert line(day, "final").recorded_by is not None
        later = told(FINAL_DAY + 3 * DAY, case)
        assert ("missed", "final", "due") in gaps(later)
        assert not [one for one in later.lines if one.clock == "final"]

    def test_a_duty_that_was_met_too_late_is_a_gap_of_its_day(self) -> None:
        case = british()
        case.do(milestones(case.rules, case.complaint)[0].command, SYSTEM, at=RECEIVED + DAY)
        case.send(LetterKind.ACKNOWLEDGEMENT, at=RECEIVED + DAY + MINUTE)
        case.do(TRIAGE, SYSTEM)
        live(case, RECEIVED + 3 * DAY)
        found = told(date(2026, 3, 3), case)
        assert gaps(found) == [("late", "ack", "due")]
        assert line(found, "ack").met_at == RECEIVED + DAY + MINUTE
        assert gaps(told(date(2026, 3, 4), case)) == []

    def test_what_was_met_after_the_day_was_told_of_was_not_met_then(self) -> None:
        case = british()
        case.send(LetterKind.ACKNOWLEDGEMENT, at=RECEIVED + 3 * DAY)
        assert ("missed", "ack", "due") in gaps(told(date(2026, 3, 3), case))

    def test_withdrawn_in_time_nothing_is_owed(self) -> None:
        case = acknowledged()
        case.do(c.Withdraw(), PLAYER, at=RECEIVED + HOUR)
        assert not line(told(FINAL_DAY, case), "final").late
        assert told(FINAL_DAY, case).gaps == ()

    def test_a_target_of_the_houses_own_is_counted_and_is_no_gap_when_it_is_missed(self) -> None:
        target = {"gb-ukgc": {"house": {"targets": {"final": {"amount": 10, "unit": "calendar_days"}}}}}
        region = replace(REGION, rules=target)
        case = acknowledged()
        day = next(
            one.last_day
            for one in promises(region.rules_of(case.complaint), case.complaint)
            if "target" in one.clock
        )
        of = reconcile.period(region, "gb-ukgc", day)
        found = reconciliation.reconcile([history(case)], region.rules_of, of)
        [target_line] = [one for one in found.lines if one.clock == "final_target"]
        assert (target_line.duty, target_line.statutory, target_line.late) == (True, False, True)
        assert (found.totals["house_due"], found.totals["house_in_time"]) == (1, 0)
        assert "missed" not in {one.kind for one in found.gaps}

    def test_what_came_on_record_when_it_was_overdue_is_told_on_that_day(self) -> None:
        told_late = replace(submit("gb-ukgc"), received_at="2026-03-01T12:00:00.000Z")
        case = Case(told_late, RECEIVED + 5 * DAY)
        assert told(date(2026, 3, 2), case).lines == ()
        ack = line(told(date(2026, 3, 7), case), "ack")
        assert (ack.last_day, ack.late) == (date(2026, 3, 2), True)
        assert not [one for one in told(date(2026, 3, 8), case).lines if one.clock == "ack"]


class TestMilestones:
    def test_what_fired_is_told_with_its_letters(self) -> None:
        case = acknowledged()
        live(case, RECEIVED + 30 * DAY)
        found = told(date(2026, 3, 30), case)
        warning = line(found, "final", "warning_1")
        assert (warning.met_type, warning.late, warning.duty) == ("MilestoneReached", False, False)
        assert [one.kind for one in warning.letters] == ["warning"]
        assert all(one.sent_at for one in warning.letters)
        assert found.gaps == ()

    def test_an_escalation_and_a_deadlock_have_the_letters_that_they_led_to(self) -> None:
        case = acknowledged()
        live(case, RECEIVED + 60 * DAY)
        escalation = line(told(date(2026, 4, 4), case), "final", "escalation_1")
        assert [one.kind for one in escalation.letters] == ["escalation"]
        deadlock = next(
            one
            for day in range(3)
            for one in told(date(2026, 4, 22) + DAY * day, case).lines
            if one.milestone == "deadlock"
        )
        assert "deadlock" in {one.kind for one in deadlock.letters}

    def test_a_warning_that_did_not_fire_is_a_gap_until_it_does(self) -> None:
        case = acknowledged()
        live(case, RECEIVED + 20 * DAY)
        for day in (date(2026, 3, 30), date(2026, 3, 31)):
            assert ("silent", "final", "warning_1") in gaps(told(day, case))
        warning = next(one for one in milestones(case.rules, case.complaint) if one.name == "warning_1")
        case.do(warning.command, SYSTEM, at=RECEIVED + 30 * DAY)
        case.send(LetterKind.WARNING)
        assert ("silent", "final", "warning_1") not in gaps(told(date(2026, 4, 2), case))

    def test_a_warning_that_an_answer_made_needless_before_it_fired_is_a_gap(self) -> None:
        case = acknowledged()
        live(case, RECEIVED + 20 * DAY)
        case.do(PROPOSE, at=RECEIVED + 28 * DAY)
        case.do(APPROVE, APPROVER)
        post(case)
        assert gaps(told(date(2026, 3, 30), case)) == [("silent", "final", "warning_1")]
        assert gaps(told(date(2026, 3, 31), case)) == []

    def test_a_missed_instant_without_its_record_is_a_gap(self) -> None:
        case = british()
        case.do(c.AddNote(visibility="internal", content={"text": "x"}), at=RECEIVED + DAY + HOUR)
        assert {("missed", "ack", "due"), ("unrecorded", "ack", "due")} <= set(
            gaps(told(date(2026, 3, 3), case))
        )


class TestLetters:
    def test_a_letter_owed_and_not_sent_is_a_gap(self) -> None:
        found = told(RECEIVED.date(), british())
        assert ("unsent", "", "acknowledgement-1") in gaps(found)

    def test_one_that_was_refused_for_now_is_owed_still(self) -> None:
        case = british()
        case.do(c.ClaimLetter(letter="acknowledgement-1"), SYSTEM)
        refused = c.RecordLetterRefused(letter="acknowledgement-1", reason="Throttling", permanent=False)
        case.do(refused, SYSTEM)
        assert ("unsent", "", "acknowledgement-1") in gaps(told(RECEIVED.date(), case))

    def test_one_that_a_person_holds_back_is_none(self) -> None:
        case = Case(replace(submit("gb-ukgc"), suspicions=("too_fast",)), RECEIVED)
        assert case.complaint.held
        assert "unsent" not in {one.kind for one in told(RECEIVED.date(), case).gaps}


class TestWhichComplaints:
    def test_received_closed_and_open_are_listed(self) -> None:
        case = acknowledged()
        case.do(c.Withdraw(), PLAYER, at=RECEIVED + 2 * DAY)
        first, last = told(RECEIVED.date(), case), told(date(2026, 3, 4), case)
        number = case.complaint.number
        assert (first.received, first.open, first.closed) == (((number, RECEIVED),), (number,), ())
        assert (last.received, last.open) == ((), ())
        assert last.closed == ((number, RECEIVED + 2 * DAY),)

    def test_one_received_after_midnight_is_of_the_next_day(self) -> None:
        case = british(datetime(2026, 3, 3, 0, 30, tzinfo=UTC))
        assert told(date(2026, 3, 2), case).received == ()
        assert len(told(date(2026, 3, 3), case).received) == 1

    def test_the_day_is_that_of_the_packs_zone(self) -> None:
        case = british(datetime(2026, 6, 1, 23, 30, tzinfo=UTC))  # half past midnight in London
        assert told(date(2026, 6, 1), case).received == ()
        assert len(told(date(2026, 6, 2), case).received) == 1

    def test_practice_and_other_licences_are_left_out(self) -> None:
        practice = Case(replace(submit("gb-ukgc"), training=True), RECEIVED)
        assert told(RECEIVED.date(), practice, Case(submit("sandbox"), RECEIVED)).totals["received"] == 0

    def test_a_day_without_complaints_is_told_as_zero(self) -> None:
        assert set(told(RECEIVED.date()).totals.values()) == {0}


class TestTheChain:
    def test_an_event_that_was_changed_dropped_or_moved_is_a_gap_with_its_number(self) -> None:
        case = acknowledged()
        records = case.records
        spoiled = {
            2: [records[0], *records[2:]],
            3: [records[0], records[1], records[3], records[2], *records[4:]],
            4: [*records[:3], replace(records[3], previous="0" * 64), *records[4:]],
        }
        for seq, found in spoiled.items():
            [gap] = told(RECEIVED.date(), history(case, records=tuple(found))).gaps
            assert (gap.kind, gap.seq, gap.number) == ("chain", seq, case.complaint.number)

    def test_a_head_that_the_register_does_not_know_is_a_gap(self) -> None:
        [gap] = told(RECEIVED.date(), history(acknowledged(), head="0" * 64)).gaps
        assert "is not the head" in gap.words

    def test_the_events_of_another_complaint_are_a_gap_and_are_not_counted_twice(self) -> None:
        own, other = acknowledged(), Case(submit("gb-ukgc"), RECEIVED, "R7K3-9QXM-2")
        found = told(RECEIVED.date(), own, history(own, number=other.complaint.number))
        assert [(one.number, one.seq) for one in found.gaps if one.kind == "chain"] == [("R7K3-9QXM-2", 1)]
        assert found.totals["received"] == 1

    def test_events_that_tell_no_story_are_a_gap_and_hold_up_no_other_complaint(self) -> None:
        """Whole as a chain; but nothing can be sent that was never owed, nothing begins with an answer."""
        fine, strange = acknowledged(), Case(submit("gb-ukgc"), RECEIVED, "R7K3-9QXM-2")
        [first] = strange.records
        told_of = {
            "KeyError": [first, following(first, CLAIM)],
            "TypeError": [following(None, events.Acknowledged())],
        }
        for records in told_of.values():
            spoilt = History(number="R7K3-9QXM-2", records=tuple(records), head=records[-1].hash)
            found = told(RECEIVED.date(), fine, spoilt)
            [gap] = found.gaps
            assert (gap.number, gap.kind) == ("R7K3-9QXM-2", "chain")
            assert gap.seq == len(records)  # the first that cannot have happened
            assert found.totals["received"] == 1

    def test_of_several_that_cannot_have_happened_the_first_is_named(self) -> None:
        whole = acknowledged()
        impossible = following(whole.records[-1], CLAIM)
        records = (*whole.records, impossible, following(impossible, CLAIM))
        spoilt = history(whole, records=records, head=records[-1].hash)
        [gap] = told(RECEIVED.date(), spoilt).gaps
        assert (gap.kind, gap.seq) == ("chain", impossible.seq)

    @pytest.mark.parametrize("error", [KeyError, TypeError, ValueError])
    def test_the_first_event_by_which_no_rules_can_be_told_is_named(self, error: type[Exception]) -> None:
        case = acknowledged()

        def rules_of(complaint: Complaint) -> Rules:
            if complaint.version >= 3:
                raise error
            return REGION.rules_of(complaint)

        of = reconcile.period(REGION, "gb-ukgc", RECEIVED.date())
        [gap] = reconciliation.reconcile([history(case)], rules_of, of).gaps
        assert (gap.kind, gap.seq) == ("chain", 3)

    def test_what_cannot_be_read_is_a_gap(self) -> None:
        unread = History(number="R7K3-9QXM-2", records=(), unread="EVENT#000017 is no event", unread_at=17)
        missing = History(number="R7K3-9QXN-1", records=())
        found = told(RECEIVED.date(), unread, missing).gaps
        assert [(one.kind, one.seq) for one in found] == [("chain", 17), ("chain", 1)]


class TestSpan:
    """Where nobody can say in which days a complaint has a part, each day looks for itself."""

    def test_of_records_that_cannot_be_read_or_cannot_have_happened_there_is_none(self) -> None:
        whole = history(acknowledged())
        impossible = (*whole.records, following(whole.records[-1], CLAIM))
        unread = History(number=whole.number, records=(), unread="EVENT#000017 is no event", unread_at=17)
        for one in (unread, History(number=whole.number, records=impossible)):
            assert span(one, REGION.rules_of) is None

    def test_of_a_complaint_whose_rules_are_not_there_there_is_none(self) -> None:
        def rules_of(_: Complaint) -> Rules:
            raise RulePackInvalid("gb-ukgc", "", "is not there", "Bring it")

        assert span(history(acknowledged()), rules_of) is None


CLAIM = events.LetterClaimed(letter="none", kind="acknowledgement", attempt=1, contact=1)


def following(record: audit.Record | None, event: events.Event) -> audit.Record:
    """An event in the place after a record, or in the first."""
    seq, previous = (record.seq + 1, record.hash) if record else (1, audit.GENESIS)
    number, at = (record.number, record.at) if record else ("R7K3-9QXM-2", RECEIVED)
    return audit.write(number, seq, at, SYSTEM, event, previous, None)


@pytest.mark.parametrize("pack_id", packs.known())
def test_no_duty_of_a_pack_reaches_further_than_the_registers_are_read(pack_id: str) -> None:
    """From any day of two years, with the extension and the longest pause that it allows."""
    pack = packs.read_unchecked(packs.history(pack_id)[-1])
    reach = reconciliation.reach([pack])
    for start in (datetime(2026, 1, 1, 12, tzinfo=UTC) + DAY * count for count in range(0, 730, 5)):
        for stage, extension in stages(pack):
            deadline = stage.deadline.value
            if deadline and deadline.kind in reconciliation.OURS:
                due = clock.due(
                    deadline,
                    start,
                    zone=pack.timezone,
                    calendar=pack.calendar,
                    extensions=[extension] if extension else [],
                )
                assert due.due_at is not None
                assert due.due_at - start <= reach


def stages(pack: Any) -> list[tuple[Any, Length | None]]:
    """Each stage of each category with its extension."""
    tracks = [pack.stages, *(track.stages for track in pack.categories)]
    longer = {one.of: one.by.value for one in pack.extensions if one.by.value}
    return [(stage, longer.get(key)) for track in tracks for key, stage in track.items()]


def test_a_gap_can_be_filed() -> None:
    [gap] = [one for one in told(RECEIVED.date(), british()).gaps if one.kind == "unsent"]
    assert isinstance(gap, Gap)
    assert (gap.words, gap.due_at, gap.strength) == ("Not sent", RECEIVED, "must")


def test_a_deadlock_in_time_leaves_no_gap() -> None:
    case = acknowledged()
    live(case, RECEIVED + 50 * DAY)
    case.do(replace(DEADLOCK, pack="gb-ukgc"), SYSTEM)
    case.send(LetterKind.DEADLOCK)
    found = told(FINAL_DAY, case)
    assert (line(found, "final").late, gaps(found)) == (False, [])
