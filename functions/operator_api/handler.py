"""The operator's API: one HTTP API event, one use case, one answer."""

import json
import os
import secrets
from functools import cache
from typing import TYPE_CHECKING, Any

from aws_lambda_powertools import Logger

from redress.adapters import wiring
from redress.adapters.clients import client
from redress.http.permissions import Tokens
from redress.http.resolver import Api, resolve
from redress.store.allowance import AllowanceTable
from redress.usecases.allowance import Allowance, AllowanceUnknown

if TYPE_CHECKING:
    from redress.usecases.actions import ActionStore
    from redress.usecases.evidence_ports import EvidenceDoor
    from redress.usecases.insight import InsightDesk
    from redress.usecases.watch import Register
    from redress.usecases.webhooks import WebhookDesk

logger = Logger()


@cache
def allowance() -> Allowance:
    """What this instance holds of the clients' requests per minute."""
    table = AllowanceTable(client=client("dynamodb"), name=os.environ["TABLE_NAME"])
    return Allowance(table, unknown=allowance_unknown)


def allowance_unknown(client_id: str, error: AllowanceUnknown) -> None:
    """Tell that a client's limit does not hold at the moment: a line of the log and a metric."""
    # Imported here, because it costs a cold start something and is needed only when AWS fails.
    from aws_lambda_powertools.metrics import MetricUnit, single_metric  # noqa: PLC0415

    logger.error("a client's limit could not be asked about", exc_info=error, extra={"client": client_id})
    with single_metric(
        name="AllowanceUnknown", unit=MetricUnit.Count, value=1, namespace="Redress"
    ) as metric:
        metric.add_dimension(name="function", value="operator_api")


def webhooks() -> "WebhookDesk":
    """What managing webhooks needs."""
    from redress.adapters import webhook_wiring  # noqa: PLC0415 - few requests are about webhooks

    return webhook_wiring.desk()


def evidence() -> "EvidenceDoor":
    """What signs addresses of evidence."""
    from redress.adapters import evidence_wiring  # noqa: PLC0415 - few requests are about evidence

    return evidence_wiring.door()


def actions() -> "ActionStore":
    """The register of corrective actions."""
    from redress.adapters import action_wiring  # noqa: PLC0415 - few requests are about it

    return action_wiring.table()


def insight() -> "InsightDesk":
    """The counters."""
    from redress.adapters import figures_wiring  # noqa: PLC0415 - as above

    return figures_wiring.desk()


def alarms() -> "Register":
    """The alarms about rises."""
    from redress.adapters import alarm_wiring  # noqa: PLC0415 - as above

    return alarm_wiring.table()


api = Api(
    desk=wiring.desk,
    tokens=Tokens(**json.loads(os.environ["TOKENS"])),
    allowance=allowance,
    player_secret=lambda: wiring.secret(os.environ["PLAYER_INDEX_SECRET_ARN"])[0],
    webhooks=webhooks,
    evidence=evidence,
    actions=actions,
    insight=insight,
    alarms=alarms,
    link_secrets=lambda: wiring.secret(os.environ["LINK_SECRET_ARN"]),
    faq=wiring.faq,
    random_bits=secrets.randbits,
)


def handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """Answer a request of an application (payload format 2.0 of HTTP APIs)."""
    return resolve(api, event)
