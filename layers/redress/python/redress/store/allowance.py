"""The allowances of clients in the table: an item for a client and a minute counts what was drawn from it."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from botocore.exceptions import BotoCoreError, ClientError

from redress.domain.values import Value
from redress.store import keys
from redress.usecases.allowance import AllowanceUnknown

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

KEPT = timedelta(hours=1)  # after its minute began: long enough for a clock that is wrong by minutes


class AllowanceTable(Value):
    """The shared allowances over a boto3 DynamoDB client and the table's name."""

    client: "DynamoDBClient"
    name: str

    def draw(self, client: str, minute: datetime, block: int, limit: int) -> int:
        """Take a block, or what is left, in one call. Raises AllowanceUnknown when AWS does not do it.

        What is counted may pass the limit, and what is given never does: a draw gets what lay between the
        count before it and the limit. If the SDK sends a draw twice, because the answer to the first was
        lost, the first one lapses.
        """
        try:
            counted = self.client.update_item(
                TableName=self.name,
                Key={"pk": {"S": keys.allowance(client)}, "sk": {"S": keys.minute(minute)}},
                UpdateExpression="ADD #used :block SET #expires = :expires",
                ExpressionAttributeNames={"#used": "used", "#expires": "expires_at"},
                ExpressionAttributeValues={
                    ":block": {"N": str(block)},
                    ":expires": {"N": str(int((minute + KEPT).timestamp()))},
                },
                ReturnValues="UPDATED_NEW",
            )
        except (BotoCoreError, ClientError) as error:
            raise AllowanceUnknown from error
        before = int(counted["Attributes"]["used"]["N"]) - block
        return max(0, min(block, limit - before))
