"""The operator's own identity provider at the real gateway: keys read from it, its tokens taken, others not.

The provider is a server on the loopback interface. The stack's own gateway keeps its user pool: beside it
stand a second gateway with another issuer and the same function, told how that issuer's tokens are read.
"""

import base64
import json
import threading
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from uuid import uuid4

import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256

from infra.local.describe import LocalStack

SECONDS = 30
AUDIENCE, CLIENT, KEY_ID = "complaints", "0oaBackOffice", "key-1"
TOKENS: Mapping[str, Any] = {
    "clients": {CLIENT: "back-office"},
    "scope_prefix": "complaints.",
    "client_claim": "azp",
    "scope_claim": "roles",
    "subject_claim": "oid",
    "program_claim": "idtyp",
    "program_value": "app",
}
TOLD: Mapping[str, Any] = {
    "brand": "northlight",
    "jurisdiction": "gb-ukgc",
    "category": "bonuses",
    "description": "The bonus was not paid.",
    "name": "Player",
    "email": "player@example.com",
}


def _text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


class IdentityProvider:
    """An OIDC issuer: its address, and tokens signed with the key that it publishes there."""

    def __init__(self) -> None:
        self._key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self) -> None:
        """Publish nothing any more."""
        self._server.shutdown()
        self._server.server_close()

    def token(self, **claims: object) -> str:
        """A token that is valid for a minute, of a program that may read and write unless claims say else."""
        now = int(time.time())
        usual = {"iss": self.url, "aud": AUDIENCE, "azp": CLIENT, "idtyp": "app", "oid": "service-1"}
        lasting = {"iat": now - 5, "exp": now + 60, "roles": ["complaints.read", "complaints.write"]}
        parts = ({"alg": "RS256", "kid": KEY_ID, "typ": "JWT"}, {**usual, **lasting, **claims})
        signed = ".".join(_text(json.dumps(part).encode()) for part in parts)
        return f"{signed}.{_text(self._key.sign(signed.encode(), padding.PKCS1v15(), SHA256()))}"

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        provider = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                text = json.dumps(provider.document(self.path)).encode()
                self.send_response(200)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(text)))
                self.end_headers()
                self.wfile.write(text)

            def log_message(self, *_: object) -> None:
                """Nothing."""

        return Handler

    def document(self, path: str) -> Mapping[str, Any]:
        """What the issuer publishes: where its keys are, and the keys."""
        if path == "/.well-known/openid-configuration":
            return {"issuer": self.url, "jwks_uri": f"{self.url}/keys"}
        numbers = self._key.public_key().public_numbers()
        n, e = (_text(one.to_bytes((one.bit_length() + 7) // 8)) for one in (numbers.n, numbers.e))
        return {"keys": [{"kty": "RSA", "use": "sig", "alg": "RS256", "kid": KEY_ID, "n": n, "e": e}]}


@dataclass(frozen=True)
class Door:
    """The second gateway."""

    address: str
    provider: IdentityProvider

    def get(self, path: str, token: str, **query: str) -> httpx.Response:
        """GET a path below /v1."""
        headers = {"Authorization": f"Bearer {token}"}
        return httpx.get(f"{self.address}/v1{path}", params=query, headers=headers, timeout=SECONDS)

    def create(self, token: str, **headers: str) -> httpx.Response:
        """POST a complaint."""
        sent = {"Authorization": f"Bearer {token}", "Idempotency-Key": str(uuid4()), **headers}
        return httpx.post(f"{self.address}/v1/complaints", json=dict(TOLD), headers=sent, timeout=SECONDS)

    def actor(self, token: str, **headers: str) -> str:
        """Who took a complaint in that is sent with the token."""
        created = self.create(token, **headers)
        assert created.status_code == 201, created.text
        happened = self.get(f"/complaints/{created.json()['number']}/events", self.provider.token())
        return str(happened.json()["items"][0]["actor"])


@pytest.fixture(scope="module")
def provider() -> Iterator[IdentityProvider]:
    """The operator's identity provider."""
    provider = IdentityProvider()
    yield provider
    provider.close()


@pytest.fixture(scope="module")
def door(local: LocalStack, provider: IdentityProvider) -> Iterator[Door]:
    """A gateway that takes the provider's tokens, before a copy of the function that reads them."""
    functions, gateways = local.client("lambda"), local.client("apigatewayv2")
    function = _copy_of_the_function(functions)
    api = gateways.create_api(Name="another-issuer", ProtocolType="HTTP")["ApiId"]
    authorizer = gateways.create_authorizer(
        ApiId=api,
        Name="tokens",
        AuthorizerType="JWT",
        IdentitySource=["$request.header.Authorization"],
        JwtConfiguration={"Issuer": provider.url, "Audience": [AUDIENCE]},
    )
    integration = gateways.create_integration(
        ApiId=api, IntegrationType="AWS_PROXY", IntegrationUri=function, PayloadFormatVersion="2.0"
    )
    gateways.create_route(
        ApiId=api,
        RouteKey="ANY /v1/{proxy+}",
        AuthorizationType="JWT",
        AuthorizerId=authorizer["AuthorizerId"],
        Target=f"integrations/{integration['IntegrationId']}",
    )
    gateways.create_stage(ApiId=api, StageName="$default", AutoDeploy=True)
    yield Door(f"{local.endpoint_url}/_aws/execute-api/{api}/$default", provider)
    gateways.delete_api(ApiId=api)
    functions.delete_function(FunctionName=function)


def _copy_of_the_function(functions: Any) -> str:
    """The ARN of a function that is the operator API's but for how it reads tokens."""
    found = [one for one in functions.list_functions()["Functions"] if "TOKENS" in _variables(one)]
    [original] = [functions.get_function(FunctionName=one["FunctionName"]) for one in found]
    deployed = original["Configuration"]
    made = functions.create_function(
        FunctionName="another-issuer",
        Runtime=deployed["Runtime"],
        Handler=deployed["Handler"],
        Role=deployed["Role"],
        Timeout=deployed["Timeout"],
        MemorySize=deployed["MemorySize"],
        Layers=[layer["Arn"] for layer in deployed["Layers"]],
        Environment={"Variables": {**_variables(deployed), "TOKENS": json.dumps(TOKENS)}},
        Code={"ZipFile": httpx.get(original["Code"]["Location"]).raise_for_status().content},
    )
    return str(made["FunctionArn"])


def _variables(function: Mapping[str, Any]) -> dict[str, str]:
    return dict(function.get("Environment", {}).get("Variables", {}))


def test_a_program_of_the_provider_acts_for_whom_it_names(door: Door, provider: IdentityProvider) -> None:
    assert door.actor(provider.token()) == "app:back-office/-"
    assert door.actor(provider.token(), **{"Redress-User": "handler-7"}) == "app:back-office/handler-7"


def test_a_person_is_the_one_their_token_names(door: Door, provider: IdentityProvider) -> None:
    token = provider.token(idtyp="user", oid="auth0|5f7c8ec7c33c6c004bbafe82")
    assert door.actor(token) == "app:back-office/auth0|5f7c8ec7c33c6c004bbafe82"
    refused = door.create(token, **{"Redress-User": "handler-7"})
    assert (refused.status_code, refused.json()["errors"][0]["rule"]) == (422, "subject")


@pytest.mark.parametrize(
    ("roles", "permission"),
    [(["complaints.read"], "write"), ([], "write"), ("complaints.read", "write"), (None, "write")],
)
def test_a_role_that_the_token_lacks_is_missing(
    door: Door, provider: IdentityProvider, roles: object, permission: str
) -> None:
    refused = door.create(provider.token(roles=roles))
    assert (refused.status_code, refused.json()["permission"]) == (403, permission)


def test_roles_in_nested_claims_grant_nothing(door: Door, provider: IdentityProvider) -> None:
    refused = door.create(provider.token(roles={"list": ["complaints.read", "complaints.write", "other"]}))
    assert (refused.status_code, refused.json()["permission"]) == (403, "write")


@pytest.mark.parametrize(
    "claims",
    [
        {"iss": "https://login.example.com"},
        {"iss": "another-region"},
        {"aud": "another-audience"},
        {"aud": ["another", "audiences"]},
        {"exp": 1_700_000_000},
    ],
    ids=["another issuer", "another region", "another audience", "other audiences", "expired"],
)
def test_a_token_for_another_issuer_or_audience_is_the_gateways_to_refuse(
    door: Door, provider: IdentityProvider, claims: dict[str, object]
) -> None:
    refused = door.get("/rule-packs", provider.token(**claims))
    assert (refused.status_code, refused.json()) == (401, {"message": "Unauthorized"})


def test_a_token_that_another_key_signed_is_refused(door: Door, provider: IdentityProvider) -> None:
    forger = IdentityProvider()
    forged = door.get("/rule-packs", forger.token(iss=provider.url))
    forger.close()
    assert forged.status_code == 401


def test_each_gateway_refuses_the_tokens_of_the_other(
    door: Door, provider: IdentityProvider, local: LocalStack
) -> None:
    assert door.get("/rule-packs", provider.token()).status_code == 200
    assert door.get("/rule-packs", local.token()).status_code == 401
    stacks_own = Door(local.api_url, provider)
    assert stacks_own.get("/rule-packs", provider.token()).status_code == 401
    assert stacks_own.get("/rule-packs", local.token()).status_code == 200


def test_a_client_that_the_region_file_does_not_list_is_refused(
    door: Door, provider: IdentityProvider
) -> None:
    refused = door.get("/rule-packs", provider.token(azp="0oaAnother"))
    assert (refused.status_code, refused.json()["type"]) == (403, "urn:redress:problem:unknown-client")
