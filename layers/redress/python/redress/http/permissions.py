"""Who may do what: a token's claims, and one table from operations to permissions.

API Gateway has checked signature, issuer, audience and expiry before a request arrives here.
"""

from collections.abc import Mapping
from copy import replace
from typing import Any

from redress.domain.errors import Forbidden
from redress.domain.values import Value
from redress.http.problems import UNAUTHENTICATED, UNKNOWN_CLIENT, Refused
from redress.region import Client, Region

PERMISSIONS: Mapping[str, str] = {
    "list_complaints": "read",
    "get_complaint": "read",
    "list_events": "read",
    "explain_clock": "read",
    "list_rule_packs": "read",
    "create_complaint": "write",
    "assign": "write",
    "request_information": "write",
    "pause_clock": "write",
    "resume_clock": "write",
    "extend_deadline": "write",
    "recategorise": "write",
    "refer_to_adr": "write",
    "answer_adr": "write",
    "record_adr_outcome": "write",
    "propose_decision": "write",
    "withdraw": "write",
    "approve_decision": "decide",
    "return_decision": "decide",
    "adopt_pack_version": "admin",
}


class Caller(Value):
    """An application of the operator, and what both its token and the region file allow it."""

    client: Client
    permissions: frozenset[str]

    def require(self, operation: str) -> None:
        """Raises Forbidden unless the caller may do the operation."""
        if PERMISSIONS[operation] not in self.permissions:
            raise Forbidden(PERMISSIONS[operation])

    def visible(self, region: Region) -> Region:
        """The region with the caller's own brands only."""
        return replace(region, brands=tuple(one for one in region.brands if one.id in self.client.brands))


def identify(event: Mapping[str, Any], region: Region, clients: Mapping[str, str], prefix: str) -> Caller:
    """The caller behind an HTTP API event.

    `clients` maps the claim `client_id` to a client of the region file; a scope of the claim `scope` counts
    when it starts with `prefix`. Raises Refused when there are no claims, or nobody knows the client.
    """
    claims = event["requestContext"].get("authorizer", {}).get("jwt", {}).get("claims")
    if not claims:
        raise Refused(UNAUTHENTICATED, "Send a bearer token.", {"WWW-Authenticate": "Bearer"})
    name = clients.get(claims.get("client_id", ""))
    client = next((one for one in region.clients if one.id == name), None)
    if client is None:
        raise Refused(UNKNOWN_CLIENT, "The region file does not list the client of this token.")
    scopes = claims.get("scope", "").split()
    granted = {scope.removeprefix(prefix) for scope in scopes if scope.startswith(prefix)}
    return Caller(client=client, permissions=frozenset(granted & set(client.scopes)))
