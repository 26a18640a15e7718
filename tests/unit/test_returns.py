"""What each licence owes its authority: what counts, by when, and what is said where nothing is known."""

from copy import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from redress.domain import commands as c
from redress.domain import packs, return_lives
from redress.domain import returns as domain_returns
from redress.domain.complaint import Complaint
from redress.domain.correspondence import LetterKind
from redress.domain.history import History
from redress.domain.instants import to_text
from redress.domain.return_figures import Basis
from redress.domain.return_lives import ReturnRefused
from redress.domain.returns import CONTENT
from redress.domain.rulepack import Deadline, Sourced
from redress.domain.rules import Rules
from redress.usecases import returns
from tests.support.complaints import PLAYER, SYSTEM, milestone, personal
from tests.support.returns import DAY, LATER, LICENSED, SECOND, THIRD, Book, figures, rows

MARCH = datetime(2026, 3, 2, 12, tzinfo=UTC)
APRIL = datetime(2026, 4, 20, 12, tzinfo=UTC)
SPRING = datetime(2026, 5, 1, tzinfo=UTC)


@pytest.fixture
def book() -> Book:
    """A register without a complaint."""
    return Book()


def test_every_content_id_of_every_pack_is_known() -> None:
    """A pack that asks for something new has to say here what that is."""
    asked = {
        part
        for pack in packs.known()
        for version in packs.history(pack)
        for report in packs.read_unchecked(version).reports
        for part in report.content.value or ()
    }
    assert asked == set(CONTENT)
    assert all(name == section(_basis()).id for name, section in CONTENT.items())


def _basis() -> Any:
    """No complaints at all."""
    asked = returns.ask(LICENSED, "gb-ukgc", 1, "2026-Q1", LATER, draft=False)
    return Basis(
        pack=asked.pack, of=asked.of, as_of=asked.as_of, at=asked.of.end, zone=asked.of.end_zone, lives=()
    )


