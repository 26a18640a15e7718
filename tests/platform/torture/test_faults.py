"""Twenty complaints live their whole lives while every service that the functions call fails in turn.

Which calls fail is fixed: of the calls of an operation one fails, some pass, and again. So each run breaks
the same share of them, though not the same ones. What Step Functions itself calls does not pass the proxy.
"""

from collections.abc import Iterator, Sequence
from typing import Any

import pytest

from infra.local.describe import LocalStack
from tests.platform.faults import Faults
from tests.platform.torture.conftest import LONG
from tests.platform.torture.lives import Door, begin, lead
from tests.platform.torture.witness import Ear, Witness
from tests.torture.tally import tally

COMPLAINTS = 60 if LONG else 20
ROUNDS = 3 if LONG else 1
"""How often a fault comes in the shorter form, times this."""

LOST = {"response": {"abort_bytes": 0}}
"""The service did it, and nobody hears of it."""

RESET = {"reset": True}
SILENT = {"timeout_ms": 6_000}
"""Longer than any function waits for an answer, and then 504."""


def error(code: str, status: int) -> dict[str, Any]:
    """An answer of the service that says so."""
    return {"error": {"code": code, "status": status}}


THROTTLED = error("ThrottlingException", 400)
INTERNAL = error("InternalServerError", 500)
SLOW_DOWN = error("SlowDown", 503)

CAMPAIGN: Sequence[tuple[str, str | None, dict[str, Any], int, int]] = (
    ("dynamodb", "TransactWriteItems", THROTTLED, 5, 12),
    ("dynamodb", "TransactWriteItems", LOST, 9, 8),
    ("dynamodb", "TransactWriteItems", INTERNAL, 11, 8),
    ("dynamodb", "TransactWriteItems", RESET, 13, 6),
    ("dynamodb", "TransactWriteItems", SILENT, 41, 2),
    ("dynamodb", "Query", THROTTLED, 9, 12),
    ("dynamodb", "Query", INTERNAL, 13, 10),
    ("dynamodb", "Query", RESET, 17, 8),
    ("dynamodb", "GetItem", INTERNAL, 5, 8),
    ("dynamodb", "GetItem", RESET, 11, 6),
    ("dynamodb", "UpdateItem", THROTTLED, 4, 6),
    ("dynamodb", "UpdateItem", LOST, 7, 4),
    ("stepfunctions", "StartExecution", INTERNAL, 0, 10),
    ("stepfunctions", "StartExecution", LOST, 5, 4),
    ("stepfunctions", "SendTaskSuccess", INTERNAL, 4, 12),
    ("stepfunctions", "SendTaskSuccess", LOST, 6, 6),
    ("stepfunctions", "SendTaskSuccess", RESET, 9, 6),
    ("events", "PutEvents", INTERNAL, 5, 10),
    ("events", "PutEvents", LOST, 8, 6),
    ("events", "PutEvents", RESET, 9, 6),
    ("sqs", None, INTERNAL, 2, 6),
    ("sqs", None, RESET, 4, 4),
    ("s3", "PutObject", SLOW_DOWN, 6, 12),
    ("s3", "PutObject", LOST, 9, 8),
    ("s3", "PutObject", RESET, 14, 6),
    ("secretsmanager", "GetSecretValue", INTERNAL, 1, 4),
    ("secretsmanager", "GetSecretValue", RESET, 1, 3),
    ("ses", None, error("TooManyRequestsException", 429), 6, 8),
    ("ses", None, INTERNAL, 17, 2),
    ("ses", None, LOST, 19, 2),
)
"""Service, operation, fault; so many calls pass between two faults, and after so many of them it is over.

The first executions do not start however often they are asked for, and what is to be done waits in a queue.
"""


@pytest.fixture
def storm(faults: Faults) -> Iterator[Faults]:
    """Everything fails now and then, as long as the block."""
    for service, operation, fault, passing, times in CAMPAIGN:
        faults.inject(
            service, operation, times=times * ROUNDS, sequence={"fail": 1, "pass": passing}, **fault
        )
    yield faults
    faults.clear()


def test_whatever_fails_while_complaints_live_nothing_is_lost_and_nothing_done_twice(
    local: LocalStack, ear: Ear, storm: Faults
) -> None:
    witness, door = Witness(local, ear), Door(local)
    lives = begin(door, COMPLAINTS)
    witness.accepted += [life.number for life in lives]
    left = lead(door, witness.table, lives)
    fired = storm.fired()
    storm.clear()
    left = lead(door, witness.table, [life for life in lives if life.number in left])
    checks = witness.settled()
    door.close()
    assert left == []
    assert door.odd == []
    assert {service for service, _ in fired} == {service for service, *_ in CAMPAIGN}
    tally("platform: faults", len(fired), checks)
