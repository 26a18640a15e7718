"""What follows from a change of a complaint's state: start its execution, or wake it."""

from typing import Protocol

from redress.domain.values import Value


class Seen(Value):
    """STATE before or after a write, as far as the relay cares. `token` is that of the live wait, if any."""

    number: str
    version: int
    generation: int
    token: str | None = None


class Effect(Value):
    """What is to be done for a complaint: `start`, `wake` or `publish`. This is all that travels.

    `seq` is the version that called for it; for `publish` that is the event itself.
    """

    number: str
    seq: int
    effect: str


class Waker(Protocol):
    """The workflow's ear."""

    def wake(self, token: str) -> bool:
        """Complete a wait; False when the token was used or has expired."""


class Workflow(Waker, Protocol):
    """The workflow's ear and its beginning."""

    def start(self, number: str, generation: int) -> None:
        """Start the execution of a generation; that it exists already is success."""


class Effects(Protocol):
    """Where an effect waits that could not be carried out at once."""

    def put(self, effect: Effect) -> None:
        """Keep the effect; raises when even that fails."""


def effect_of(before: Seen | None, after: Seen) -> Effect | None:
    """What a write of STATE calls for, or None.

    A risen generation (or a new complaint) starts an execution. A risen version wakes the wait whose token
    is in the new image; without a token nobody waits yet, and the next park fails on the version it saw.
    """
    if before is None or after.generation > before.generation:
        return Effect(number=after.number, seq=after.version, effect="start")
    if after.version > before.version and after.token:
        return Effect(number=after.number, seq=after.version, effect="wake")
    return None


def publication(number: str, seq: int) -> Effect:
    """What a new event calls for: that it is published."""
    return Effect(number=number, seq=seq, effect="publish")


def carry_out(effect: Effect, state: Seen, workflow: Workflow) -> None:
    """Start or wake on the state given: from the stream record at once, or re-read when it is done later."""
    if effect.effect == "start":
        workflow.start(state.number, state.generation)
    elif state.token:
        workflow.wake(state.token)
