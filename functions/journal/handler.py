"""From the stream to the write-once log: every event as an object, and for every day a digest of them."""

import os
from collections.abc import Mapping
from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.metrics import MetricUnit, single_metric
from botocore.exceptions import BotoCoreError, ClientError

from redress.adapters.clients import client
from redress.adapters.journal import DeadLetters, JournalBucket
from redress.domain.journal import JournalRefused
from redress.store import stream
from redress.usecases.write_digests import write_digests

logger = Logger()


def handler(event: dict[str, Any], _context: object) -> dict[str, list[dict[str, str]]]:
    """Write the events of the stream's records in their order; by the clock, missing digests."""
    if "Records" not in event:
        _digest()
    for record in event.get("Records", []):
        try:
            _write(record)
        except (BotoCoreError, ClientError) as error:
            place = record["dynamodb"]["SequenceNumber"]
            logger.warning("journal waits", extra={"place": place, "error": type(error).__name__})
            # The stream comes again from here: no event is written before the one it follows.
            return {"batchItemFailures": [{"itemIdentifier": place}]}
    return {"batchItemFailures": []}


def _write(record: Mapping[str, Any]) -> None:
    """Write one event. What no repetition can mend is set aside, and an alarm rings: it holds up no other."""
    try:
        entry = stream.entry(record)
        _bucket().add(entry.key, entry.body)
    except JournalRefused as refused:
        DeadLetters(client("sqs"), os.environ["DEAD_LETTERS_URL"]).put(refused)
        logger.warning("set aside", extra={"place": refused.place, "problem": refused.problem})


def _digest() -> None:
    """Write what is missing. The age of the last digest is a metric; its alarm takes none for a breach."""
    from redress.adapters import wiring  # noqa: PLC0415 - the stream's path reads no clock and no table

    now = wiring.now()
    age = (now - write_digests(_bucket(), now)).total_seconds()
    with single_metric(name="DigestAge", unit=MetricUnit.Seconds, value=age, namespace="Redress") as metric:
        metric.add_dimension(name="function", value="journal")


def _bucket() -> JournalBucket:
    return JournalBucket(client("s3"), os.environ["JOURNAL_BUCKET"])
