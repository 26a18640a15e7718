"""A table in moto for each test, and AWS that nobody could reach anyway."""

import os
from collections.abc import Iterator
from datetime import UTC, datetime

import boto3
import pytest
from moto import mock_aws

from redress.adapters import clients
from redress.store.table import Table
from tests.support import tables
from tests.support.desks import Clock, Office

os.environ |= {
    "AWS_DEFAULT_REGION": "eu-west-2",
    "AWS_ACCESS_KEY_ID": "testing",
    "AWS_SECRET_ACCESS_KEY": "testing",
    "POWERTOOLS_SERVICE_NAME": "redress",
}

_SESSION = boto3.Session()  # kept, because reading the description of a service takes most of a test


@pytest.fixture
def aws() -> Iterator[None]:
    """AWS in memory, empty."""
    clients.client.cache_clear()
    with mock_aws():
        yield
    clients.client.cache_clear()


@pytest.fixture
def table(aws: None) -> Table:  # noqa: ARG001 - the order of fixtures
    """An empty table."""
    client = _SESSION.client("dynamodb")
    tables.make(client)
    return Table(client, tables.NAME)


@pytest.fixture
def clock() -> Clock:
    """The real instant, because DynamoDB's time to live is measured by it; tests move it on."""
    return Clock(datetime.now(UTC).replace(microsecond=0))


@pytest.fixture
def office(table: Table, clock: Clock) -> Office:
    """A desk over the table."""
    return Office(table, clock)
