"""The operator's API: one HTTP API event, one use case, one answer."""

import json
import os
import secrets
from typing import Any

from redress.adapters import wiring
from redress.http.resolver import Api, resolve

api = Api(
    desk=wiring.desk,
    clients=json.loads(os.environ["API_CLIENTS"]),
    scope_prefix=os.environ["TOKEN_SCOPE_PREFIX"],
    player_secret=lambda: wiring.secret(os.environ["PLAYER_INDEX_SECRET_ARN"])[0],
    random_bits=secrets.randbits,
)


def handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """Answer a request of an application (payload format 2.0 of HTTP APIs)."""
    return resolve(api, event)
