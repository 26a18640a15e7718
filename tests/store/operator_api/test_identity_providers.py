"""Tokens of identity providers, as API Gateway hands their claims on: numbers, lists and all else as text.

The claims are those that each provider documents for its access tokens. Issuer and audience are the gateway's
to check (tests/infra/test_identity_provider.py).
"""

from collections.abc import Mapping
from copy import replace
from dataclasses import dataclass
from types import ModuleType

import pytest

from redress.http.permissions import Tokens
from tests.support.operator_app import OperatorApp
from tests.support.operator_requests import create, events, post_to


@dataclass(frozen=True, kw_only=True)
class Provider:
    """How a region file reads a provider's tokens, and what they are like for a program and for a person.

    `person` is the id under which the person of the second token stands in the register.
    """

    tokens: Tokens
    program: Mapping[str, str]
    person_token: Mapping[str, str]
    person: str


ENTRA_APP = "6e74172b-be56-4843-9ff4-e66a39bb12e3"
PROVIDERS = {
    "Cognito": Provider(
        tokens=Tokens(
            clients={"1h57kf5cpq17m0eml12EXAMPLE": "back-office"}, scope_prefix="redress/complaints:"
        ),
        program={
            "sub": "1h57kf5cpq17m0eml12EXAMPLE",
            "token_use": "access",
            "scope": "redress/complaints:read redress/complaints:write",
            "client_id": "1h57kf5cpq17m0eml12EXAMPLE",
            "version": "2",
            "exp": "1800000000",
        },
        person_token={
            "sub": "aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee",
            "cognito:groups": "[handlers]",
            "token_use": "access",
            "scope": "openid redress/complaints:read redress/complaints:write",
            "client_id": "1h57kf5cpq17m0eml12EXAMPLE",
            "username": "handler-7",
        },
        person="aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee",
    ),
    "Auth0": Provider(
        tokens=Tokens(
            clients={"my0AAAAclientAAAA": "back-office"},
            scope_prefix="complaints:",
            client_claim="azp",
            scope_claim="permissions",
        ),
        program={
            "sub": "my0AAAAclientAAAA@clients",
            "azp": "my0AAAAclientAAAA",
            "gty": "client-credentials",
            "scope": "complaints:read complaints:write",
            "permissions": "[complaints:read complaints:write]",
        },
        person_token={
            "sub": "auth0|5f7c8ec7c33c6c004bbafe82",
            "aud": "[https://complaints-api.example.com https://tenant.example.com/userinfo]",
            "azp": "my0AAAAclientAAAA",
            "scope": "openid profile",
            "permissions": "[complaints:read complaints:write]",
        },
        person="auth0|5f7c8ec7c33c6c004bbafe82",
    ),
    "Entra ID": Provider(
        tokens=Tokens(
            clients={ENTRA_APP: "back-office"},
            scope_prefix="Complaints.",
            client_claim="azp",
            scope_claim="roles",
            subject_claim="oid",
            program_claim="idtyp",
            program_value="app",
        ),
        program={
            "azp": ENTRA_APP,
            "azpacr": "1",
            "idtyp": "app",
            "oid": "11111111-aaaa-4bbb-8ccc-222222222222",
            "sub": "11111111-aaaa-4bbb-8ccc-222222222222",
            "roles": "[Complaints.read Complaints.write]",
            "ver": "2.0",
        },
        person_token={
            "azp": ENTRA_APP,
            "name": "Player Example",
            "oid": "00000000-0000-0000-66f3-3332eca7ea81",
            "sub": "AAAAAAAAAAAAAAAAAAAAAIkzqFVrSaSaFHy782bbtaQ",
            "scp": "access_as_user",
            "roles": "[Complaints.read Complaints.write]",
            "ver": "2.0",
        },
        person="00000000-0000-0000-66f3-3332eca7ea81",
    ),
    "Keycloak": Provider(
        tokens=Tokens(
            clients={"back-office": "back-office"},
            scope_prefix="complaints-",
            client_claim="azp",
            program_claim="client_id",
        ),
        program={
            "sub": "d952cf23-bf92-4c8f-a3ff-4972b4f2bc5b",
            "typ": "Bearer",
            "azp": "back-office",
            "realm_access": "map[roles:[offline_access uma_authorization]]",
            "scope": "profile complaints-read complaints-write",
            "client_id": "back-office",
            "preferred_username": "service-account-back-office",
        },
        person_token={
            "sub": "f:0b2e6c4e-1111-4222-8333-444455556666:handler",
            "typ": "Bearer",
            "azp": "back-office",
            "scope": "openid complaints-read complaints-write",
            "email_verified": "true",
        },
        person="f:0b2e6c4e-1111-4222-8333-444455556666:handler",
    ),
    "Okta": Provider(
        tokens=Tokens(
            clients={"0oabskvc6442nkvQO0h7": "back-office"},
            scope_prefix="complaints.",
            client_claim="cid",
            scope_claim="scp",
            subject_claim="uid",
        ),
        program={
            "ver": "1",
            "cid": "0oabskvc6442nkvQO0h7",
            "scp": "[complaints.read complaints.write]",
            "sub": "0oabskvc6442nkvQO0h7",
        },
        person_token={
            "ver": "1",
            "cid": "0oabskvc6442nkvQO0h7",
            "uid": "00ucmukel4KHsPARU0h7",
            "scp": "[openid complaints.read complaints.write]",
            "sub": "player@example.com",
        },
        person="00ucmukel4KHsPARU0h7",
    ),
}


