"""The sweep: whatever is past its attention instant is woken, or gets a new execution."""

from datetime import datetime, timedelta

from redress.domain.values import Value
from redress.usecases.ports import AttentionStore, Overlooked
from redress.usecases.wake import Waker

BATCH = 100


class Swept(Value):
    """What one sweep found: how many were overlooked, how many were woken, and the largest lag in seconds."""

    overlooked: int
    woken: int
    lag_seconds: float


def sweep(store: AttentionStore, waker: Waker, now: datetime, grace: timedelta) -> Swept:
    """Take up to BATCH complaints of each shard that are past their attention instant (`now` is UTC).

    One whose wait still answers is woken; for any other the generation is raised, and the relay starts the
    next execution. Either way it is looked at again after `grace` if nothing has come of it.
    """
    found = list(store.overlooked(now, BATCH))
    woken = sum(_attend(store, waker, one, now + grace) for one in found)
    lag = max(((now - one.attention_at).total_seconds() for one in found), default=0.0)
    return Swept(overlooked=len(found), woken=woken, lag_seconds=lag)


def _attend(store: AttentionStore, waker: Waker, one: Overlooked, again_at: datetime) -> bool:
    """Whether it could be woken. A woken one parks anew; one that cannot is found again by the next sweep."""
    if one.token and waker.wake(one.token):
        return True
    store.raise_generation(one.number, one.generation, again_at)
    return False
