"""The dates of complaints under each kind of rule: who owes what, what opens, and what explains it."""

from collections.abc import Mapping
from copy import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from redress.domain import commands as c
from redress.domain import instants, promises
from redress.domain.correspondence import LetterKind
from redress.domain.events import DeemedAccepted, MilestoneReached, TaskOpened
from redress.domain.milestones import Milestone, milestones
from redress.domain.next_step import NextStep, Step, next_step
from redress.domain.promises import Promise
from redress.domain.rules import Rules, at_receipt
from redress.domain.stages import Stage
from tests.support.complaints import APPROVE, APPROVER, CLAIM_EXPIRY, PROPOSE, SYSTEM, TRIAGE, Case, submit

MOMENT = timedelta(milliseconds=1)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text)


def case(pack: str, received: str, **told: object) -> Case:
    """An investigation under a pack, acknowledged within the hour."""
    changes: dict[str, Any] = {"pack_version": "2026.1", **told}
    found = Case(replace(submit(pack), **changes), at(received))
    found.send(LetterKind.ACKNOWLEDGEMENT, at=found.now + timedelta(minutes=30))
    found.do(TRIAGE, SYSTEM)
    return found


def dates(one: Case) -> Mapping[str, Promise]:
    return {promise.clock: promise for promise in promises.promises(one.rules, one.complaint)}


def ahead(one: Case, clock: str, name: str = "due") -> Milestone:
    found = milestones(one.rules, one.complaint)
    return next(each for each in found if (each.clock, each.name) == (clock, name))


def reached(one: Case, clock: str, name: str = "due") -> Milestone:
    """The milestone, recorded at its instant."""
    found = ahead(one, clock, name)
    one.do(found.command, SYSTEM, at=found.at)
    return found


def live_letters(one: Case) -> list[LetterKind]:
    return [each.kind for each in one.complaint.letters.values() if each.is_live(one.complaint.stage)]


class TestNotice:
    """Denmark: no hard stop, but the player is told after 14 days when the answer comes."""

    def danish(self) -> Case:
        return case("dk-spillemyndigheden", "2026-10-20T23:15+02:00")

    def test_it_falls_fourteen_days_after_receipt(self) -> None:
        notice = dates(self.danish())["notice"]
        assert (notice.kind, notice.due_at) == ("notice_trigger", at("2026-11-03T23:00+00:00"))

    def test_its_passing_owes_a_holding_letter_and_is_no_breach(self) -> None:
        danish = self.danish()
        notice = reached(danish, "notice")
        assert not notice.breach
        assert LetterKind.HOLDING in live_letters(danish)
        assert LetterKind.BREACH not in live_letters(danish)

    def test_the_holding_letter_meets_it(self) -> None:
        danish = self.danish()
        reached(danish, "notice")
        danish.send(LetterKind.HOLDING)
        assert dates(danish)["notice"].met_at == danish.now

    def test_the_date_that_the_letter_names_is_kept_an_eye_on(self) -> None:
        danish = self.danish()
        reached(danish, "notice")
        danish.send(LetterKind.HOLDING, at=at("2026-11-04T09:00+01:00"))
        assert dates(danish)["announced"].due_at == at("2026-11-18T23:00+00:00")
        assert ahead(danish, "announced").at == at("2026-11-18T23:00+00:00")
        assert dates(danish)["announced"].explain[1].source == "the holding letter"

    def test_an_answer_in_time_leaves_nothing_to_say(self) -> None:
        danish = self.danish()
        danish.do(PROPOSE)
        danish.do(APPROVE, APPROVER)
        danish.send(LetterKind.FINAL_RESPONSE)
        assert dates(danish)["notice"].kept
        assert "notice" not in {one.clock for one in milestones(danish.rules, danish.complaint)}


