"""Mails as they came, of complaints under a legal hold: what is kept, from when on, and how long."""

from collections.abc import Callable

import pytest

from redress.domain import commands as c
from redress.domain.errors import NotFound
from redress.usecases import keep_mails
from tests.support.mail import FORGED, Postbox, signed, written

WHY = {"reason": "A letter before action came."}
PLACE, LIFT = c.PlaceLegalHold(content=WHY), c.LiftLegalHold(content=WHY)


@pytest.fixture
def number(post: Postbox) -> str:
    """A complaint with a reply and a mail that waits for a person."""
    made = post.complained()
    post.arrives(written("It is still missing."), signed(made))
    post.arrives(written("Pay him nothing."), signed(made), verdicts=FORGED)
    return made


def settle(post: Postbox, number: str) -> int:
    """The bus tells that something turned."""
    return keep_mails.settle(post.desk, post.room.mails, number)


def hold(post: Postbox, number: str) -> int:
    """A hold is placed, and the bus tells of it."""
    post.office.do(number, PLACE)
    return settle(post, number)


def kept(post: Postbox, number: str) -> list[str]:
    """The mails that are kept for a complaint."""
    return sorted(mail for held, mail in post.held if held == number)


def test_all_mails_of_a_complaint_are_kept_whatever_they_were_taken_as(post: Postbox, number: str) -> None:
    assert hold(post, number) == 2
    assert kept(post, number) == ["ses-1", "ses-2"]


def test_mails_of_other_complaints_are_not(post: Postbox, number: str) -> None:
    other = post.complained(key="key-2", email="other@example.com")
    post.arrives(written(sender="other@example.com"), signed(other))
    hold(post, number)
    assert kept(post, other) == []


def test_a_mail_that_comes_under_a_hold_is_kept_at_once(post: Postbox, number: str) -> None:
    hold(post, number)
    post.arrives(written("And now?"), signed(number))
    post.arrives(written("Forged again."), signed(number), verdicts=FORGED)
    assert kept(post, number) == ["ses-1", "ses-2", "ses-3", "ses-4"]


def test_a_mail_that_is_told_before_the_hold_and_again_under_it_is_kept(post: Postbox, number: str) -> None:
    arrived = post.put(written("And now?"), signed(number))
    post.tell(arrived)
    post.office.do(number, PLACE)
    post.tell(arrived)
    assert kept(post, number) == [arrived.mail]


def test_nothing_is_kept_without_a_hold(post: Postbox, number: str) -> None:
    assert settle(post, number) == 0
    assert post.held == set()


def test_what_was_kept_goes_when_the_hold_is_lifted_and_nobody_elses(post: Postbox, number: str) -> None:
    other = post.complained(key="key-2", email="other@example.com")
    post.arrives(written(sender="other@example.com"), signed(other))
    hold(post, other)
    hold(post, number)
    post.office.do(number, LIFT)
    assert settle(post, number) == 0
    assert (kept(post, number), kept(post, other)) == ([], ["ses-3"])


def test_a_mail_to_two_complaints_is_kept_for_the_one_that_is_held(post: Postbox, number: str) -> None:
    other = post.complained(key="key-2")
    post.arrives(written(), signed(number), signed(other))
    hold(post, number)
    assert ("ses-3" in kept(post, number), kept(post, other)) == (True, [])


def test_mails_of_a_duplicate_are_kept_for_what_it_goes_on_in_and_not_the_other_way_round(
    post: Postbox, number: str
) -> None:
    duplicate = post.complained(key="key-2")
    post.arrives(written("Once more."), signed(duplicate))
    hold(post, number)
    assert "ses-3" not in kept(post, number)
    post.link(duplicate, number)
    settle(post, number)
    assert kept(post, number) == ["ses-1", "ses-2", "ses-3"]
    post.office.do(number, LIFT)
    settle(post, number)
    assert hold(post, duplicate) == 1
    assert (kept(post, number), kept(post, duplicate)) == ([], ["ses-3"])


def test_messages_may_come_twice_late_and_out_of_order(post: Postbox, number: str) -> None:
    """The message of the first hold comes after that of its end, and that of the second never."""
    for command in (PLACE, LIFT):
        post.office.do(number, command)
    assert [settle(post, number) for _ in range(2)] == [0, 0]
    post.office.do(number, PLACE)
    assert [settle(post, number) for _ in range(2)] == [2, 2]
    assert kept(post, number) == ["ses-1", "ses-2"]


def test_what_ended_before_the_hold_is_not_kept_and_holds_up_no_other(post: Postbox, number: str) -> None:
    del post.mails["ses-1"]
    assert hold(post, number) == 1
    assert kept(post, number) == ["ses-2"]


def test_a_copy_outlives_its_mail(post: Postbox, number: str) -> None:
    hold(post, number)
    post.mails.clear()
    assert settle(post, number) == 0
    assert kept(post, number) == ["ses-1", "ses-2"]


def test_of_a_complaint_that_is_not_there_nothing_is_kept_or_let_go(post: Postbox, number: str) -> None:
    hold(post, number)
    with pytest.raises(NotFound):
        settle(post, "R7K3-9QXM-3")
    assert kept(post, number) == ["ses-1", "ses-2"]


class TestWhatTurnsMeanwhile:
    """A hold is placed or lifted between two steps: in the end it is as the complaint says."""

    def meanwhile(
        self, post: Postbox, monkeypatch: pytest.MonkeyPatch, step: str, happens: Callable[[], object]
    ) -> None:
        """Once, right before the first of these steps, something happens."""
        things, real = [happens], getattr(type(post.room.mails), step)

        def first(mails: object, *told: str) -> None:
            if things:
                things.pop()()
            real(mails, *told)

        monkeypatch.setattr(type(post.room.mails), step, first)

    def test_it_is_lifted_while_copies_are_made(
        self, post: Postbox, number: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        self.meanwhile(post, monkeypatch, "keep", lambda: post.office.do(number, LIFT))
        assert hold(post, number) == 0
        assert kept(post, number) == []

    def test_it_is_placed_again_while_copies_are_let_go(
        self, post: Postbox, number: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        hold(post, number)
        post.office.do(number, LIFT)
        self.meanwhile(post, monkeypatch, "release", lambda: hold(post, number))
        assert settle(post, number) == 2
        assert kept(post, number) == ["ses-1", "ses-2"]

    def test_it_is_lifted_while_a_mail_comes(
        self, post: Postbox, number: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def lift() -> None:
            post.office.do(number, LIFT)
            settle(post, number)

        hold(post, number)
        self.meanwhile(post, monkeypatch, "keep", lift)
        post.arrives(written("And now?"), signed(number))
        assert post.held == set()
