"""Every few minutes: whatever is past its attention instant is woken, or gets a new execution."""

from datetime import timedelta
from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.metrics import MetricUnit, single_metric

from redress.adapters import wiring
from redress.adapters.clients import client
from redress.adapters.stepfunctions import Workflow
from redress.usecases.sweep import sweep

logger = Logger()


def handler(_event: dict[str, Any], _context: object) -> None:
    """One sweep. Its lag is a metric; the alarm treats a missing one as a breach."""
    grace = timedelta(seconds=wiring.region().attention_seconds)
    swept = sweep(wiring.table(), Workflow(client("stepfunctions")), wiring.now(), grace)
    logger.info("swept", extra={"overlooked": swept.overlooked, "woken": swept.woken})
    with single_metric(
        name="SweepLag", unit=MetricUnit.Seconds, value=swept.lag_seconds, namespace="Redress"
    ) as metric:
        metric.add_dimension(name="function", value="sweep")
