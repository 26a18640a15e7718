"""Webhooks: an event becomes a delivery for each endpoint that wants it, and a delivery becomes a call."""

import os
from typing import Any

from aws_lambda_powertools import Logger
from botocore.exceptions import BotoCoreError, ClientError

from redress.adapters import webhook_queue, webhook_wiring
from redress.usecases.deliver_webhooks import deliver, fan_out
from redress.usecases.webhook_ports import NotQueued

logger = Logger()


def handler(event: dict[str, Any], _context: object) -> dict[str, list[dict[str, str]]]:
    """Work on messages of one of the two queues; what is to come again is reported alone."""
    failed = []
    for record in event["Records"]:
        is_delivery = record["eventSourceARN"] == os.environ["WEBHOOK_DELIVERIES_ARN"]
        try:
            done = (_deliver if is_delivery else _fan_out)(record)
        except (BotoCoreError, ClientError, NotQueued) as error:
            logger.warning("webhook failed here", extra={"error": type(error).__name__})
            done = False
        if not done:
            failed.append({"itemIdentifier": record["messageId"]})
    return {"batchItemFailures": failed}


def _fan_out(record: dict[str, Any]) -> bool:
    event = webhook_queue.read_event(record["body"])
    queued = fan_out(webhook_wiring.courier(), event)
    logger.info("event", extra={"event": event["id"], "webhooks": queued})
    return True


def _deliver(record: dict[str, Any]) -> bool:
    delivery = webhook_queue.read(record["body"])
    attempt = int(record["attributes"]["ApproximateReceiveCount"])
    made = deliver(webhook_wiring.courier(), delivery, attempt)
    logger.info("delivery", extra={**delivery.told, "attempt": attempt, **vars(made)})
    if made.again_in is None:
        return True
    webhook_wiring.queue().put_off(record["receiptHandle"], made.again_in)
    return False
