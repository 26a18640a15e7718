"""What DynamoDB says when it cancels a transaction, and what is made of it."""

from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from botocore.stub import Stubber

from redress.domain import audit, receipt
from redress.store.table import Table
from redress.usecases.change import chain, listing
from redress.usecases.ports import Batch, RequestSeen, VersionConflict
from tests.support.complaints import NUMBER, PLAYER, REGION, Case, submit
from tests.support.desks import Clock, Office
from tests.support.memory_store import MemoryStore

NONE, FAILED, BUSY = {"Code": "None"}, {"Code": "ConditionalCheckFailed"}, {"Code": "TransactionConflict"}
THROTTLED = {"Code": "ThrottlingError"}
SEEN = {
    **FAILED,
    "Item": {"fingerprint": {"S": "hash-1"}, "number": {"S": "7"}, "seq": {"N": "3"}},
}


@pytest.fixture
def batch() -> Batch:
    """A new complaint with its request: four writes."""
    clock = Clock()
    office = Office(MemoryStore(clock), clock)
    changes = receipt.submit(submit())
    records, contents = chain(office.desk, NUMBER, 0, audit.GENESIS, changes, clock(), PLAYER)
    return Batch(
        number=NUMBER,
        expected_version=0,
        records=records,
        contents=contents,
        listing=listing(REGION, Case().complaint),
        attention_at=clock(),
        request=office.request(),
        player="player-1",
    )


def append(batch: Batch, reasons: list[dict[str, Any]]) -> None:
    """Append against a DynamoDB that cancels for these reasons."""
    client = boto3.client("dynamodb", region_name="eu-west-2")
    with Stubber(client) as stub:
        stub.add_client_error(
            "transact_write_items",
            "TransactionCanceledException",
            modeled_fields={"CancellationReasons": reasons},
        )
        Table(client, "complaints").append(batch)


@pytest.mark.parametrize(
    "reasons",
    [
        [FAILED, NONE, NONE, NONE],
        [FAILED, FAILED, FAILED, NONE],
        [BUSY, NONE, NONE, NONE],
        [NONE, NONE, NONE, BUSY],
        [FAILED, BUSY, NONE, NONE],
    ],
)
def test_another_writer_means_a_version_conflict(batch: Batch, reasons: list[dict[str, Any]]) -> None:
    with pytest.raises(VersionConflict):
        append(batch, reasons)


@pytest.mark.parametrize("reasons", [[NONE, NONE, NONE, SEEN], [FAILED, FAILED, FAILED, SEEN]])
def test_a_known_request_means_its_answer_whatever_else_failed(
    batch: Batch, reasons: list[dict[str, Any]]
) -> None:
    with pytest.raises(RequestSeen) as seen:
        append(batch, reasons)
    assert (seen.value.answer.number, seen.value.answer.seq) == ("7", 3)


@pytest.mark.parametrize(
    "reasons",
    [
        [THROTTLED, NONE, NONE, NONE],
        [FAILED, THROTTLED, NONE, NONE],
        [{"Code": "ValidationError"}, NONE, NONE, NONE],
        [{"Code": "ItemCollectionSizeLimitExceeded"}, NONE, NONE, NONE],
        [{"Code": "ProvisionedThroughputExceeded"}, BUSY, NONE, NONE],
    ],
)
def test_anything_else_is_raised_as_it_came(batch: Batch, reasons: list[dict[str, Any]]) -> None:
    with pytest.raises(ClientError) as raised:
        append(batch, reasons)
    assert raised.value.response["Error"]["Code"] == "TransactionCanceledException"


def test_a_transaction_still_in_progress_means_a_version_conflict(batch: Batch) -> None:
    client = boto3.client("dynamodb", region_name="eu-west-2")
    with Stubber(client) as stub:
        stub.add_client_error("transact_write_items", "TransactionInProgressException")
        with pytest.raises(VersionConflict):
            Table(client, "complaints").append(batch)
