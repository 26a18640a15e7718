"""What the mail service tells of a letter goes on record once, however late and often it comes."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from redress.domain import commands as c
from redress.domain.correspondence import Delivery, LetterKind, LetterStatus
from redress.domain.errors import Conflict
from redress.usecases.change import ATTEMPTS
from redress.usecases.record_delivery import Came, Recorded, Told, record_delivery
from tests.support.letters import WRITTEN, Story, escalated

ACK = LetterKind.ACKNOWLEDGEMENT
NEW = Recorded(came=Came.RECORDED)
KNOWN = Recorded(came=Came.KNOWN)
FAILED = (Delivery.BOUNCED, Delivery.SPAM)


def acknowledged(**written: object) -> Story:
    """A complaint whose acknowledgement has left."""
    story = Story(written={**WRITTEN, **written})
    story.send(ACK)
    return story


def told(story: Story, outcome: Delivery, kind: LetterKind = ACK, **more: Any) -> Told:
    """What the mail service tells of the latest letter of a kind."""
    facts = {"message_id": "message-1", **more}
    return Told(number=story.number, letter=story.letter(kind).key, outcome=outcome, **facts)


def bounced(story: Story, kind: LetterKind = ACK) -> Recorded:
    """Nothing reaches the address that the latest letter of a kind went to."""
    return record_delivery(story.desk, told(story, Delivery.BOUNCED, kind, reason="bounce", permanent=True))


def history(story: Story) -> list[str]:
    return [type(record.event).__name__ for record in story.case.records]


@pytest.mark.parametrize(
    ("outcome", "event"),
    [
        (Delivery.DELIVERED, "LetterDelivered"),
        (Delivery.DELAYED, "LetterDelayed"),
        (Delivery.BOUNCED, "LetterBounced"),
        (Delivery.SPAM, "LetterMarkedAsSpam"),
    ],
)
def test_what_became_of_a_letter_is_on_its_complaint(outcome: Delivery, event: str) -> None:
    story = acknowledged()
    assert record_delivery(story.desk, told(story, outcome)).came is Came.RECORDED
    assert event in history(story)
    assert story.letter(ACK).delivery is outcome


def test_what_is_told_twice_is_recorded_and_counted_once() -> None:
    story = acknowledged()
    assert bounced(story) == Recorded(came=Came.RECORDED, failed=True)
    before = history(story)
    assert bounced(story) == KNOWN
    assert history(story) == before


def test_a_letter_whose_answer_was_lost_has_left_when_its_delivery_is_told() -> None:
    story = Story()
    story.do(c.ClaimLetter(letter=story.letter(ACK).key))
    assert record_delivery(story.desk, told(story, Delivery.DELIVERED)) == NEW
    assert history(story)[-3:] == ["LetterSent", "Acknowledged", "LetterDelivered"]
    assert story.letter(ACK).message_id == "message-1"


def test_a_bounced_letter_goes_to_the_next_address_and_a_person_is_asked() -> None:
    story = acknowledged(other_emails=["second@example.com"])
    bounced(story)
    assert (story.letter(ACK).status, story.letter(ACK).again) == (LetterStatus.OWED, True)
    assert [task.task for task in story.case.complaint.open_tasks] == ["letter_bounced"]


def test_when_the_last_address_fails_the_letter_rests_and_the_task_stays() -> None:
    story = acknowledged(other_emails=["second@example.com"])
    bounced(story)
    story.do(c.ClaimLetter(letter=story.letter(ACK).key, contact=1))
    story.do(c.RecordLetterSent(letter=story.letter(ACK).key, message_id="message-2"))
    last = told(story, Delivery.BOUNCED, message_id="message-2", reason="suppressed", permanent=True)
    assert record_delivery(story.desk, last) == Recorded(came=Came.RECORDED, failed=True)
    assert story.letter(ACK).status is LetterStatus.SENT
    assert story.case.complaint.failed_contacts == {0, 1}
    assert story.case.complaint.open_tasks


def test_a_full_mailbox_spoils_no_address() -> None:
    story = acknowledged()
    record_delivery(story.desk, told(story, Delivery.BOUNCED, reason="bounce", permanent=False))
    assert story.case.complaint.failed_contacts == frozenset()


def test_a_notice_to_staff_that_bounces_is_told_apart_and_spoils_no_address_of_the_player() -> None:
    story = escalated(Story())
    story.send(LetterKind.ESCALATION)
    assert bounced(story, LetterKind.ESCALATION) == Recorded(came=Came.RECORDED, failed=True, to_staff=True)
    assert story.case.complaint.failed_contacts == frozenset()


def test_delivery_and_delay_are_no_failure() -> None:
    story = acknowledged()
    assert record_delivery(story.desk, told(story, Delivery.DELAYED, reason="MailboxFull")) == NEW
    assert record_delivery(story.desk, told(story, Delivery.DELIVERED)) == NEW


def test_a_complaint_or_letter_that_never_was_changes_nothing() -> None:
    story = acknowledged()
    before = history(story)
    no_letter = Told(number=story.number, letter="progress-9", message_id="m", outcome=Delivery.DELIVERED)
    elsewhere = Told(
        number="0000-0000-0", letter="acknowledgement-1", message_id="m", outcome=Delivery.DELIVERED
    )
    for strange in (no_letter, elsewhere):
        assert record_delivery(story.desk, strange) == Recorded(came=Came.NO_LETTER)
    assert history(story) == before


def test_what_others_write_meanwhile_is_seen() -> None:
    story = acknowledged()
    story.store.meanwhile.append(lambda: bounced(story))
    assert (
        record_delivery(story.desk, told(story, Delivery.BOUNCED, reason="bounce", permanent=True)) == KNOWN
    )
    assert history(story).count("LetterBounced") == 1


def test_where_others_keep_writing_it_has_to_be_told_again() -> None:
    story = acknowledged()
    note = c.AddNote(visibility="internal", content={"text": "Called."})
    others = [lambda: story.do(note, "app:back-office/handler"), None]
    story.store.meanwhile.extend(others * ATTEMPTS)
    with pytest.raises(Conflict):
        record_delivery(story.desk, told(story, Delivery.DELIVERED))
    assert "LetterDelivered" not in history(story)


@given(st.lists(st.sampled_from(Delivery), max_size=6))
def test_in_any_order_a_failure_outlasts_a_delivery_and_a_delivery_a_delay(
    outcomes: list[Delivery],
) -> None:
    story = acknowledged()
    for outcome in outcomes:
        record_delivery(story.desk, told(story, outcome))
    failures = [one for one in outcomes if one in FAILED]
    likely = [one for one in (Delivery.DELIVERED, Delivery.DELAYED) if one in outcomes]
    assert story.letter(ACK).delivery is next(iter([*failures, *likely]), None)
    assert len(history(story)) == len(set(history(story)))  # nothing twice