class TestWhatCounts:
    def test_complaints_disputes_and_what_went_to_adr(self, book: Book) -> None:
        for nature in ("complaint", "dispute", "dispute"):
            book.receive("gb-ukgc", MARCH).triage(nature)
        book.cases[2].answer("rejected")
        book.cases[2].refer()
        found = figures(book.ask("gb-ukgc", "2026-Q1"))
        assert (found["formal_complaints"], found["of_which_disputes"], found["of_which_to_adr"]) == (3, 2, 1)

    def test_what_was_settled_at_the_first_stage_is_told_apart(self, book: Book) -> None:
        for further in (False, True):
            case = book.receive("gb-ukgc", MARCH)
            case.triage("dispute")
            case.answer("rejected")
            if further:
                case.refer()
        found = figures(book.ask("gb-ukgc", "2026-Q1"))
        assert (found["of_which_disputes"], found["of_which_disputes.settled_at_first"]) == (2, 1)
        assert found["formal_complaints.settled_at_first"] == 1

    def test_practice_and_spam_count_nowhere(self, book: Book) -> None:
        book.receive("gb-ukgc", MARCH, training=True)
        suspected = book.receive("gb-ukgc", MARCH, suspicions=("too_fast",))
        made = book.ask("gb-ukgc", "2026-Q1")
        assert figures(made)["formal_complaints"] == 1
        assert "1 of the complaints are suspected of spam" in made["sections"][0]["remarks"][1]
        suspected.do(c.RejectAsSpam(content=personal("spam")))
        assert not any(figures(book.ask("gb-ukgc", "2026-Q1")).values())

    def test_a_duplicate_counts_in_the_other_one_alone_by_the_earlier_receipt(self, book: Book) -> None:
        first = book.receive("gb-ukgc", MARCH)
        second = book.receive("gb-ukgc", APRIL)
        book.link(first, second)
        march, april = (figures(book.ask("gb-ukgc", month)) for month in ("2026-03", "2026-04"))
        assert (march["formal_complaints"], april["formal_complaints"]) == (1, 0)
        assert (march["formal_complaints.duplicates"], april["formal_complaints.duplicates"]) == (1, 0)

    def test_a_withdrawn_one_counts_and_is_told_apart(self, book: Book) -> None:
        case = book.receive("gb-ukgc", MARCH)
        case.triage()
        case.do(c.Withdraw(), PLAYER)
        found = figures(book.ask("gb-ukgc", "2026-Q1"))
        assert (found["formal_complaints"], found["formal_complaints.withdrawn"]) == (1, 1)

    def test_a_reopened_one_counts_once_by_its_second_answer(self, book: Book) -> None:
        case = book.receive("cw-cga", MARCH)
        case.triage()
        case.answer("rejected")
        case.do(c.Reopen(ground="disputed", content=personal("no")), PLAYER, at=case.now + DAY)
        case.do(c.ProposeDecision(outcome="upheld", content=personal("yes")), SECOND)
        case.do(c.ApproveDecision(), THIRD)
        assert figures(book.ask("cw-cga", "2026-H1"))["outcomes.open"] == 1  # decided, and not told yet
        case.send(LetterKind.FINAL_RESPONSE)
        found = figures(book.ask("cw-cga", "2026-H1"))
        assert (found["volumes"], found["volumes.reopened"]) == (1, 1)
        assert (found["outcomes.upheld"], found["outcomes.rejected"]) == (1, 0)

    def test_what_was_closed_before_the_period_and_again_in_it_counts_in_it(self, book: Book) -> None:
        case = book.receive("cw-cga", datetime(2026, 6, 20, 12, tzinfo=UTC))
        case.triage()
        case.answer("rejected")
        case.do(c.Close(reason="completed"), SYSTEM)
        july = datetime(2026, 7, 5, tzinfo=UTC)
        case.do(c.Reopen(ground="new_information", content=personal("look")), PLAYER, at=july)
        case.do(c.ProposeDecision(outcome="upheld", content=personal("yes")), SECOND)
        case.do(c.ApproveDecision(), THIRD)
        case.send(LetterKind.FINAL_RESPONSE)
        case.do(c.Close(reason="completed"), SYSTEM)
        found = [figures(book.ask("cw-cga", period)) for period in ("2026-H1", "2026-H2")]
        assert [one["volumes.closed"] for one in found] == [0, 1]
        assert [one["outcomes.answered_in_period"] for one in found] == [1, 1]

    def test_what_waits_outside_is_told_although_it_was_closed_here(self, book: Book) -> None:
        case = book.receive("cw-cga", MARCH)
        case.triage()
        case.answer("rejected")
        case.refer()
        case.do(c.Close(reason="completed"), SYSTEM)
        assert [figures(book.ask("cw-cga", of))["adr.waiting"] for of in ("2026-H1", "2026-H2")] == [1, 1]

    def test_what_a_person_overruled_is_what_it_is(self, book: Book) -> None:
        case = book.receive("gb-ukgc", MARCH)
        case.triage("dispute")
        case.do(c.OverruleTriage(content=personal("why"), nature="complaint"))
        assert figures(book.ask("gb-ukgc", "2026-Q1"))["of_which_disputes"] == 0

    def test_what_was_told_of_late_counts_when_it_was_received(self, book: Book) -> None:
        book.receive("gb-ukgc", APRIL, received_at=to_text(MARCH))
        assert figures(book.ask("gb-ukgc", "2026-03"))["formal_complaints"] == 1
        assert figures(book.ask("gb-ukgc", "2026-04"))["formal_complaints"] == 0

    def test_a_local_month_takes_what_came_in_its_last_local_minute(self, book: Book) -> None:
        book.receive("us-mi-mgcb", datetime(2026, 4, 1, 3, 59, tzinfo=UTC))
        book.receive("cw-cga", datetime(2026, 7, 1, 3, 59, 59, 999000, tzinfo=UTC))
        book.receive("cw-cga", datetime(2026, 7, 1, 4, tzinfo=UTC))
        halves = [figures(book.ask("cw-cga", period))["volumes"] for period in ("2026-H1", "2026-H2")]
        assert halves == [1, 1]

    def test_a_referral_to_an_authority_is_none_to_adr(self, book: Book) -> None:
        case = book.receive("us-mi-mgcb", MARCH)
        case.triage("dispute")
        case.answer("rejected")
        case.refer()
        asked = returns.ask(LICENSED, "us-mi-mgcb", 1, "2026-Q1", LATER, draft=False)
        [life] = return_lives.lives([case.history], LICENSED.rules_of, "us-mi-mgcb", asked.of, LATER, None)
        assert life.referred is not None
        assert not life.adr


