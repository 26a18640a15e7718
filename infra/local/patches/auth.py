"""Permissions (AUTH=true): transport, fault proxy, the sender of mail."""

import json
import os
from typing import Any

from ministack import app
from ministack.core import sigv4
from ministack.core.responses import get_account_id, get_region

from . import AnyFunction, Json, around

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
