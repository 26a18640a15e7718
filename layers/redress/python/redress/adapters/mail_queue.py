"""Messages about mail: what SES and our own bus say to `mailbox`, and what `mailbox` says to `letters`.

SES's notification is documented under "Contents of notifications for Amazon SES email receiving" of its
developer guide. It also holds headers of the mail itself, which are left alone: recipients, the sender of the
envelope and verdicts are those that the mail service found.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from redress.domain.values import Value
from redress.usecases.mail_ports import DISABLED, Arrived, Notice, Verdicts

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient

_RECEIVED = "Received"


class Accepted(Value):
    """A person found that a mail which was held for complaint `number` is the player's."""

    number: str
    mail: str


class HoldTurned(Value):
    """Which mails are kept for complaint `number` under a legal hold may be others than before."""

    number: str


TURNING = ("LegalHoldPlaced", "LegalHoldLifted", "DuplicateLinked")
"""The events after which that is so."""

type Message = Arrived | Accepted | HoldTurned | None


def read(body: str) -> Message:
    """What a message says; None if it is none about a mail, such as that a topic was subscribed to.

    Raises KeyError, TypeError or ValueError for a message that neither SES nor our bus writes.
    """
    told = json.loads(body)
    if told.get("detail-type") == "MailAccepted":
        return Accepted(number=told["detail"]["number"], mail=told["detail"]["data"]["mail"])
    if told.get("detail-type") in TURNING:
        return HoldTurned(number=told["detail"]["number"])
    return _arrived(told) if told.get("notificationType") == _RECEIVED else None


def _arrived(told: Mapping[str, Any]) -> Arrived:
    receipt = told["receipt"]
    return Arrived(
        mail=told["mail"]["messageId"],
        at=_instant(receipt["timestamp"]),
        source=(told["mail"].get("source") or "").strip("<>"),
        recipients=tuple(receipt["recipients"]),
        verdicts=Verdicts(
            **{name: _verdict(receipt, name) for name in ("spf", "dkim", "dmarc", "spam", "virus")}
        ),
    )


def _verdict(receipt: Mapping[str, Any], name: str) -> str:
    """In our words; SES says nothing of what it did not look for."""
    return str(receipt.get(f"{name}Verdict", {}).get("status", DISABLED)).lower()


def _instant(text: str) -> datetime:
    """An instant (UTC), in the milliseconds that events keep."""
    instant = datetime.fromisoformat(text).astimezone(UTC)
    return instant.replace(microsecond=instant.microsecond // 1000 * 1000)


@dataclass(frozen=True)
class NoticesQueue:
    """What waits to be written. `client` is a boto3 SQS client, `url` the address of the queue."""

    client: "SQSClient"
    url: str

    def put(self, notice: Notice) -> None:
        """Queue a notice."""
        self.client.send_message(QueueUrl=self.url, MessageBody=json.dumps(vars(notice)))
