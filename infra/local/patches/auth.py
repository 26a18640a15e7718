"""Permissions (AUTH=true): transport, fault proxy, batches of messages, the sender of mail."""

import json
import os
from typing import Any

from ministack import app
from ministack.core import iam_actions, sigv4
from ministack.core.responses import get_account_id, get_region
from ministack.services import s3

from . import AnyFunction, Json, around

BATCH = "Batch"
LOOPBACK = ("127.0.0.1", "::1")
PROXY_HOST = "REDRESS_PROXY_HOST"
"""Environment variable: the host:port that clients sign for when a fault proxy stands before the platform."""


@around(app, "pin_request_origin")
def loopback_is_secure_transport(pin: AnyFunction, source_ip: str, secure_transport: bool) -> None:  # noqa: FBT001
    """Policies that demand TLS would deny all plain HTTP; what never leaves the machine counts as TLS."""
    pin(source_ip, secure_transport or source_ip in LOOPBACK)


@around(sigv4, "header_signature_failure")
def signature_for_the_proxy_is_valid(
    check: AnyFunction,
    signature: Any,
    secret: str,
    method: str,
    path: str,
    query: Any,
    headers: dict[str, Any],
    body: bytes,
    **options: Any,
) -> tuple[str, str] | None:
    """A fault proxy rewrites Host, which the client signed: a signature for the proxy's is valid, too."""
    failure: tuple[str, str] | None = check(signature, secret, method, path, query, headers, body, **options)
    proxy = os.environ.get(PROXY_HOST)
    if failure and proxy:
        failure = check(signature, secret, method, path, query, {**headers, "host": proxy}, body, **options)
    return failure


@around(s3, "_verify_presigned_sigv4")
def address_for_the_proxy_is_valid(
    check: AnyFunction, method: str, path: str, headers: dict[str, Any], query: Any
) -> Any:
    """The same for an address of an object that was signed for whoever has it."""
    failure = check(method, path, headers, query)
    proxy = os.environ.get(PROXY_HOST)
    return check(method, path, {**headers, "host": proxy}, query) if failure and proxy else failure


@around(iam_actions, "extract_iam_action")
def a_batch_of_messages_takes_the_permission_of_one(extract: AnyFunction, *request: Any) -> str | None:
    """AWS knows no permission for SendMessageBatch and its like: that for one message holds for ten."""
    action: str | None = extract(*request)
    return action.removesuffix(BATCH) if action and action.startswith("sqs:") else action


@around(app, "_enforce_ses_v2")
def sending_is_checked_on_the_sender(
    check: AnyFunction, method: str, path: str, headers: Json, body: bytes, query: Json, request_id: str
) -> Any:
    """AWS checks SendEmail on the sender's domain and knows `ses:FromAddress`; stock knows neither."""
    if not app.AUTH or not path.rstrip("/").endswith("/outbound-emails"):
        return check(method, path, headers, body, query, request_id)
    sender = json.loads(body)["FromEmailAddress"]
    identity = f"arn:aws:ses:{get_region()}:{get_account_id()}:identity/{sender.rpartition('@')[2]}"
    return app._enforce_data_plane(
        "sesv2",
        "ses:SendEmail",
        headers,
        query,
        request_id,
        resource_arn=identity,
        service_context={"ses:FromAddress": sender},
        named_resource=identity,
    )