class TestGateway:
    """France: from the 20th day after sending the mediator is open; the operator owes nothing by law."""

    def french(self, **told: object) -> Case:
        return case("fr-anj", "2026-03-15T22:30+01:00", **told)

    def test_it_opens_at_the_due_instant_without_a_breach(self) -> None:
        french = self.french()
        gateway = reached(french, "gateway")
        assert (gateway.at, gateway.breach) == (at("2026-04-04T22:00+00:00"), False)
        assert promises.open_since(french.rules, french.complaint, french.now) == gateway.at
        assert LetterKind.BREACH not in live_letters(french)

    def test_it_counts_from_the_sending_when_that_is_told(self) -> None:
        sent = instants.to_text(at("2026-03-12T12:00+01:00"))
        assert dates(self.french(sent_at=sent))["gateway"].due_at == at("2026-04-01T22:00+00:00")

    def test_the_house_answers_two_days_before_by_its_own_promise(self) -> None:
        final = dates(self.french())["final"]
        assert (final.due_at, final.rule.strength) == (at("2026-04-02T22:00+00:00"), "house")

    def test_an_answer_before_it_opens_it_no_more_by_time(self) -> None:
        french = self.french()
        french.do(PROPOSE)
        french.do(APPROVE, APPROVER)
        french.send(LetterKind.FINAL_RESPONSE)
        assert "gateway" not in {one.clock for one in milestones(french.rules, french.complaint)}

    def test_the_british_breach_opens_adr_too(self) -> None:
        british = case("gb-ukgc", "2026-05-04T12:00+01:00")
        due = reached(british, "final")
        assert due.breach
        assert promises.open_since(british.rules, british.complaint, british.now) == due.at


class TestDeemedOutcome:
    """Poland: silence after 14 days is acceptance."""

    def polish(self) -> Case:
        return case("pl", "2026-10-18T12:00+02:00")

    def test_the_law_waits_for_the_next_business_day_and_the_house_does_not(self) -> None:
        found = dates(self.polish())
        assert found["final"].due_at == at("2026-11-02T23:00+00:00")
        assert found["final_target"].due_at == at("2026-10-30T23:00+00:00")

    def test_what_leads_to_the_end_counts_towards_the_houses_date(self) -> None:
        polish = self.polish()
        assert ahead(polish, "final", "escalation_1").at < at("2026-10-26T00:00+00:00")
        assert ahead(polish, "final", "warning_2").deadline_version == "2026-10-30T23:00:00.000Z"

    def test_the_player_is_told_the_laws_date(self) -> None:
        polish = self.polish()
        due = promises.governing(promises.promises(polish.rules, polish.complaint), "final")
        assert due
        assert due.due_at == at("2026-11-02T23:00+00:00")

    def test_a_missed_target_is_a_warning_and_no_breach(self) -> None:
        polish = self.polish()
        target = reached(polish, "final_target", "target")
        assert not target.breach
        assert LetterKind.WARNING in live_letters(polish)

    def test_silence_makes_the_complaint_accepted_and_an_answer_is_owed(self) -> None:
        polish = self.polish()
        due = reached(polish, "final")
        assert due.breach
        assert (polish.complaint.stage, live_letters(polish)) == (
            Stage.DECIDED,
            [LetterKind.BREACH, LetterKind.FINAL_RESPONSE],
        )
        assert polish.complaint.decision
        assert polish.complaint.decision.outcome == "deemed_accepted"

    def test_a_rejection_that_did_not_leave_in_time_is_worth_nothing(self) -> None:
        polish = self.polish()
        polish.do(replace(PROPOSE, outcome="rejected"))
        polish.do(APPROVE, APPROVER)
        reached(polish, "final")
        assert polish.complaint.decision
        assert polish.complaint.decision.outcome == "deemed_accepted"
        assert live_letters(polish).count(LetterKind.FINAL_RESPONSE) == 1

    def test_a_rejection_that_left_too_late_is_followed_by_the_right_answer(self) -> None:
        polish = self.polish()
        polish.do(replace(PROPOSE, outcome="rejected"))
        polish.do(APPROVE, APPROVER)
        polish.send(LetterKind.FINAL_RESPONSE, at=at("2026-11-03T10:00+00:00"))
        polish.do(ahead(polish, "final").command, SYSTEM)
        assert polish.complaint.stage is Stage.DECIDED
        assert LetterKind.FINAL_RESPONSE in live_letters(polish)

    def test_a_complaint_that_was_upheld_before_is_not_decided_anew(self) -> None:
        polish = self.polish()
        polish.do(replace(PROPOSE, outcome="upheld"))
        polish.do(APPROVE, APPROVER)
        polish.send(LetterKind.FINAL_RESPONSE, at=at("2026-11-03T10:00+00:00"))
        polish.do(ahead(polish, "final").command, SYSTEM)
        assert not [one for one in polish.records if isinstance(one.event, DeemedAccepted)]


