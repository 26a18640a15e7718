"""A letter goes to the address of the player that mail still reaches; where none is left, to a person."""

from redress.domain import commands as c
from redress.domain.correspondence import LetterKind
from redress.usecases.contacts import other_contact
from redress.usecases.send_letter import Outcome
from tests.support import complaints
from tests.support.complaints import HANDLER
from tests.support.letters import WRITTEN, Story, practice
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


def test_letters_of_practice_go_to_one_mailbox_whatever_came_back() -> None:
    story, mailer = practice(written=TWO), Mailer()
    deliver(story, mailer)
    bounce(story, 0)
    story.do(complaints.TRIAGE)
    story.do(c.RequestInformation(content={"question": "Which device?"}), HANDLER)
    deliver(story, mailer, LetterKind.INFORMATION_REQUEST)
    assert [mail.to for mail in mailer.reached] == ["training@example.test"] * 2
