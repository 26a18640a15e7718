"""Letters: which are owed, who may take them when, and what becomes of one that fails."""

from datetime import timedelta

import pytest

from redress.domain import commands as c
from redress.domain import events as e
from redress.domain.complaint import may_claim
from redress.domain.correspondence import (
    LONGEST_RETRY,
    SENT_WHILE,
    STATUTORY,
    TO_STAFF,
    LetterKind,
    LetterStatus,
)
from redress.domain.errors import IllegalTransition
from redress.domain.stages import Stage
from tests.support.complaints import (
    APPROVE,
    APPROVER,
    CLAIM_EXPIRY,
    PLAYER,
    PROPOSE,
    SYSTEM,
    Case,
    at_stage,
    milestone,
    personal,
)

ACK, WARNING = LetterKind.ACKNOWLEDGEMENT, LetterKind.WARNING
MOMENT = timedelta(milliseconds=1)


def owed(case: Case) -> list[LetterKind]:
    letters = case.complaint.letters.values()
    return [one.kind for one in letters if one.status is LetterStatus.OWED]


def claim(case: Case, kind: LetterKind) -> None:
    case.do(c.ClaimLetter(letter=case.letter(kind).key), SYSTEM)


def refuse(case: Case, kind: LetterKind, *, permanent: bool = False) -> None:
    key = case.letter(kind).key
    case.do(c.RecordLetterRefused(letter=key, reason="throttled", permanent=permanent), SYSTEM)


def claimable(case: Case, kind: LetterKind, after: timedelta = timedelta()) -> bool:
    return may_claim(case.complaint, case.letter(kind), case.now + after, CLAIM_EXPIRY)


def warned() -> Case:
    case = at_stage(Stage.INVESTIGATING)
    case.do(milestone("warning_1"), SYSTEM)
    return case


class TestOwed:
    def test_every_complaint_is_owed_an_acknowledgement(self) -> None:
        assert owed(Case()) == [ACK]

    def test_a_letter_is_named_after_its_kind_and_its_cause(self) -> None:
        assert Case().letter(ACK).key == "acknowledgement-1"

    def test_a_question_goes_to_the_player(self) -> None:
        case = at_stage(Stage.INVESTIGATING)
        case.do(c.RequestInformation(content=personal("question")))
        assert owed(case) == [LetterKind.INFORMATION_REQUEST]

    def test_a_decision_is_owed_to_the_player_and_asking_for_feedback_after_it(self) -> None:
        case = at_stage(Stage.DECIDED)
        assert owed(case) == [LetterKind.FINAL_RESPONSE]
        case.send(LetterKind.FINAL_RESPONSE)
        assert owed(case) == [LetterKind.FEEDBACK_REQUEST]

    @pytest.mark.parametrize(
        ("name", "level", "breach", "kind"),
        [
            ("warning_1", None, False, LetterKind.WARNING),
            ("progress_2", None, False, LetterKind.PROGRESS),
            ("escalation_1", 1, False, LetterKind.ESCALATION),
            ("deadlock", None, False, LetterKind.DEADLOCK),
            ("due", None, True, LetterKind.BREACH),
            ("warning_1", None, True, LetterKind.BREACH),
        ],
    )
    def test_a_milestone_owes_its_letter(
        self, name: str, level: int | None, *, breach: bool, kind: LetterKind
    ) -> None:
        case = at_stage(Stage.INVESTIGATING)
        case.do(milestone(name, level=level, breach=breach), SYSTEM)
        assert owed(case) == [kind]

    def test_a_milestone_that_is_no_breach_and_no_news_owes_nothing(self) -> None:
        case = at_stage(Stage.DEADLOCKED)
        case.do(milestone("due", "adr"), SYSTEM)
        assert owed(case) == [LetterKind.DEADLOCK]

    def test_every_kind_says_while_which_stages_it_makes_sense(self) -> None:
        assert set(SENT_WHILE) == set(LetterKind)
        assert not STATUTORY & TO_STAFF


class TestPointlessLetters:
    def test_no_warning_goes_out_once_the_complaint_is_decided(self) -> None:
        case = warned()
        assert claimable(case, WARNING)
        case.do(PROPOSE)
        case.do(APPROVE, APPROVER)
        assert not claimable(case, WARNING)

    def test_no_deadlock_letter_goes_out_once_there_is_a_decision(self) -> None:
        case = at_stage(Stage.DEADLOCKED)
        case.do(PROPOSE)
        case.do(APPROVE, APPROVER)
        assert not claimable(case, LetterKind.DEADLOCK)

    def test_a_withdrawn_complaint_is_owed_no_letter(self) -> None:
        case = Case()
        case.do(c.Withdraw(), PLAYER)
        assert not claimable(case, ACK)

    def test_the_acknowledgement_is_owed_to_the_very_end(self) -> None:
        case = at_stage(Stage.RECEIVED)
        case.do(milestone("deadlock"), SYSTEM)
        assert claimable(case, ACK)


