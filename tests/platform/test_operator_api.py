"""The operator's API behind the real gateway: real tokens, and everything that is none."""

import base64
import json
from collections.abc import Callable, Mapping
from typing import Any
from uuid import uuid4

import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256

from infra.local.describe import LocalStack

SECONDS = 30
TOLD: Mapping[str, Any] = {
    "brand": "northlight",
    "jurisdiction": "gb-ukgc",
    "category": "bonuses",
    "description": "Бонус не выплачен. 🎰 لم يتم دفع المكافأة.",
    "name": "Player",
    "email": "player@example.com",
    "account": "account-1",
    "amount_minor": 2550,
    "currency": "GBP",
}


class Api:
    """The API with one token, or with whatever stands in for one."""

    def __init__(self, stack: LocalStack, token: str | None) -> None:
        self._address = f"{stack.api_url}/v1"
        self._token = {} if token is None else {"Authorization": f"Bearer {token}"}

    def get(self, path: str, **query: str) -> httpx.Response:
        """GET a path below /v1."""
        return httpx.get(self._address + path, params=query, headers=self._token, timeout=SECONDS)

    def post(self, path: str, body: object = None, **headers: str) -> httpx.Response:
        """POST JSON to a path below /v1, under a new idempotency key unless a header names one."""
        sent = {"Idempotency-Key": str(uuid4()), **self._token, **headers}
        return httpx.post(self._address + path, json=body or {}, headers=sent, timeout=SECONDS)


@pytest.fixture(scope="module")
def token(local: LocalStack) -> str:
    """A token that allows everything the client may do."""
    return local.token()


@pytest.fixture(scope="module")
def api(local: LocalStack, token: str) -> Api:
    """The API with that token."""
    return Api(local, token)


def test_a_complaint_goes_through_the_gateway_and_back(api: Api) -> None:
    created = api.post("/complaints", TOLD)
    assert created.status_code == 201, created.text
    number = created.json()["number"]
    shown = api.get(f"/complaints/{number}")
    assert shown.headers["content-type"] == "application/json"
    assert shown.json()["description"] == TOLD["description"]
    assert api.get("/complaints", brand="northlight", account="account-1").json()["items"]
    clocks = [promise["clock"] for promise in api.get(f"/complaints/{number}/clock").json()["promises"]]
    assert clocks[:2] == ["ack", "final"]


def test_a_request_sent_twice_is_carried_out_once(api: Api) -> None:
    key = {"Idempotency-Key": str(uuid4())}
    first, again = (api.post("/complaints", TOLD, **key) for _ in range(2))
    assert again.json() == first.json()
    assert (first.status_code, again.status_code) == (201, 201)
    assert again.headers["Idempotency-Replayed"] == "true"
    other = api.post("/complaints", {**TOLD, "name": "Another player"}, **key)
    assert other.json()["type"] == "urn:redress:problem:idempotency-key-reused"


def test_a_stale_version_is_told_the_current_one(api: Api) -> None:
    number = api.post("/complaints", TOLD).json()["number"]
    refused = api.post(f"/complaints/{number}/decision/approval", None, **{"If-Match": '"999"'})
    assert refused.status_code == 412
    assert refused.headers["ETag"] == f'"{refused.json()["version"]}"'
    assert refused.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize(
    ("granted", "needed", "path"),
    [
        ("read", "write", "/complaints"),
        ("write", "decide", "/complaints/ZZZZ-ZZZZ-0/decision/approval"),
    ],
)
def test_a_token_with_another_scope_is_not_enough(
    local: LocalStack, granted: str, needed: str, path: str
) -> None:
    refused = Api(local, local.token(granted)).post(path, TOLD)
    assert (refused.status_code, refused.json()["permission"]) == (403, needed)


def test_reading_needs_the_scope_to_read(local: LocalStack) -> None:
    refused = Api(local, local.token("write")).get("/complaints", team="player-care")
    assert (refused.status_code, refused.json()["permission"]) == (403, "read")


def test_without_a_token_the_gateway_refuses(local: LocalStack) -> None:
    assert Api(local, None).get("/complaints", team="player-care").status_code == 401


def _part(text: str) -> dict[str, Any]:
    return dict(json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))))


def _text(part: Mapping[str, Any] | bytes) -> str:
    raw = part if isinstance(part, bytes) else json.dumps(part).encode()
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _garbage(_: str) -> str:
    return "not.a.token"


def _cut(token: str) -> str:
    return token.rpartition(".")[0] + "."


def _unsigned(token: str) -> str:
    _, claims, _ = token.split(".")
    return f"{_text({'alg': 'none', 'typ': 'JWT'})}.{claims}."


def _altered(token: str) -> str:
    """The same signature under other claims."""
    header, claims, signature = token.split(".")
    return f"{header}.{_text({**_part(claims), 'client_id': 'another'})}.{signature}"


def _signed_by_another(token: str) -> str:
    """The right claims and key id, signed with a key that is not the issuer's."""
    header, claims, _ = token.split(".")
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    signature = key.sign(f"{header}.{claims}".encode(), padding.PKCS1v15(), SHA256())
    return f"{header}.{claims}.{_text(signature)}"


@pytest.mark.parametrize("forge", [_garbage, _cut, _unsigned, _altered, _signed_by_another])
def test_a_forged_token_is_refused_by_the_gateway(
    local: LocalStack, token: str, forge: Callable[[str], str]
) -> None:
    forged = Api(local, forge(token))
    assert forged.get("/complaints", team="player-care").status_code == 401
    assert forged.post("/complaints", TOLD).status_code == 401
