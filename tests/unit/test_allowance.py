"""What a client may ask in a minute, as one instance and as several see it."""

from datetime import timedelta

import pytest

from redress.domain.errors import TooManyRequests
from tests.support.allowances import Instance, SharedInMemory
from tests.support.complaints import T0

NEXT_MINUTE = T0 + timedelta(minutes=1)


def test_one_instance_lets_the_whole_limit_pass_and_no_more() -> None:
    instance = Instance(SharedInMemory())
    assert [instance.passes(7, T0) for _ in range(9)] == [True] * 7 + [False] * 2


def test_the_next_minute_is_a_new_one() -> None:
    instance = Instance(SharedInMemory())
    assert [instance.passes(1, T0), instance.passes(1, T0)] == [True, False]
    assert instance.passes(1, NEXT_MINUTE)


def test_clients_have_their_own_allowances() -> None:
    instance = Instance(SharedInMemory())
    assert instance.passes(1, T0, "crm")
    assert not instance.passes(1, T0, "crm")
    assert instance.passes(1, T0, "chat")


@pytest.mark.parametrize(("second", "wait"), [(0, 60), (1, 59), (59, 1)])
def test_a_refusal_says_when_the_next_minute_begins(second: int, wait: int) -> None:
    instance = Instance(SharedInMemory())
    now = T0 + timedelta(seconds=second, milliseconds=999)
    assert instance.passes(1, now)
    with pytest.raises(TooManyRequests) as refused:
        instance.allowance.spend("crm", 1, now)
    assert (refused.value.limit, refused.value.retry_after) == (1, wait)


def test_a_flood_asks_the_shared_allowance_once_more_and_then_never_in_that_minute() -> None:
    shared = SharedInMemory()
    taker, flooded = Instance(shared), Instance(shared)
    assert all(taker.passes(10, T0) for _ in range(10))
    drawn = len(shared.draws)
    assert not any(flooded.passes(10, T0) for _ in range(1000))
    assert len(shared.draws) == drawn + 1


def test_an_instance_draws_little_at_first_and_then_as_much_as_it_has_spent() -> None:
    shared = SharedInMemory()
    instance = Instance(shared)
    assert all(instance.passes(600, T0) for _ in range(600))
    assert shared.draws == [6, 6, 12, 24, 48, *[50] * 11]
    assert not instance.passes(600, T0)


def test_a_hundred_instances_that_ask_once_each_all_pass() -> None:
    shared = SharedInMemory()
    assert all(Instance(shared).passes(600, T0) for _ in range(100))


def test_what_is_not_spent_lapses_with_the_minute() -> None:
    shared = SharedInMemory()
    instance = Instance(shared)
    assert instance.passes(600, T0)
    assert instance.passes(600, NEXT_MINUTE)
    assert shared.draws == [6, 6]


def test_a_clock_that_goes_back_gives_nobody_a_minute_twice() -> None:
    instance = Instance(SharedInMemory())
    assert [instance.passes(2, T0) for _ in range(3)] == [True, True, False]
    assert instance.passes(2, NEXT_MINUTE)
    assert not instance.passes(2, T0)
    assert [instance.passes(2, NEXT_MINUTE) for _ in range(2)] == [True, False]


def test_requests_pass_and_it_is_told_while_the_shared_allowance_cannot_be_asked() -> None:
    shared = SharedInMemory(broken=True)
    instance = Instance(shared)
    assert all(instance.passes(100, T0) for _ in range(25))
    assert instance.unknown == ["crm"] * len(shared.draws)
    assert len(shared.draws) < 10


def test_the_limit_holds_again_when_the_shared_allowance_answers() -> None:
    shared = SharedInMemory(broken=True)
    instance = Instance(shared)
    assert instance.passes(1, T0)
    shared.broken = False
    assert [instance.passes(1, NEXT_MINUTE), instance.passes(1, NEXT_MINUTE)] == [True, False]
