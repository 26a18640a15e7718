"""Where one rule meets another: no way through the lifecycle may loosen a deadline, hide a breach, or end."""

from collections.abc import Callable
from copy import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from redress.domain import commands as c
from redress.domain import instants, promises
from redress.domain.correspondence import LetterKind, LetterStatus
from redress.domain.errors import IllegalTransition
from redress.domain.events import ClockResumed, DeemedAccepted, MilestoneReached
from redress.domain.milestones import milestones
from redress.domain.next_step import NextStep, Step, next_step
from redress.domain.promises import Promise
from redress.domain.stages import Stage
from redress.usecases.change import listing
from tests.support.complaints import (
    APPROVE,
    APPROVER,
    CLAIM_EXPIRY,
    PLAYER,
    PROPOSE,
    REGION,
    SYSTEM,
    TRIAGE,
    Case,
    personal,
    submit,
)

ASK = c.RequestInformation(content={"question": "Which game?"}, pause=True)
POLICE = c.PauseClock(reason="police", content=personal("explanation"))
EXTEND = c.ExtendDeadline(stage="final", content={"reasons": "The provider has not answered."})


def at(text: str) -> datetime:
    return datetime.fromisoformat(text)


def case(pack: str = "sandbox", received: str = "2026-06-01T12:00+00:00", **told: Any) -> Case:
    """An investigation, acknowledged at once."""
    found = Case(replace(submit(pack), **{"pack_version": "2026.1", **told}), at(received))
    found.send(LetterKind.ACKNOWLEDGEMENT)
    found.do(TRIAGE, SYSTEM)
    return found


def after(one: Case, seconds: float) -> datetime:
    return one.complaint.received_at + timedelta(seconds=seconds)


def dates(one: Case, pack: str = "") -> dict[str, Promise]:
    found = promises.promises(one.rules, one.complaint)
    return {each.clock: each for each in found if pack in ("", each.pack.id)}


def step(one: Case) -> NextStep:
    return next_step(one.complaint, milestones(one.rules, one.complaint), one.now, CLAIM_EXPIRY)


def live_on(one: Case, until: datetime, *, sending: bool = True) -> None:
    """Do what the workflow would do until then, with nobody else doing anything."""
    for _ in range(300):
        owed = step(one)
        if owed.letter and sending:
            one.send(owed.letter.kind)
        elif owed.milestone:
            one.do(owed.milestone.command, SYSTEM)
        elif owed.step is Step.TRIAGE:
            one.do(TRIAGE, SYSTEM)
        elif owed.until and owed.until <= until:
            one.now = owed.until
        else:
            return
    raise AssertionError("it never comes to rest")


def recorded(one: Case, clock: str) -> list[MilestoneReached]:
    events = [record.event for record in one.records]
    return [event for event in events if isinstance(event, MilestoneReached) and event.clock == clock]


def resumed(one: Case) -> list[str]:
    return [record.event.because for record in one.records if isinstance(record.event, ClockResumed)]


def refuse(one: Case, kind: LetterKind) -> None:
    """The mail service says that the letter can never be delivered."""
    key = one.letter(kind).key
    one.do(c.ClaimLetter(letter=key), SYSTEM)
    one.do(c.RecordLetterRefused(letter=key, reason="no such address", permanent=True), SYSTEM)


