"""From an HTTP API event to its answer: who calls, which route, may they, is it well-formed; then it is done.

A table of some twenty routes needs no framework: Powertools' resolver alone costs 0.19 of a bare cold start,
which beside pydantic (0.32) would break the target of 1.6.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from aws_lambda_powertools import Logger
from botocore.exceptions import BotoCoreError, ClientError

from redress.domain import number as complaint_number
from redress.domain.values import Value
from redress.http import permissions, problems, requests
from redress.http.answer import Answer
from redress.http.permissions import Caller, Tokens
from redress.http.requests import Call
from redress.http.routes import Route, find
from redress.usecases.allowance import Allowance
from redress.usecases.change import Desk

if TYPE_CHECKING:  # imported when the first request for one comes
    from redress.faq.entries import Faq
    from redress.usecases.actions import ActionStore
    from redress.usecases.evidence_ports import EvidenceDoor
    from redress.usecases.insight import InsightDesk
    from redress.usecases.watch import Register
    from redress.usecases.webhooks import WebhookDesk

# What passes by itself, beside every status from here on: the SDK has tried several times by then.
PASSING = frozenset(
    {
        "ProvisionedThroughputExceededException",
        "RequestLimitExceeded",
        "ThrottlingException",
        "TransactionCanceledException",
        "ExpiredTokenException",
    }
)
SERVER_ERROR = 500

logger = Logger()


class Api(Value):
    """What the API needs from outside, asked for when it is needed.

    `tokens` says how tokens are read, `allowance` is asked for when a client has a limit; `player_secret`
    finds a player's complaints again, `link_secrets` are the live secrets of private links, the current one
    first. `faq` gives the help pages of a brand (id) in a language (ISO 639-1).
    """

    desk: Callable[[], Desk]
    tokens: Tokens
    allowance: Callable[[], Allowance]
    player_secret: Callable[[], bytes]
    webhooks: Callable[[], "WebhookDesk"]
    evidence: Callable[[], "EvidenceDoor"]
    actions: Callable[[], "ActionStore"]
    insight: Callable[[], "InsightDesk"]
    alarms: Callable[[], "Register"]
    link_secrets: Callable[[], Sequence[bytes]]
    faq: Callable[[str, str], "Faq"]
    random_bits: Callable[[int], int]


def resolve(api: Api, event: Mapping[str, Any]) -> dict[str, Any]:
    """The answer to a request, in the payload format 2.0 of HTTP APIs.

    Whatever the caller can mend or wait for is a problem document; every other error is raised.
    """
    asked: dict[str, str | None] = {}
    answer = _answer(api, event, asked)
    told = {"status": answer.status, "problem": answer.body.get("type")}
    logger.info("answered", extra={"complaint": answer.body.get("number"), **asked, **told})
    return answer.to_gateway()


def _answer(api: Api, event: Mapping[str, Any], asked: dict[str, str | None]) -> Answer:
    try:
        return _operate(api, event, asked)
    except problems.TOLD as error:
        return problems.answer(error)
    except BotoCoreError:
        logger.exception("no answer from AWS")
        return problems.unavailable()
    except ClientError as error:
        if not _passes(error):
            raise
        logger.exception("AWS is busy")
        return problems.unavailable()


def _passes(error: ClientError) -> bool:
    """Whether AWS, or a gateway before it, may do what it was asked for when it is asked again."""
    status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
    return error.response["Error"]["Code"] in PASSING or status >= SERVER_ERROR


def _operate(api: Api, event: Mapping[str, Any], asked: dict[str, str | None]) -> Answer:
    """Do what is asked; `asked` is filled for the log, with nothing that came unchecked."""
    desk = api.desk()
    caller = permissions.identify(event, desk.region, api.tokens)
    asked["client"] = caller.client.id
    if (limit := caller.client.requests_per_minute) is not None:
        api.allowance().spend(caller.client.id, limit, desk.now())
    route, path = find(event["requestContext"]["http"]["method"], event["rawPath"])
    asked["operation"] = route.name
    if "number" in path:
        asked["complaint"] = complaint_number.parse(path["number"])
    caller.require(route.permission)
    sent = requests.query(event) if route.body is None else requests.document(event)
    call = _call(api, desk, caller, route, path, event, sent)
    if route.by_person:
        requests.acting_person(call.actor)
    model = route.reads  # imports it, and with it pydantic
    if model is None:
        return route.operation(call)
    asked = model.read(sent, region=caller.visible(desk.region), now=desk.now())
    return route.operation(call, asked)


def _call(
    api: Api,
    desk: Desk,
    caller: Caller,
    route: Route,
    path: Mapping[str, str],
    event: Mapping[str, Any],
    sent: object,
) -> Call:
    actor = requests.actor(event, caller)
    once = route.method == "POST"
    path_sent = event["rawPath"]
    return Call(
        desk=desk,
        caller=caller,
        player_secret=api.player_secret,
        webhooks=api.webhooks,
        evidence=api.evidence,
        actions=api.actions,
        insight=api.insight,
        alarms=api.alarms,
        link_secrets=api.link_secrets,
        faq=api.faq,
        random_bits=api.random_bits,
        path=path,
        actor=actor,
        request=requests.idempotency(event, caller, actor, path_sent, sent, desk.now) if once else None,
        version=requests.version(event),
    )
