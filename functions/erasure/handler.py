"""What is known of a person goes: when its erasure was ordered, and when its time is over."""

import json
from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.metrics import MetricUnit, single_metric
from botocore.exceptions import BotoCoreError, ClientError

from redress.adapters import erasure_wiring, wiring
from redress.adapters.s3 import NotDeleted
from redress.domain.audit import UNREADABLE, ChainBroken
from redress.domain.errors import Conflict, NotFound
from redress.domain.reading import RulePackInvalid
from redress.usecases.erase import MailsElsewhere, erase

logger = Logger()

AGAIN = (
    *(BotoCoreError, ClientError, NotDeleted, Conflict, NotFound, MailsElsewhere),
    *(RulePackInvalid, ChainBroken, *UNREADABLE),
)
"""What may be mended when it is tried again, or by somebody who reads of it."""

MOST = 50
"""Erasures that a run of the clock finishes: what the queue does not, which is hardly ever any."""


def handler(event: dict[str, Any], _context: object) -> dict[str, list[dict[str, str]]]:
    """Work on orders of the queue, one that is to come again reported alone; by the clock, on the rest."""
    if "Records" not in event:
        _by_the_clock()
    failed = [
        {"itemIdentifier": record["messageId"]}
        for record in event.get("Records", [])
        if not _erase(json.loads(record["body"])["detail"]["number"])
    ]
    return {"batchItemFailures": failed}


def _erase(number: str) -> bool:
    """Whether it is done. One that fails holds up no other."""
    try:
        came = erase(erasure_wiring.eraser(), number)
    except AGAIN as error:
        logger.warning("erasure failed here", extra={"number": number, "error": type(error).__name__})
        return False
    logger.info("erasure", extra={"number": number, "came": came})
    return True


def _by_the_clock() -> None:
    """Finish what was ordered, say how long the oldest of the rest waits, and order what is over."""
    waiting = erasure_wiring.table().ordered(MOST)
    left = [one.at for one in waiting if not _erase(one.number)]
    left += [
        one.at for one in waiting[MOST - 1 :]
    ]  # of a full page the last: what follows is not much younger
    lag = max(((wiring.now() - at).total_seconds() for at in left), default=0.0)
    with single_metric(name="ErasureLag", unit=MetricUnit.Seconds, value=lag, namespace="Redress") as metric:
        metric.add_dimension(name="function", value="erasure")
    from redress.usecases.retention import order_overdue  # noqa: PLC0415 - the queue's path reads no packs

    looked = order_overdue(wiring.desk(), erasure_wiring.table())
    logger.info("retention", extra=vars(looked))