class TestDeadlockOfOnePack:
    """A deadlock letter ends the clock of the law that knows it, and of no other."""

    def test_silence_stays_silence_under_polish_law(self) -> None:
        both = case("gb-ukgc", residence_packs=("pl@2026.1",))
        live_on(both, at("2026-08-10T00:00+00:00"))
        assert [record for record in both.records if isinstance(record.event, DeemedAccepted)]
        assert [one.pack for one in recorded(both, "final") if one.breach] == ["pl"]

    def test_the_spanish_month_is_not_kept_by_a_british_letter(self) -> None:
        both = case("gb-ukgc", residence_packs=("es-dgoj@2026.1",))
        live_on(both, at("2026-07-26T12:00+00:00"))
        assert both.complaint.deadlock_sent_at
        assert dates(both, "gb-ukgc")["final"].kept
        assert dates(both, "es-dgoj")["final"].missed(both.now)
        assert [one.pack for one in recorded(both, "final") if one.breach] == ["es-dgoj"]

    def test_the_referral_waits_for_the_end_of_its_own_pack(self) -> None:
        both = case("gb-ukgc", residence_packs=("pl@2026.1",))
        deadlock = next(one for one in milestones(both.rules, both.complaint) if one.name == "deadlock")
        assert deadlock.at > at("2026-07-20T00:00+00:00")


class TestReferral:
    REFER = c.ReferToAdr(body="adr", complete_file_at=instants.to_text(at("2026-09-01T12:00+00:00")))

    def answered(self) -> Case:
        one = case("gb-ukgc")
        one.do(PROPOSE)
        one.do(APPROVE, APPROVER)
        live_on(one, at("2026-07-01T00:00+00:00"))
        return one

    def test_a_closed_complaint_is_open_again_while_an_outside_body_has_it(self) -> None:
        one = self.answered()
        one.do(c.Close(reason="feedback_window_ended"), SYSTEM)
        one.do(self.REFER, at=at("2026-09-02T12:00+00:00"))
        assert one.complaint.stage is Stage.RESOLVED
        assert dates(one)["adr_reply"].due_at == at("2026-09-15T23:00+00:00")
        assert step(one).step is not Step.DONE

    def test_an_unanswered_body_is_a_breach_even_then(self) -> None:
        one = self.answered()
        one.do(c.Close(reason="feedback_window_ended"), SYSTEM)
        one.do(self.REFER, at=at("2026-09-02T12:00+00:00"))
        live_on(one, at("2026-09-20T00:00+00:00"))
        assert [each.breach for each in recorded(one, "adr_reply")] == [True]

    @pytest.mark.parametrize("pack", ["fr-anj", "gb-ukgc"])
    def test_what_is_still_undecided_can_be_at_a_body_too(self, pack: str) -> None:
        one = case(pack)
        body = one.rules.licence.route
        assert body
        one.do(replace(self.REFER, body=body.key))
        one.do(c.AnswerAdr())
        one.do(c.RecordAdrOutcome(outcome="upheld"))
        assert one.complaint.stage is Stage.INVESTIGATING

    def test_the_body_of_one_pack_starts_no_clock_of_another(self) -> None:
        both = case("gb-ukgc", residence_packs=("cw-cga@2026.1",))
        both.do(self.REFER)
        clocks = {(one.pack.id, one.clock) for one in promises.promises(both.rules, both.complaint)}
        assert ("gb-ukgc", "adr_reply") in clocks
        assert ("cw-cga", "adr_decision") not in clocks

    def test_an_answer_after_the_deadlock_gives_the_player_the_longer_time_that_it_tells(
        self,
    ) -> None:
        one = case("gb-ukgc")
        live_on(one, at("2026-07-26T12:00+00:00"))
        one.do(PROPOSE, at=at("2026-08-20T12:00+00:00"))
        one.do(APPROVE, APPROVER)
        told = promises.window_if_sent(one.rules, one.complaint, one.now)
        one.send(LetterKind.FINAL_RESPONSE)
        assert told
        assert dates(one)["adr_window"].due_at == told.due_at == at("2027-08-20T23:00+00:00")


