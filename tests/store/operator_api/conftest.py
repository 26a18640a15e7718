"""The operator's API: its handler on the real store, in moto, for an operator of two brands."""

import importlib
import json
from collections.abc import Iterator
from copy import replace
from dataclasses import asdict
from types import ModuleType

import boto3
import pytest
from moto import mock_aws

from redress import region as regions
from redress.adapters import (
    action_wiring,
    alarm_wiring,
    clients,
    evidence_wiring,
    figures_wiring,
    insight_wiring,
    webhook_wiring,
    wiring,
)
from redress.region import Cause, Client
from tests.support import tables
from tests.support.complaints import REGION
from tests.support.desks import Clock
from tests.support.operator_app import CLIENT_ID, SCOPES, OperatorApp
from tests.support.operator_requests import stored_items, with_desk

_ADR = REGION.brands[0].jurisdictions["sandbox"]
_PACKS = ("sandbox", "gb-ukgc", "es-dgoj", "cw-cga", "ee", "mt")
NORTHLIGHT = replace(REGION.brands[0], jurisdictions=dict.fromkeys(_PACKS, _ADR))
SOUTHLIGHT = replace(
    REGION.brands[0],
    id="southlight",
    name="Southlight",
    jurisdictions=dict.fromkeys(("sandbox", "gb-ukgc", "pt"), _ADR),
)
DOCUMENT = replace(
    REGION,
    brands=(NORTHLIGHT, SOUTHLIGHT),
    clients=(
        Client(id="back-office", brands=("northlight",), scopes=("read", "write", "decide", "admin")),
        Client(id="crm", brands=("southlight",), scopes=("read", "write")),
    ),
    causes=(
        Cause(id="unclear_terms", name="Our terms could be misread", formerly=("terms", "offer")),
        Cause(id="agent_error", name="One of us erred"),
        Cause(id="no_fault_found", name="Nothing went wrong"),
    ),
    rules={
        "mt": {"final": {"amount": 10, "unit": "business_days"}},
        "gb-ukgc": {"house": {"targets": {"final": {"amount": 6, "unit": "weeks"}}}},
    },
)
TOKEN_CLIENTS = {CLIENT_ID: "back-office", "cognito-crm": "crm", "stray": "nobody"}
CRM = {"client_id": "cognito-crm", "scope": SCOPES}


@pytest.fixture(scope="module")
def function(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ModuleType]:
    """The handler's module, with a table, secrets, the queue of webhooks and a region file."""
    region_file = tmp_path_factory.mktemp("region") / "region.json"
    region_file.write_text(json.dumps(asdict(DOCUMENT)), encoding="utf-8")
    cached = (
        *(wiring.region, wiring.table, wiring.desk, wiring.live_versions, clients.client, regions.load),
        *(webhook_wiring.desk, webhook_wiring.queue, evidence_wiring.door, action_wiring.table),
        alarm_wiring.table,
        *(insight_wiring.counters, insight_wiring.registers, figures_wiring.desk),
    )
    with pytest.MonkeyPatch.context() as environment, mock_aws():
        for name, value in {
            "AWS_DEFAULT_REGION": "eu-west-2",
            "TABLE_NAME": tables.NAME,
            "EVIDENCE_BUCKET": "evidence",
            "EVIDENCE_DOMAIN": "evidence.s3.eu-west-2.amazonaws.com",
            "REGION_FILE": str(region_file),
            "TOKENS": json.dumps({"clients": TOKEN_CLIENTS, "scope_prefix": "redress/complaints:"}),
            "POWERTOOLS_SERVICE_NAME": "operator-api",
        }.items():
            environment.setenv(name, value)
        secret = boto3.client("secretsmanager").create_secret(Name="player", SecretString="0" * 64)
        environment.setenv("PLAYER_INDEX_SECRET_ARN", secret["ARN"])
        secret = boto3.client("secretsmanager").create_secret(Name="webhooks", SecretString="1" * 64)
        environment.setenv("WEBHOOK_SECRET_ARN", secret["ARN"])
        queue = boto3.client("sqs").create_queue(QueueName="deliveries")
        environment.setenv("WEBHOOK_DELIVERIES_URL", queue["QueueUrl"])
        for each in cached:
            each.cache_clear()
        yield importlib.import_module("functions.operator_api.handler")
        for each in cached:
            each.cache_clear()


@pytest.fixture(scope="module")
def app(function: ModuleType) -> OperatorApp:
    """The back office: it may do everything for one of the two brands."""
    return OperatorApp(handler=function.handler)


@pytest.fixture(scope="module")
def crm(function: ModuleType) -> OperatorApp:
    """An application of the other brand."""
    return OperatorApp(handler=function.handler, claims=CRM)


@pytest.fixture(autouse=True)
def table(function: ModuleType) -> Iterator[None]:
    """Every test starts with an empty table: moto copies it whole for each transaction."""
    del function
    client = boto3.client("dynamodb")
    tables.make(client)
    yield
    client.delete_table(TableName=tables.NAME)


@pytest.fixture
def nothing_stored(table: None) -> Iterator[None]:
    """The test stores nothing, not even half of something."""
    del table
    yield
    assert stored_items() == []


@pytest.fixture
def clock(function: ModuleType, monkeypatch: pytest.MonkeyPatch) -> Clock:
    """The instant that the API believes it is; tests set it."""
    instant = Clock()
    desk = replace(wiring.desk(), now=instant)
    monkeypatch.setattr(function, "api", with_desk(desk))
    return instant