class TestQuickResolutions:
    """No pack has such a rule yet: one is lent to it."""

    QUICK = Deadline(kind="duty", amount=3, unit="business_days", anchor="received")

    def test_what_was_solved_at_once_is_told_apart_where_the_rules_say_so(self, book: Book) -> None:
        for days in (1, 10):
            case = book.receive("gb-ukgc", MARCH)
            case.triage()
            case.now = MARCH + days * DAY
            case.answer("upheld")
        reopened = book.receive("gb-ukgc", MARCH)
        reopened.triage()
        reopened.answer("rejected")
        reopened.do(c.Reopen(ground="disputed", content=personal("no")), PLAYER)
        asked = returns.ask(LICENSED, "gb-ukgc", 1, "2026-Q1", LATER, draft=False)
        asked = replace(asked, pack=self._lent(asked.pack))
        made = domain_returns.make(asked, [case.history for case in book.cases], self._rules)
        told = {one.id: one.value for one in made.sections[0].figures}
        assert (told["formal_complaints"], told["formal_complaints.quick_resolutions"]) == (2, 1)
        assert "3 business days" in made.sections[0].definition

    def test_without_such_a_rule_none_is_left_out_and_that_is_said(self, book: Book) -> None:
        case = book.receive("gb-ukgc", MARCH)
        case.triage()
        case.answer("upheld")
        made = book.ask("gb-ukgc", "2026-Q1")
        assert figures(made)["formal_complaints"] == 1
        assert "formal_complaints.quick_resolutions" not in figures(made)
        assert "none is left out" in made["sections"][0]["definition"]

    def _lent(self, pack: Any) -> Any:
        return replace(pack, taxonomy=replace(pack.taxonomy, quick_resolution=Sourced(value=self.QUICK)))

    def _rules(self, complaint: Complaint) -> Rules:
        return Rules(tuple(self._lent(pack) for pack in LICENSED.rules_of(complaint).packs))


class TestMalta:
    def test_disputes_and_conclusions_are_those_of_the_month(self, book: Book) -> None:
        case = book.receive("mt", MARCH)
        case.triage("dispute")
        case.answer("rejected")
        case.refer()
        case.do(c.RecordAdrOutcome(outcome="upheld", redress_minor=5000, currency="EUR"), at=APRIL)
        march, april = (book.ask("mt", month) for month in ("2026-03", "2026-04"))
        assert (figures(march)["disputes"], figures(april)["disputes"]) == (1, 0)
        assert (figures(march)["conclusions.upheld"], figures(april)["conclusions.upheld"]) == (0, 1)
        assert (figures(march)["conclusions.waiting"], figures(april)["conclusions.waiting"]) == (1, 0)
        [row] = rows(april, "conclusions")
        assert (row["body"], row["adr_outcome"], row["adr_redress_minor"]) == ("mt:adr", "upheld", 5000)


class TestOntario:
    @pytest.mark.parametrize(("received", "found"), [("2026-03-31", 1), ("2026-04-01", 1), ("2026-04-02", 0)])
    def test_a_dispute_is_old_when_90_days_have_passed_since_the_operator_knew(
        self, book: Book, received: str, found: int
    ) -> None:
        """1 April and 90 days is 30 June, the last day of the quarter."""
        case = book.receive("ca-on-igo", datetime.fromisoformat(f"{received}T12:00-04:00").astimezone(UTC))
        case.triage("dispute")
        made = book.ask("ca-on-igo", "2026-Q2", 1)
        assert figures(made)["disputes_unresolved_for_90_days"] == found
        assert len(rows(made, "details")) == found
        assert figures(made)["age.from_90"] == found

    def test_the_age_counts_from_when_the_operator_was_made_aware(self, book: Book) -> None:
        case = book.receive(
            "ca-on-igo", APRIL, operator_aware_at=to_text(datetime(2026, 1, 5, 17, tzinfo=UTC))
        )
        case.triage("dispute")
        [row] = rows(book.ask("ca-on-igo", "2026-Q2", 1), "details")
        assert (row["aware_on"], row["age_days"]) == ("2026-01-05", 176)

    def test_what_was_answered_before_the_end_is_none_and_what_was_later_is_one(self, book: Book) -> None:
        for answered in (datetime(2026, 6, 30, 12, tzinfo=UTC), datetime(2026, 7, 1, 12, tzinfo=UTC)):
            case = book.receive("ca-on-igo", MARCH)
            case.triage("dispute")
            case.now = answered
            case.answer()
        complaint = book.receive("ca-on-igo", MARCH)
        complaint.triage("complaint")
        [row] = rows(book.ask("ca-on-igo", "2026-Q2", 1), "details")
        assert row["number"] == book.cases[1].complaint.number
        assert row["stage"] == "investigating"

    def test_it_is_due_thirty_days_after_the_quarter(self, book: Book) -> None:
        made = book.ask("ca-on-igo", "2026-Q2", 1)
        assert made["due"] == {"last_day": "2026-07-30", "due_at": "2026-07-31T04:00:00.000Z"}


