"""What SES tells through EventBridge of a mail that it took, in Redress's words.

The fields are those of "Contents of event data that Amazon SES publishes" in its developer guide. An event
holds the addresses and headers of the mail: nothing of it is kept but what is read here.
"""

from collections.abc import Mapping
from typing import Any

from redress.adapters.ses_tags import COMPLAINT_TAG, LETTER_TAG
from redress.domain.correspondence import Delivery
from redress.usecases.record_delivery import Told

SOURCE = "aws.ses"
CONFIGURATION_SET_TAG = "ses:configuration-set"
DETAIL_TYPES = (
    "Email Delivered",
    "Email Bounced",
    "Email Complaint Received",
    "Email Rejected",
    "Email Delivery Delayed",
)

BOUNCE, SUPPRESSED, REJECTED = "bounce", "suppressed", "rejected"
ON_ACCOUNT_LIST = "OnAccountSuppressionList"
NOT_TRIED = frozenset({"Suppressed", ON_ACCOUNT_LIST})
FOR_GOOD = "Permanent"  # the other types, Transient and Undetermined, say nothing of the next mail


def read(detail: Mapping[str, Any]) -> Told | None:
    """What the `detail` of an event tells; None when it is about no letter of ours, or nothing we record.

    Raises KeyError for an event that lacks what SES promises.
    """
    mail = detail["mail"]
    tags = mail.get("tags") or {}
    number, letter = ((tags.get(name) or [""])[0] for name in (COMPLAINT_TAG, LETTER_TAG))
    outcome = _outcome(detail)
    if not number or not letter or outcome is None:
        return None
    return Told(number=number, letter=letter, message_id=mail["messageId"], **outcome)


def _outcome(detail: Mapping[str, Any]) -> dict[str, Any] | None:
    match detail["eventType"]:
        case "Delivery":
            return {"outcome": Delivery.DELIVERED}
        case "DeliveryDelay":
            return {"outcome": Delivery.DELAYED, "reason": detail["deliveryDelay"]["delayType"]}
        case "Bounce":
            return _bounced(detail["bounce"])
        case "Complaint":
            return _complained(detail["complaint"])
        case "Reject":  # SES found a virus in it; the address has done nothing
            return {"outcome": Delivery.BOUNCED, "reason": REJECTED}
        case _:
            return None


def _bounced(bounce: Mapping[str, Any]) -> dict[str, Any]:
    reason = SUPPRESSED if bounce.get("bounceSubType") in NOT_TRIED else BOUNCE
    permanent = bounce["bounceType"] == FOR_GOOD
    return {"outcome": Delivery.BOUNCED, "reason": reason, "permanent": permanent}


def _complained(complaint: Mapping[str, Any]) -> dict[str, Any]:
    """Of an address that complained earlier SES tells a complaint again, of a mail that it did not send."""
    if complaint.get("complaintSubType") == ON_ACCOUNT_LIST:
        return {"outcome": Delivery.BOUNCED, "reason": SUPPRESSED, "permanent": True}
    return {"outcome": Delivery.SPAM}
