"""A notice leaves once for its message, however often the queue brings it; one window may double it."""

from dataclasses import dataclass, field
from datetime import timedelta

import pytest

from redress.domain.errors import Conflict
from redress.usecases.change import ATTEMPTS
from redress.usecases.ports import Mail, MailRefused, VersionConflict
from redress.usecases.send_notice import CLAIM, NotNow, Sending, send_notice
from tests.support.complaints import T0
from tests.support.desks import Clock, Office
from tests.support.letters import Story
from tests.support.memory_store import MemoryStore
from tests.support.senders import LostAnswer, Mailer, counter

MAIL = Mail(
    letter_id="1234-5678-9/consultation",
    sender="Northlight <complaints@mail.example.test>",
    to="asker@example.com",
    subject="Your question",
    text="",
    html="",
)


@dataclass
class Post:
    """A queue of notices, and what works on it."""

    mailer: Mailer = field(default_factory=Mailer)

    def __post_init__(self) -> None:
        self.clock = Clock(T0)
        self.store = MemoryStore(self.clock)
        self.desk = Office(self.store, self.clock).desk

    def take(self, message: str = "message-1", *, first: bool = True) -> Sending:
        """Work on a message."""
        return send_notice(self.desk, self.mailer, MAIL, message, counter(Story()), first=first)


def test_a_notice_is_sent() -> None:
    post = Post()
    assert post.take() is Sending.SENT
    assert post.mailer.reached == [MAIL]


@pytest.mark.parametrize("later", [timedelta(), CLAIM, timedelta(days=14)])
def test_a_message_that_comes_again_sends_nothing(later: timedelta) -> None:
    post = Post()
    post.take()
    post.clock.at += later
    assert post.take(first=False) is Sending.SENT_BEFORE
    assert len(post.mailer.reached) == 1


def test_another_message_is_another_notice() -> None:
    post = Post()
    assert [post.take("message-1"), post.take("message-2")] == [Sending.SENT, Sending.SENT]


def test_a_message_that_comes_twice_at_once_is_sent_by_one() -> None:
    post = Post()
    seen: list[str] = []

    def second() -> None:
        post.mailer.meanwhile = lambda: None
        with pytest.raises(NotNow):
            post.take()
        seen.append("second")

    post.mailer.meanwhile = second
    assert post.take() is Sending.SENT
    assert (seen, len(post.mailer.reached)) == (["second"], 1)


def test_a_refusal_for_now_lets_the_message_come_again_until_it_leaves() -> None:
    post = Post(Mailer([MailRefused("TooManyRequestsException", permanent=False)] * 3))
    for turn in range(3):
        with pytest.raises(NotNow):
            post.take(first=turn == 0)
        post.clock.at += CLAIM
    assert post.take(first=False) is Sending.SENT


def test_a_refusal_for_good_ends_it() -> None:
    post = Post(Mailer([MailRefused("InvalidAddress", permanent=True)]))
    assert post.take() is Sending.REFUSED


def test_after_a_lost_answer_it_goes_again_once_its_claim_has_run_out() -> None:
    post = Post(Mailer([LostAnswer()]))
    with pytest.raises(LostAnswer):
        post.take()
    post.clock.at += CLAIM - timedelta(seconds=1)
    with pytest.raises(NotNow):
        post.take(first=False)
    post.clock.at += timedelta(seconds=1)
    assert post.take(first=False) is Sending.SENT
    assert len(post.mailer.reached) == 2


def test_over_the_cap_it_is_dropped() -> None:
    post = Post()
    most = Story().desk.region.letters_per_day
    for number in range(most):
        post.take(f"message-{number}")
    assert post.take("one more") is Sending.TOO_MANY
    assert len(post.mailer.reached) == most


def test_a_message_that_comes_again_is_counted_once() -> None:
    post = Post(Mailer([MailRefused("TooManyRequestsException", permanent=False)]))
    with pytest.raises(NotNow):
        post.take()
    post.clock.at += CLAIM
    post.take(first=False)
    assert list(post.store.counts.values()) == [1]


# --- Others count for the same address at once -----------------------------------------------------------


def busy(post: Post, times: int) -> None:
    """The count is not free that often."""

    def collide() -> None:
        raise VersionConflict

    post.store.meanwhile.extend([collide] * times)


def test_it_waits_for_those_who_count_at_once() -> None:
    post = Post()
    busy(post, ATTEMPTS - 1)
    assert post.take() is Sending.SENT


def test_where_the_count_is_never_free_it_has_to_come_again_and_nothing_left() -> None:
    post = Post()
    busy(post, ATTEMPTS)
    with pytest.raises(Conflict):
        post.take()
    assert post.mailer.reached == []
    assert post.take(first=False) is Sending.SENT
