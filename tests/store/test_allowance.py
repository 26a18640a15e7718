"""The shared allowance in the table."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from botocore.config import Config
from botocore.session import get_session

from redress.domain.errors import TooManyRequests
from redress.store.allowance import AllowanceTable
from redress.store.table import Table
from redress.usecases.allowance import Allowance, AllowanceUnknown
from tests.support.complaints import T0
from tests.support.races import calls_of

MINUTE = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


@pytest.fixture
def shared(table: Table) -> AllowanceTable:
    """The allowances in an empty table."""
    return AllowanceTable(client=table.client, name=table.name)


def items(table: Table) -> list[dict[str, Any]]:
    """Everything in the table."""
    return list(table.client.scan(TableName=table.name)["Items"])


def test_a_draw_is_one_call_and_leaves_an_item_that_expires(table: Table, shared: AllowanceTable) -> None:
    with calls_of(table.client) as sent:
        assert shared.draw("crm", MINUTE, 6, 600) == 6
    assert sent == ["UpdateItem"]
    [item] = items(table)
    assert item == {
        "pk": {"S": "ALLOWANCE#crm"},
        "sk": {"S": "2026-03-02T12:00"},
        "used": {"N": "6"},
        "expires_at": {"N": str(int((MINUTE + timedelta(hours=1)).timestamp()))},
    }


def test_what_is_left_is_given_when_a_block_no_longer_fits(shared: AllowanceTable) -> None:
    assert [shared.draw("crm", MINUTE, 4, 10) for _ in range(5)] == [4, 4, 2, 0, 0]


def test_minutes_and_clients_are_counted_apart(shared: AllowanceTable) -> None:
    assert shared.draw("crm", MINUTE, 1, 1) == 1
    assert shared.draw("crm", MINUTE + timedelta(minutes=1), 1, 1) == 1
    assert shared.draw("chat", MINUTE, 1, 1) == 1
    assert shared.draw("crm", MINUTE, 1, 1) == 0


def test_a_limit_that_a_deployment_lowers_within_the_minute_gives_nothing_back(
    shared: AllowanceTable,
) -> None:
    assert shared.draw("crm", MINUTE, 50, 600) == 50
    assert shared.draw("crm", MINUTE, 1, 10) == 0


def test_two_instances_that_race_share_the_limit(shared: AllowanceTable) -> None:
    """Each of the two loses to the other in turn: between its draws the other has drawn."""
    instances = [Allowance(shared, _unexpected) for _ in range(2)]
    passed = [_passes(instances[turn % 2]) for turn in range(60)]
    assert sum(passed) == 25
    assert {passed[::2].count(True), passed[1::2].count(True)} <= set(range(8, 18))


def test_an_answer_that_aws_refuses_is_an_allowance_unknown(shared: AllowanceTable) -> None:
    with pytest.raises(AllowanceUnknown):
        AllowanceTable(client=shared.client, name="no-such-table").draw("crm", MINUTE, 1, 1)


def test_no_answer_at_all_is_an_allowance_unknown() -> None:
    config = Config(connect_timeout=1, retries={"total_max_attempts": 1})
    nowhere: Any = get_session().create_client(
        "dynamodb", region_name="eu-west-2", endpoint_url="http://127.0.0.1:1", config=config
    )
    with pytest.raises(AllowanceUnknown):
        AllowanceTable(client=nowhere, name="complaints").draw("crm", MINUTE, 1, 1)


def test_an_answer_that_was_lost_and_sent_again_gives_less_and_never_more(shared: AllowanceTable) -> None:
    shared.draw("crm", MINUTE, 6, 10)  # arrives; its answer is lost
    given = shared.draw("crm", MINUTE, 6, 10)  # sent again by the SDK
    assert given == 4


def _passes(instance: Allowance) -> bool:
    try:
        instance.spend("crm", 25, T0)
    except TooManyRequests:
        return False
    return True


def _unexpected(client: str, error: AllowanceUnknown) -> None:
    raise AssertionError(client) from error
