"""Clocks stop, go on and get longer only where a rule pack says so; nothing that was paused is forgotten."""

from copy import replace
from datetime import datetime, timedelta

import pytest

from redress.domain import commands as c
from redress.domain import decisions, promises
from redress.domain.clock import Due
from redress.domain.complaint import fold_onto
from redress.domain.correspondence import LetterKind
from redress.domain.errors import IllegalTransition, InvalidInput, NotAllowedByPack
from redress.domain.events import ClockPaused, ClockResumed
from redress.domain.milestones import milestones
from redress.domain.packs import load, load_pack
from redress.domain.promises import Promise
from redress.domain.reading import read_data
from redress.domain.rulepack import RulePack, Sourced
from redress.domain.rules import Rules
from tests.support.complaints import CLAIM_EXPIRY, HANDLER, PLAYER, SYSTEM, T0, TRIAGE, Case, personal, submit

WAIT = "awaiting_player_info"
ASK = c.RequestInformation(content={"question": "Which game?"}, pause=True)
REPLY = c.Reply(content={"text": "Roulette"})
EXTEND = c.ExtendDeadline(stage="final", content={"reasons": "The provider has not answered."})


def seconds(count: float) -> datetime:
    return T0 + timedelta(seconds=count)


class StrictCase(Case):
    """A complaint that runs by rules of the test's own."""

    own: Rules

    @property
    def rules(self) -> Rules:
        return self.own


def investigated(pack: str = "sandbox", version: str = "2026.1", rules: Rules | None = None) -> Case:
    command = replace(submit(pack), pack_version=version)
    case = StrictCase(command) if rules else Case(command)
    if isinstance(case, StrictCase) and rules:
        case.own = rules
    case.send(LetterKind.ACKNOWLEDGEMENT)
    case.do(TRIAGE, SYSTEM)
    return case


def pause(reason: str) -> c.PauseClock:
    return c.PauseClock(reason=reason, content=personal("explanation"))


def promise(case: Case, clock: str = "final", rules: Rules | None = None) -> Promise:
    found = promises.promises(rules or case.rules, case.complaint)
    return next(one for one in found if one.clock == clock)


def due(case: Case, clock: str = "final") -> Due:
    return promise(case, clock).due


