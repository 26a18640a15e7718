"""The player's pages."""

import os
import secrets
from typing import TYPE_CHECKING, Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.typing import LambdaContext

from redress.adapters import wiring
from redress.web.routes import answer
from redress.web.visit import Portal

if TYPE_CHECKING:
    from redress.usecases.evidence_ports import EvidenceDoor


def evidence() -> "EvidenceDoor":
    """What signs forms for evidence."""
    from redress.adapters import evidence_wiring  # noqa: PLC0415 - few pages are about evidence

    return evidence_wiring.door()


_portal = Portal(
    desk=wiring.desk,
    link_secrets=lambda: wiring.secret(os.environ["LINK_SECRET_ARN"]),
    # Never rotated: with another secret a player's earlier complaints would not be found again.
    player_secret=lambda: wiring.secret(os.environ["PLAYER_INDEX_SECRET_ARN"])[0],
    random_bits=secrets.randbits,
    evidence=evidence,
    url=os.environ.get("PORTAL_URL"),
    prefill_secrets=lambda: wiring.secret(os.environ["PREFILL_SECRET_ARN"]),
    faq=wiring.faq,
    answers_read=os.environ["INBOUND_MAIL"] == "yes",
)


@Logger().inject_lambda_context
def handler(event: dict[str, Any], _context: LambdaContext) -> dict[str, Any]:
    """One request of a browser, as API Gateway hands it over."""
    return answer(_portal, event).to_gateway()
