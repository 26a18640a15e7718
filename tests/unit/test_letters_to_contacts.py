"""A letter goes to the address of the player that mail still reaches; where none is left, to a person."""

from typing import Any

import pytest

from redress.domain import commands as c
from redress.domain.correspondence import INVALID_ADDRESS, TO_STAFF, LetterKind
from redress.usecases.contacts import other_contact
from redress.usecases.ports import MailRefused
from redress.usecases.send_letter import Outcome
from tests.support import complaints
from tests.support.complaints import HANDLER
from tests.support.letters import WRITTEN, Story, investigating, practice, told
from tests.support.senders import Mailer, deliver

ACK = LetterKind.ACKNOWLEDGEMENT
TWO = {**WRITTEN, "other_emails": ["second@example.com"]}


def bounce(story: Story, contact: int, message: str = "message-1") -> None:
    """The acknowledgement comes back for good."""
    other = other_contact(story.case, contact)
    story.do(
        c.RecordDelivery(
            letter=story.letter(ACK).key,
            message_id=message,
            outcome="bounced",
            permanent=True,
            other_contact=other,
        )
    )


def test_a_letter_that_came_back_goes_to_the_next_address_under_the_same_id() -> None:
    story, mailer = Story(written=TWO), Mailer()
    deliver(story, mailer)
    bounce(story, 0)
    assert deliver(story, mailer) is Outcome.SENT
    assert [mail.to for mail in mailer.reached] == ["player@example.com", "second@example.com"]
    assert len({mail.letter_id for mail in mailer.reached}) == 1


def test_every_later_letter_goes_where_mail_arrives() -> None:
    story, mailer = Story(written=TWO), Mailer()
    deliver(story, mailer)
    bounce(story, 0)
    story.do(complaints.TRIAGE)
    story.do(c.RequestInformation(content={"question": "Which device?"}), HANDLER)
    deliver(story, mailer, LetterKind.INFORMATION_REQUEST)
    assert mailer.reached[-1].to == "second@example.com"


def test_where_no_address_is_left_nothing_is_sent_and_a_person_brings_what_has_to_be() -> None:
    story, mailer = Story(), Mailer()
    deliver(story, mailer)
    bounce(story, 0)
    story.do(complaints.TRIAGE)
    story.do(c.RequestInformation(content={"question": "Which device?"}), HANDLER)
    assert deliver(story, mailer, LetterKind.INFORMATION_REQUEST) is Outcome.REFUSED
    assert len(mailer.reached) == 1
    key = story.letter(LetterKind.INFORMATION_REQUEST).key
    assert ("letter_refused", key) in [(one.task, one.letter) for one in story.case.complaint.open_tasks]
    story.do(c.AddContact(content={"email": "new@example.com"}), HANDLER)
    assert deliver(story, mailer, LetterKind.INFORMATION_REQUEST) is Outcome.SENT
    assert deliver(story, mailer) is Outcome.SENT
    assert [mail.to for mail in mailer.reached[1:]] == ["new@example.com"] * 2


def test_an_address_that_is_learnt_between_reading_and_refusing_is_tried() -> None:
    story, mailer = Story(), Mailer()
    deliver(story, mailer)
    bounce(story, 0)
    story.do(complaints.TRIAGE)
    story.do(c.RequestInformation(content={"question": "Which device?"}), HANDLER)
    add = c.AddContact(content={"email": "new@example.com"})
    story.store.meanwhile.append(lambda: story.do(add, HANDLER))
    assert deliver(story, mailer, LetterKind.INFORMATION_REQUEST) is Outcome.SENT
    assert mailer.reached[-1].to == "new@example.com"


# --- An address that cannot be written to at all -------------------------------------------------------


def cannot(times: int = 1) -> Mailer:
    """A mail service that sends nothing to an address as it is spelled, so many times."""
    return Mailer([MailRefused(INVALID_ADDRESS, permanent=True) for _ in range(times)])


