"""What receiving mail is made of, from the environment of the function."""

import os
import secrets
from functools import cache

from redress.adapters import wiring
from redress.adapters.clients import client
from redress.adapters.mail_queue import NoticesQueue
from redress.adapters.mail_store import EvidenceQuarantine, MailBucket
from redress.mailroom import read
from redress.usecases.receive_mail import Mailroom
from redress.usecases.submit_complaint import Intake


@cache
def mailroom() -> Mailroom:
    """What receiving needs."""
    return Mailroom(
        intake=Intake(desk=wiring.desk(), random_bits=secrets.randbits),
        mails=MailBucket(client("s3"), os.environ["MAIL_BUCKET"]),
        quarantine=EvidenceQuarantine(client("s3"), os.environ["EVIDENCE_BUCKET"]),
        notices=NoticesQueue(client("sqs"), os.environ["NOTICES_URL"]),
        read=read,
        link_secrets=lambda: wiring.secret(os.environ["LINK_SECRET_ARN"]),
        player_secret=lambda: wiring.secret(os.environ["PLAYER_INDEX_SECRET_ARN"])[0],
    )
