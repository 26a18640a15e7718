"""Every call of `letters` to AWS may fail, or be carried out unheard: no mail is lost, few may be doubled."""

from collections.abc import Iterator
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from types import ModuleType

import pytest
from botocore.exceptions import BotoCoreError

from redress.domain import commands as c
from redress.domain.correspondence import LetterKind, LetterStatus
from redress.store.table import Table
from redress.usecases.send_notice import CLAIM
from tests.support.complaints import HANDLER, TRIAGE
from tests.support.desks import Clock
from tests.support.letters import Story
from tests.support.letters_function import Fault, loaded, message, notice, post, send, take

ACK, MESSAGE = LetterKind.ACKNOWLEDGEMENT, LetterKind.MESSAGE
READ, WRITE, SEND, SECRET = (
    ("dynamodb", "Query"),
    ("dynamodb", "TransactWriteItems"),
    ("sesv2", "SendEmail"),
    ("secretsmanager", "GetSecretValue"),
)


@pytest.fixture
def story(table: Table) -> Story:
    """A complaint in the table."""
    return Story("sandbox", store=table)


@pytest.fixture
def clock(story: Story) -> Clock:
    """The instant of the function."""
    return Clock(story.now)


@pytest.fixture
def handler(clock: Clock, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[ModuleType]:
    """The handler's module, as Lambda would load it."""
    with loaded(monkeypatch, tmp_path, clock) as module:
        yield module


# A call, whether it was carried out unheard, how many mails a statutory letter comes to, and another one.
FATES = [
    (READ, 1, False, 1, 1),
    (READ, 1, True, 1, 1),
    (SECRET, 1, False, 1, 1),
    (SECRET, 2, False, 1, 1),
    (WRITE, 1, False, 1, 1),
    (WRITE, 1, True, 1, 0),  # claimed, and nobody knows it: the claim runs out
    (SEND, 1, False, 1, 0),  # nobody knows that it did not leave
    (SEND, 1, True, 2, 1),  # the window: SES took it, and we were not told
    (READ, 2, False, 2, 1),  # the window, too: it could not be recorded
    (READ, 2, True, 2, 1),
    (WRITE, 2, False, 2, 1),
    (WRITE, 2, True, 1, 1),  # it is on record
]


def lived_through(handler: ModuleType, story: Story, clock: Clock, fault: Fault, kind: LetterKind) -> None:
    """The fault happens; then the workflow goes on asking, as long as the letter is owed."""
    key = story.letter(kind).key
    with fault.happens(), suppress(BotoCoreError):
        send(handler, story, key)
    for _ in range(3):
        send(handler, story, key)
        clock.at += story.desk.region.claim_expiry
        letter = story.letter(kind)
        if letter.status is LetterStatus.CLAIMED and not letter.statutory:
            story.now = clock.at
            story.do(c.AbandonLetter(letter=key))  # what the workflow does with one that may not go twice


@pytest.mark.parametrize(("call", "which", "done", "mails", "_others"), FATES)
def test_a_statutory_letter_always_leaves_and_is_doubled_in_one_window_only(
    handler: ModuleType,
    story: Story,
    clock: Clock,
    call: tuple[str, str],
    which: int,
    done: bool,  # noqa: FBT001
    mails: int,
    _others: int,
) -> None:
    lived_through(handler, story, clock, Fault(*call, which, done), ACK)
    assert len(post()) == mails
    assert story.letter(ACK).status is LetterStatus.SENT
    assert story.case.complaint.acknowledged_at


@pytest.mark.parametrize(("call", "which", "done", "_statutory", "mails"), FATES)
def test_another_letter_is_never_doubled_and_is_sent_or_a_persons_task(
    handler: ModuleType,
    story: Story,
    clock: Clock,
    call: tuple[str, str],
    which: int,
    done: bool,  # noqa: FBT001
    _statutory: int,
    mails: int,
) -> None:
    story.do(TRIAGE)
    story.do(c.AddNote(visibility="player", content={"text": "We have asked."}), HANDLER)
    lived_through(handler, story, clock, Fault(*call, which, done), MESSAGE)
    assert len(post()) == mails
    asked = [task.letter for task in story.case.complaint.open_tasks]
    if story.letter(MESSAGE).status is LetterStatus.SENT:
        assert asked == []
    else:
        assert (story.letter(MESSAGE).status, asked) == (LetterStatus.ABANDONED, [story.letter(MESSAGE).key])


def test_what_the_delivery_events_tell_meanwhile_saves_the_second_sending(
    handler: ModuleType, story: Story, clock: Clock
) -> None:
    with Fault(*SEND, 1, done=True).happens(), suppress(BotoCoreError):
        send(handler, story)
    story.do(c.RecordDelivery(letter="acknowledgement-1", message_id="m", outcome="delivered"))
    clock.at += story.desk.region.claim_expiry
    assert send(handler, story) == {"outcome": "not_owed"}
    assert len(post()) == 1
    events = [type(record.event).__name__ for record in story.case.records]
    assert events == ["ComplaintReceived", "LetterClaimed", "LetterSent", "Acknowledged", "LetterDelivered"]


# --- Notices -------------------------------------------------------------------------------------------

NOTICE_FATES = [
    (("dynamodb", "GetItem"), 1, False, 1),
    (("dynamodb", "GetItem"), 1, True, 1),
    (SECRET, 1, False, 1),
    (WRITE, 1, False, 1),
    (WRITE, 1, True, 1),
    (SEND, 1, False, 1),
    (SEND, 1, True, 2),  # the window
    (WRITE, 2, False, 2),  # likewise
    (WRITE, 2, True, 1),
]


@pytest.mark.parametrize(("call", "which", "done", "mails"), NOTICE_FATES)
def test_a_notice_always_leaves_and_is_doubled_in_one_window_only(
    handler: ModuleType,
    clock: Clock,
    call: tuple[str, str],
    which: int,
    done: bool,  # noqa: FBT001
    mails: int,
) -> None:
    with Fault(*call, which, done).happens():
        assert take(handler, message(notice())) == ["message-1"]
    for received in (2, 3, 4):
        clock.at += CLAIM + timedelta(seconds=30)
        failed = take(handler, message(notice(), received=received))
    assert failed == []
    assert len(post()) == mails