class TestQueues:
    def test_an_open_complaint_is_listed_even_when_nothing_is_known_to_fall_due(self) -> None:
        one = case("gb-ukgc")
        one.do(POLICE) if one.rules.paused_clocks("police") else one.do(TestReferral.REFER)
        live_on(one, at("2026-08-01T00:00+00:00"))
        one.do(c.AnswerAdr(), at=at("2026-09-01T12:00+00:00"))
        assert listing(REGION, one.complaint).queue

    def test_a_complaint_that_comes_after_all_its_deadlines_gets_an_owner_first(self) -> None:
        told = replace(submit("gb-ukgc"), pack_version="2026.1", received_at="2026-04-10T12:00:00.000Z")
        one = Case(told, at("2026-06-20T12:00+00:00"))
        live_on(one, one.now)
        assert one.complaint.team == "payments"
        assert [each for each in recorded(one, "final") if each.breach]

    def test_of_updates_that_could_not_leave_only_the_latest_goes(self) -> None:
        one = case("km-anjouan")
        live_on(one, at("2026-06-10T00:00+00:00"))
        one.now = at("2026-07-20T00:00+00:00")
        live_on(one, one.now)
        letters = [each for each in one.complaint.letters.values() if each.kind is LetterKind.PROGRESS]
        assert [each.status for each in letters].count(LetterStatus.SENT) == 1
        assert letters[-1].status is LetterStatus.SENT

    def test_an_overdue_complaint_is_not_forgotten(self) -> None:
        one = case("km-anjouan")
        live_on(one, at("2026-09-30T00:00+00:00"))
        late = at("2026-08-15T00:00+00:00")
        sent = [each for each in one.complaint.letters.values() if each.changed_at and each.changed_at > late]
        assert {LetterKind.PROGRESS, LetterKind.REMINDER} <= {each.kind for each in sent}


class TestPausesEnd:
    @pytest.mark.parametrize(
        "end",
        [
            lambda one: (one.do(PROPOSE), one.do(APPROVE, APPROVER)),
            lambda one: one.do(c.Withdraw(), PLAYER),
        ],
        ids=["decided", "withdrawn"],
    )
    def test_with_what_makes_them_pointless(self, end: Callable[[Case], object]) -> None:
        one = case()
        one.do(POLICE, at=after(one, 5))
        end(one)
        assert resumed(one) == ["settled"]
        assert dates(one)["final"].due_at == after(one, 40)

    def test_a_refused_answer_after_a_pause_is_a_breach_all_the_same(self) -> None:
        one = case()
        one.do(POLICE, at=after(one, 5))
        one.do(PROPOSE, at=after(one, 9))
        one.do(APPROVE, APPROVER)
        refuse(one, LetterKind.FINAL_RESPONSE)
        live_on(one, after(one, 90))
        assert [each.breach for each in recorded(one, "final") if each.milestone == "due"] == [True]

    def test_once_the_player_may_go_elsewhere_no_question_stops_a_clock(self) -> None:
        one = case("gb-ukgc")
        live_on(one, at("2026-07-26T12:00+00:00"))
        with pytest.raises(IllegalTransition):
            one.do(ASK)
        one.do(replace(ASK, pause=False))

    @pytest.mark.parametrize(
        ("command", "notice"), [(ASK, LetterKind.INFORMATION_REQUEST), (POLICE, LetterKind.PAUSE)]
    )
    def test_of_which_the_player_could_not_be_told_counts_for_nothing(
        self, command: c.Command, notice: LetterKind
    ) -> None:
        one = case()
        one.do(command, at=after(one, 5))
        one.now = after(one, 9)
        refuse(one, notice)
        assert resumed(one) == ["not_told"]
        assert dates(one)["final"].due_at == after(one, 40)

    def test_whose_notice_nobody_knows_to_have_left_counts_for_nothing(self) -> None:
        one = case()
        one.do(ASK, at=after(one, 5))
        key = one.letter(LetterKind.INFORMATION_REQUEST).key
        one.do(c.ClaimLetter(letter=key), SYSTEM)
        one.do(c.AbandonLetter(letter=key), SYSTEM)
        assert resumed(one) == ["not_told"]

    def test_a_maximum_holds_whatever_version_of_the_pack_comes_after(self) -> None:
        one = case()
        one.do(ASK, at=after(one, 5))
        assert [pause.ends_at for pause in one.complaint.pauses] == [after(one, 15)]
        one.do(c.Reply(content=personal("late")), PLAYER, at=after(one, 30))
        strict = replace(one.rules.licence, pauses=(), version="2027.1")
        changed = promises.promises(one.rules._replace(packs=(strict,)), one.complaint)
        assert next(each for each in changed if each.clock == "final").due_at == after(one, 50)


