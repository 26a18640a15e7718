"""What callers of the operator's API ask about alarms."""

from redress.http.fields import Strict
from redress.http.list_bodies import Cursor, Limit


class AlarmQuery(Strict):
    """Which part of the list."""

    limit: Limit = 25
    cursor: Cursor | None = None