def test_the_next_address_is_tried_at_once_and_nobody_has_to_see_to_it() -> None:
    story, mailer = Story(written=TWO), cannot()
    assert deliver(story, mailer) is Outcome.REFUSED
    assert story.case.complaint.open_tasks == ()
    assert deliver(story, mailer) is Outcome.SENT
    assert [mail.to for mail in mailer.reached] == ["player@example.com", "second@example.com"]
    assert story.case.complaint.acknowledged_at == story.now


def test_what_need_not_arrive_is_tried_there_too() -> None:
    story, mailer = investigating(Story(written=TWO)), cannot()
    story.do(c.AddNote(visibility="player", content={"text": "We have asked the provider."}), HANDLER)
    assert [deliver(story, mailer, LetterKind.MESSAGE) for _ in range(2)] == [Outcome.REFUSED, Outcome.SENT]


def test_where_no_address_can_be_written_to_a_person_sees_to_it() -> None:
    story, mailer = Story(written=TWO), cannot(2)
    assert [deliver(story, mailer) for _ in range(3)] == [Outcome.REFUSED, Outcome.REFUSED, Outcome.NOT_OWED]
    assert [task.task for task in story.case.complaint.open_tasks] == ["letter_refused"]


@pytest.mark.parametrize("reason", ["BadRequestException", "MailFromDomainNotVerified"])
def test_what_speaks_against_the_letter_is_tried_at_no_other_address(reason: str) -> None:
    story, mailer = Story(written=TWO), Mailer([MailRefused(reason, permanent=True)])
    assert [deliver(story, mailer) for _ in range(2)] == [Outcome.REFUSED, Outcome.NOT_OWED]


def test_a_letter_of_practice_is_tried_at_no_other_address() -> None:
    story, mailer = practice(written=TWO), cannot()
    assert [deliver(story, mailer) for _ in range(2)] == [Outcome.REFUSED, Outcome.NOT_OWED]


@pytest.mark.parametrize("kind", sorted(TO_STAFF))
def test_what_staff_are_told_never_goes_to_an_address_of_the_player(kind: LetterKind) -> None:
    story, mailer = told(kind), cannot()
    story.do(c.AddContact(content={"email": "second@example.com"}), HANDLER)
    assert [deliver(story, mailer, kind) for _ in range(2)] == [Outcome.REFUSED, Outcome.NOT_OWED]


# --- An address that works again -----------------------------------------------------------------------


@pytest.mark.parametrize(
    "failed",
    [{"outcome": "bounced", "permanent": True}, {"outcome": "marked_as_spam"}],
    ids=["bounce", "spam"],
)
def test_an_address_that_works_again_can_be_written_to_again(failed: dict[str, Any]) -> None:
    """The player marked one letter as spam by mistake, or their mailbox was away."""
    story, mailer = Story(), Mailer()
    deliver(story, mailer)
    key = story.letter(ACK).key
    story.do(c.RecordDelivery(letter=key, message_id="message-1", **failed))
    story.do(c.AddContact(content={"email": "player@example.com"}), HANDLER)
    story.do(complaints.TRIAGE)
    story.do(c.AddNote(visibility="player", content={"text": "As you asked on the phone."}), HANDLER)
    assert deliver(story, mailer, LetterKind.MESSAGE) is Outcome.SENT
    assert mailer.reached[-1].to == "player@example.com"


def test_letters_of_practice_go_to_one_mailbox_whatever_came_back() -> None:
    story, mailer = practice(written=TWO), Mailer()
    deliver(story, mailer)
    bounce(story, 0)
    story.do(complaints.TRIAGE)
    story.do(c.RequestInformation(content={"question": "Which device?"}), HANDLER)
    deliver(story, mailer, LetterKind.INFORMATION_REQUEST)
    assert [mail.to for mail in mailer.reached] == ["training@example.test"] * 2