class TestExtensions:
    CURACAO = "2026-04-23T10:00-04:00"

    def extended(self) -> Case:
        one = case("cw-cga", self.CURACAO)
        one.do(EXTEND)
        one.send(LetterKind.EXTENSION)
        return one

    def test_another_category_has_no_more_than_its_own(self) -> None:
        one = self.extended()
        one.do(c.Recategorise(category="safer_gambling", team="care", content=personal("harm")))
        assert dates(one)["final"].due_at == at("2026-05-19T04:00+00:00")

    def test_one_whose_letter_was_refused_may_be_taken_again(self) -> None:
        one = case("cw-cga", self.CURACAO)
        one.do(EXTEND)
        refuse(one, LetterKind.EXTENSION)
        assert dates(one)["final"].due_at == at("2026-05-22T04:00+00:00")
        one.do(EXTEND)


class TestChangesOfRules:
    def test_a_breach_that_nobody_noticed_yet_is_on_record_before_the_rules_change(self) -> None:
        one = case("cw-cga", "2026-04-23T10:00-04:00", category="safer_gambling")
        one.do(
            c.Recategorise(category="bonuses", team="payments", content=personal("why")),
            at=at("2026-05-06T12:00+00:00"),
        )
        assert [each.breach for each in recorded(one, "final")] == [True]
        assert one.complaint.team == "payments"

    def test_an_answered_complaint_is_not_put_into_another_category(self) -> None:
        one = case("cw-cga")
        one.do(PROPOSE)
        one.do(APPROVE, APPROVER)
        with pytest.raises(IllegalTransition):
            one.do(c.Recategorise(category="safer_gambling", team="care", content=personal("why")))

    def test_a_complaint_that_went_up_comes_down_by_no_new_date(self) -> None:
        one = case()
        live_on(one, after(one, 25))
        assert one.complaint.escalation_level == 2
        one.do(EXTEND)
        live_on(one, after(one, 36))
        assert one.complaint.escalation_level == 2


class TestSilence:
    def test_an_answer_in_flight_is_waited_for_before_silence_is_taken_for_acceptance(self) -> None:
        one = case("pl", "2026-10-18T12:00+02:00")
        one.do(replace(PROPOSE, outcome="rejected"))
        one.do(APPROVE, APPROVER)
        key = one.letter(LetterKind.FINAL_RESPONSE).key
        one.do(c.ClaimLetter(letter=key), SYSTEM, at=at("2026-11-02T22:59:59+00:00"))
        one.now = at("2026-11-02T23:00:01+00:00")
        milestone = step(one).milestone
        assert milestone is None or "mark_deemed_accepted" not in milestone.actions
        one.now += CLAIM_EXPIRY
        assert step(one).letter

    def test_a_house_promise_that_passes_is_no_breach_of_a_duty(self) -> None:
        one = case("dk-spillemyndigheden")
        live_on(one, at("2026-06-20T00:00+00:00"))
        assert [each.breach for each in recorded(one, "final") if each.milestone == "target"] == [False]
        assert not [each for each in one.complaint.letters.values() if each.kind is LetterKind.BREACH]

    def test_an_outside_body_that_is_late_is_told_to_staff(self) -> None:
        one = case()
        one.do(PROPOSE)
        one.do(APPROVE, APPROVER)
        one.send(LetterKind.FINAL_RESPONSE)
        complete = instants.to_text(one.now)
        one.do(c.ReferToAdr(body="adr", complete_file_at=complete))
        one.do(c.AnswerAdr())
        live_on(one, after(one, 30))
        assert one.letter(LetterKind.REMINDER).status is LetterStatus.SENT
