"""From the bus to the counters: whatever happened to a complaint, it is counted for what it is now."""

import json
from typing import Any

from aws_lambda_powertools import Logger
from botocore.exceptions import BotoCoreError, ClientError

from redress.adapters import wiring
from redress.adapters.insight_wiring import counters, registers
from redress.domain.reading import RulePackInvalid
from redress.usecases.count import Uncountable, count

logger = Logger()

AGAIN = (BotoCoreError, ClientError, RulePackInvalid, Uncountable)
"""What may be mended when it is tried again, or by somebody who reads of it."""


def handler(event: dict[str, Any], _context: object) -> dict[str, list[dict[str, str]]]:
    """Count each complaint that messages are about, once; what fails comes again, and holds up no other."""
    named = {
        record["messageId"]: json.loads(record["body"])["detail"]["number"] for record in event["Records"]
    }
    failed = {number for number in sorted(set(named.values())) if not _count(number)}
    return {
        "batchItemFailures": [{"itemIdentifier": one} for one, number in named.items() if number in failed]
    }


def _count(number: str) -> bool:
    try:
        count(registers(), counters(), wiring.region(), number)
    except AGAIN as error:
        logger.warning("not counted", extra={"number": number, "error": type(error).__name__})
        return False
    return True
