"""The only function that may send mail: one letter of one complaint, when the workflow says it is owed."""

import os
from datetime import timedelta
from typing import Any

from aws_lambda_powertools import Logger

from redress.adapters import wiring
from redress.adapters.clients import client
from redress.adapters.ses import Ses
from redress.domain import private_link
from redress.domain.correspondence import Letter
from redress.letters.render import render
from redress.letters.thread import threaded
from redress.usecases.ports import CaseFile, Mail
from redress.usecases.send_letter import send_letter

logger = Logger()


def handler(event: dict[str, Any], _context: object) -> dict[str, str]:
    """Send the letter `letter` of complaint `number`; an unknown outcome is an error, and keeps the claim."""
    number, letter = event["number"], event["letter"]
    mailer = Ses(client("sesv2", attempts=1), os.environ["CONFIGURATION_SET"], wiring.now)
    outcome = send_letter(wiring.desk(), mailer, _render, number, letter)
    logger.info("letter", extra={"number": number, "letter": letter, "outcome": outcome})
    return {"outcome": outcome}


def _render(letter: Letter, case: CaseFile) -> Mail:
    complaint, region, now = case.complaint, wiring.region(), wiring.now()
    secret = wiring.secret(os.environ["LINK_SECRET_ARN"])[0]
    valid_for = timedelta(days=region.link_days)
    key = private_link.make(secret, complaint.number, case.link_version, now, valid_for)
    mail = render(letter, case, region, region.rules_of(complaint), os.environ["PORTAL_URL"], key, now)
    return threaded(mail, letter, case, secret, read=os.environ["INBOUND_MAIL"] == "yes")
