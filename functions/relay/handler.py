"""From the stream to the workflow and the bus: start, wake, publish. The queue is its second chance."""

import os
from collections.abc import Iterable, Mapping
from typing import Any

from aws_lambda_powertools import Logger
from botocore.exceptions import BotoCoreError, ClientError

from redress.adapters import effects
from redress.adapters.clients import client
from redress.adapters.events import EventBus
from redress.adapters.stepfunctions import Workflow
from redress.published import Envelope
from redress.store import stream
from redress.usecases.wake import Effect, carry_out, effect_of, publication

logger = Logger()

UNREADABLE = (KeyError, TypeError, ValueError)
"""What reading ends in where an item or a message is none that Redress wrote: no repetition mends that."""


def handler(event: dict[str, Any], _context: object) -> dict[str, list[dict[str, str]]]:
    """Carry out what the records call for; what fails is reported alone, so that the rest is not repeated."""
    records = event["Records"]
    from_stream = records[0]["eventSource"] == "aws:dynamodb"
    failed = _follow(records) if from_stream else _catch_up(records)
    return {"batchItemFailures": [{"itemIdentifier": place} for place in failed]}


def _follow(records: list[dict[str, Any]]) -> list[str]:
    """Start and wake first: nothing an event may do on its way out holds a complaint up. What failed."""
    failed = [_place(record) for record in records if not stream.is_event(record) and not _relay(record)]
    told: dict[str, Envelope] = {}
    for record in filter(stream.is_event, records):
        try:
            told[_place(record)] = stream.told(record["dynamodb"]["NewImage"])
        except UNREADABLE:
            failed += [] if _set_aside(record) else [_place(record)]
    refused = _publish(told.values())
    for place, one in told.items():
        if one["id"] in refused and not _keep(publication(one["number"], one["seq"]), refused[one["id"]]):
            failed.append(place)
    return failed


def _place(record: Mapping[str, Any]) -> str:
    return str(record["dynamodb"]["SequenceNumber"])


def _relay(record: Mapping[str, Any]) -> bool:
    """Do what a change of STATE calls for, or keep it to be done; False when neither was possible."""
    try:
        before, after = stream.states(record)
    except UNREADABLE:
        return _set_aside(record)
    effect = effect_of(before, after) if after else None
    if effect is None or after is None:
        return True
    try:
        carry_out(effect, after, _workflow())
    except (BotoCoreError, ClientError) as error:
        return _keep(effect, type(error).__name__)
    return True


def _set_aside(record: Mapping[str, Any]) -> bool:
    """Tell where a record is that cannot be read: it holds up no other. False when even that fails."""
    found = record["dynamodb"]["Keys"]
    about = {"place": f"{found['pk']['S']}/{found['sk']['S']}", "problem": "cannot be read"}
    try:
        effects.set_aside(client("sqs"), os.environ["DEAD_LETTERS_URL"], **about)
    except (BotoCoreError, ClientError):
        logger.warning("record waits", extra=about)
        return False
    logger.warning("record set aside", extra=about)
    return True


def _keep(effect: Effect, error: str) -> bool:
    """Leave an effect to the queue; False when even that fails."""
    about = {"number": effect.number, "seq": effect.seq, "effect": effect.effect, "error": error}
    try:
        effects.EffectsQueue(client("sqs"), os.environ["EFFECTS_QUEUE_URL"]).put(effect)
    except (BotoCoreError, ClientError):
        logger.warning("effect failed", extra=about)
        return False
    logger.warning("effect queued", extra=about)
    return True


def _catch_up(records: list[dict[str, Any]]) -> list[str]:
    """Do what was left to the queue, on what the table says now. What failed again."""
    failed: list[str] = []
    told: dict[str, Envelope] = {}
    for record in records:
        place = record["messageId"]
        try:
            envelope = _retry(effects.read(record["body"]))
        except (BotoCoreError, ClientError, *UNREADABLE) as error:
            logger.warning("effect failed", extra={"place": place, "error": type(error).__name__})
            failed.append(place)
        else:
            told |= {place: envelope} if envelope else {}
    refused = _publish(told.values())
    return failed + [place for place, one in told.items() if one["id"] in refused]


def _retry(effect: Effect) -> Envelope | None:
    """Start or wake; or the event that is to be published."""
    from redress.adapters.wiring import table  # noqa: PLC0415 - the stream's path reads no table

    if effect.effect == "publish":
        return table().published(effect.number, effect.seq)
    state = table().state(effect.number)
    if state:
        carry_out(effect, state, _workflow())
    return None


def _publish(envelopes: Iterable[Envelope]) -> Mapping[str, str]:
    """Put events on the bus; why one was refused, by event id. Without events no client is made."""
    told = list(envelopes)
    if not told:
        return {}
    refused = EventBus(client("events"), os.environ["EVENT_BUS_NAME"]).publish(told)
    if refused:
        logger.warning("events refused", extra={"refused": dict(refused)})
    return refused


def _workflow() -> Workflow:
    return Workflow(client("stepfunctions"), os.environ["STATE_MACHINE_ARN"])
