"""The same complaint twice from one person is asked about once: the back button must not make two of one."""

from datetime import timedelta

import pytest

from tests.support.portal import Visitor

SAID = "We already have this complaint"


@pytest.fixture
def visitor() -> Visitor:
    """Somebody at a portal."""
    return Visitor()


def test_a_form_sent_again_after_the_back_button_is_asked_about_and_nothing_is_stored(
    visitor: Visitor,
) -> None:
    assert visitor.complain().status == 303
    again = visitor.complain()
    assert again.status == 409
    assert SAID in again.text
    assert again.value("description") == "The bonus was not paid."
    assert len(visitor.store.complaints) == 1


def test_whoever_means_another_complaint_with_the_same_words_sends_it_once_more(visitor: Visitor) -> None:
    visitor.complain()
    page = visitor.complain()
    assert '<input type="hidden" name="again" value="yes">' in page.body
    meant = visitor.fill(nonce=page.nonce(), again="yes")
    first, twice = (visitor.post("/complaints", meant) for _ in range(2))
    assert (first.status, twice.location) == (303, first.location)
    assert len(visitor.store.complaints) == 2


@pytest.mark.parametrize(
    "changes", [{"description": "Another matter."}, {"email": "other@example.test"}, {"amount": "30"}]
)
def test_whatever_differs_is_another_complaint(visitor: Visitor, changes: dict[str, str]) -> None:
    visitor.complain()
    assert visitor.complain(**changes).status == 303


def test_the_same_words_on_another_day_are_another_complaint(visitor: Visitor) -> None:
    visitor.complain()
    visitor.now += timedelta(days=1)
    assert visitor.complain().status == 303


def test_what_could_not_be_stored_is_not_remembered(visitor: Visitor) -> None:
    assert visitor.complain(email="none").status == 422
    assert visitor.complain().status == 303


def test_the_first_complaint_is_told_to_nobody_who_only_knows_its_words(visitor: Visitor) -> None:
    path = visitor.complained()
    page = visitor.complain()
    assert path.split("/")[2] not in page.body
    assert path.split("/")[3] not in page.body
