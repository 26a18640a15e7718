"""What the claims of a token say: permissions in every form that a gateway gives them, and who acts."""

from typing import Any

import pytest

from redress.domain import actors
from redress.domain.errors import InvalidInput
from redress.http.permissions import Caller, Tokens, identify, subject_id
from redress.http.requests import actor
from redress.region import Client
from tests.support.complaints import REGION

TOKENS = Tokens(clients={"id": "back-office"}, scope_prefix="x:", scope_claim="scp")
CALLER = Caller(client=Client(id="back-office", brands=(), scopes=()), permissions=frozenset())


def caller(tokens: Tokens = TOKENS, **claims: object) -> Caller:
    """Who is behind an event with these claims and the client's id."""
    jwt = {"claims": {"client_id": "id", **claims}, "scopes": None}
    return identify({"requestContext": {"authorizer": {"jwt": jwt}}}, REGION, tokens)


def acting(caller: Caller, user: str | None) -> str:
    """The actor of a request with that Redress-User, or with none."""
    return actor({"headers": {} if user is None else {"redress-user": user}}, caller)


@pytest.mark.parametrize(
    "claim",
    [
        "x:read x:write",
        "  x:read \t x:write ",
        "[x:read x:write]",
        "[other x:read x:write x:unheard-of]",
        ["x:read", "x:write"],
        ["x:read", "x:write", 7, None],
        "openid x:read x:write profile",
    ],
)
def test_scopes_come_as_words_or_as_a_list(claim: object) -> None:
    assert caller(scp=claim).permissions == {"read", "write"}


@pytest.mark.parametrize(
    "claim",
    [
        "",
        "[]",
        [],
        "read write",
        "y:read yx:read",
        "X:read",
        "x:read,x:write",
        "map[roles:[x:read x:write x:read]]",
        "map[other:x:read x:write x:decide]",
        "[map[a:b] x:read c]",
        "[[a b] x:read [c]]",
        {"roles": ["x:read"]},
        [["x:read"]],
        None,
        True,
    ],
)
def test_what_is_nested_or_malformed_or_differently_prefixed_grants_nothing(claim: object) -> None:
    assert caller(scp=claim).permissions == frozenset()


@pytest.mark.parametrize("claim", ["map[roles:[read write decide]]", "[[a] read write]", "[map[] read b]"])
def test_nested_claims_grant_nothing_without_a_prefix_either(claim: str) -> None:
    assert caller(TOKENS.__replace__(scope_prefix=""), scp=claim).permissions == frozenset()


def test_the_region_file_bounds_the_permissions() -> None:
    assert caller(scp="x:read x:decide x:admin").permissions == {"read", "decide"}


@pytest.mark.parametrize("subject", ["", "id", "id@clients"])
def test_a_token_without_a_subject_of_its_own_is_a_programs(subject: str) -> None:
    assert caller(sub=subject).person is None
    assert caller().person is None


@pytest.mark.parametrize("subject", ["other@clients", "ID", "handler-7", "id ", "0"])
def test_every_other_subject_is_a_person(subject: str) -> None:
    assert caller(sub=subject).person == subject_id(subject)


def test_a_token_with_the_mark_of_programs_names_no_person() -> None:
    by_value = TOKENS.__replace__(program_claim="idtyp", program_value="app")
    assert caller(by_value, sub="object-1", idtyp="app").person is None
    assert caller(by_value, sub="object-1", idtyp="user").person == "object-1"
    assert caller(by_value, sub="object-1").person == "object-1"
    by_client = TOKENS.__replace__(program_claim="mark")
    assert caller(by_client, sub="object-1", mark="id").person is None
    assert caller(by_client, sub="object-1", mark="other").person == "object-1"
    assert caller(by_client, sub="object-1", mark="{client}").person == "object-1"


@pytest.mark.parametrize(
    "subject",
    ["handler-7", "auth0|5f7c8ec7c33c6c004bbafe82", "google-oauth2|1", "f:2c:handler", "a" * 100, "00u.1_2"],
)
def test_a_subject_that_may_be_kept_is_the_id(subject: str) -> None:
    assert subject_id(subject) == subject


@pytest.mark.parametrize(
    "subject",
    [
        "player@example.com",
        "AAAAAAAA/AAA+AAA=",
        "a" * 101,
        "Player Example",
        "игрок",
        "-",
        "\ud800",
        "handler\n",
        "sub:0123456789abcdef0123456789abcdef",
    ],
)
def test_every_other_subject_becomes_an_id_that_says_nothing_and_stays_the_same(subject: str) -> None:
    derived = subject_id(subject)
    assert derived == subject_id(subject) != subject
    assert actors.person(actors.of_app("crm", derived)) == derived
    assert derived.startswith("sub:")
    assert len(derived) == 36


def test_different_subjects_have_different_ids() -> None:
    assert subject_id("player@example.com") != subject_id("Player@example.com")


def test_the_readmes_way_to_compute_an_id_is_the_one_used() -> None:
    """`printf %s 'player@example.com' | sha256sum | cut -c1-32`."""
    assert subject_id("player@example.com") == "sub:46b06dcd1ce7d8bdf29ce2677575bd21"


@pytest.mark.parametrize("user", [None, "", "-", "handler-7"])
def test_a_program_says_for_whom_it_acts_or_does_not(user: str | None) -> None:
    assert acting(CALLER, user) == f"app:back-office/{user or '-'}"


@pytest.mark.parametrize("user", ["player@example.com", "Player Example", "a/b", "a" * 101])
def test_a_program_cannot_name_a_person_by_address_or_name(user: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        acting(CALLER, user)
    assert [(one.field, one.rule) for one in refused.value.problems] == [("Redress-User", "subject")]


@pytest.mark.parametrize(
    ("subject", "user"), [("handler-7", "handler-7"), ("a@example.com", "a@example.com")]
)
def test_a_person_may_be_named_once_more(subject: str, user: str) -> None:
    caller: Any = CALLER.__replace__(person=subject_id(subject))
    assert acting(caller, user) == acting(caller, None) == f"app:back-office/{subject_id(subject)}"


@pytest.mark.parametrize("user", ["handler-8", "-", "b@example.com", "Handler-7"])
def test_a_person_is_nobody_else(user: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        acting(CALLER.__replace__(person="handler-7"), user)
    assert [(one.field, one.rule) for one in refused.value.problems] == [("Redress-User", "subject")]