class TestDuty:
    def test_michigan_has_an_unresolved_complaint_reported_to_the_board(self) -> None:
        michigan = case("us-mi-mgcb", "2026-12-22T23:30-05:00")
        assert reached(michigan, "final").at == at("2027-01-02T05:00+00:00")
        assert michigan.complaint.version == len(michigan.records)
        assert [one.event.task for one in michigan.records if isinstance(one.event, TaskOpened)] == [
            "report_regulator"
        ]

    def test_the_record_names_rule_pack_and_how_binding_it_is(self) -> None:
        michigan = case("us-mi-mgcb", "2026-12-22T23:30-05:00")
        reached(michigan, "final")
        record = next(one.event for one in michigan.records if isinstance(one.event, MilestoneReached))
        assert (record.pack, record.strength, record.kind) == ("us-mi-mgcb", "must", "duty")

    def test_a_category_has_its_own_time(self) -> None:
        received = "2026-04-23T10:00-04:00"
        general = case("cw-cga", received)
        gambling = case("cw-cga", received, category="safer_gambling")
        assert dates(general)["final"].due_at == at("2026-05-22T04:00+00:00")
        assert dates(gambling)["final"].due_at == at("2026-05-05T04:00+00:00")

    def test_a_change_of_category_moves_the_date(self) -> None:
        one = case("cw-cga", "2026-04-23T10:00-04:00")
        one.do(c.Recategorise(category="safer_gambling", team="care", content={"reason": "harm"}))
        assert dates(one)["final"].due_at == at("2026-05-05T04:00+00:00")


class TestHouseTarget:
    """Great Britain with an answer in six weeks as the operator's own promise."""

    def british(self) -> tuple[Case, Rules]:
        weeks = {"amount": 6, "unit": "weeks", "count_start": "include_anchor_day"}
        settings = {"gb-ukgc": {"house": {"targets": {"final": weeks}}}}
        one = case("gb-ukgc", "2026-05-04T12:00+01:00")
        return one, at_receipt("gb-ukgc", None, (), one.complaint.received_at, settings)

    def test_it_is_a_date_of_its_own_and_the_laws_stays(self) -> None:
        british, rules = self.british()
        found = {one.clock: one.due_at for one in promises.promises(rules, british.complaint)}
        assert found["final_target"] == at("2026-06-14T23:00+00:00")
        assert found["final"] == at("2026-06-28T23:00+00:00")

    def test_warnings_count_towards_it_and_the_referral_waits_for_the_laws_end(self) -> None:
        british, rules = self.british()
        found = {f"{one.clock} {one.name}": one.at for one in milestones(rules, british.complaint)}
        assert found["final warning_2"] < found["final_target target"] < found["final deadlock"]


