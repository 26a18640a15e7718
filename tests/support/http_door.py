"""A door of HTTP in front of the API's handler: what API Gateway does, as a WSGI application in this process.

Through it, programs that speak HTTP (a generated client, a fuzzer) reach the handler without a network.
"""

import base64
from collections.abc import Callable, Iterable, Mapping
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qsl

from tests.support.operator_app import CLIENT_ID, SCOPES, Handler

type Environ = dict[str, Any]
type Start = Callable[[str, list[tuple[str, str]]], object]
type Door = Callable[[Environ, Start], Iterable[bytes]]

CLAIMS = {"client_id": CLIENT_ID, "scope": SCOPES}
BASE_URL = "https://complaints-api.example.com"


def door(handler: Handler, claims: Mapping[str, str] = CLAIMS) -> Door:
    """An application that hands each request to the handler, with the claims of a checked token."""

    def answer(environ: Environ, start: Start) -> Iterable[bytes]:
        answered = handler(event_of(environ, claims), None)
        status = HTTPStatus(answered["statusCode"])
        start(f"{status.value} {status.phrase}", list(answered["headers"].items()))
        return [answered["body"].encode()]

    return answer


def event_of(environ: Environ, claims: Mapping[str, str]) -> dict[str, Any]:
    """A request in the payload format 2.0 of HTTP APIs: paths decoded, names of headers in lower case."""
    raw = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
    body, is_base64 = _as_text(raw)
    return {
        "version": "2.0",
        "rawPath": environ["PATH_INFO"].encode("latin-1").decode("utf-8", "replace"),
        "headers": _headers(environ),
        "queryStringParameters": _query(environ.get("QUERY_STRING", "")),
        "requestContext": {
            "http": {"method": environ["REQUEST_METHOD"]},
            "authorizer": {"jwt": {"claims": claims}},
        },
        "body": body,
        "isBase64Encoded": is_base64,
    }


def _as_text(raw: bytes) -> tuple[str, bool]:
    try:
        return raw.decode(), False
    except UnicodeDecodeError:
        return base64.b64encode(raw).decode(), True


def _headers(environ: Environ) -> dict[str, str]:
    sent = {name.removeprefix("HTTP_"): value for name, value in environ.items() if name.startswith("HTTP_")}
    sent |= {name: environ[name] for name in ("CONTENT_TYPE", "CONTENT_LENGTH") if environ.get(name)}
    return {name.replace("_", "-").lower(): str(value) for name, value in sent.items()}


def _query(text: str) -> dict[str, str]:
    """A parameter that was sent several times is one with commas."""
    found: dict[str, str] = {}
    for name, value in parse_qsl(text, keep_blank_values=True, errors="replace"):
        found[name] = f"{found[name]},{value}" if name in found else value
    return found
