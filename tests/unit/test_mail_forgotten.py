"""A mail that is told again after its bytes were erased: done, where it is certain that they were."""

import pytest

from redress.domain import commands as c
from redress.domain.actors import PLAYER, SYSTEM
from redress.domain.errors import NotFound
from redress.mailroom.incoming import Incoming
from redress.usecases.link_duplicate import link_duplicate
from redress.usecases.mail_ports import Arrived, MailGone
from redress.usecases.ports import CaseFile
from redress.usecases.receive_mail import Came
from tests.support.complaints import HANDLER
from tests.support.mail import COMPLAINTS, PDF_FILE, Postbox, signed, written


def forget(post: Postbox, *numbers: str) -> None:
    """The complaints are taken back and erased, and with them all mails."""
    for number in numbers:
        post.office.do(number, c.Withdraw(), PLAYER)
        post.office.do(number, c.OrderErasure(because="request"), SYSTEM)
        post.office.do(number, c.RecordErased(contents=2, files=0, mails=1), SYSTEM)
    post.mails.clear()


def comes_again(post: Postbox, arrived: Arrived) -> None:
    """It is told again, and stays in its queue until somebody looks."""
    with pytest.raises(MailGone):
        post.tell(arrived)


def test_a_reply_that_was_erased_is_done(post: Postbox) -> None:
    number = post.complained()
    arrived = post.put(written(attachments=(PDF_FILE,)), signed(number))
    post.tell(arrived)
    forget(post, number)
    before = post.names(number)
    post.files.clear()
    assert post.tell(arrived) == (Came(taken_as="forgotten", number=number),)
    assert post.names(number) == before
    assert post.files == {}


def in_thread_of(number: str) -> Incoming:
    """A mail of a program that answers to another address, and names what it answers."""
    return written(references=(f"<{signed(number)}>",), attachments=(PDF_FILE,))


def test_a_reply_by_its_thread_alone_that_was_erased_is_done(post: Postbox) -> None:
    """Only its bytes named the thread, and they are gone."""
    number = post.complained()
    arrived = post.put(in_thread_of(number), COMPLAINTS)
    assert post.tell(arrived) == (Came(taken_as="reply", number=number, files=1),)
    forget(post, number)
    before = post.names(number)
    post.files.clear()
    assert post.tell(arrived) == (Came(taken_as="forgotten", number=number),)
    assert post.names(number) == before
    assert post.files == {}


def test_one_in_the_thread_of_a_duplicate_went_with_what_that_goes_on_in(post: Postbox) -> None:
    duplicate, primary = post.complained(), post.complained(key="key-2")
    request = post.office.request("link")
    link_duplicate(post.desk, duplicate, primary, "The same.", HANDLER, request, lambda _: None)
    arrived = post.put(in_thread_of(duplicate), COMPLAINTS)
    post.tell(arrived)
    forget(post, primary)
    assert post.tell(arrived) == (Came(taken_as="forgotten", number=primary),)


def test_one_in_a_thread_that_nobody_knew_is_done_with_what_it_began(post: Postbox) -> None:
    number = post.complained("other@example.com")
    arrived = post.put(in_thread_of(number), COMPLAINTS)
    [begun] = post.tell(arrived)
    assert begun.number != number
    forget(post, number)
    comes_again(post, arrived)
    forget(post, str(begun.number))
    assert post.tell(arrived) == (Came(taken_as="forgotten", number=begun.number),)


@pytest.mark.parametrize("by_address", [True, False])
def test_a_mail_about_an_erased_complaint_is_a_new_one_and_done_when_that_was_erased(
    post: Postbox, *, by_address: bool
) -> None:
    """Nobody is known there any more: so it is whether it was written to the address or in the thread."""
    number = post.complained()
    forget(post, number)
    arrived = post.put(written(), signed(number)) if by_address else post.put(in_thread_of(number))
    [begun] = post.tell(arrived)
    assert (begun.taken_as, begun.number == number) == ("complaint", False)
    forget(post, str(begun.number))
    assert post.tell(arrived) == (Came(taken_as="forgotten", number=begun.number),)


def test_a_mail_in_a_thread_that_vanished_before_the_erasure_comes_again(post: Postbox) -> None:
    arrived = post.put(in_thread_of(post.complained()), COMPLAINTS)
    post.tell(arrived)
    post.mails.clear()
    comes_again(post, arrived)


def test_a_complaint_by_mail_that_was_erased_is_done(post: Postbox) -> None:
    arrived = post.put(written())
    [begun] = post.tell(arrived)
    forget(post, str(begun.number))
    assert post.tell(arrived) == (Came(taken_as="forgotten", number=begun.number),)


def test_a_mail_to_two_complaints_is_done_when_both_were_erased(post: Postbox) -> None:
    numbers = post.complained(), post.complained(key="key-2")
    arrived = post.put(written(), *(signed(one) for one in numbers))
    post.tell(arrived)
    forget(post, *numbers)
    assert {one.number for one in post.tell(arrived)} == set(numbers)


def test_while_one_of_two_complaints_stays_its_files_may_be_missing_there(post: Postbox) -> None:
    gone, stays = post.complained(), post.complained(key="key-2")
    arrived = post.put(written(), signed(gone), signed(stays))
    post.tell(arrived)
    forget(post, gone)
    comes_again(post, arrived)


def test_what_one_of_two_complaints_never_had_is_lost_there(post: Postbox) -> None:
    gone, late = post.complained(), post.complained(key="key-2")
    first = post.put(written(), signed(gone))
    post.tell(first)
    forget(post, gone, late)
    both = Arrived(**{**vars(first), "recipients": (signed(gone), signed(late))})
    comes_again(post, both)


def test_of_a_mail_that_the_erased_complaint_never_had_nobody_knows_whose_it_was(post: Postbox) -> None:
    number = post.complained()
    arrived = post.put(written(), signed(number))
    forget(post, number)
    comes_again(post, arrived)


def test_a_mail_that_vanished_before_the_erasure_comes_again(post: Postbox) -> None:
    number = post.complained()
    arrived = post.put(written(), signed(number))
    post.tell(arrived)
    post.mails.clear()
    comes_again(post, arrived)


def test_a_mail_about_a_duplicate_went_with_what_that_goes_on_in(post: Postbox) -> None:
    duplicate, primary = post.complained(), post.complained(key="key-2")
    request = post.office.request("link")
    link_duplicate(post.desk, duplicate, primary, "The same.", HANDLER, request, lambda _: None)
    arrived = post.put(written(), signed(duplicate))
    post.tell(arrived)
    forget(post, primary)
    assert post.tell(arrived) == (Came(taken_as="forgotten", number=primary),)


def test_a_mail_to_a_complaint_that_is_no_more_comes_again(
    post: Postbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    def none(number: str) -> CaseFile:
        raise NotFound(number)

    arrived = post.put(written(), signed(post.complained()), COMPLAINTS)
    post.mails.clear()
    monkeypatch.setattr(post.store, "load", none)
    comes_again(post, arrived)
