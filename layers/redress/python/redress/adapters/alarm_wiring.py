"""The register of alarms about rises, from the environment of the function."""

import os
from functools import cache

from redress.adapters.clients import client
from redress.store.alarms import AlarmTable


@cache
def table() -> AlarmTable:
    """The store of alarms."""
    return AlarmTable(client("dynamodb"), os.environ["TABLE_NAME"])
