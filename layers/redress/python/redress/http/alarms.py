"""Alarms about rises in the operator's API. Imported when the first request for them comes."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from redress.domain import instants
from redress.http import alarm_views
from redress.http.answer import Answer
from redress.http.changing import refuse
from redress.http.requests import Call
from redress.http.routes import ALARMS
from redress.usecases.watch import Place, listed

if TYPE_CHECKING:  # it brings pydantic: the resolver imports the one that a request is read with
    from redress.http import alarm_bodies as bodies


def list_alarms(call: Call, asked: bodies.AlarmQuery) -> Answer:
    """List the alarms about rises of the caller's brands, the latest first, with what they are raised for."""
    visible = {brand.id for brand in call.caller.visible(call.desk.region).brands}
    before = _from_cursor(asked.cursor) if asked.cursor else None
    found, last = listed(call.alarms(), visible, asked.limit, before)
    cursor = _to_cursor(last) if last else None
    following = f"{ALARMS}?{urlencode({'limit': asked.limit, 'cursor': cursor})}" if cursor else None
    return Answer(body={**alarm_views.page(found, call.desk.region, cursor, following)})


def _to_cursor(place: Place) -> str:
    end, alarm = place
    return base64.urlsafe_b64encode(f"{instants.to_text(end)} {alarm}".encode()).decode()


def _from_cursor(cursor: str) -> Place:
    """The place where the part before ended. Raises InvalidInput for a cursor of another list."""
    try:
        end, space, alarm = base64.urlsafe_b64decode(cursor.encode("ascii")).decode().partition(" ")
        at = instants.from_text(end)
    except ValueError:
        space, alarm = "", ""
    if not space or not alarm.startswith("rise-"):
        refuse("cursor", "cursor", "Send the cursor that the page before gave, or none.")
    return at, alarm