class TestPause:
    def test_a_question_stops_the_clock_and_the_reply_starts_it_again(self) -> None:
        case = investigated()
        case.do(ASK, at=seconds(5))
        assert due(case).due_at is None
        case.do(REPLY, PLAYER, at=seconds(9))
        assert due(case).due_at == seconds(44)

    def test_the_letter_with_the_question_is_the_notice_of_the_pause(self) -> None:
        case = investigated()
        case.do(ASK)
        assert [one.kind for one in case.complaint.letters.values()][-1] is LetterKind.INFORMATION_REQUEST

    def test_a_pause_for_another_reason_owes_its_own_letter(self) -> None:
        case = investigated()
        case.do(pause("police"))
        assert case.letter(LetterKind.PAUSE)

    def test_a_question_alone_stops_nothing(self) -> None:
        case = investigated()
        case.do(replace(ASK, pause=False))
        assert due(case).due_at == seconds(40)

    def test_a_reply_ends_no_pause_for_the_police(self) -> None:
        case = investigated()
        case.do(pause("police"), at=seconds(5))
        case.do(REPLY, PLAYER, at=seconds(6))
        assert due(case).due_at is None

    def test_a_person_lets_it_run_again(self) -> None:
        case = investigated()
        case.do(pause("police"), at=seconds(5))
        case.do(c.ResumeClock(reason="police"), at=seconds(25))
        assert due(case).due_at == seconds(60)

    def test_while_it_stands_still_the_player_hears_on_and_the_handlers_are_reminded(self) -> None:
        case = investigated()
        case.do(pause("police"), at=seconds(5))
        seen: list[tuple[str, str, float]] = []
        while len(seen) < 4:
            first = milestones(case.rules, case.complaint)[0]
            seen.append((first.clock, first.name, (first.at - T0).total_seconds()))
            case.do(first.command, SYSTEM, at=first.at)
        assert seen == [
            ("progress", "progress_1", 15),
            ("pause", "reminder_1", 20),
            ("progress", "progress_2", 30),
            ("pause", "reminder_2", 35),
        ]
        assert case.letter(LetterKind.REMINDER)

    def test_pauses_that_overlap_count_once(self) -> None:
        case = investigated()
        case.do(pause("police"), at=seconds(5))
        case.do(ASK, at=seconds(7))
        case.do(REPLY, PLAYER, at=seconds(9))
        case.do(c.ResumeClock(reason="police"), at=seconds(15))
        assert due(case).due_at == seconds(50)

    def test_each_pause_counts(self) -> None:
        case = investigated()
        for start in (5, 12):
            case.do(ASK, at=seconds(start))
            case.do(REPLY, PLAYER, at=seconds(start + 3))
        assert due(case).due_at == seconds(46)

    def test_a_pause_that_lasts_too_long_ends_by_itself(self) -> None:
        case = investigated()
        case.do(ASK, at=seconds(5))
        assert due(case).due_at is None
        end = next(one for one in milestones(case.rules, case.complaint) if one.clock == "pause")
        assert end.at == seconds(15)
        case.do(end.command, SYSTEM, at=seconds(16))
        resumed = case.records[-1].event
        assert isinstance(resumed, ClockResumed)
        assert resumed.because == "max_reached"
        assert due(case).due_at == seconds(50)  # the second that the record came late is not the player's

    def test_all_pauses_for_a_reason_together_have_a_maximum_too(self) -> None:
        most = Sourced(value=load_pack("sandbox").pauses[0].max_single.value)
        rule = replace(load_pack("sandbox").pauses[0], max_single=Sourced(), max_total=most)
        strict = Rules((replace(load_pack("sandbox"), pauses=(rule,)),))
        case = investigated(rules=strict)
        for start in (2, 12):
            case.do(ASK, at=seconds(start))
            case.do(REPLY, PLAYER, at=seconds(start + 7))
        assert due(case).due_at == seconds(50)

    def test_a_house_target_that_has_passed_does_not_keep_the_laws_clock_from_stopping(self) -> None:
        sandbox = load_pack("sandbox")
        final = sandbox.rule("final").value
        assert final
        house = replace(sandbox.house, targets={"final": replace(final, amount=5)})
        alone = tuple(replace(one, applies_to=("final",)) for one in sandbox.pauses)
        case = investigated(rules=Rules((replace(sandbox, house=house, pauses=alone),)))
        case.do(pause("police"), at=seconds(8))
        assert due(case).due_at is None

    def test_a_maximum_of_a_rule_that_allows_nothing_limits_nothing(self) -> None:
        sandbox = load_pack("sandbox")
        idle = replace(sandbox.pauses[0], reasons=("police",), allowed=Sourced())
        case = investigated(rules=Rules((replace(sandbox, pauses=(*sandbox.pauses, idle)),)))
        case.do(pause("police"), at=seconds(5))
        assert case.complaint.pauses[0].ends_at is None

    def test_a_second_pause_for_the_same_reason_is_refused(self) -> None:
        case = investigated()
        case.do(ASK)
        with pytest.raises(IllegalTransition, match="already"):
            case.do(ASK)

    def test_what_does_not_stand_still_cannot_go_on(self) -> None:
        with pytest.raises(IllegalTransition, match="stands still"):
            investigated().do(c.ResumeClock(reason="police"))

    @pytest.mark.parametrize(("pack", "reason"), [("sandbox", "court"), ("gb-ukgc", "police"), ("pl", WAIT)])
    def test_a_reason_that_the_pack_does_not_know_stops_nothing(self, pack: str, reason: str) -> None:
        with pytest.raises(NotAllowedByPack, match=reason):
            investigated(pack).do(pause(reason))

    def test_a_british_pause_moves_the_way_to_adr_and_never_the_eight_weeks(self) -> None:
        case = investigated("gb-ukgc")
        weeks, gateway = due(case).due_at, due(case, "gateway").due_at
        assert weeks
        assert gateway
        case.do(ASK, at=T0 + timedelta(days=8))
        case.do(REPLY, PLAYER, at=T0 + timedelta(days=18))
        assert due(case).due_at == weeks
        assert due(case, "gateway").due_at == gateway + timedelta(days=10)


class TestWhatStaysAfterAChange:
    def paused(self) -> Case:
        case = investigated()
        case.do(ASK, at=seconds(5))
        case.do(REPLY, PLAYER, at=seconds(9))
        return case

    def test_a_change_of_category_keeps_the_pause(self) -> None:
        case = self.paused()
        case.do(c.Recategorise(category="safer_gambling", team="care", content=personal("why")))
        assert due(case).due_at == seconds(34)

    def test_another_version_of_the_pack_keeps_it_even_if_it_would_not_allow_it(self) -> None:
        case = self.paused()
        strict = replace(load_pack("sandbox"), version="2027.1", pauses=())
        assert promise(case, rules=Rules((strict,))).due_at == seconds(44)

    def test_another_calendar_keeps_it(self) -> None:
        case = self.paused()
        assert promise(case, rules=Rules((with_calendar("CW"),))).due_at == seconds(44)

    def test_the_record_says_which_clocks_stopped(self) -> None:
        paused = next(one.event for one in self.paused().records if isinstance(one.event, ClockPaused))
        assert paused.clocks == ("sandbox:adr", "sandbox:final")


