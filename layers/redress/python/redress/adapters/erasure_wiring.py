"""What erasing is made of, from the environment of the function."""

import os
from functools import cache

from redress.adapters import wiring
from redress.adapters.clients import client
from redress.adapters.mail_store import MailBucket
from redress.adapters.s3 import Bucket
from redress.store.erasure import ErasureTable
from redress.usecases.erase import Eraser


@cache
def table() -> ErasureTable:
    """What goes from the table, and where it is found."""
    return ErasureTable(client("dynamodb"), os.environ["TABLE_NAME"])


@cache
def eraser() -> Eraser:
    """What erasing needs. A deployment that takes in no mail names no bucket of it."""
    mails = os.environ.get("MAIL_BUCKET")
    return Eraser(
        desk=wiring.desk(),
        contents=table(),
        files=Bucket(client("s3"), os.environ["EVIDENCE_BUCKET"]),
        mails=MailBucket(client("s3"), mails) if mails else None,
    )
