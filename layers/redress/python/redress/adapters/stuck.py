"""Messages that fail again and again: they stay in their queue, and a person is told.

A queue whose messages hold personal data has no dead letters, which would keep more of it where nobody erases
it. What fails there comes again until it is done, or its fourteen days are over. From one of its tries on it
is counted, for an alarm: `infra/constructs/queue.py`.
"""

from collections.abc import Mapping
from typing import Any

from aws_lambda_powertools.metrics import MetricUnit, single_metric

METRIC = "MessagesStuck"

TRIES = 8
"""So often anything may fail: by then the queue has waited for the longer part of an hour."""


def tell(record: Mapping[str, Any], function: str, tries: int = TRIES) -> None:
    """Count a message of SQS that failed in a function, if this was at least its `tries`-th try."""
    if int(record["attributes"]["ApproximateReceiveCount"]) < tries:
        return
    with single_metric(name=METRIC, unit=MetricUnit.Count, value=1, namespace="Redress") as metric:
        metric.add_dimension(name="function", value=function)
