"""What counting is made of, from the environment of the function."""

import os
from functools import cache

from redress.adapters.clients import client
from redress.store.counters import Counters
from redress.store.registers import Registers


@cache
def registers() -> Registers:
    """The complaints."""
    return Registers(client("dynamodb"), os.environ["TABLE_NAME"])


@cache
def counters() -> Counters:
    """What they count for."""
    return Counters(client("dynamodb"), os.environ["TABLE_NAME"])
