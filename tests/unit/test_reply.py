"""What the player writes is screened for signals of harm, by whatever way it comes."""

import pytest

from redress.domain import events as e
from redress.domain.commands import Withdraw
from redress.domain.correspondence import LetterKind
from redress.domain.errors import IdempotencyKeyReused, IllegalTransition
from redress.usecases.reply import reply
from tests.support.complaints import TRIAGE, submit
from tests.support.desks import Clock, Office
from tests.support.memory_store import MemoryStore
from tests.support.portal import Visitor

HARMLESS = "The first account, not the second one."
HARM = "I can't take it any more, I want to end my life."


@pytest.fixture
def office() -> Office:
    """A desk over a store in memory."""
    clock = Clock()
    return Office(store=MemoryStore(clock), clock=clock)


def happened(office: Office, number: str) -> list[type]:
    """The types of the events since the complaint came in."""
    return [type(record.event) for record in office.desk.store.load(number).records[1:]]


def test_a_reply_is_put_on_record_as_it_was_written(office: Office) -> None:
    number = office.receive()
    done = reply(office.desk, number, HARMLESS)
    case = office.desk.store.load(number)
    assert case.contents[done.version] == {"text": HARMLESS}
    assert case.records[-1].actor == "player"
    assert happened(office, number) == [e.PlayerReplied]
    assert not case.complaint.needs_human


def test_a_signal_of_harm_brings_a_human_and_is_kept_beside_the_event(office: Office) -> None:
    number = office.receive()
    reply(office.desk, number, HARM)
    assert happened(office, number) == [e.PlayerReplied, e.HarmSignalled, e.TaskOpened]
    case = office.desk.store.load(number)
    assert case.complaint.needs_human
    assert case.contents[3] == {"signals": ["distress"]}
    assert LetterKind.ALERT in {letter.kind for letter in case.complaint.letters.values()}


def test_the_same_request_is_one_reply_and_another_under_its_key_is_refused(office: Office) -> None:
    number = office.receive()
    request = office.request("reply-1", "hash-of-reply")
    first = reply(office.desk, number, HARMLESS, request=request)
    again = reply(office.desk, number, HARMLESS, request=request)
    assert (again.version, again.replayed) == (first.version, True)
    with pytest.raises(IdempotencyKeyReused):
        reply(office.desk, number, HARM, request=office.request("reply-1", "another-hash"))
    assert happened(office, number) == [e.PlayerReplied]


def test_whoever_passes_a_reply_on_is_named(office: Office) -> None:
    number = office.receive()
    reply(office.desk, number, HARMLESS, "app:phone-desk/agent")
    assert office.desk.store.load(number).records[-1].actor == "app:phone-desk/agent"


def test_a_closed_complaint_takes_no_reply(office: Office) -> None:
    number = office.receive()
    office.do(number, Withdraw())
    with pytest.raises(IllegalTransition):
        reply(office.desk, number, HARM)


def test_the_form_of_the_portal_screens_what_is_written_and_shows_nothing_of_it() -> None:
    visitor = Visitor()
    path = visitor.passed_on(submit("gb-ukgc"))
    visitor.operator(path, TRIAGE)
    page = visitor.get(path)
    assert visitor.post(f"{path}/reply", {"nonce": page.nonce("reply"), "text": HARM}).status == 303
    complaint = visitor.complaint(path)
    assert complaint.needs_human
    assert [task.task for task in complaint.open_tasks] == ["harm_signalled"]
    after = visitor.get(path)
    assert "end my life" in after.text
    for own in ("distress", "signal", "harm_signalled"):
        assert own not in after.body.replace("end my life", "")
