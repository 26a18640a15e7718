"""However the requests of a client fall on instances and minutes, no minute lets more pass than the limit."""

from collections import Counter
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from tests.support.allowances import Instance, SharedInMemory
from tests.support.complaints import T0

INSTANCES = 6
# Which instance is asked, and in which second after T0: minutes come in any order, as wrong clocks make them.
REQUESTS = st.lists(st.tuples(st.integers(0, INSTANCES - 1), st.integers(0, 150)), min_size=1, max_size=150)


@given(limit=st.integers(1, 1200), requests=REQUESTS)
def test_no_minute_lets_more_pass_than_the_limit(limit: int, requests: list[tuple[int, int]]) -> None:
    shared = SharedInMemory()
    instances = [Instance(shared) for _ in range(INSTANCES)]
    passed: Counter[int] = Counter()
    for instance, second in requests:
        passed[second // 60] += instances[instance].passes(limit, T0 + timedelta(seconds=second))
    assert all(count <= limit for count in passed.values())


@given(limit=st.integers(1, 60), order=st.lists(st.integers(0, INSTANCES - 1), min_size=400, max_size=400))
def test_requests_beyond_the_limit_use_all_of_it_up(limit: int, order: list[int]) -> None:
    shared = SharedInMemory()
    instances = [Instance(shared) for _ in range(INSTANCES)]
    passed = sum(instances[one].passes(limit, T0) for one in (*order, *list(range(INSTANCES)) * limit))
    assert passed == limit


@given(limit=st.integers(1, 1200), requests=st.integers(1, 1200))
def test_an_instance_asks_less_often_than_it_is_asked(limit: int, requests: int) -> None:
    shared = SharedInMemory()
    instance = Instance(shared)
    for _ in range(requests):
        instance.passes(limit, T0)
    assert len(shared.draws) <= requests
    if limit >= 100:
        assert len(shared.draws) <= 7 + requests * 12 // limit + requests // 40
