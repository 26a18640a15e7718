"""Which complaints of a brand were received in some hours: from the register, by its index."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from redress.domain import instants
from redress.store import keys
from redress.usecases.what_if import months

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


_TICK = timedelta(milliseconds=1)
"""What instants are kept to."""


@dataclass(frozen=True)
class Received:
    """Over a boto3 DynamoDB client. Raises the SDK's errors."""

    client: "DynamoDBClient"
    name: str

    def numbers(self, pack: str, brand: str, start: datetime, end: datetime) -> Iterator[str]:
        """Those received from one instant up to another, the latest first, practice not among them.

        The index may lag by a moment, and has a complaint with an earlier duplicate at the receipt of that.
        """
        for month in reversed(list(months(start, end))):
            pages = self.client.get_paginator("query").paginate(
                TableName=self.name,
                IndexName=keys.BY_REGISTER,
                KeyConditionExpression="#register = :register AND #received_at BETWEEN :start AND :last",
                FilterExpression="#brand = :brand",
                ExpressionAttributeNames={
                    "#register": "register",
                    "#received_at": "received_at",
                    "#brand": "brand",
                    "#number": "number",
                },
                ExpressionAttributeValues={
                    ":register": {"S": keys.register(pack, month)},
                    ":start": {"S": instants.to_text(start)},
                    ":last": {"S": instants.to_text(end - _TICK)},
                    ":brand": {"S": brand},
                },
                ProjectionExpression="#number",
                ScanIndexForward=False,
            )
            for page in pages:
                yield from (item["number"]["S"] for item in page["Items"])
