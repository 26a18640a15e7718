"""How a complaint enters by the form: what the operator's site confirms of it, and what speaks for spam."""

import json
from collections.abc import Sequence
from copy import replace
from datetime import timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from redress.domain.commands import Submit
from redress.domain.values import Value
from redress.usecases.caps import caps
from redress.usecases.ports import Cap
from redress.web import guard, prefill
from redress.web.forms import Fields, Submission
from redress.web.prefill import Confirmed, Prefilled
from redress.web.visit import Visit

if TYPE_CHECKING:  # it brings pydantic
    from redress.http.intake import Intake


AGAIN = "again"  # the field of a form by which somebody says that the same as before is meant
_NOT_TOLD = frozenset({guard.TOKEN, guard.DECOY, prefill.CONFIRMED, AGAIN})

PREFILL = "prefill"  # the part of a query that a link from the operator's site carries


class Guard(Value):
    """What `guard.html` and `confirmed.html` show of it. `confirmed` is what the form carries of `facts`.

    `by` is the name of the brand whose site said so; `lapsed`: what came with the link did not hold.
    """

    token: str
    confirmed: str = ""
    facts: Confirmed | None = None
    by: str = ""
    lapsed: bool = False


def begun(visit: Visit) -> Prefilled | None:
    """What the operator's site says in the link that led here."""
    said = visit.query(PREFILL)
    if not said:
        return None
    desk = visit.desk
    return prefill.read(visit.portal.prefill_secrets(), said, desk.region, desk.now())


def carried(visit: Visit, sent: Fields) -> Confirmed | None:
    """What a form that was sent carries of it."""
    return prefill.carried(visit.portal.link_secrets(), sent, visit.desk.now())


def guarded(visit: Visit, nonce: str, sent: Fields, before: str | None, confirmed: Confirmed | None) -> Guard:
    """The guard of a form with that nonce; `before` is the one under which `sent` came, if it was sent."""
    secrets, now, region = visit.portal.link_secrets(), visit.desk.now(), visit.desk.region
    token = guard.token(secrets, nonce, now, sent, before)
    if confirmed is None or not confirmed.verified:
        return Guard(token=token, lapsed=confirmed is not None or bool(visit.query(PREFILL)))
    brand = region.brand(confirmed.brand)
    return Guard(
        token=token,
        confirmed=sent.get(prefill.CONFIRMED) or prefill.carry(secrets, confirmed, now),
        facts=confirmed,
        by=brand.name if brand else confirmed.brand,
    )


def weighed(
    visit: Visit, sent: Submission, command: Submit, told: "Intake", confirmed: Confirmed | None
) -> tuple[Submit, Sequence[Cap]]:
    """The command with what is suspected and confirmed of the complaint, and what counts it."""
    desk = visit.desk
    now, region = desk.now(), desk.region
    shortest = timedelta(seconds=region.form_seconds)
    found = guard.suspicions(visit.portal.link_secrets(), sent.fields, sent.nonce or "", now, shortest)
    day = now.astimezone(ZoneInfo(region.pack(command.jurisdiction).timezone)).date()
    counted = caps(
        visit.portal.player_secret(),
        region,
        day,
        brand=told.brand,
        account=told.account,
        email=told.email,
        network=guard.network(visit.event),
        content=None if sent.fields.get(AGAIN) else _content(sent.fields),
    )
    verified = confirmed is not None and confirmed.verified
    return replace(command, suspicions=found, verified=verified), counted


def _content(sent: Fields) -> str:
    """What was told, whichever form it came by."""
    return json.dumps(sorted((name, text) for name, text in sent.items() if name not in _NOT_TOLD))
