"""The sweep: whatever is past its attention instant is woken, or gets a new execution."""

from datetime import datetime, timedelta

from redress.domain.values import Value
from redress.usecases.ports import AttentionStore, Overlooked
from redress.usecases.wake import Waker

BATCH = 100


class Swept(Value):
    """What one sweep found: how many were overlooked, how many were woken, and the largest lag in seconds.

    `failed` of them could be neither woken nor given a new execution: the next sweep finds them again.
    """

    overlooked: int
    woken: int
    lag_seconds: float
    failed: int = 0


def sweep(
    store: AttentionStore,
    waker: Waker,
    now: datetime,
    grace: timedelta,
    faults: tuple[type[Exception], ...] = (),
) -> Swept:
    """Take up to BATCH complaints of each shard that are past their attention instant (`now` is UTC).

    One whose wait still answers is woken; for any other the generation is raised, and the relay starts the
    next execution. Either way it is looked at again after `grace` if nothing has come of it. One that meets
    one of `faults` (errors of the services) keeps no other waiting. Raises what reading raises, after those
    that were read before have been seen to.
    """
    overlooked = woken = failed = 0
    lag = 0.0
    for one in store.overlooked(now, BATCH):
        overlooked += 1
        lag = max(lag, (now - one.attention_at).total_seconds())
        try:
            woken += _attend(store, waker, one, now + grace)
        except faults:
            failed += 1
    return Swept(overlooked=overlooked, woken=woken, lag_seconds=lag, failed=failed)


def _attend(store: AttentionStore, waker: Waker, one: Overlooked, again_at: datetime) -> bool:
    """Whether it could be woken. A woken one parks anew; one that cannot is found again by the next sweep."""
    if one.token and waker.wake(one.token):
        return True
    store.raise_generation(one.number, one.generation, again_at)
    return False
