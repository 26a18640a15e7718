"""From an HTTP API event to its answer: who calls, which route, may they, is it well-formed; then it is done.

A table of some twenty routes needs no framework: Powertools' resolver alone costs 0.19 of a bare cold start,
which beside pydantic (0.32) would break the target of 1.6.
"""

from collections.abc import Callable, Mapping
from pkgutil import resolve_name
from typing import Any

from aws_lambda_powertools import Logger
from botocore.exceptions import BotoCoreError, ClientError

from redress.domain import number as complaint_number
from redress.domain.values import Value
from redress.http import permissions, problems, requests
from redress.http.answer import Answer
from redress.http.permissions import Caller
from redress.http.requests import Call
from redress.http.routes import NUMBER, Route, find
from redress.usecases.change import Desk

# What passes by itself: the SDK has tried several times by then.
PASSING = frozenset(
    {
        "ProvisionedThroughputExceededException",
        "RequestLimitExceeded",
        "ThrottlingException",
        "TransactionCanceledException",
        "InternalServerError",
        "InternalServiceErrorException",
        "ServiceUnavailable",
    }
)

logger = Logger()


class Api(Value):
    """What the API needs from outside, asked for when it is needed.

    `clients` maps client ids of tokens to clients of the region file, `scope_prefix` precedes a permission
    in a scope; `player_secret` finds a player's complaints again.
    """

    desk: Callable[[], Desk]
    clients: Mapping[str, str]
    scope_prefix: str
    player_secret: Callable[[], bytes]
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
        if error.response["Error"]["Code"] not in PASSING:
            raise
        logger.exception("AWS is busy")
        return problems.unavailable()


def _operate(api: Api, event: Mapping[str, Any], asked: dict[str, str | None]) -> Answer:
    """Do what is asked; `asked` is filled for the log, with nothing that came unchecked."""
    desk = api.desk()
    caller = permissions.identify(event, desk.region, api.clients, api.scope_prefix)
    asked["client"] = caller.client.id
    route, number = find(event["requestContext"]["http"]["method"], event["rawPath"])
    asked["operation"] = route.name
    if number:
        asked["complaint"] = complaint_number.parse(number)
    caller.require(route.name)
    sent = requests.query(event) if route.body is None else requests.document(event)
    call = _call(api, desk, caller, route, number, event, sent)
    if route.reads is None:
        return route.operation(call)
    model = resolve_name(route.reads)  # imports it, and with it pydantic
    asked = model.read(sent, region=caller.visible(desk.region), now=desk.now())
    return route.operation(call, asked)


def _call(
    api: Api, desk: Desk, caller: Caller, route: Route, number: str, event: Mapping[str, Any], sent: object
) -> Call:
    path = route.path.replace(NUMBER, number)
    once = route.body is not None
    return Call(
        desk=desk,
        caller=caller,
        player_secret=api.player_secret,
        random_bits=api.random_bits,
        number=number,
        actor=requests.actor(event, caller),
        request=requests.idempotency(event, caller, path, sent, desk.now) if once else None,
        version=requests.version(event),
    )
