"""Mail that comes in, and mail that is kept: SES tells of the first, the bus of what was decided about it."""

from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.metrics import MetricUnit, single_metric
from botocore.exceptions import BotoCoreError, ClientError

from redress.adapters import mail_queue, mail_wiring, stuck, wiring
from redress.adapters.s3 import NotDeleted
from redress.domain.errors import Conflict, NotFound
from redress.usecases import keep_mails, receive_mail
from redress.usecases.mail_ports import Arrived, MailGone
from redress.usecases.new_mail import SENT_BEFORE, SET_ASIDE
from redress.usecases.receive_mail import Came

logger = Logger()


def handler(event: dict[str, Any], _context: object) -> dict[str, list[dict[str, str]]]:
    """Work on messages of the queue; one that is to come again is reported alone."""
    failed = []
    for record in event["Records"]:
        try:
            _take(mail_queue.read(record["body"]))
        except (BotoCoreError, ClientError, NotDeleted, Conflict, NotFound, MailGone) as error:
            logger.warning("mail failed here", extra={"error": type(error).__name__})
            stuck.tell(record, "mailbox")
            failed.append({"itemIdentifier": record["messageId"]})
    return {"batchItemFailures": failed}


def _take(told: mail_queue.Message) -> None:
    """A mail that came, or one that was accepted; or mails of a complaint to be kept, or no longer."""
    match told:
        case Arrived():
            for came in receive_mail.receive(mail_wiring.mailroom(), told):
                _tell(told.mail, came)
        case mail_queue.Accepted():
            _tell(told.mail, receive_mail.accept(mail_wiring.mailroom(), told.number, told.mail))
        case mail_queue.HoldTurned():
            kept = keep_mails.settle(wiring.desk(), mail_wiring.mailroom().mails, told.number)
            logger.info("mails under hold", extra={"number": told.number, "kept": kept})
        case None:
            logger.info("no mail")


def _tell(mail: str, came: Came) -> None:
    """What is on record nowhere shows as a number, and its mail stays in the bucket."""
    logger.info("mail", extra={"mail": mail, **vars(came)})
    if came.taken_as in {SET_ASIDE, SENT_BEFORE}:
        with single_metric(name="MailSetAside", unit=MetricUnit.Count, value=1, namespace="Redress") as told:
            told.add_dimension(name="function", value="mailbox")
