"""The function by its queue: of a complaint with several messages the latest event is counted, once."""

import importlib
import json
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from redress import region as regions
from redress.adapters import insight_wiring, wiring
from redress.domain.correspondence import LetterKind
from redress.store.counters import Counters
from redress.store.table import Table
from tests.support import tables
from tests.support.complaints import REGION
from tests.support.desks import Office

CACHES = (wiring.region, regions.load, insight_wiring.counters, insight_wiring.registers)


@pytest.fixture
def function(table: Table, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[ModuleType]:
    """The handler's module, over the table in memory."""
    del table
    file = tmp_path / "region.json"
    file.write_text(json.dumps(asdict(REGION)), encoding="utf-8")
    monkeypatch.setenv("TABLE_NAME", tables.NAME)
    monkeypatch.setenv("REGION_FILE", str(file))
    for cached in CACHES:
        cached.cache_clear()
    yield importlib.reload(importlib.import_module("functions.insight.handler"))
    for cached in CACHES:
        cached.cache_clear()


def messages(*told: tuple[str, int]) -> dict[str, Any]:
    """Events of complaints by number and place, as the bus puts them into the queue."""
    return {
        "Records": [
            {"messageId": f"{number}-{seq}", "body": json.dumps({"detail": {"number": number, "seq": seq}})}
            for number, seq in told
        ]
    }


def test_the_latest_of_several_messages_is_counted_wherever_it_stands(
    function: ModuleType, office: Office, table: Table
) -> None:
    number = office.receive()
    assert function.handler(messages((number, 1)), None) == {"batchItemFailures": []}
    office.send(number, LetterKind.ACKNOWLEDGEMENT)
    last = office.complaint(number).version
    assert function.handler(messages((number, last), (number, 1)), None) == {"batchItemFailures": []}
    counted = Counters(table.client, table.name).counted(number)
    assert (counted.seq, counted.turn) == (last, 2)


def test_all_messages_of_a_complaint_that_cannot_be_counted_come_again_and_no_others(
    function: ModuleType, office: Office, table: Table
) -> None:
    number, missing = office.receive(), "0123-4567-M"
    answer = function.handler(messages((missing, 1), (number, 1), (missing, 2)), None)
    failed = [{"itemIdentifier": f"{missing}-1"}, {"itemIdentifier": f"{missing}-2"}]
    assert answer == {"batchItemFailures": failed}
    assert Counters(table.client, table.name).counted(number).seq == 1
