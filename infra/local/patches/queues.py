"""Lambda event source mappings on queues: the window in which a batch gathers, and batches of more than ten.

The stock platform hands over whatever a queue holds, at once and ten messages at the most. AWS waits until
the batch is full, or its window is over.
"""

import time

from ministack.services import lambda_svc, sqs

from . import AnyFunction, Json, around

gathering: dict[str, float] = {}
"""By queue, since when a batch gathers. Seconds of the monotonic clock."""


@around(sqs, "_receive_messages_for_esm")
def a_batch_gathers(receive: AnyFunction, queue: str, most: int) -> list[Json]:
    """Nothing while the batch is neither full nor old enough; then all of it."""
    window = window_of(queue)
    if not window:
        return list(receive(queue, most))
    found = waiting(queue)
    if not found:
        gathering.pop(queue, None)
        return []
    if found < most and time.monotonic() - gathering.setdefault(queue, time.monotonic()) < window:
        return []
    gathering.pop(queue, None)
    return full_batch(receive, queue, most)


def window_of(queue: str) -> float:
    """Seconds for which the mapping on this queue lets a batch gather; 0 where it does not."""
    arn = sqs._queues[queue]["attributes"]["QueueArn"]
    windows = (
        one["MaximumBatchingWindowInSeconds"]
        for one in lambda_svc._esms.values()
        if one["EventSourceArn"] == arn
    )
    return float(next(windows, 0))


def waiting(queue: str) -> int:
    """How many messages nobody holds."""
    now = time.time()
    with sqs._queues_lock:
        return sum(one.get("visible_at", now) <= now for one in sqs._queues[queue]["messages"])


def full_batch(receive: AnyFunction, queue: str, most: int) -> list[Json]:
    """As many messages as there are, of a batch: the stock platform gives ten at a time."""
    batch: list[Json] = []
    while len(batch) < most and (more := receive(queue, most - len(batch))):
        batch += more
    return batch
