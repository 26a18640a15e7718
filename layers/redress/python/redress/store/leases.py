"""Leases: who has a complaint before them. They stand beside a complaint's version and change none."""

from collections.abc import Mapping
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from redress.domain import instants
from redress.domain.errors import NotFound
from redress.store import keys, requests
from redress.store.lists import listed
from redress.usecases.ports import Drawing, Lease, Listed, Taking

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_dynamodb.type_defs import TransactWriteItemTypeDef

KEPT = timedelta(days=1)  # after its lease ran out: what was drawn is remembered no longer

_OWN = "#holder = :holder"
_FREE = f"(attribute_not_exists(#until) OR #until <= :now OR {_OWN})"
_NAMES = {"#holder": "lease_holder", "#until": "lease_until"}


class Leases:
    """The leases of the table, over a boto3 DynamoDB client."""

    client: "DynamoDBClient"
    name: str

    def listed(self, number: str) -> Listed:
        """A complaint as lists show it, read from the table itself. Raises NotFound."""
        item = self._get(keys.complaint(number), keys.STATE)
        if item is None:
            raise NotFound(number)
        return listed(item)

    def drawn(self, team: str, person: str, *, training: bool) -> str | None:
        """The complaint that a person drew last from the queue of a team."""
        item = self._get(keys.drawn(person), keys.queue(team, training=training))
        return item["number"]["S"] if item else None

    def take(self, taking: Taking) -> None:
        """Store a lease whole, or raise VersionConflict or RequestSeen and store nothing."""
        writes = [self._lease(taking)]
        if taking.drawn:
            writes.append(self._remember(taking, taking.drawn))
        writes.append(requests.claim(self.name, taking.request, taking.number, 0, taking.now))
        requests.transact(self.client, writes, has_request=True)

    def give_back(self, number: str, holder: str) -> None:
        """End the holder's lease, if there is one."""
        try:
            self.client.update_item(
                TableName=self.name,
                Key=keys.state(number),
                UpdateExpression="REMOVE #holder, #until",
                ConditionExpression=_OWN,
                ExpressionAttributeNames=_NAMES,
                ExpressionAttributeValues={":holder": {"S": holder}},
            )
        except self.client.exceptions.ConditionalCheckFailedException:
            return

    def _lease(self, taking: Taking) -> "TransactWriteItemTypeDef":
        """A queue gives out only what is still in it, and nobody's."""
        lease: Lease = taking.lease
        names, values = dict(_NAMES), {":holder": lease.holder, ":until": instants.to_text(lease.until)}
        condition = f"attribute_exists(pk) AND {_FREE}"
        values[":now"] = instants.to_text(taking.now)
        if taking.drawn:
            condition += " AND attribute_not_exists(#assignee) AND #queue = :queue"
            names |= {"#assignee": "assignee", "#queue": "queue"}
            values[":queue"] = keys.queue(taking.drawn.team, training=taking.drawn.training)
        return {
            "Update": {
                "TableName": self.name,
                "Key": keys.state(taking.number),
                "UpdateExpression": "SET #holder = :holder, #until = :until",
                "ConditionExpression": condition,
                "ExpressionAttributeNames": names,
                "ExpressionAttributeValues": {name: {"S": value} for name, value in values.items()},
            }
        }

    def _remember(self, taking: Taking, drawn: Drawing) -> "TransactWriteItemTypeDef":
        """What the person drew, unless they drew something else meanwhile: at once they get one complaint."""
        item = {
            "pk": {"S": keys.drawn(taking.lease.holder)},
            "sk": {"S": keys.queue(drawn.team, training=drawn.training)},
            "number": {"S": taking.number},
            "expires_at": {"N": str(int((taking.lease.until + KEPT).timestamp()))},
        }
        if drawn.before is None:
            return {
                "Put": {
                    "TableName": self.name,
                    "Item": item,
                    "ConditionExpression": "attribute_not_exists(pk)",
                }
            }
        return {
            "Put": {
                "TableName": self.name,
                "Item": item,
                "ConditionExpression": "#number = :before",
                "ExpressionAttributeNames": {"#number": "number"},
                "ExpressionAttributeValues": {":before": {"S": drawn.before}},
            }
        }

    def _get(self, pk: str, sk: str) -> Mapping[str, Any] | None:
        found = self.client.get_item(
            TableName=self.name, Key={"pk": {"S": pk}, "sk": {"S": sk}}, ConsistentRead=True
        )
        return found.get("Item")