class TestMichigan:
    def test_what_is_not_resolved_is_told_once_with_its_response(self, book: Book) -> None:
        case = book.receive("us-mi-mgcb", MARCH)
        case.triage()
        case.do(replace(milestone("due", "final", breach=True), pack="us-mi-mgcb"), SYSTEM)
        case.answer("rejected")
        case.now = APRIL
        case.refer()
        march, april = (book.ask("us-mi-mgcb", month, 1) for month in ("2026-03", "2026-04"))
        [row] = rows(march, "unresolved_complaint")
        assert row["because"] == "answer overdue"
        assert figures(march)["response"] == 1
        assert [one["outcome"] for one in rows(march, "response")] == ["rejected"]
        assert figures(april)["unresolved_complaint"] == 0


class TestNotInTheSystem:
    def test_legal_actions_are_filled_in_by_the_operator_and_are_no_zero(self, book: Book) -> None:
        made = book.ask("cw-cga", "2026-H1")
        assert figures(made)["legal_actions"] is None
        assert "to be filled in by the operator" in made["sections"][-1]["remarks"][0]

    @pytest.mark.parametrize(
        ("pack", "report", "part"),
        [
            ("gb-ukgc", 3, "change_of_adr"),
            ("ca-on-igo", 2, "what_the_notification_matrix_asks"),
            ("pt", 1, "original_sheet_of_the_paper_book"),
        ],
    )
    def test_a_notice_about_something_else_says_so(
        self, book: Book, pack: str, report: int, part: str
    ) -> None:
        made = book.ask(pack, "2026-03-09", report)
        assert figures(made) == {part: None}


class TestTheQuestion:
    def test_no_complaint_is_a_return_too(self, book: Book) -> None:
        made = book.ask("gb-ukgc", "2026-Q1")
        assert made["nil"]
        assert set(figures(made).values()) == {0}
        assert made["digest"] == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"

    def test_a_pack_without_reports_is_refused_with_what_there_is_instead(self, book: Book) -> None:
        with pytest.raises(ReturnRefused, match=r"names no report to any authority.*redress register"):
            book.ask("es-dgoj", "2026-Q1")

    def test_a_pack_without_a_periodic_report_asks_which(self, book: Book) -> None:
        with pytest.raises(ReturnRefused, match="has no periodic report: say which, 1 to 1"):
            book.ask("us-mi-mgcb", "2026-Q1")
        with pytest.raises(ReturnRefused, match="has no report 4: say which, 1 to 3"):
            book.ask("gb-ukgc", "2026-Q1", 4)

    def test_a_period_that_is_not_over_is_refused_unless_it_is_a_draft(self, book: Book) -> None:
        end = datetime(2026, 3, 31, 23, tzinfo=UTC)
        with pytest.raises(ReturnRefused, match=r"not over.*before 2026-03-31T23:00Z \(Europe/London\)"):
            book.ask("gb-ukgc", "2026-03", 1, end - timedelta(milliseconds=1))
        assert not book.ask("gb-ukgc", "2026-03", 1, end)["draft"]
        book.receive("gb-ukgc", MARCH)
        made = book.ask("gb-ukgc", "2026-03", 1, MARCH + DAY, draft=True)
        assert made["draft"]
        assert figures(made)["formal_complaints"] == 1

    def test_a_period_that_has_not_begun_is_refused_even_as_a_draft(self, book: Book) -> None:
        with pytest.raises(ReturnRefused, match="has not begun"):
            book.ask("gb-ukgc", "2026-04", 1, MARCH, draft=True)

    def test_the_version_is_the_one_that_holds_on_the_last_day(self, book: Book) -> None:
        book.receive("gb-ukgc", MARCH)
        first, second = (book.ask("gb-ukgc", period, 1) for period in ("2026-Q1", "2026-Q2"))
        assert (first["pack_version"], second["pack_version"]) == ("2015.1", "2026.1")
        assert (first["versions"], second["versions"]) == ({"2015.1": 1}, {"2015.1": 1})

    def test_a_complaint_that_is_not_whole_stops_the_return_and_is_named(self, book: Book) -> None:
        case = book.receive("gb-ukgc", MARCH)
        number = case.complaint.number
        asked = returns.ask(LICENSED, "gb-ukgc", 1, "2026-Q1", LATER, draft=False)
        broken = [
            History(number=number, records=(), unread="EVENT#000001 is no event"),
            History(number=number, records=()),
            History(number=number, records=tuple(case.records), head="0" * 64),
            History(number=number, records=tuple(case.records[:1] + case.records[2:]), head=case.head),
        ]
        for one in broken:
            with pytest.raises(ReturnRefused, match=rf"{number} is not whole.*redress verify {number}"):
                list(return_lives.lives([one], LICENSED.rules_of, "gb-ukgc", asked.of, LATER, None))
