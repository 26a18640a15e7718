"""The function by its clock: every licence is looked at, whoever is to know is told, and a metric says so."""

import importlib
import json
from collections.abc import Iterator
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError

from redress import region as regions
from redress.adapters import alarm_wiring, insight_wiring, watch_wiring, wiring
from redress.adapters.clients import client
from redress.store.counters import Counters
from redress.store.table import Table
from tests.support import tables
from tests.support.complaints import PERSONAL, REGION
from tests.support.desks import Clock
from tests.support.letters_function import post
from tests.support.risen import PACK, House

CACHES = (
    *(wiring.region, wiring.table, wiring.desk, regions.load, alarm_wiring.table, watch_wiring.desk),
    *(insight_wiring.counters, insight_wiring.registers),
)
CLOCK = {"source": "aws.events"}


@pytest.fixture
def house(table: Table) -> House:
    """Ten quiet days and a burst."""
    made = House(table, Clock(datetime.now(UTC).replace(minute=40, second=0, microsecond=0)))
    made.quiet()
    made.burst()
    return made


@pytest.fixture
def function(house: House, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[ModuleType]:
    """The handler's module, over the table and SES in memory."""
    file = tmp_path / "region.json"
    file.write_text(json.dumps(asdict(REGION)), encoding="utf-8")
    client("sesv2", attempts=1).create_email_identity(EmailIdentity="mail.example.test")
    for name, value in {
        "TABLE_NAME": tables.NAME,
        "REGION_FILE": str(file),
        "CONFIGURATION_SET": "letters",
    }.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(wiring, "now", house.clock)
    for cached in CACHES:
        cached.cache_clear()
    yield importlib.reload(importlib.import_module("functions.insight.handler"))
    for cached in CACHES:
        cached.cache_clear()


def lag(capsys: pytest.CaptureFixture[str]) -> list[float]:
    """What was told of how long the oldest alarm waits, in seconds."""
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines() if "AlarmLag" in line]
    assert all(line["function"] == "insight" for line in lines)
    return [value for line in lines for value in line["AlarmLag"]]


def test_a_run_of_the_clock_tells_the_owner(
    function: ModuleType, house: House, capsys: pytest.CaptureFixture[str]
) -> None:
    assert function.handler(CLOCK, None) == {"batchItemFailures": []}
    [mail], [raised] = post(), house.alarms.alarms()
    assert set(mail.destinations) == {"payments@example.test"}
    assert raised.told_at == house.clock()
    assert PERSONAL not in mail.raw_data
    assert lag(capsys) == [0.0]


def test_one_licence_that_cannot_be_read_holds_up_no_other_and_is_an_error_in_the_end(
    function: ModuleType, house: House, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    month = Counters.month

    def failing(counters: Counters, pack: str, *asked: Any) -> Any:
        if pack != PACK:
            raise EndpointConnectionError(endpoint_url="dynamodb")
        return month(counters, pack, *asked)

    monkeypatch.setattr(Counters, "month", failing)
    with pytest.raises(function.Unwatched, match="sandbox"):
        function.handler(CLOCK, None)
    assert len(post()) == 1
    assert house.alarms.looked("sandbox") is None
    assert lag(capsys) == [0.0]


def test_a_letter_that_ses_refuses_waits_and_the_metric_says_for_how_long(
    function: ModuleType, house: House, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    refusal = ClientError(
        {"Error": {"Code": "SendingPausedException"}, "ResponseMetadata": {"HTTPStatusCode": 400}},  # type: ignore[typeddict-item]  # what is read
        "SendEmail",
    )

    def refuse(**_: object) -> None:
        raise refusal

    with monkeypatch.context() as paused:
        paused.setattr(client("sesv2", attempts=1), "send_email", refuse)
        function.handler(CLOCK, None)
        house.clock.move(7200)
        function.handler(CLOCK, None)
        assert lag(capsys) == [0.0, 7200.0]
    house.clock.move(3600)
    function.handler(CLOCK, None)
    assert lag(capsys) == [0.0]
    assert len(post()) == 1


def test_two_runs_of_an_hour_send_one_letter(function: ModuleType) -> None:
    function.handler(CLOCK, None)
    function.handler(CLOCK, None)
    assert len(post()) == 1