class TestFilingWindow:
    def test_a_complaint_within_it_keeps_it(self) -> None:
        spanish = case("es-dgoj", "2026-04-30T23:00+02:00", occurred_on="2026-01-31")
        assert dates(spanish)["filing_window"].kept

    def test_a_complaint_after_it_is_seen_as_late_and_taken_all_the_same(self) -> None:
        spanish = case("es-dgoj", "2026-05-01T00:00+02:00", occurred_on="2026-01-31")
        window = dates(spanish)["filing_window"]
        assert window.missed(spanish.now)
        assert "filing_window" not in {one.clock for one in milestones(spanish.rules, spanish.complaint)}

    def test_without_the_day_of_the_incident_there_is_none(self) -> None:
        assert "filing_window" not in dates(case("es-dgoj", "2026-04-30T23:00+02:00", occurred_on=None))


class TestOutsideBody:
    def referred(self) -> Case:
        british = case("gb-ukgc", "2026-12-01T12:00+00:00")
        british.do(PROPOSE)
        british.do(APPROVE, APPROVER)
        british.send(LetterKind.FINAL_RESPONSE)
        british.send(LetterKind.FEEDBACK_REQUEST)
        complete = instants.to_text(at("2026-12-18T15:00+00:00"))
        british.do(c.ReferToAdr(body="adr", complete_file_at=complete), at=at("2026-12-18T16:00+00:00"))
        return british

    def test_the_operator_has_ten_business_days_to_answer_it(self) -> None:
        reply = dates(self.referred())["adr_reply"]
        assert (reply.due_at, reply.kind) == (at("2027-01-07T00:00+00:00"), "duty")

    def test_an_unanswered_body_is_a_breach(self) -> None:
        referred = self.referred()
        assert reached(referred, "adr_reply").breach
        assert dates(referred)["adr_window"].kept

    def test_an_answer_meets_it(self) -> None:
        referred = self.referred()
        referred.do(c.AnswerAdr())
        assert dates(referred)["adr_reply"].kept

    def test_a_referred_complaint_stays_open_until_the_body_has_decided(self) -> None:
        referred = self.referred()
        reached(referred, "feedback")
        assert step(referred).step is Step.FEEDBACK
        referred.do(c.RecordAdrOutcome(outcome="partly_upheld"))
        assert (step(referred).step, step(referred).reason) == (Step.CLOSE, "adr_decided")

    def test_a_body_that_takes_too_long_is_told_to_staff_and_no_breach(self) -> None:
        sandbox = Case()
        sandbox.do(TRIAGE, SYSTEM)
        sandbox.do(PROPOSE)
        sandbox.do(APPROVE, APPROVER)
        sandbox.send(LetterKind.FINAL_RESPONSE)
        complete = instants.to_text(sandbox.now)
        sandbox.do(c.ReferToAdr(body="adr", complete_file_at=complete))
        late = reached(sandbox, "adr_decision")
        assert (late.kind, late.breach) == ("external_body", False)


class TestTwoPacks:
    """A British licence, a player in Estonia: 8 weeks, and 15 days."""

    RECEIVED = at("2026-12-10T12:00+02:00")

    def estonian(self) -> Case:
        rules = at_receipt("gb-ukgc", "EE", ("gb-ukgc", "ee", "pt"), self.RECEIVED, {})
        others = tuple(f"{pack.id}@{pack.version}" for pack in rules.packs[1:])
        return case("gb-ukgc", self.RECEIVED.isoformat(), residence_packs=others)

    def test_residence_adds_its_pack_and_no_other(self) -> None:
        assert [pack.id for pack in self.estonian().rules.packs] == ["gb-ukgc", "ee"]

    @pytest.mark.parametrize("residence", ["ES", "ES-MD"])
    def test_a_region_of_a_country_lies_in_the_country(self, residence: str) -> None:
        rules = at_receipt("gb-ukgc", residence, ("es-dgoj", "ee"), self.RECEIVED, {})
        assert [pack.id for pack in rules.packs] == ["gb-ukgc", "es-dgoj"]

    def test_without_a_residence_the_licence_stands_alone(self) -> None:
        rules = at_receipt("gb-ukgc", None, ("gb-ukgc", "ee"), self.RECEIVED, {})
        assert [pack.id for pack in rules.packs] == ["gb-ukgc"]

    def test_the_earliest_of_what_the_operator_owes_counts(self) -> None:
        final = promises.governing(
            promises.promises(self.estonian().rules, self.estonian().complaint), "final"
        )
        assert final
        assert final.due_at == at("2026-12-25T22:00+00:00")

    def test_both_duties_are_on_record_when_both_pass(self) -> None:
        estonian = self.estonian()
        passed = [one for one in milestones(estonian.rules, estonian.complaint) if one.breach]
        finals = {(one.pack, instants.to_text(one.at)) for one in passed if one.clock == "final"}
        assert finals == {
            ("ee", "2026-12-25T22:00:00.000Z"),
            ("gb-ukgc", "2027-02-04T00:00:00.000Z"),
        }
        assert len({one.key for one in passed}) == len(passed)

    def test_the_latest_of_what_the_player_has_counts(self) -> None:
        estonian = self.estonian()
        window = promises.window_if_sent(estonian.rules, estonian.complaint, estonian.now)
        assert window
        assert window.last_day == date(2027, 12, 10)

    def test_letters_show_what_either_pack_asks(self) -> None:
        rules = self.estonian().rules
        assert len(rules.letter("final_rejected")) == 2


