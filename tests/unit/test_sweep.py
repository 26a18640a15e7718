"""The sweep finds what should have had attention, wakes it or asks for a new execution, and tells the lag."""

from datetime import timedelta

from redress.usecases.sweep import Swept, sweep
from tests.support.complaints import T0
from tests.support.desks import Clock, Office
from tests.support.memory_store import MemoryStore

GRACE = timedelta(seconds=120)


class Scene:
    """A store with one complaint, and waits of which some still answer."""

    def __init__(self) -> None:
        self.clock = Clock()
        self.store = MemoryStore(self.clock)
        self.office = Office(self.store, self.clock)
        self.number = self.office.receive()
        self.answering = {"live"}

    def wake(self, token: str) -> bool:
        """Complete a wait."""
        return token in self.answering

    def sweep(self) -> Swept:
        """One sweep now."""
        return sweep(self.store, self, self.clock(), GRACE)

    @property
    def generation(self) -> int:
        """Of the complaint's execution."""
        return self.store.states[self.number].generation


def test_what_had_its_attention_in_time_is_left_alone() -> None:
    scene = Scene()
    scene.clock.move(120)
    assert scene.sweep() == Swept(overlooked=0, woken=0, lag_seconds=0)


def test_a_complaint_without_a_wait_gets_a_new_execution() -> None:
    scene = Scene()
    scene.clock.move(150)
    assert scene.sweep() == Swept(overlooked=1, woken=0, lag_seconds=30)
    assert scene.generation == 2


def test_a_new_execution_is_given_its_time_before_the_next_look() -> None:
    scene = Scene()
    scene.clock.move(150)
    scene.sweep()
    assert scene.sweep().overlooked == 0
    scene.clock.move(121)
    assert scene.sweep().overlooked == 1


def test_a_wait_that_still_answers_is_woken_and_keeps_its_execution() -> None:
    scene = Scene()
    scene.store.park(scene.number, 1, 1, "live", T0 + GRACE)
    scene.clock.move(121)
    assert scene.sweep() == Swept(overlooked=1, woken=1, lag_seconds=1)
    assert scene.generation == 1


def test_a_wait_that_is_gone_gets_a_new_execution() -> None:
    scene = Scene()
    scene.store.park(scene.number, 1, 1, "dead", T0 + GRACE)
    scene.clock.move(121)
    scene.sweep()
    assert scene.generation == 2


def test_the_lag_is_that_of_the_longest_overlooked() -> None:
    scene = Scene()
    scene.clock.move(60)
    scene.office.receive(key="key-2")
    scene.clock.move(121)
    assert scene.sweep() == Swept(overlooked=2, woken=0, lag_seconds=61)


def test_an_execution_that_was_replaced_meanwhile_is_not_replaced_again() -> None:
    scene = Scene()
    scene.clock.move(150)
    found = list(scene.store.overlooked(scene.clock(), 100))
    scene.store.raise_generation(scene.number, 1, scene.clock() + GRACE)
    scene.store.overlooked = lambda _now, _limit: found  # type: ignore[method-assign,assignment]
    scene.sweep()
    assert scene.generation == 2
