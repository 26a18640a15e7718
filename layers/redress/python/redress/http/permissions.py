"""Who may do what: the claims of a token, and the permissions that they give.

Which permission an operation takes stands in the table of routes.

API Gateway has checked signature, issuer, audience and expiry before a request arrives here.
"""

import hashlib
import re
from collections.abc import Mapping, Sequence
from copy import replace
from typing import Any

from redress.domain import actors
from redress.domain.errors import Forbidden
from redress.domain.values import Value
from redress.http.problems import UNAUTHENTICATED, UNKNOWN_CLIENT, Refused
from redress.region import Client, Region

_DERIVED = "sub:"  # begins the ids that are made here


class Tokens(Value):
    """How the tokens of the identity provider are read.

    `clients` maps a client id in a token to a client of the region file. Each `…_claim` names a claim: of
    the client's id, of its scopes or roles (one counts when it starts with `scope_prefix`), of the subject.
    A token whose `program_claim` is `program_value` (where `{client}` stands for the client's id in the
    token) belongs to a program, whatever its subject is.
    """

    clients: Mapping[str, str]
    scope_prefix: str
    client_claim: str = "client_id"
    scope_claim: str = "scope"
    subject_claim: str = "sub"
    program_claim: str | None = None
    program_value: str = "{client}"


class Caller(Value):
    """An application of the operator, and what both its token and the region file allow it.

    `person` is the subject id of the person that the token was issued to; None for a token of a program.
    """

    client: Client
    permissions: frozenset[str]
    person: str | None = None

    def require(self, permission: str) -> None:
        """Raises Forbidden unless the caller has the permission."""
        if permission not in self.permissions:
            raise Forbidden(permission)

    def visible(self, region: Region) -> Region:
        """The region with the caller's own brands only."""
        return replace(region, brands=tuple(one for one in region.brands if one.id in self.client.brands))


def identify(event: Mapping[str, Any], region: Region, tokens: Tokens) -> Caller:
    """The caller behind an HTTP API event. Raises Refused without claims, or when nobody knows the client."""
    claims = event["requestContext"].get("authorizer", {}).get("jwt", {}).get("claims")
    if not claims:
        raise Refused(UNAUTHENTICATED, "Send a bearer token.", {"WWW-Authenticate": "Bearer"})
    token_client = str(claims.get(tokens.client_claim, ""))
    name = tokens.clients.get(token_client)
    client = next((one for one in region.clients if one.id == name), None)
    if client is None:
        raise Refused(UNKNOWN_CLIENT, "The region file does not list the client of this token.")
    prefix = tokens.scope_prefix
    scopes = _members(claims.get(tokens.scope_claim, ""))
    granted = {scope.removeprefix(prefix) for scope in scopes if scope.startswith(prefix)}
    return Caller(
        client=client,
        permissions=frozenset(granted & set(client.scopes)),
        person=_person(claims, tokens, token_client),
    )


def subject_id(subject: str) -> str:
    """The subject id that stands in the register for a subject of the identity provider.

    It is the subject itself where that may be kept for ever. An address, a name, or what else does not fit
    becomes `sub:` and the first 32 hex digits of its SHA-256: the same person has the same id each time, and
    it says nothing about them.
    """
    fits = re.fullmatch(actors.SUBJECT, subject) and subject != actors.NOBODY
    if fits and not subject.startswith(_DERIVED):
        return subject
    return _DERIVED + hashlib.sha256(subject.encode("utf-8", "surrogatepass")).hexdigest()[:32]


def _person(claims: Mapping[str, Any], tokens: Tokens, client: str) -> str | None:
    """Whom the token was issued to. Programs have no subject, or their own: RFC 9068, section 2.2."""
    if tokens.program_claim is not None:
        mark = tokens.program_value.replace("{client}", client)
        if claims.get(tokens.program_claim) == mark:
            return None
    subject = str(claims.get(tokens.subject_claim, ""))
    # Auth0 writes a program's subject as `<client>@clients`.
    return None if subject in {"", client, f"{client}@clients"} else subject_id(subject)


def _members(claim: object) -> Sequence[str]:
    """The members of a claim: words with spaces between them (RFC 8693, section 4.2), or a list.

    API Gateway hands claims on as text, a list as `[a b]`, what is nested as `map[a:b]` or `[[a b] c]`. In
    nested text it cannot be told what belongs to whom, so nothing nested grants anything.
    """
    if isinstance(claim, list):
        return [one for one in claim if isinstance(one, str)]
    text = str(claim).strip()
    if text.startswith("map["):
        return ()
    if text.startswith("[") and text.endswith("]"):
        text = text[1:-1]
        if "[" in text:
            return ()
    return text.split()
