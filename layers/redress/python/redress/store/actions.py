"""Corrective actions in the one table: all of them in one partition.

An operator opens some dozens in a year, so the partition is read whole and put into order here: a query
returns a megabyte at a time, which is more than two thousand of them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from redress.domain import instants
from redress.domain.actions import CorrectiveAction
from redress.store import keys, requests
from redress.usecases.ports import Request

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_dynamodb.type_defs import TransactWriteItemTypeDef

_TEXTS = ("id", "title", "cause", "owner", "due_on", "opened_by", "done_on", "completed_by")
_INSTANTS = ("opened_at", "completed_at")
_DONE = ("version", "done_on", "completed_at", "completed_by")


@dataclass(frozen=True)
class ActionTable:
    """The store of corrective actions over a boto3 DynamoDB client; reads are consistent."""

    client: "DynamoDBClient"
    name: str

    def actions(self) -> Sequence[CorrectiveAction]:
        """All of them, what is due first before the others."""
        pages = self.client.get_paginator("query").paginate(
            TableName=self.name,
            KeyConditionExpression="pk = :pk AND begins_with(sk, :prefix)",
            ExpressionAttributeValues={":pk": {"S": keys.ACTIONS}, ":prefix": {"S": keys.ACTION_PREFIX}},
            ConsistentRead=True,
        )
        found = [_action_of(item) for page in pages for item in page["Items"]]
        return sorted(found, key=lambda one: one.place)

    def action(self, action: str) -> CorrectiveAction | None:
        """One of them."""
        found = self.client.get_item(TableName=self.name, Key=_key(action), ConsistentRead=True)
        return _action_of(found["Item"]) if "Item" in found else None

    def add(self, action: CorrectiveAction, request: Request, now: datetime) -> None:
        """Store a new one. Raises RequestSeen or VersionConflict, and has stored nothing then."""
        put: TransactWriteItemTypeDef = {
            "Put": {
                "TableName": self.name,
                "Item": {**_key(action.id), **_values(action)},
                "ConditionExpression": "attribute_not_exists(pk)",
            }
        }
        self._store(put, action, request, now)

    def complete(self, action: CorrectiveAction, request: Request, now: datetime) -> None:
        """Store that it is done, over the version before.

        Raises RequestSeen, and VersionConflict when another writer was first; has stored nothing then.
        """
        values = _values(action)
        update: TransactWriteItemTypeDef = {
            "Update": {
                "TableName": self.name,
                "Key": _key(action.id),
                "UpdateExpression": "SET " + ", ".join(f"#{name} = :{name}" for name in _DONE),
                "ConditionExpression": "#version = :before",
                "ExpressionAttributeNames": {f"#{name}": name for name in _DONE},
                "ExpressionAttributeValues": {
                    **{f":{name}": values[name] for name in _DONE},
                    ":before": {"N": str(action.version - 1)},
                },
            }
        }
        self._store(update, action, request, now)

    def _store(
        self, write: "TransactWriteItemTypeDef", action: CorrectiveAction, request: Request, now: datetime
    ) -> None:
        claim = requests.claim(self.name, request, action.id, action.version, now)
        requests.transact(self.client, [write, claim], has_request=True)


def _key(action: str) -> dict[str, dict[str, str]]:
    return {"pk": {"S": keys.ACTIONS}, "sk": {"S": keys.action(action)}}


def _values(one: CorrectiveAction) -> dict[str, Any]:
    """The attributes of an action, those that it has."""
    texts = {name: getattr(one, name) for name in _TEXTS}
    texts |= {name: instants.to_text(at) for name in _INSTANTS if (at := getattr(one, name))}
    told = {name: {"S": text} for name, text in texts.items() if text is not None}
    return {**told, "version": {"N": str(one.version)}}


def _action_of(item: Mapping[str, Any]) -> CorrectiveAction:
    told: dict[str, Any] = {name: item[name]["S"] for name in _TEXTS if name in item}
    told |= {name: instants.from_text(item[name]["S"]) for name in _INSTANTS if name in item}
    return CorrectiveAction(**told, version=int(item["version"]["N"]))
