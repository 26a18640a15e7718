"""Mail where a deployment has several brands: each is complained to, or asked, by its own addresses."""

from copy import replace

import pytest

from redress.mailroom.incoming import Incoming
from tests.support.complaints import REGION
from tests.support.mail import COMPLAINTS, DOMAIN, MAILED_REGION, QUESTIONS, Postbox, written

OTHER_COMPLAINTS, OTHER_QUESTIONS = f"help@{DOMAIN}", f"ask@{DOMAIN}"


@pytest.fixture
def two() -> Postbox:
    """That of two brands."""
    first = MAILED_REGION.brands[0]
    second = replace(first, id="southlight", sender=OTHER_COMPLAINTS, questions=OTHER_QUESTIONS)
    return Postbox(region=replace(MAILED_REGION, brands=(first, second)))


def brands(post: Postbox, mail: Incoming, *to: str) -> list[str]:
    """The brands at which a mail is a complaint."""
    came = post.arrives(mail, *to)
    assert {one.taken_as for one in came} == {"complaint"}
    return [post.complaint(str(one.number)).brand for one in came]


def test_the_brand_is_the_one_that_was_written_to(two: Postbox) -> None:
    assert brands(two, written("A"), OTHER_COMPLAINTS.upper()) == ["southlight"]
    assert brands(two, written("B"), f"anything@{DOMAIN}") == ["northlight"]


@pytest.mark.parametrize("to", [(COMPLAINTS, OTHER_COMPLAINTS), (QUESTIONS, OTHER_COMPLAINTS)])
def test_a_mail_to_two_brands_is_a_complaint_at_each(two: Postbox, to: tuple[str, ...]) -> None:
    assert brands(two, written("Pay me, both of you."), *to) == ["northlight", "southlight"]


def test_a_mail_to_two_brands_that_is_told_again_is_still_one_at_each(two: Postbox) -> None:
    arrived = two.put(written("Pay me, both of you."), COMPLAINTS, OTHER_COMPLAINTS)
    first = two.tell(arrived)
    assert two.tell(arrived) == first
    assert len(two.store.complaints) == 2


def test_the_same_words_to_two_brands_are_two_complaints(two: Postbox) -> None:
    assert brands(two, written("Pay me."), COMPLAINTS) == ["northlight"]
    assert brands(two, written("Pay me."), OTHER_COMPLAINTS) == ["southlight"]


def test_the_same_words_sent_twice_to_both_are_one_complaint_at_each(two: Postbox) -> None:
    for _ in range(3):
        came = two.arrives(written("Pay me, both of you."), COMPLAINTS, OTHER_COMPLAINTS)
    assert [one.taken_as for one in came] == ["sent_before"] * 2
    assert len(two.store.complaints) == 2


def test_a_player_is_counted_once_for_all_brands(two: Postbox) -> None:
    for turn in range(REGION.player_complaints):
        brands(two, written(f"Complaint {turn}"), COMPLAINTS)
    [came] = two.arrives(written("One more"), OTHER_COMPLAINTS)
    assert two.complaint(str(came.number)).suspicions == ("many",)


def test_two_brands_that_are_asked_get_a_question_each(two: Postbox) -> None:
    arrived = two.put(written("How long does it take?"), QUESTIONS, OTHER_QUESTIONS)
    first = two.tell(arrived)
    assert [one.taken_as for one in first] == ["consultation"] * 2
    assert [one.brand for one in two.notices] == ["northlight", "southlight"]
    assert arrived.mail not in two.mails
    assert two.tell(arrived) == first
    assert len(two.store.consultations.kept) == 2


def test_brands_that_share_an_address_are_one_there() -> None:
    first = MAILED_REGION.brands[0]
    shared = Postbox(region=replace(MAILED_REGION, brands=(first, replace(first, id="southlight"))))
    assert brands(shared, written(), COMPLAINTS) == ["northlight"]
