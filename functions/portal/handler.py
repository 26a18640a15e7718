"""The player's pages."""

import os
import secrets
from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.typing import LambdaContext

from redress.adapters import wiring
from redress.web.routes import answer
from redress.web.visit import Portal

_portal = Portal(
    desk=wiring.desk,
    link_secrets=lambda: wiring.secret(os.environ["LINK_SECRET_ARN"]),
    # Never rotated: with another secret a player's earlier complaints would not be found again.
    player_secret=lambda: wiring.secret(os.environ["PLAYER_INDEX_SECRET_ARN"])[0],
    random_bits=secrets.randbits,
    url=os.environ.get("PORTAL_URL"),
)


@Logger().inject_lambda_context
def handler(event: dict[str, Any], _context: LambdaContext) -> dict[str, Any]:
    """One request of a browser, as API Gateway hands it over."""
    return answer(_portal, event).to_gateway()
