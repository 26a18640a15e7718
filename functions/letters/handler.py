"""The only function that may write to players: letters that the workflow says are owed, and notices."""

import json
import os
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

from aws_lambda_powertools import Logger

from redress.adapters import wiring
from redress.adapters.clients import client
from redress.adapters.ses import Ses
from redress.domain import private_link
from redress.domain.correspondence import STATUTORY, Letter
from redress.letters.render import render
from redress.letters.thread import threaded
from redress.usecases.ports import Cap, CaseFile, Mail
from redress.usecases.send_letter import Outcome, send_letter

logger = Logger()

NOTICE_TRIES = 50
"""From then on a notice that fails is told of: more than an hour, in which SES may refuse for now."""


def handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """Send the letter `letter` of complaint `number`, or the notices that `Records` of the queue hold.

    A letter whose outcome is unknown is an error, and keeps its claim. A notice that is to come again is
    reported alone.
    """
    if "Records" in event:
        return {"batchItemFailures": [failed for one in event["Records"] for failed in _notice(one)]}
    return {"outcome": _letter(event["number"], event["letter"])}


def _letter(number: str, letter: str) -> Outcome:
    outcome = None
    try:
        outcome = send_letter(wiring.desk(), _mailer(), _render, _count, number, letter)
    finally:
        if outcome in {None, Outcome.REFUSED} and letter.rpartition("-")[0] in STATUTORY:
            _tell_that_it_waits()
    logger.info("letter", extra={"number": number, "letter": letter, "outcome": outcome})
    return outcome


def _tell_that_it_waits() -> None:
    """A letter that the law asks for could not leave: somebody is told while there is still time."""
    from aws_lambda_powertools.metrics import MetricUnit, single_metric  # noqa: PLC0415 - few letters wait

    name = "StatutoryLetterWaiting"
    with single_metric(name=name, unit=MetricUnit.Count, value=1, namespace="Redress") as metric:
        metric.add_dimension(name="function", value="letters")


def _notice(record: Mapping[str, Any]) -> list[dict[str, str]]:
    """Send what a message of the queue of notices asks for; the message, if it is to come again."""
    from botocore.exceptions import BotoCoreError, ClientError  # noqa: PLC0415 - most events are letters

    from redress.adapters import stuck  # noqa: PLC0415
    from redress.domain.errors import Conflict  # noqa: PLC0415
    from redress.letters.blocks import LetterIncomplete  # noqa: PLC0415
    from redress.usecases.send_notice import NotNow  # noqa: PLC0415

    try:
        _send_notice(record)
    except (BotoCoreError, ClientError, Conflict, LetterIncomplete, NotNow, MessageUnread) as error:
        logger.warning("notice failed here", extra={"error": type(error).__name__})
        stuck.tell(record, "letters", NOTICE_TRIES)
        return [{"itemIdentifier": record["messageId"]}]
    return []


class MessageUnread(Exception):
    """A message of the queue of notices that says nothing: a person has to read it there."""


def _send_notice(record: Mapping[str, Any]) -> None:
    from redress.letters.notice import render_notice  # noqa: PLC0415 - most events are letters
    from redress.usecases.mail_ports import Notice  # noqa: PLC0415
    from redress.usecases.send_notice import send_notice  # noqa: PLC0415

    try:
        notice = Notice(**json.loads(record["body"]))
    except (TypeError, ValueError) as unread:
        raise MessageUnread from unread
    told = record["attributes"]
    asked_at = datetime.fromtimestamp(int(told["SentTimestamp"]) / 1000, UTC)
    mail = render_notice(vars(notice), wiring.region(), os.environ["PORTAL_URL"], asked_at)
    first = int(told["ApproximateReceiveCount"]) == 1
    sending = send_notice(wiring.desk(), _mailer(), mail, record["messageId"], _count, first=first)
    logger.info("notice", extra={"number": notice.number, "kind": notice.kind, "outcome": sending})


@cache
def _mailer() -> Ses:
    return Ses(client("sesv2", attempts=1), os.environ["CONFIGURATION_SET"], wiring.now)


def _link_secret() -> bytes:
    return wiring.secret(os.environ["LINK_SECRET_ARN"])[0]


def _count(address: str) -> Cap:
    from redress.usecases.caps import mail_cap  # noqa: PLC0415 - what the law asks for is not counted

    return mail_cap(_link_secret(), wiring.region(), address, wiring.now())


def _render(letter: Letter, case: CaseFile) -> Mail:
    complaint, region, now, secret = case.complaint, wiring.region(), wiring.now(), _link_secret()
    valid_for = timedelta(days=region.link_days)
    key = private_link.make(secret, complaint.number, case.link_version, now, valid_for)
    rules, read = region.rules_of(complaint), os.environ["INBOUND_MAIL"] == "yes"
    mail = render(letter, case, region, rules, os.environ["PORTAL_URL"], key, now, answers_read=read)
    return threaded(mail, letter, case, secret, read=read)
