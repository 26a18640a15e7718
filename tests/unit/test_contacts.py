"""A player's addresses are tried in their order, each letter only forwards, and those that fail no more."""

from copy import replace
from typing import Any

import pytest

from redress.domain import commands as c
from redress.domain import events as e
from redress.domain.correspondence import NO_CONTACT, Delivery, Letter, LetterKind, LetterStatus
from redress.domain.next_step import NextStep, Step
from redress.domain.stages import Stage
from redress.usecases.contacts import contacts, has_working, next_contact, other_contact
from redress.usecases.ports import CaseFile
from tests.support.complaints import SYSTEM, Case, at_stage, milestone, personal, submit
from tests.support.deliveries import claim, leave, names, owed, refuse, tasks, told
from tests.support.letters import WRITTEN, Story

ACK, FINAL = LetterKind.ACKNOWLEDGEMENT, LetterKind.FINAL_RESPONSE

# --- Which addresses there are ----------------------------------------------------------------------------


def known(**written: Any) -> CaseFile:
    """A complaint in which the player wrote such fields."""
    return Story(written={**WRITTEN, **written}).case


def test_the_first_address_is_that_of_the_complaint_and_added_ones_come_last() -> None:
    story = Story(written={**WRITTEN, "other_emails": ["second@example.com", "third@example.com"]})
    story.do(c.AddContact(content={"email": "fourth@example.com"}))
    names = ("player", "second", "third", "fourth")
    assert contacts(story.case) == tuple(f"{name}@example.com" for name in names)


@pytest.mark.parametrize("again", ["player@example.com", "Player@Example.com", " player@example.com "])
def test_an_address_that_is_told_again_is_the_same_one(again: str) -> None:
    assert contacts(known(other_emails=[again])) == ("player@example.com",)


def test_an_address_that_a_person_added_has_a_place_of_its_own() -> None:
    story = Story()
    story.do(c.AddContact(content={"email": "Player@example.com"}))
    assert contacts(story.case) == ("player@example.com", "Player@example.com")


@pytest.mark.parametrize(
    ("address", "failed", "works"),
    [
        ("player@example.com", set(), True),
        (" PLAYER@example.com", set(), True),
        ("player@example.com", {0}, False),
        ("second@example.com", {0}, True),
        ("other@example.com", set(), False),
    ],
)
def test_an_address_works_that_is_known_and_has_not_failed(
    address: str,
    failed: set[int],
    works: bool,  # noqa: FBT001
) -> None:
    case = known(other_emails=["second@example.com"])
    case = replace(case, complaint=replace(case.complaint, failed_contacts=frozenset(failed)))
    assert has_working(case, address) is works


@pytest.mark.parametrize("nothing", [None, "", "  ", 7, {"email": "second@example.com"}])
def test_what_is_no_list_of_addresses_adds_none(nothing: object) -> None:
    assert contacts(known(other_emails=nothing)) == ("player@example.com",)


def test_after_an_erasure_no_address_is_known() -> None:
    story = Story()
    story.store.contents[story.number].clear()
    assert contacts(story.case) == ()
    assert next_contact(story.case, story.letter(ACK)) == 0  # the letter cannot be written, and says so
    assert not other_contact(story.case, 0)


# --- Which is tried ------------------------------------------------------------------------------------

THREE = ["second@example.com", "third@example.com"]


@pytest.mark.parametrize(
    ("failed", "failed_at", "place"),
    [
        (set(), None, 0),
        ({0}, None, 1),
        ({0, 1}, None, 2),
        ({0, 1, 2}, None, None),
        (set(), 0, 1),  # it was full, and may be tried by other letters
        (set(), 1, 2),
        ({2}, 1, None),
        (set(), 2, None),
        ({1}, 0, 2),
    ],
)
def test_a_letter_goes_to_the_first_address_that_neither_failed_it_nor_fails(
    failed: set[int], failed_at: int | None, place: int | None
) -> None:
    case = known(other_emails=THREE)
    letter = replace(case.complaint.letters["acknowledgement-1"], failed_at=failed_at)
    case = replace(case, complaint=replace(case.complaint, failed_contacts=frozenset(failed)))
    assert next_contact(case, letter) == place
    if failed_at is not None:
        assert other_contact(case, failed_at) is (place is not None)


def test_a_letter_that_every_address_returns_is_tried_at_each_of_them_once() -> None:
    story = Story(written={**WRITTEN, "other_emails": THREE})
    tried: list[int] = []
    while story.letter(ACK).status is LetterStatus.OWED:
        place = next_contact(story.case, story.letter(ACK))
        assert place is not None
        tried.append(place)
        message = f"message-{place}"
        story.do(c.ClaimLetter(letter=story.letter(ACK).key, contact=place))
        story.do(c.RecordLetterSent(letter=story.letter(ACK).key, message_id=message))
        story.do(_full(story.letter(ACK), message, other=other_contact(story.case, place)))
    assert tried == [0, 1, 2]


def _full(letter: Letter, message: str, *, other: bool) -> c.RecordDelivery:
    """Its mailbox is full."""
    return c.RecordDelivery(
        letter=letter.key, message_id=message, outcome=Delivery.BOUNCED, other_contact=other
    )