class TestExtension:
    def test_it_holds_once_its_letter_was_sent(self) -> None:
        case = investigated()
        case.do(EXTEND, at=seconds(5))
        assert due(case).due_at == seconds(40)
        case.send(LetterKind.EXTENSION, at=seconds(6))
        assert due(case).due_at == seconds(60)

    def test_a_letter_that_left_too_late_extends_nothing(self) -> None:
        case = investigated()
        case.do(EXTEND, at=seconds(39))
        case.send(LetterKind.EXTENSION, at=seconds(40))
        assert due(case).due_at == seconds(40)

    def test_at_the_due_instant_it_is_too_late_to_extend(self) -> None:
        with pytest.raises(NotAllowedByPack, match="has passed"):
            investigated().do(EXTEND, at=seconds(40))

    def test_a_shorter_time_may_be_taken(self) -> None:
        case = investigated()
        case.do(replace(EXTEND, amount=5), at=seconds(5))
        case.send(LetterKind.EXTENSION)
        assert due(case).due_at == seconds(45)

    @pytest.mark.parametrize("amount", [0, -1, 21])
    def test_more_than_the_pack_allows_is_refused(self, amount: int) -> None:
        with pytest.raises(InvalidInput, match="Send 1 to 20"):
            investigated().do(replace(EXTEND, amount=amount))

    def test_once_means_once(self) -> None:
        case = investigated()
        case.do(EXTEND)
        with pytest.raises(NotAllowedByPack, match="1 times"):
            case.do(EXTEND)

    @pytest.mark.parametrize("pack", ["gb-ukgc", "es-dgoj", "pl"])
    def test_where_the_pack_is_silent_nothing_is_extended(self, pack: str) -> None:
        with pytest.raises(NotAllowedByPack, match="may not be extended"):
            investigated(pack).do(EXTEND)

    def test_a_pack_that_does_not_apply_is_named_with_those_that_do(self) -> None:
        with pytest.raises(InvalidInput, match="sandbox"):
            investigated().do(replace(EXTEND, pack="pl"))

    def test_curacao_extends_four_weeks_but_two_for_responsible_gambling(self) -> None:
        received = datetime.fromisoformat("2026-04-23T10:00-04:00")
        for category, last in (
            ("other", "2026-06-19T04:00+00:00"),
            ("safer_gambling", "2026-05-19T04:00+00:00"),
        ):
            told = replace(submit("cw-cga", category), pack_version="2026.1")
            case = Case(told, received)
            case.do(EXTEND)
            case.send(LetterKind.EXTENSION)
            assert due(case).due_at == datetime.fromisoformat(last)

    def test_pause_and_extension_are_in_the_explanation(self) -> None:
        case = investigated()
        case.do(ASK, at=seconds(5))
        case.do(REPLY, PLAYER, at=seconds(9))
        case.do(EXTEND, at=seconds(10))
        case.send(LetterKind.EXTENSION)
        kinds = [step.kind for step in promise(case).explain]
        assert kinds == ["rule", "anchor", "count", "extension", "pause", "end"]
        assert due(case).due_at == seconds(64)


class TestPackVersion:
    def test_a_complaint_runs_by_the_version_it_adopted(self) -> None:
        case = investigated("gb-ukgc", "2015.1")
        case.do(c.AdoptPackVersion(pack="gb-ukgc", pack_version="2026.1", content=personal("amendment")))
        assert case.rules.licence.version == "2026.1"

    def test_a_pack_of_residence_changes_alone(self) -> None:
        case = investigated("gb-ukgc")
        case.complaint = replace(case.complaint, residence_packs=("sandbox@2025.1",))
        command = c.AdoptPackVersion(pack="sandbox", pack_version="2026.1", content=personal("why"))
        rules = Rules((load_pack("gb-ukgc"), load_pack("sandbox")))
        assert case.complaint.packs == (("gb-ukgc", "2026.1"), ("sandbox", "2025.1"))
        assert _after(case, command, rules) == (("gb-ukgc", "2026.1"), ("sandbox", "2026.1"))

    @pytest.mark.parametrize("pack", ["pl", "sandbox"])
    def test_what_changes_nothing_or_does_not_apply_is_refused(self, pack: str) -> None:
        command = c.AdoptPackVersion(pack=pack, pack_version="2026.1", content=personal("why"))
        with pytest.raises(IllegalTransition):
            investigated().do(command)


def _after(case: Case, command: c.Command, rules: Rules) -> tuple[tuple[str, str], ...]:
    changes = decisions.decide(case.complaint, command, case.now, HANDLER, CLAIM_EXPIRY, rules)
    return fold_onto(case.complaint, case._append(case.complaint.number, changes, HANDLER)).packs


def with_calendar(calendar: str) -> RulePack:
    document = read_data("sandbox")
    assert document
    return load({**document, "holiday_calendar": calendar})
