"""What each operation asks of AWS, counted on the handler while the story of the examples is told to it.

`functions/operator_api/calls.toml` is the one table of it. Told are the calls that an operation makes when
nothing gets in its way. Secrets Manager is left aside: an instance asks it once in five minutes.
"""

from collections.abc import Mapping
from itertools import groupby
from types import ModuleType
from typing import Any

import boto3
import pytest
from botocore.client import BaseClient

from infra import api_calls
from redress.http.routes import ROUTES
from tests.support import tables
from tests.support.api_story import steps, story_of
from tests.support.operator_app import Handler

SECRETS = "secretsmanager"
BATCH = "SendMessageBatch"  # one for each ten messages: how many depends on the complaint


class Counter:
    """The calls that are made while the handler answers, and at no other time."""

    def __init__(self, handler: Handler, patch: pytest.MonkeyPatch) -> None:
        self.made: list[str] = []
        self._handler, self._answering = handler, False
        send = vars(BaseClient)["_make_api_call"]  # every call of every client, whoever made it

        def noted(client: Any, operation: str, parameters: Any) -> Any:
            if self._answering and client.meta.service_model.service_name != SECRETS:
                self.made.append(operation)
            return send(client, operation, parameters)

        patch.setattr(BaseClient, "_make_api_call", noted)

    def answer(self, event: dict[str, Any], context: object) -> dict[str, Any]:
        """What the handler answers."""
        self.made.clear()
        self._answering = True
        try:
            return self._handler(event, context)
        finally:
            self._answering = False

    def told(self) -> str:
        """The calls of the last request, as the table tells them."""
        return ", ".join(_told(call, len(list(same))) for call, same in groupby(self.made)) or "none"


def _told(call: str, times: int) -> str:
    return call if times == 1 or call == BATCH else f"{call} × {times}"


@pytest.fixture(scope="module")
def counted(function: ModuleType) -> Mapping[str, set[str]]:
    """What the requests of each operation that succeed in the story ask of AWS."""
    found: dict[str, set[str]] = {}
    client = boto3.client("dynamodb")
    tables.make(client)
    with pytest.MonkeyPatch.context() as patch:
        counter = Counter(function.handler, patch)
        patch.setattr(function, "handler", counter.answer)
        patch.setattr(function, "api", function.api)  # put back afterwards
        teller = story_of(function, function.api)
        function.api.webhooks()  # makes the queue of the story
        for step in steps():
            teller.take(step)
            if step.status is None:
                found.setdefault(step.operation, set()).add(counter.told())
    client.delete_table(TableName=tables.NAME)
    return found


@pytest.mark.parametrize("operation", [route.name for route in ROUTES])
def test_an_operation_asks_of_aws_what_the_table_says(
    operation: str, counted: Mapping[str, set[str]]
) -> None:
    assert counted[operation] == {api_calls.calls().get(operation)}, "functions/operator_api/calls.toml"


def test_an_intake_is_one_transaction(counted: Mapping[str, set[str]]) -> None:
    assert counted["create_complaint"] == {"TransactWriteItems"}


def test_no_request_about_complaints_scans(counted: Mapping[str, set[str]]) -> None:
    assert [operation for operation, made in counted.items() if "Scan" in str(made)] == []


def test_the_table_tells_of_nothing_else() -> None:
    assert set(api_calls.calls()) == {route.name for route in ROUTES}
