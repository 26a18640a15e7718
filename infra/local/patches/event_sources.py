"""Lambda event source mappings on DynamoDB streams: retries, bisecting, partial failures, dead letters.

The stock platform repeats a failing batch each second for ever. This is the reader AWS documents: batches in
order; a batch that raised is halved where the mapping says so; a batch with partial failures is tried again
from the first failed record; after the allowed retries, or past the allowed age, a description of the batch
goes to the on-failure destination and the reader moves on.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from ministack.core.responses import _request_account_id, _request_region
from ministack.services import dynamodb, lambda_svc

from . import AnyFunction, Json, around

FIRST_BACKOFF, LONGEST_BACKOFF = 0.2, 30.0
"""Seconds before a batch is tried again; doubled each time."""

UNLIMITED = -1


@dataclass
class Batch:
    """Records to hand to the function together, and how often that failed."""

    records: list[Json]
    failures: int = 0


@dataclass
class Reader:
    """Where a mapping stands on its stream: batches read and not done, and the position after them."""

    batches: list[Batch] = field(default_factory=list)
    next_position: int = 0


readers: dict[str, Reader] = {}


@around(lambda_svc, "_poll_dynamodb_streams")
def poll(_stock: AnyFunction) -> bool:
    """One pass over all mappings; true if any found work."""
    found = False
    for account, region, mapping in lambda_svc._iter_all_esms():
        with scope(account, region):
            found = start_next_batch(mapping) or found
    return found


@contextmanager
def scope(account: str, region: str) -> Iterator[None]:
    """The account and region that the platform's stores are looked up in."""
    tokens = _request_account_id.set(account), _request_region.set(region)
    try:
        yield
    finally:
        _request_account_id.reset(tokens[0])
        _request_region.reset(tokens[1])


def start_next_batch(mapping: Json) -> bool:
    """Hand the mapping's oldest batch to its function in the background, if it is free to take one."""
    function = ready_function(mapping)
    if function is None:
        return False
    reader = readers.setdefault(mapping["UUID"], Reader())
    if not reader.batches and not read(mapping, reader):
        return False
    if not reader.batches:
        commit(mapping, reader)  # the filter let nothing through
        return True
    lambda_svc._dispatch_esm_batch(mapping["UUID"], run_batch, mapping, function, reader)
    return True


def ready_function(mapping: Json) -> Json | None:
    """The mapping's function, or None where it is no enabled stream mapping, busy, waiting, or orphaned."""
    identity, source = mapping["UUID"], mapping.get("EventSourceArn", "")
    if not mapping.get("Enabled", True) or ":dynamodb:" not in source or "/stream/" not in source:
        return None
    if (
        lambda_svc._esm_inflight.get(identity, 0)
        or lambda_svc._esm_backoff_until.get(identity, 0) > time.time()
    ):
        return None
    if (dynamodb._tables.get(table_of(mapping)) or {}).get("LatestStreamArn") != source:
        return None
    function: Json | None
    function, _ = lambda_svc._get_func_record_for_qualifier(mapping["FunctionName"], mapping.get("Qualifier"))
    return function


def table_of(mapping: Json) -> str:
    """The table whose stream the mapping reads."""
    return str(mapping["EventSourceArn"].split("/stream/")[0].rsplit("/", 1)[-1])


def read(mapping: Json, reader: Reader) -> bool:
    """Read the next records into the reader; false where there are none."""
    position = position_of(mapping)
    records = dynamodb.stream_records_since(table_of(mapping), position, mapping.get("BatchSize", 100))
    if not records:
        return False
    reader.next_position = position + len(records)
    wanted = lambda_svc._apply_filter_criteria(records, mapping)
    reader.batches = [Batch(wanted)] if wanted else []
    return True


def position_of(mapping: Json) -> int:
    """The mapping's position on the stream, kept between the oldest record and the newest."""
    oldest = dynamodb.stream_start_position(table_of(mapping))
    newest = dynamodb.stream_end_position(table_of(mapping))
    first = oldest if mapping.get("StartingPosition") == "TRIM_HORIZON" else newest
    with lambda_svc._dynamodb_stream_positions_lock:
        position = lambda_svc._dynamodb_stream_positions.setdefault(mapping["UUID"], first)
    return int(min(max(position, oldest), newest))


def run_batch(mapping: Json, function: Json, reader: Reader) -> None:
    """Invoke the function with the oldest batch, and settle what it answered."""
    batch = reader.batches[0]
    result: Json = lambda_svc._execute_function(function, {"Records": batch.records})
    failed = first_failed(mapping, batch, result)
    if failed is None:
        reader.batches.pop(0)
        mapping["LastProcessingResult"] = f"OK - {len(batch.records)} records"
    else:
        mapping["LastProcessingResult"] = "PROBLEM: Function call failed"
        settle_failure(mapping, function, reader, result, failed)
    if not reader.batches:
        commit(mapping, reader)


def first_failed(mapping: Json, batch: Batch, result: Json) -> int | None:
    """The index of the first record that failed, or None if all are done."""
    if result.get("error"):
        return 0
    body = result.get("body")
    if "ReportBatchItemFailures" not in mapping.get("FunctionResponseTypes", []) or not isinstance(
        body, dict
    ):
        return None
    failed = {item.get("itemIdentifier") for item in body.get("batchItemFailures") or []}
    if not failed:
        return None
    numbers = [record["dynamodb"]["SequenceNumber"] for record in batch.records]
    return min((index for index, number in enumerate(numbers) if number in failed), default=0)


def settle_failure(mapping: Json, function: Json, reader: Reader, result: Json, failed: int) -> None:
    """Give up, halve, or try again what is left of the oldest batch."""
    batch = reader.batches[0]
    rest = Batch(batch.records[failed:], batch.failures + 1 if failed == 0 else 1)
    halving = bool(
        result.get("error") and mapping.get("BisectBatchOnFunctionError") and len(rest.records) > 1
    )
    if condition := exhausted(mapping, rest, halving=halving):
        lambda_svc._send_ddb_stream_failure_record(
            mapping, function, rest.records, mapping["EventSourceArn"], result, condition
        )
        reader.batches.pop(0)
    elif halving:
        middle = len(rest.records) // 2
        reader.batches[0:1] = [Batch(rest.records[:middle]), Batch(rest.records[middle:])]
    else:
        reader.batches[0] = rest
        pause = min(FIRST_BACKOFF * 2**rest.failures, LONGEST_BACKOFF)
        lambda_svc._esm_backoff_until[mapping["UUID"]] = time.time() + pause


def exhausted(mapping: Json, batch: Batch, *, halving: bool) -> str | None:
    """The condition AWS names when it gives up on a batch, or None while it goes on."""
    age, retries = mapping.get("MaximumRecordAgeInSeconds"), mapping.get("MaximumRetryAttempts")
    oldest = min(float(record["dynamodb"]["ApproximateCreationDateTime"]) for record in batch.records)
    if age not in (None, UNLIMITED) and time.time() - oldest > age:
        return "MaxRecordAgeExceeded"
    if retries not in (None, UNLIMITED) and batch.failures > retries and not halving:
        return "RetryAttemptsExhausted"
    return None


def commit(mapping: Json, reader: Reader) -> None:
    """All batches read are done: the mapping goes on after them."""
    with lambda_svc._dynamodb_stream_positions_lock:
        lambda_svc._dynamodb_stream_positions[mapping["UUID"]] = reader.next_position