class TestExplanation:
    def test_it_names_pack_version_source_confidence_and_every_step(self) -> None:
        curacao = case("cw-cga", "2026-04-23T10:00-04:00", category="safer_gambling")
        steps = dates(curacao)["final"].explain
        words = " ".join(f"{step.text} [{step.source}]" for step in steps)
        for part in ("cw-cga", "2026.1", "secondary source", "5 business days", "calendar CW 2026.1"):
            assert part in words
        assert steps[0].kind == "rule"
        assert steps[-1].kind == "end"

    def test_it_tells_what_contradicts_the_rule(self) -> None:
        steps = dates(case("gb-ukgc", "2026-05-04T12:00+01:00"))["ack"].explain
        assert [step.kind for step in steps].count("conflict") == 2

    def test_the_houses_own_promise_says_that_it_is_one(self) -> None:
        rule = dates(case("fr-anj", "2026-03-15T22:30+01:00"))["final"].explain[0]
        assert "the operator's own promise" in rule.source


def step(one: Case) -> NextStep:
    owed = milestones(one.rules, one.complaint)
    return next_step(one.complaint, owed, one.now, CLAIM_EXPIRY)


def test_the_version_of_the_day_of_receipt_is_taken_in_the_zone_of_the_pack() -> None:
    def version(received: str) -> str:
        rules: Rules = at_receipt("gb-ukgc", None, (), at(received), {})
        return rules.licence.version

    assert version("2026-04-05T22:59+00:00") == "2015.1"  # one minute before midnight in London
    assert version("2026-04-05T23:00+00:00") == "2026.1"


def test_a_complaint_registered_a_day_late_gets_a_persons_attention() -> None:
    def tasks(registered: str) -> list[str]:
        told = replace(
            submit("es-dgoj"),
            pack_version="2026.1",
            received_at="2026-03-01T10:00:00.000Z",
            registered_at=registered,
        )
        records = Case(told, at("2026-03-05T10:00+00:00")).records
        return [one.event.task for one in records if isinstance(one.event, TaskOpened)]

    assert tasks("2026-03-02T10:00:00.000Z") == []
    assert tasks("2026-03-02T10:00:00.001Z") == ["registered_late"]


@pytest.mark.parametrize("clock", ["ack", "final", "gateway"])
def test_a_told_instant_of_receipt_counts_and_not_the_one_of_the_record(clock: str) -> None:
    told = case("gb-ukgc", "2026-05-10T12:00+01:00", received_at="2026-05-04T11:00:00.000Z")
    plain = case("gb-ukgc", "2026-05-04T12:00+01:00")
    assert dates(told)[clock].due_at == dates(plain)[clock].due_at