class TestClaim:
    def test_a_letter_in_flight_is_not_claimed_again(self) -> None:
        case = Case()
        claim(case, ACK)
        with pytest.raises(IllegalTransition, match="acknowledgement-1 is claimed"):
            claim(case, ACK)

    def test_a_letter_that_is_not_owed_cannot_be_dealt_with(self) -> None:
        for command in (
            c.ClaimLetter(letter="bill-1"),
            c.RecordLetterSent(letter="bill-1", message_id="m"),
            c.RecordLetterRefused(letter="bill-1", reason="r", permanent=False),
            c.AbandonLetter(letter="bill-1"),
        ):
            with pytest.raises(IllegalTransition, match="bill-1 is not owed"):
                Case().do(command, SYSTEM)

    def test_a_sent_letter_is_never_claimed_again(self) -> None:
        case = at_stage(Stage.ACKNOWLEDGED)
        assert not claimable(case, ACK, CLAIM_EXPIRY * 100)

    def test_a_statutory_letter_of_unknown_fate_goes_again_when_its_claim_has_run_out(self) -> None:
        case = Case()
        claim(case, ACK)
        assert not claimable(case, ACK, CLAIM_EXPIRY - MOMENT)
        assert claimable(case, ACK, CLAIM_EXPIRY)

    def test_another_letter_of_unknown_fate_never_goes_again(self) -> None:
        case = warned()
        claim(case, WARNING)
        assert not claimable(case, WARNING, CLAIM_EXPIRY * 100)

    def test_each_claim_counts_as_an_attempt(self) -> None:
        case = Case()
        claim(case, ACK)
        case.do(c.ClaimLetter(letter="acknowledgement-1"), SYSTEM, at=case.now + CLAIM_EXPIRY)
        assert case.letter(ACK).attempt == 2


class TestSent:
    def test_a_sent_letter_keeps_the_id_of_its_message(self) -> None:
        letter = at_stage(Stage.ACKNOWLEDGED).letter(ACK)
        assert (letter.status, letter.message_id) == (LetterStatus.SENT, "message-1")

    def test_the_acknowledgement_acknowledges_once(self) -> None:
        case = at_stage(Stage.ACKNOWLEDGED)
        assert case.complaint.acknowledged_at == case.now
        assert case.do(c.RecordLetterSent(letter="acknowledgement-1", message_id="again"), SYSTEM) == []

    def test_a_letter_that_left_is_recorded_even_if_the_complaint_closed_meanwhile(self) -> None:
        case = Case()
        claim(case, ACK)
        case.do(c.Withdraw(), PLAYER)
        case.do(c.RecordLetterSent(letter="acknowledgement-1", message_id="m"), SYSTEM)
        assert case.letter(ACK).status is LetterStatus.SENT
        assert case.complaint.stage is Stage.CLOSED

    def test_a_letter_given_up_that_turns_out_to_have_left_counts_as_sent(self) -> None:
        case = Case()
        claim(case, ACK)
        refuse(case, ACK, permanent=True)
        case.do(c.RecordLetterSent(letter="acknowledgement-1", message_id="m"), SYSTEM)
        assert case.letter(ACK).status is LetterStatus.SENT

    def test_the_final_response_resolves_the_complaint(self) -> None:
        case = at_stage(Stage.DECIDED)
        case.send(LetterKind.FINAL_RESPONSE)
        assert case.complaint.stage is Stage.RESOLVED
        assert case.complaint.final_response_sent_at == case.now

    def test_the_deadlock_letter_is_on_record_with_its_instant(self) -> None:
        case = at_stage(Stage.DEADLOCKED)
        case.send(LetterKind.DEADLOCK)
        assert case.complaint.deadlock_sent_at == case.now
        assert case.complaint.stage is Stage.DEADLOCKED


class TestRefused:
    def test_a_refusal_releases_the_claim_after_a_pause(self) -> None:
        case = Case()
        claim(case, ACK)
        refuse(case, ACK)
        assert not claimable(case, ACK, timedelta(seconds=5) - MOMENT)
        assert claimable(case, ACK, timedelta(seconds=5))

    def test_the_pause_doubles_with_each_attempt_up_to_its_limit(self) -> None:
        case, pauses = Case(), []
        for _ in range(12):
            claim(case, ACK)
            refuse(case, ACK)
            again_at = case.letter(ACK).next_attempt_at(CLAIM_EXPIRY)
            assert again_at
            pauses.append(again_at - case.now)
            case.now = again_at
        seconds = [pause.total_seconds() for pause in pauses]
        assert seconds == [5, 10, 20, 40, 80, 160, 320, 640, *[LONGEST_RETRY.total_seconds()] * 4]

    def test_the_pause_doubles_too_when_the_letter_could_not_even_be_written(self) -> None:
        case, pauses = Case(), []
        for _ in range(4):
            refuse(case, ACK)
            again_at = case.letter(ACK).next_attempt_at(CLAIM_EXPIRY)
            assert again_at
            pauses.append((again_at - case.now).total_seconds())
            case.now = again_at
        assert pauses == [5, 10, 20, 40]

    def test_a_permanent_refusal_ends_the_letter_and_opens_a_task(self) -> None:
        case = Case()
        claim(case, ACK)
        refuse(case, ACK, permanent=True)
        assert case.letter(ACK).status is LetterStatus.ABANDONED
        assert case.records[-1].event == e.TaskOpened(task="letter_refused", letter="acknowledgement-1")
        assert not claimable(case, ACK, CLAIM_EXPIRY)

    def test_a_refusal_after_the_letter_was_sent_changes_nothing(self) -> None:
        case = at_stage(Stage.ACKNOWLEDGED)
        before = case.complaint
        refuse(case, ACK, permanent=True)
        assert case.complaint == before


class TestAbandoned:
    def test_a_letter_given_up_opens_a_task_for_a_person(self) -> None:
        case = warned()
        claim(case, WARNING)
        key = case.letter(WARNING).key
        case.do(c.AbandonLetter(letter=key), SYSTEM)
        assert case.records[-1].event == e.TaskOpened(task="letter_outcome_unknown", letter=key)
        assert not claimable(case, WARNING, CLAIM_EXPIRY)

    def test_a_letter_that_was_sent_is_not_given_up(self) -> None:
        case = at_stage(Stage.ACKNOWLEDGED)
        with pytest.raises(IllegalTransition, match="acknowledgement-1 is sent"):
            case.do(c.AbandonLetter(letter="acknowledgement-1"), SYSTEM)
        assert case.letter(ACK).status is LetterStatus.SENT