@pytest.fixture(params=PROVIDERS)
def provider(
    request: pytest.FixtureRequest, function: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> Provider:
    """Each provider in turn, and the API reading its tokens."""
    found = PROVIDERS[request.param]
    monkeypatch.setattr(function, "api", replace(function.api, tokens=found.tokens))
    return found


@pytest.fixture
def program(function: ModuleType, provider: Provider) -> OperatorApp:
    """The back office with a token of its own."""
    return OperatorApp(handler=function.handler, claims=provider.program)


@pytest.fixture
def person(function: ModuleType, provider: Provider) -> OperatorApp:
    """The back office with a token of the person who uses it."""
    return OperatorApp(handler=function.handler, claims=provider.person_token)


def last_actor(app: OperatorApp, number: str) -> str:
    """Who did what happened last."""
    return str(events(app, number)[-1]["actor"])


def test_a_program_acts_by_itself_or_for_the_person_it_names(program: OperatorApp) -> None:
    number = create(program)
    assert events(program, number)[0]["actor"] == "app:back-office/-"
    assert program.post("/complaints", {}, **{"redress-user": "a@b"}).rules == {"Redress-User": "subject"}


def test_a_person_is_the_one_their_token_names(person: OperatorApp, provider: Provider) -> None:
    number = create(person)
    assert last_actor(person, number) == f"app:back-office/{provider.person}"


def test_a_program_names_the_person_it_acts_for(program: OperatorApp) -> None:
    number = create(program)
    withdrawn = post_to(program, number, "withdrawal", {}, **{"redress-user": "handler-7"})
    assert withdrawn.status == 200
    assert last_actor(program, number) == "app:back-office/handler-7"


@pytest.mark.usefixtures("nothing_stored")
def test_a_person_cannot_act_as_another(person: OperatorApp) -> None:
    refused = person.post("/complaints", {}, **{"redress-user": "handler-7"})
    assert (refused.status, refused.rules) == (422, {"Redress-User": "subject"})


def test_a_person_may_name_themselves(person: OperatorApp, provider: Provider) -> None:
    number = create(person)
    withdrawn = post_to(person, number, "withdrawal", {}, **{"redress-user": provider.person})
    assert withdrawn.status == 200
    assert last_actor(person, number) == f"app:back-office/{provider.person}"


@pytest.mark.parametrize("kind", ["program", "person_token"])
def test_a_token_gives_the_permissions_it_names_and_no_others(
    function: ModuleType, provider: Provider, kind: str
) -> None:
    app = OperatorApp(handler=function.handler, claims=getattr(provider, kind))
    number = create(app)
    refused = post_to(app, number, "decision/approval", {})
    assert (refused.status, refused.body["permission"]) == (403, "decide")


def test_the_region_file_bounds_every_providers_tokens(function: ModuleType, provider: Provider) -> None:
    name = provider.tokens.scope_claim
    claims = {**provider.program, name: provider.program[name].replace("write", "root")}
    refused = OperatorApp(handler=function.handler, claims=claims).post("/complaints", {})
    assert (refused.status, refused.body["permission"]) == (403, "write")


def test_a_token_without_scopes_allows_nothing(function: ModuleType, provider: Provider) -> None:
    claims = {k: v for k, v in provider.program.items() if k != provider.tokens.scope_claim}
    refused = OperatorApp(handler=function.handler, claims=claims).get("/rule-packs")
    assert (refused.status, refused.body["permission"]) == (403, "read")


def test_a_client_that_the_region_file_does_not_list_is_refused(
    function: ModuleType, provider: Provider
) -> None:
    name = provider.tokens.client_claim
    for claims in (
        {**provider.program, name: "another"},
        {k: v for k, v in provider.program.items() if k != name},
    ):
        refused = OperatorApp(handler=function.handler, claims=claims).get("/rule-packs")
        assert (refused.status, refused.problem) == (403, "unknown-client")