# --- Addresses that fail -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("outcome", "permanent", "failed"),
    [
        (Delivery.BOUNCED, True, {0}),
        (Delivery.BOUNCED, False, set()),  # a full mailbox
        (Delivery.SPAM, False, {0}),
        (Delivery.DELAYED, False, set()),
        (Delivery.DELIVERED, False, set()),
    ],
)
def test_only_what_fails_for_good_spoils_an_address(
    outcome: Delivery,
    permanent: bool,  # noqa: FBT001
    failed: set[int],
) -> None:
    case = at_stage(Stage.ACKNOWLEDGED)
    told(case, ACK, outcome, permanent=permanent)
    assert case.complaint.failed_contacts == failed


@pytest.mark.parametrize(
    ("reason", "failed"), [("InvalidAddress", {0}), ("BadRequestException", set()), (NO_CONTACT, set())]
)
def test_an_address_that_cannot_be_written_to_is_not_tried_again(reason: str, failed: set[int]) -> None:
    case = at_stage(Stage.RECEIVED)
    claim(case, ACK)
    refuse(case, ACK, reason)
    assert case.complaint.failed_contacts == failed


def test_letters_of_practice_say_nothing_about_an_address_and_go_once() -> None:
    case = Case(replace(submit(), training=True))
    case.send(ACK)
    told(case, ACK, Delivery.BOUNCED, other=True)
    assert case.complaint.failed_contacts == frozenset()
    assert not case.letter(ACK).again


def test_whoever_has_no_address_left_misses_what_need_not_arrive_without_a_task() -> None:
    case = at_stage(Stage.RESOLVED)
    refuse(case, LetterKind.FEEDBACK_REQUEST, NO_CONTACT)
    assert tasks(case) == []
    assert case.letter(LetterKind.FEEDBACK_REQUEST).status is LetterStatus.ABANDONED


def test_whoever_has_no_address_left_is_written_to_by_a_person_where_it_has_to_be() -> None:
    case = at_stage(Stage.RECEIVED)
    refuse(case, ACK, NO_CONTACT)
    assert tasks(case) == [("letter_refused", "acknowledgement-1")]


def test_staff_are_told_once_that_their_mailbox_fails_whatever_bounced_of_the_players() -> None:
    case = at_stage(Stage.INVESTIGATING)
    told(case, ACK, Delivery.BOUNCED)
    for level in (1, 2):
        case.do(milestone(f"escalation_{level}", level=level), SYSTEM)
        leave(case, LetterKind.ESCALATION, f"notice-{level}")
        told(case, LetterKind.ESCALATION, Delivery.BOUNCED, f"notice-{level}", other=True)
    assert [task for task, _ in tasks(case)] == ["letter_bounced", "letter_bounced"]
    assert not case.letter(LetterKind.ESCALATION).again


# --- Another address is known --------------------------------------------------------------------------

ADD = c.AddContact(content={"email": "other@example.com"})


def test_what_was_refused_for_want_of_an_address_goes_to_the_new_one() -> None:
    case = at_stage(Stage.DECIDED)
    refuse(case, FINAL, NO_CONTACT)
    assert names(case.do(ADD)) == ["ContactAdded", "TaskClosed"]
    assert owed(case) == NextStep(step=Step.RESOLVE, letter=case.letter(FINAL))
    leave(case, FINAL, "message-2", contact=1)
    assert case.complaint.final_response_sent_at  # it is its first sending: everything counts from it


def test_what_bounced_goes_to_the_new_address() -> None:
    case = at_stage(Stage.CLOSED)
    told(case, FINAL, Delivery.BOUNCED)
    case.do(ADD)
    assert owed(case) == NextStep(step=Step.RESOLVE, letter=case.letter(FINAL))
    assert tasks(case) == []


@pytest.mark.parametrize("flying", [LetterStatus.CLAIMED, LetterStatus.SENT])
def test_what_is_on_its_way_to_another_address_is_not_sent_beside_it(flying: LetterStatus) -> None:
    case = at_stage(Stage.ACKNOWLEDGED)
    told(case, ACK, Delivery.BOUNCED, other=True)
    claim(case, ACK, contact=1)
    if flying is LetterStatus.SENT:
        case.do(c.RecordLetterSent(letter=case.letter(ACK).key, message_id="message-2"), SYSTEM)
    assert [change.event for change in case.do(ADD)] == [e.ContactAdded(letters=())]
    assert case.letter(ACK).status is flying
    assert tasks(case) == [("letter_bounced", "acknowledgement-1")]


def test_a_new_address_alone_sends_nothing() -> None:
    case = at_stage(Stage.CLOSED)
    case.do(ADD)
    assert owed(case).step is Step.DONE


def test_a_pause_that_came_to_nothing_is_not_announced_to_the_new_address() -> None:
    case = at_stage(Stage.INVESTIGATING)
    case.do(c.PauseClock(reason="police", content=personal("explanation")))
    refuse(case, LetterKind.PAUSE, NO_CONTACT)
    assert case.complaint.pause("police") is None
    case.do(ADD)
    assert owed(case).letter is None
