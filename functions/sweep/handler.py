"""Every few minutes: whatever is past its attention instant is woken, or gets a new execution."""

from datetime import timedelta
from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.metrics import MetricUnit, single_metric
from botocore.exceptions import BotoCoreError, ClientError

from redress.adapters import wiring
from redress.adapters.clients import client
from redress.adapters.stepfunctions import Workflow
from redress.usecases.sweep import sweep

logger = Logger()


def handler(_event: dict[str, Any], _context: object) -> None:
    """One sweep. Its lags are metrics; the alarm treats a missing one as a breach."""
    now, grace = wiring.now(), timedelta(seconds=wiring.region().attention_seconds)
    workflow, faults = Workflow(client("stepfunctions")), (BotoCoreError, ClientError)
    swept = sweep(wiring.table(), workflow, now, grace, faults)
    told = {"overlooked": swept.overlooked, "woken": swept.woken, "failed": swept.failed}
    (logger.warning if swept.failed else logger.info)("swept", extra=told)
    _tell("SweepLag", swept.lag_seconds)
    owed_since = wiring.table().consultations.owed_since(now)
    _tell("ConsultationLag", (now - owed_since).total_seconds() if owed_since else 0.0)


def _tell(name: str, seconds: float) -> None:
    with single_metric(name=name, unit=MetricUnit.Seconds, value=seconds, namespace="Redress") as metric:
        metric.add_dimension(name="function", value="sweep")
