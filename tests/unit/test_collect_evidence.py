"""From a file that came in to a fact of its complaint, and what is left behind: nothing that nobody took."""

import hashlib

import pytest

from redress.domain import commands as c
from redress.domain.evidence import MOST_FILES, Refusal, Verdict
from redress.usecases.change import change
from redress.usecases.collect_evidence import (
    GONE,
    KNOWN,
    NO_COMPLAINT,
    Collector,
    NotYetAdded,
    collect,
    record_scan,
)
from redress.usecases.evidence_ports import Sent
from tests.support.complaints import PLAYER
from tests.support.evidence import PDF, PROGRAM, MemoryFiles, added
from tests.support.portal import Visitor


class Inbox:
    """A complaint, and the bucket its files come to."""

    def __init__(self, *, scanned: bool = True) -> None:
        self.visitor = Visitor()
        self.path = self.visitor.complained()
        self.number = self.path.split("/")[2]
        self.files = MemoryFiles()
        self.collector = Collector(desk=self.visitor.desk, files=self.files, scanned=scanned)

    def arrives(self, content: bytes | None, evidence: str = "e1", by: str = PLAYER) -> str:
        """A file comes in; what came of it."""
        self.files.came[self.number, evidence] = Sent(by=by, content=content)
        return collect(self.collector, self.number, evidence)

    @property
    def events(self) -> list[str]:
        """What is on record about files."""
        records = self.visitor.store.load(self.number).records
        names = [type(one.event).__name__ for one in records]
        return [name for name in names if name.startswith("Evidence")]


@pytest.fixture
def inbox() -> Inbox:
    """An empty one."""
    return Inbox()


def test_a_file_is_kept_as_it_came_and_its_hash_is_beside_the_event(inbox: Inbox) -> None:
    assert inbox.arrives(PDF) == "checking"
    assert inbox.files.kept == {(inbox.number, "e1"): (PDF, "application/pdf")}
    assert inbox.files.came == {}
    case = inbox.visitor.store.load(inbox.number)
    assert case.contents[case.complaint.version] == {"sha256": hashlib.sha256(PDF).hexdigest()}
    assert case.records[-1].actor == PLAYER


def test_whoever_sent_it_is_on_record(inbox: Inbox) -> None:
    inbox.arrives(PDF, by="app:back-office/agent-1")
    assert inbox.visitor.store.load(inbox.number).records[-1].actor == "app:back-office/agent-1"


def test_a_program_is_thrown_away_and_the_refusal_is_on_record(inbox: Inbox) -> None:
    assert inbox.arrives(PROGRAM) == Refusal.KIND
    assert (inbox.files.came, inbox.files.kept) == ({}, {})
    assert inbox.events == ["EvidenceRefused"]


def test_a_file_too_large_to_read_is_refused(inbox: Inbox) -> None:
    assert inbox.arrives(None) == Refusal.TOO_LARGE


def test_the_same_message_twice_adds_one_file(inbox: Inbox) -> None:
    inbox.arrives(PDF)
    assert collect(inbox.collector, inbox.number, "e1") == KNOWN
    assert inbox.events == ["EvidenceAdded"]


def test_what_is_sent_under_the_id_of_a_scanned_file_replaces_nothing(inbox: Inbox) -> None:
    inbox.arrives(PDF)
    record_scan(inbox.collector, inbox.number, "e1", Verdict.CLEAN)
    assert inbox.arrives(PROGRAM) == Refusal.KIND  # on record as a file of its own
    assert inbox.arrives(PDF) == KNOWN
    assert inbox.files.kept == {(inbox.number, "e1"): (PDF, "application/pdf")}
    assert inbox.files.came == {}


def test_a_function_that_ended_after_keeping_does_the_rest_next_time(inbox: Inbox) -> None:
    inbox.files.keep(inbox.number, "e1", PDF, "application/pdf")
    assert inbox.arrives(PDF) == "checking"
    assert inbox.events == ["EvidenceAdded"]


def test_a_file_that_is_gone_is_no_fact(inbox: Inbox) -> None:
    assert collect(inbox.collector, inbox.number, "e1") == GONE
    assert inbox.events == []


def test_a_file_for_no_complaint_is_thrown_away(inbox: Inbox) -> None:
    inbox.files.came["ZZZZ-ZZZZ-0", "e1"] = Sent(by=PLAYER, content=PDF)
    assert collect(inbox.collector, "ZZZZ-ZZZZ-0", "e1") == NO_COMPLAINT
    assert inbox.files.came == {}


def test_the_eleventh_file_is_not_kept(inbox: Inbox) -> None:
    for place in range(MOST_FILES):
        inbox.arrives(PDF, f"e{place}")
    assert inbox.arrives(PDF, "one more") == "refused"
    assert (inbox.number, "one more") not in inbox.files.kept
    assert len(inbox.files.kept) == MOST_FILES


def test_a_file_of_a_closed_complaint_is_not_kept(inbox: Inbox) -> None:
    change(inbox.visitor.desk, inbox.number, c.Withdraw(), PLAYER)
    assert inbox.arrives(PDF) == "refused"
    assert inbox.files.kept == {}


def test_without_a_scan_a_file_is_released_at_once() -> None:
    inbox = Inbox(scanned=False)
    assert inbox.arrives(PDF) == Verdict.NOT_SCANNED
    assert inbox.events == ["EvidenceAdded", "EvidenceScanned"]


def test_an_infected_file_is_deleted_and_a_person_is_asked_to_look(inbox: Inbox) -> None:
    inbox.arrives(PDF)
    record_scan(inbox.collector, inbox.number, "e1", Verdict.INFECTED)
    assert inbox.files.kept == {}
    [task] = inbox.visitor.store.load(inbox.number).complaint.open_tasks
    assert task.task == "evidence_infected"


def test_a_function_that_ended_before_deleting_does_it_next_time(inbox: Inbox) -> None:
    inbox.arrives(PDF)
    change(inbox.visitor.desk, inbox.number, c.RecordScan(evidence="e1", verdict=Verdict.INFECTED), "system")
    record_scan(inbox.collector, inbox.number, "e1", Verdict.INFECTED)
    assert inbox.files.kept == {}
    assert inbox.events == ["EvidenceAdded", "EvidenceScanned"]


def test_a_file_that_could_not_be_scanned_stays_and_stays_closed(inbox: Inbox) -> None:
    inbox.arrives(PDF)
    record_scan(inbox.collector, inbox.number, "e1", Verdict.UNSCANNABLE)
    assert (inbox.number, "e1") in inbox.files.kept


def test_a_verdict_that_comes_before_its_file_comes_again(inbox: Inbox) -> None:
    with pytest.raises(NotYetAdded):
        record_scan(inbox.collector, inbox.number, "e1", Verdict.CLEAN)


def test_a_verdict_on_a_refused_file_changes_nothing_and_leaves_nothing(inbox: Inbox) -> None:
    for place in range(MOST_FILES):
        change(inbox.visitor.desk, inbox.number, added(f"e{place}"), PLAYER)
    inbox.arrives(PDF, "late")
    inbox.files.keep(inbox.number, "late", PDF, "application/pdf")
    record_scan(inbox.collector, inbox.number, "late", Verdict.CLEAN)
    assert (inbox.number, "late") not in inbox.files.kept
    assert inbox.events[-1] == "EvidenceRefused"
