"""What comes of a file that was sent: rules of the domain."""

from datetime import timedelta

import pytest

from redress.domain import commands as c
from redress.domain import events as e
from redress.domain import evidence
from redress.domain.changes import Change
from redress.domain.errors import IllegalTransition
from redress.domain.evidence import MOST_FILES, MOST_REFUSED, Refusal, Verdict
from redress.domain.stages import OPEN, Stage
from tests.support.complaints import PLAYER, SYSTEM, T0, Case, at_stage, personal
from tests.support.evidence import added

CLOSED_OR_NOT = sorted(OPEN)


def kinds(changes: list[Change]) -> list[str]:
    """The types of what was decided."""
    return [type(one.event).__name__ for one in changes]


def with_one(verdict: str | None = None) -> Case:
    """A complaint with one file, and what the scan said of it."""
    case = at_stage(Stage.INVESTIGATING)
    case.do(added(), PLAYER)
    if verdict:
        case.do(c.RecordScan(evidence="e1", verdict=verdict), SYSTEM)
    return case


@pytest.mark.parametrize("stage", CLOSED_OR_NOT)
def test_a_file_can_be_added_while_the_complaint_is_open(stage: Stage) -> None:
    case = at_stage(stage)
    assert kinds(case.do(added(), PLAYER)) == ["EvidenceAdded"]
    [one] = case.complaint.evidence.values()
    assert (one.added_by, one.media_type, one.size) == (PLAYER, "application/pdf", 348_000)
    assert evidence.state(one) == "checking"
    assert not evidence.is_released(one)


def test_the_hash_of_a_file_is_content_and_goes_with_it() -> None:
    case = with_one()
    assert "0" * 64 not in case.records[-1].text


def test_a_file_that_is_known_is_not_added_again() -> None:
    case = with_one()
    assert case.do(added(), PLAYER) == []
    assert case.do(c.RefuseEvidence(evidence="e1", reason=Refusal.KIND), PLAYER) == []


def test_a_closed_complaint_takes_no_file_and_says_so() -> None:
    case = at_stage(Stage.CLOSED)
    [change] = case.do(added(), PLAYER)
    assert change.event == e.EvidenceRefused(evidence="e1", reason=Refusal.CLOSED)


def test_ten_files_are_taken_and_the_eleventh_is_refused() -> None:
    case = at_stage(Stage.INVESTIGATING)
    for place in range(MOST_FILES):
        assert evidence.room(case.complaint.evidence) == MOST_FILES - place
        case.do(added(f"e{place}"), PLAYER)
    [change] = case.do(added("one more"), PLAYER)
    assert change.event == e.EvidenceRefused(evidence="one more", reason=Refusal.TOO_MANY)
    assert evidence.room(case.complaint.evidence) == 0


def test_an_infected_file_leaves_room_for_another() -> None:
    assert evidence.room(with_one(Verdict.INFECTED).complaint.evidence) == MOST_FILES
    assert evidence.room(with_one(Verdict.CLEAN).complaint.evidence) == MOST_FILES - 1


def test_refusals_fill_no_complaint_without_end() -> None:
    case = at_stage(Stage.INVESTIGATING)
    for place in range(MOST_REFUSED + 5):
        case.do(c.RefuseEvidence(evidence=f"r{place}", reason=Refusal.KIND), PLAYER)
    assert len(case.complaint.evidence) == MOST_REFUSED
    assert evidence.room(case.complaint.evidence) == 0
    assert case.do(added(), PLAYER) == []


@pytest.mark.parametrize(
    ("verdict", "released", "follows"),
    [
        (Verdict.CLEAN, True, ["EvidenceScanned"]),
        (Verdict.INFECTED, False, ["EvidenceScanned", "TaskOpened"]),
        (Verdict.UNSCANNABLE, False, ["EvidenceScanned", "TaskOpened"]),
    ],
)
def test_only_a_clean_file_may_be_opened_and_a_person_hears_of_the_others(
    *, verdict: Verdict, released: bool, follows: list[str]
) -> None:
    case = with_one()
    assert kinds(case.do(c.RecordScan(evidence="e1", verdict=verdict), SYSTEM)) == follows
    assert evidence.is_released(case.complaint.evidence["e1"]) is released


def test_the_first_verdict_stands() -> None:
    case = with_one(Verdict.INFECTED)
    assert case.do(c.RecordScan(evidence="e1", verdict=Verdict.CLEAN), SYSTEM) == []


def test_without_a_scan_a_file_may_be_opened_at_once_and_says_that_it_was_not_scanned() -> None:
    case = at_stage(Stage.INVESTIGATING)
    assert kinds(case.do(added(scanned=False), PLAYER)) == ["EvidenceAdded", "EvidenceScanned"]
    one = case.complaint.evidence["e1"]
    assert evidence.state(one) == "not_scanned"
    assert evidence.is_released(one)


@pytest.mark.parametrize("known", [False, True])
def test_a_verdict_on_a_file_that_is_not_there_is_no_fact(*, known: bool) -> None:
    case = at_stage(Stage.INVESTIGATING)
    if known:
        case.do(c.RefuseEvidence(evidence="e1", reason=Refusal.KIND), PLAYER)
    with pytest.raises(IllegalTransition, match="not among its evidence"):
        case.do(c.RecordScan(evidence="e1", verdict=Verdict.CLEAN), SYSTEM)


def asked() -> Case:
    """A complaint whose clock waits for the player's answer."""
    case = at_stage(Stage.INVESTIGATING, at=T0)
    case.do(c.RequestInformation(content=personal("Send the receipt."), pause=False))
    return case


def test_a_file_of_the_player_answers_an_open_question() -> None:
    case = asked()
    case.do(added(), PLAYER, at=T0 + timedelta(hours=1))
    assert not case.complaint.waiting_for_player
    assert case.complaint.replied_at == T0 + timedelta(hours=1)


def test_a_file_that_the_operator_adds_answers_nothing() -> None:
    case = asked()
    case.do(added(), "app:back-office/agent-1")
    assert case.complaint.waiting_for_player


def test_a_file_that_is_refused_answers_nothing() -> None:
    case = asked()
    case.do(c.RefuseEvidence(evidence="e1", reason=Refusal.EMPTY), PLAYER)
    assert case.complaint.waiting_for_player


def test_the_name_of_a_file_is_ours() -> None:
    assert evidence.file_name("R7K3-9QXM-2", 3, "image/jpeg") == "R7K3-9QXM-2-3.jpg"
