"""From the bus to the counters: whatever happened to a complaint, it is counted for what it is now.

By the clock: which keys rise, and who is to know.
"""

import json
from typing import TYPE_CHECKING, Any

from aws_lambda_powertools import Logger
from botocore.exceptions import BotoCoreError, ClientError

from redress.adapters import wiring
from redress.adapters.insight_wiring import counters, registers
from redress.domain.reading import RulePackInvalid
from redress.usecases.count import Uncountable, count

if TYPE_CHECKING:
    from redress.domain.raised import Raised
    from redress.usecases.watch import WatchDesk

logger = Logger()

AGAIN = (BotoCoreError, ClientError, RulePackInvalid, Uncountable)
"""What may be mended when it is tried again, or by somebody who reads of it."""


class Unwatched(Exception):
    """Licences that could not be looked at; the next run looks at its own hour."""


def handler(event: dict[str, Any], _context: object) -> dict[str, list[dict[str, str]]]:
    """Count each complaint that messages are about, once; what fails comes again, and holds up no other.

    What comes without messages is the clock.
    """
    if "Records" not in event:
        _by_the_clock()
    told = {record["messageId"]: json.loads(record["body"])["detail"] for record in event.get("Records", [])}
    latest: dict[str, int] = {}
    for one in told.values():
        latest[one["number"]] = max(one["seq"], latest.get(one["number"], 0))
    failed = {number for number, seq in sorted(latest.items()) if not _count(number, seq)}
    return {
        "batchItemFailures": [{"itemIdentifier": one} for one, of in told.items() if of["number"] in failed]
    }


def _count(number: str, seq: int) -> bool:
    try:
        count(registers(), counters(), wiring.region(), number, seq)
    except AGAIN as error:
        logger.warning("not counted", extra={"number": number, "error": type(error).__name__})
        return False
    return True


def _by_the_clock() -> None:
    """Look at each licence, then tell whoever is to know; one that fails holds up no other.

    How long the oldest alarm waits that could not be told is a metric. Raises Unwatched in the end.
    """
    from redress.adapters import watch_wiring  # noqa: PLC0415 - messages are counted without all that
    from redress.usecases import watch  # noqa: PLC0415
    from redress.usecases.reconcile import licences  # noqa: PLC0415

    desk = watch_wiring.desk()
    packs = licences(desk.region)
    unwatched = [pack for pack in packs if not _look(desk, pack, len(packs))]
    waiting = [one for one in watch.untold(desk) if not _tell(desk, one)]
    _tell_lag(max(((desk.now() - one.raised_at).total_seconds() for one in waiting), default=0.0))
    if unwatched:
        raise Unwatched(", ".join(unwatched))


def _look(desk: "WatchDesk", pack: str, licences: int) -> bool:
    from redress.usecases.watch import watch  # noqa: PLC0415 - as above

    try:
        raised = watch(desk, pack, licences)
    except AGAIN as error:
        logger.warning("not looked at", extra={"pack": pack, "error": type(error).__name__})
        return False
    logger.info("looked at", extra={"pack": pack, "raised": [one.id for one in raised]})
    return True


def _tell(desk: "WatchDesk", one: "Raised") -> bool:
    from redress.letters.blocks import LetterIncomplete  # noqa: PLC0415 - as above
    from redress.usecases.watch import tell  # noqa: PLC0415

    try:
        told = tell(desk, one)
    except (*AGAIN, LetterIncomplete) as error:
        logger.warning("alarm not told", extra={"alarm": one.id, "error": type(error).__name__})
        return False
    logger.info("alarm", extra={"alarm": one.id, "pack": one.pack, "told": told})
    return told


def _tell_lag(seconds: float) -> None:
    from aws_lambda_powertools.metrics import MetricUnit, single_metric  # noqa: PLC0415 - as above

    with single_metric(
        name="AlarmLag", unit=MetricUnit.Seconds, value=seconds, namespace="Redress"
    ) as metric:
        metric.add_dimension(name="function", value="insight")
