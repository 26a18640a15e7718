"""The register of corrective actions, from the environment of the function."""

import os
from functools import cache

from redress.adapters.clients import client
from redress.store.actions import ActionTable


@cache
def table() -> ActionTable:
    """The store of corrective actions."""
    return ActionTable(client("dynamodb"), os.environ["TABLE_NAME"])
