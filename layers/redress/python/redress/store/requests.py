"""Idempotent requests in the table: what each led to, remembered until it expires."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from redress.store import keys
from redress.usecases.ports import Answer, Cap, CapReached, Request, RequestSeen, SentBefore, VersionConflict

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_dynamodb.type_defs import TransactWriteItemTypeDef

_REFUSED = "ConditionalCheckFailed"
_OTHERS_WON = {_REFUSED, "TransactionConflict"}
_LAST, _CONTENT = "last", ":content"  # of what was counted: the attribute and its new value


def claim(table: str, request: Request, about: str, seq: int, now: datetime) -> "TransactWriteItemTypeDef":
    """The write that remembers a request, and fails when its key is taken.

    `about` and `seq` are what its answer is made from. The condition tests expiry, too: DynamoDB deletes
    expired items late.
    """
    item = {
        "pk": {"S": keys.request(request.client, request.key)},
        "sk": {"S": keys.REQUEST},
        "fingerprint": {"S": request.fingerprint},
        "number": {"S": about},
        "seq": {"N": str(seq)},
        "expires_at": {"N": str(int(request.expires_at.timestamp()))},
    }
    return {
        "Put": {
            "TableName": table,
            "Item": item,
            "ConditionExpression": "attribute_not_exists(pk) OR expires_at <= :now",
            "ExpressionAttributeValues": {":now": {"N": str(int(now.timestamp()))}},
            "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
        }
    }


def answer_of(item: Mapping[str, Any]) -> Answer:
    """What a remembered request led to."""
    return Answer(fingerprint=item["fingerprint"]["S"], number=item["number"]["S"], seq=int(item["seq"]["N"]))


def count(table: str, cap: Cap) -> "TransactWriteItemTypeDef":
    """The write that counts a complaint, and fails at the cap, or when the last one says the same."""
    values = {":one": {"N": "1"}, ":expires": {"N": str(int(cap.expires_at.timestamp()))}}
    names, update, conditions = {"#count": "count", "#expires": "expires_at"}, "SET #expires = :expires", []
    if cap.most is not None:
        values[":most"] = {"N": str(cap.most)}
        conditions.append("(attribute_not_exists(#count) OR #count < :most)")
    if cap.content is not None:
        values[_CONTENT] = {"S": cap.content}
        names["#last"] = _LAST
        update += f", #last = {_CONTENT}"
        conditions.append(f"(attribute_not_exists(#last) OR #last <> {_CONTENT})")
    limited: dict[str, Any] = {"ConditionExpression": " AND ".join(conditions)} if conditions else {}
    return {
        "Update": {
            "TableName": table,
            "Key": {"pk": {"S": keys.cap(cap.source, cap.day)}, "sk": {"S": keys.CAP}},
            "UpdateExpression": f"ADD #count :one {update}",
            "ExpressionAttributeNames": names,
            "ExpressionAttributeValues": values,
            "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
            **limited,  # type: ignore[typeddict-item]  # one key of it, or none
        }
    }


def transact(
    client: "DynamoDBClient",
    writes: Sequence["TransactWriteItemTypeDef"],
    *,
    has_request: bool,
    caps: int = 0,
) -> None:
    """Store all of it, or raise VersionConflict, RequestSeen, CapReached or SentBefore and store nothing.

    The request is the last write of a transaction that has one, and the first thing to look at. Before it
    stand the writes that count, `caps` of them.
    """
    try:
        client.transact_write_items(TransactItems=writes)
    except client.exceptions.TransactionCanceledException as cancelled:
        reasons = cancelled.response["CancellationReasons"]
        counts = writes[len(writes) - has_request - caps :][:caps]
        why = _why_cancelled(reasons, counts, has_request=has_request)
        if why is None:
            raise
        raise why from cancelled
    except client.exceptions.TransactionInProgressException as busy:
        raise VersionConflict from busy


def _why_cancelled(
    reasons: Sequence[Mapping[str, Any]],
    counts: Sequence["TransactWriteItemTypeDef"],
    *,
    has_request: bool,
) -> Exception | None:
    """What a cancelled transaction means here; None when it means nothing special (throttling, say)."""
    if has_request and reasons[-1].get("Code") == _REFUSED and reasons[-1].get("Item"):
        return RequestSeen(answer_of(reasons[-1]["Item"]))
    said: list[str] = [reason.get("Code", "None") for reason in reasons]
    first = len(said) - has_request - len(counts)
    if _REFUSED in said[first : first + len(counts)] and _REFUSED not in said[:first]:
        counted = zip(counts, reasons[first:], strict=False)
        return SentBefore() if any(_says_the_same(*one) for one in counted) else CapReached()
    codes = set(said) - {"None"}
    return VersionConflict(", ".join(sorted(codes))) if codes <= _OTHERS_WON else None


def _says_the_same(count: "TransactWriteItemTypeDef", reason: Mapping[str, Any]) -> bool:
    """Whether what was counted last is what should have been counted now."""
    content = count["Update"]["ExpressionAttributeValues"].get(_CONTENT)
    return content is not None and reason.get("Item", {}).get(_LAST) == content
