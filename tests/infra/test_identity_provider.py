"""Whose tokens the gateway takes: those of the operator's own identity provider, or of a pool made for it."""

import json
from pathlib import Path

import pytest

from infra.settings import REGIONS, IssuerPart, Settings, SettingsError, load
from redress.http.permissions import Tokens
from tests.infra.template import Template

PRODUCTION = (REGIONS / "eu-west-2.toml").read_text()
ISSUER = """
[api.issuer]
url = "https://login.example.com/"
audience = ["complaints"]
scope_prefix = "complaints:"
"""


def settings(tmp_path: Path, issuer: str, text: str = PRODUCTION) -> Settings:
    """The production file with an issuer."""
    file = tmp_path / "eu-west-2.toml"
    file.write_text(text.replace("[mail]\n", f"{issuer}\n[mail]\n"))
    return load(file)


def tokens(template: Template) -> Tokens:
    """How the function reads tokens: ids that are known only when deployed are written ID."""
    value = template.functions()["operator_api"]["Environment"]["Variables"]["TOKENS"]
    parts = value["Fn::Join"][1] if isinstance(value, dict) else [value]
    return Tokens(**json.loads("".join("ID" if isinstance(part, dict) else part for part in parts)))


def test_the_gateway_takes_tokens_of_the_operators_issuer_for_its_audience_only(
    variant_template: Template,
) -> None:
    authorizer = variant_template.only("ApiGatewayV2::Authorizer")
    assert authorizer["AuthorizerType"] == "JWT"
    assert authorizer["JwtConfiguration"] == {
        "Audience": ["complaints", "complaints-old"],
        "Issuer": "https://login.example.com/",
    }
    [route] = variant_template.of_type("ApiGatewayV2::Route").values()
    assert route["Properties"]["AuthorizationType"] == "JWT"


def test_an_issuer_of_the_operators_own_leaves_no_user_pool(variant_template: Template) -> None:
    kinds = {resource["Type"] for resource in variant_template.resources.values()}
    assert {kind for kind in kinds if "Cognito" in kind} == set()
    assert {"TokenUrl", "UserPoolId"} & set(variant_template.document["Outputs"]) == set()


def test_without_one_the_gateway_takes_tokens_of_the_pool_for_its_clients_only(production: Template) -> None:
    jwt = production.only("ApiGatewayV2::Authorizer")["JwtConfiguration"]
    [pool] = production.of_type("Cognito::UserPool")
    [client] = production.of_type("Cognito::UserPoolClient")
    assert jwt["Audience"] == [{"Ref": client}]
    assert jwt["Issuer"]["Fn::Join"][1][-1] == {"Ref": pool}
    assert production.only("Cognito::UserPoolClient")["AllowedOAuthFlows"] == ["client_credentials"]


def test_the_function_reads_tokens_as_the_region_file_says(variant_template: Template) -> None:
    assert tokens(variant_template) == Tokens(
        clients={"0oaBackOffice": "back-office"},
        scope_prefix="complaints.",
        client_claim="azp",
        scope_claim="permissions",
        subject_claim="sub",
        program_claim="gty",
        program_value="client-credentials",
    )


def test_the_function_reads_the_pools_tokens_as_cognito_writes_them(production: Template) -> None:
    read = tokens(production)
    assert read == Tokens(clients={"ID": "back-office"}, scope_prefix="redress/complaints:")
    assert (read.client_claim, read.scope_claim, read.subject_claim) == ("client_id", "scope", "sub")


def test_an_issuer_needs_no_more_than_its_address_audience_and_prefix(tmp_path: Path) -> None:
    assert settings(tmp_path, ISSUER).api.issuer == IssuerPart(
        url="https://login.example.com/", audience=("complaints",), scope_prefix="complaints:"
    )


@pytest.mark.parametrize(
    "url",
    [
        "https://tenant.eu.auth0.com/",
        "https://login.microsoftonline.com/00000000-0000-0000-0000-000000000000/v2.0",
        "https://example.okta.com/oauth2/default",
        "https://login.example.com/realms/operator",
        "https://login.example.com:8443",
    ],
)
def test_an_issuer_is_kept_as_its_tokens_name_it(tmp_path: Path, url: str) -> None:
    issuer = settings(tmp_path, ISSUER.replace("https://login.example.com/", url)).api.issuer
    assert issuer
    assert issuer.url == url


FAULTS = {
    "an address that is none": ('"https://login.example.com/"', '"login.example.com"', "api.issuer.url"),
    "keys read without TLS": ('"https://', '"http://', "api.issuer.url"),
    "no audience": ('["complaints"]', "[]", "api.issuer.audience"),
    "a prefix left out": ('scope_prefix = "complaints:"', "", "api.issuer.scope_prefix"),
    "a misspelt claim": ("scope_prefix", 'client_clam = "azp"\nscope_prefix', "api.issuer.client_clam"),
    "a claim without a name": ("scope_prefix", 'scope_claim = ""\nscope_prefix', "api.issuer.scope_claim"),
    "a client that is not there": (
        "scope_prefix",
        'clients = { crm = "0oa1" }\nscope_prefix',
        "api.issuer.clients.crm",
    ),
    "an id that is none": (
        "scope_prefix",
        "clients = { back-office = 'a\"b' }\nscope_prefix",
        "api.issuer.clients.back-office",
    ),
}


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS.keys())
def test_an_issuer_that_cannot_be_used_says_which_key(tmp_path: Path, fault: tuple[str, str, str]) -> None:
    old, new, key = fault
    with pytest.raises(SettingsError) as refused:
        settings(tmp_path, ISSUER.replace(old, new))
    [told] = refused.value.faults
    assert told.startswith(f"{key}: ")


def test_two_clients_with_one_id_at_the_provider_are_refused(tmp_path: Path) -> None:
    another = '\n[[operator.clients]]\nid = "crm"\nbrands = ["northlight"]\nscopes = ["read"]\n'
    issuer = ISSUER + 'clients = { crm = "back-office" }\n'
    with pytest.raises(SettingsError) as refused:
        settings(tmp_path, issuer, PRODUCTION + another)
    assert [told.split(":")[0] for told in refused.value.faults] == [
        "api.issuer.clients.back-office",
        "api.issuer.clients.crm",
    ]
