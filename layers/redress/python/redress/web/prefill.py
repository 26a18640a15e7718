"""What the operator's own site says of a player who follows its link to the form, signed and short-lived.

The link is `complaints?prefill=<token>`: a JSON Web Token (RFC 7519), signed with HMAC-SHA256 under the
prefill secret of the stack. Opening it changes nothing. The form carries on what it confirms under a
signature of our own, good for a day, so that nobody has to write fast.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from redress.domain.categories import Category
from redress.domain.errors import InvalidInput
from redress.domain.values import Value
from redress.language import known
from redress.region import Region
from redress.web import guard
from redress.web.forms import Fields

if TYPE_CHECKING:  # it brings pydantic
    from jwt.types import Options

    from redress.web.prefill_claims import Claims

AUDIENCE = "redress-portal"
CONFIRMED = "confirmed"
LONGEST = timedelta(minutes=15)  # that a link may live
CARRIED = timedelta(hours=24)  # that a form with it may lie open
SKEW = timedelta(seconds=60)  # by which the clock of the operator's site may be ahead
LARGEST = 4_096  # characters of a token

# What is only a help to write, and the player's own to change.
_HELPS = ("name", "email", "jurisdiction", "category")


class Confirmed(Value):
    """Whose account it is and what it is about, by `client`. `verified` while our signature is fresh."""

    client: str
    brand: str
    account: str
    transactions: tuple[str, ...]
    verified: bool = True

    @property
    def facts(self) -> Mapping[str, Any]:
        """What a form carries of it."""
        return {name: value for name, value in vars(self).items() if name != "verified"}


class Prefilled(Value):
    """A form as it begins: what is confirmed, what else is filled in, and the language it is to be in."""

    confirmed: Confirmed
    fields: Fields
    language: str | None


def read(secrets: Sequence[bytes], token: str, region: Region, now: datetime) -> Prefilled | None:
    """What a token of the operator's site says at `now` (UTC); None if it is none, or not ours to trust."""
    claims = _claims(secrets, token)
    if claims is None or not _is_in_time(claims, now):
        return None
    client = next((one for one in region.clients if one.id == claims.iss), None)
    brand = region.brand(claims.brand)
    if client is None or brand is None or claims.brand not in client.brands:
        return None
    if claims.jurisdiction not in {None, *brand.jurisdictions} or claims.category not in {None, *Category}:
        return None
    confirmed = Confirmed(
        client=client.id,
        brand=brand.id,
        account=claims.account,
        transactions=tuple(claims.transactions or ()),
    )
    helps = {name: str(value) for name in _HELPS if (value := getattr(claims, name))}
    return Prefilled(
        confirmed=confirmed, fields=helps, language=known(claims.language) if claims.language else None
    )


def carry(secrets: Sequence[bytes], confirmed: Confirmed, now: datetime) -> str:
    """What the form carries of it, under the secrets of private links."""
    return guard.sign(secrets, confirmed.facts, now + CARRIED)


def carried(secrets: Sequence[bytes], sent: Fields, now: datetime) -> Confirmed | None:
    """What a form that was sent carries. After its time it is still what was told, but proves nothing."""
    text = sent.get(CONFIRMED)
    found = guard.signed(secrets, text, now) if text else None
    if found is None:
        return None
    told = {**found.facts, "transactions": tuple(found.facts["transactions"])}
    return Confirmed(**told, verified=found.fresh)


def applied(sent: Fields, confirmed: Confirmed | None) -> Fields:
    """The fields with what is confirmed in place of what was typed there; references may be added."""
    if confirmed is None:
        return sent
    typed = sent.get("transaction_references", "")
    references = "\n".join([*confirmed.transactions, typed])
    return {**locked(sent, confirmed), "transaction_references": references}


def locked(sent: Fields, confirmed: Confirmed | None) -> Fields:
    """The fields as the form shows them again: what is confirmed is no longer the player's to write."""
    return {**sent, "brand": confirmed.brand, "account": confirmed.account} if confirmed else sent


def _claims(secrets: Sequence[bytes], token: str) -> "Claims | None":
    """What the token says, if its signature and its form are right."""
    import jwt  # noqa: PLC0415 - few come by such a link

    from redress.web.prefill_claims import Claims  # noqa: PLC0415 - brings pydantic, which no other page needs

    if len(token) > LARGEST:
        return None
    # The times are checked by our own clock, which tests can set.
    options: Options = {"verify_exp": False, "verify_iat": False, "verify_nbf": False}
    for secret in secrets:
        try:
            said = jwt.decode(token, secret, algorithms=["HS256"], audience=AUDIENCE, options=options)
            return Claims.read(said)
        except (jwt.InvalidTokenError, InvalidInput):
            continue
    return None


def _is_in_time(claims: "Claims", now: datetime) -> bool:
    at = now.timestamp()
    lives = 0 < claims.exp - claims.iat <= LONGEST.total_seconds()
    return lives and claims.iat <= at + SKEW.total_seconds() and at < claims.exp
