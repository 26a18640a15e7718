"""What a write of STATE calls for: a start, a wake, or nothing."""

from dataclasses import dataclass, field

import pytest

from redress.usecases.wake import Effect, Seen, carry_out, effect_of

NUMBER = "R7K3-9QXM-3"


def seen(version: int = 1, generation: int = 1, token: str | None = None) -> Seen:
    return Seen(number=NUMBER, version=version, generation=generation, token=token)


@dataclass
class Ear:
    """A workflow that remembers what it was told."""

    heard: list[tuple[str, object]] = field(default_factory=list)

    def wake(self, token: str) -> bool:
        self.heard.append(("wake", token))
        return True

    def start(self, number: str, generation: int) -> None:
        self.heard.append(("start", (number, generation)))


@pytest.mark.parametrize(
    ("before", "after", "effect"),
    [
        (None, seen(), "start"),
        (seen(4, 1, "t"), seen(4, 2), "start"),
        (seen(4, 1, "t"), seen(5, 1, "t"), "wake"),
        (seen(4), seen(5), None),
        (seen(4), seen(4, 1, "t"), None),
        (seen(4, 1, "t"), seen(4), None),
        (seen(4, 1, "t"), seen(4, 1, "u"), None),
    ],
    ids=[
        "a new complaint is started",
        "a raised generation is started",
        "a change wakes the wait it finds",
        "a change that finds no wait needs no wake",
        "parking wakes nobody",
        "coming to rest wakes nobody",
        "parking again wakes nobody",
    ],
)
def test_a_write_calls_for(before: Seen | None, after: Seen, effect: str | None) -> None:
    found = effect_of(before, after)
    assert (found.effect if found else None) == effect


def test_an_effect_carries_number_version_and_name_and_nothing_else() -> None:
    assert effect_of(seen(4, 1, "secret token"), seen(5, 1, "secret token")) == Effect(
        number=NUMBER, seq=5, effect="wake"
    )


def test_a_start_names_the_generation_of_the_state_given() -> None:
    ear = Ear()
    carry_out(Effect(number=NUMBER, seq=1, effect="start"), seen(9, 3), ear)
    assert ear.heard == [("start", (NUMBER, 3))]


def test_a_wake_completes_the_wait_of_the_state_given_if_there_is_one() -> None:
    ear, wake = Ear(), Effect(number=NUMBER, seq=5, effect="wake")
    carry_out(wake, seen(5, 1, "token"), ear)
    carry_out(wake, seen(5), ear)
    assert ear.heard == [("wake", "token")]
