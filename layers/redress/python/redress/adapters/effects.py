"""The queue of effects that the relay could not carry out at once: 14 days, then the dead letters."""

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from redress.usecases.wake import Effect

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient


@dataclass(frozen=True)
class EffectsQueue:
    """`client` is a boto3 SQS client, `url` the address of the queue."""

    client: "SQSClient"
    url: str

    def put(self, effect: Effect) -> None:
        """Keep the effect; raises the SDK's error when even that fails."""
        self.client.send_message(QueueUrl=self.url, MessageBody=json.dumps(vars(effect)))


def read(body: str) -> Effect:
    """The effect that a message holds. Raises TypeError or ValueError for a body that is none."""
    return Effect(**json.loads(body))


def set_aside(client: "SQSClient", url: str, place: str, problem: str) -> None:
    """Tell the dead letters at `url` where something is that cannot be read; raises the SDK's error."""
    client.send_message(QueueUrl=url, MessageBody=json.dumps({"place": place, "problem": problem}))
