"""From the stream to the workflow: start executions, complete waits. The queue is its second chance."""

import os
from typing import Any

from aws_lambda_powertools import Logger
from botocore.exceptions import BotoCoreError, ClientError

from redress.adapters import effects
from redress.adapters.clients import client
from redress.adapters.stepfunctions import Workflow
from redress.store import stream
from redress.usecases.wake import carry_out, effect_of

logger = Logger()


def handler(event: dict[str, Any], _context: object) -> dict[str, list[dict[str, str]]]:
    """Carry out what the records call for; what fails is reported alone, so that the rest is not repeated."""
    failed = []
    for record in event["Records"]:
        from_stream = record["eventSource"] == "aws:dynamodb"
        place = record["dynamodb"]["SequenceNumber"] if from_stream else record["messageId"]
        try:
            (_relay if from_stream else _retry)(record)
        except (BotoCoreError, ClientError) as error:
            logger.warning("effect failed", extra={"place": place, "error": type(error).__name__})
            failed.append({"itemIdentifier": place})
    return {"batchItemFailures": failed}


def _relay(record: dict[str, Any]) -> None:
    before, after = stream.states(record)
    effect = effect_of(before, after) if after else None
    if effect is None or after is None:
        return
    try:
        carry_out(effect, after, _workflow())
    except (BotoCoreError, ClientError) as error:
        logger.warning("effect queued", extra={"number": effect.number, "error": type(error).__name__})
        effects.EffectsQueue(client("sqs"), os.environ["EFFECTS_QUEUE_URL"]).put(effect)


def _retry(record: dict[str, Any]) -> None:
    from redress.adapters.wiring import table  # noqa: PLC0415 - the stream's path reads no table

    effect = effects.read(record["body"])
    state = table().state(effect.number)
    if state:
        carry_out(effect, state, _workflow())


def _workflow() -> Workflow:
    return Workflow(client("stepfunctions"), os.environ["STATE_MACHINE_ARN"])
