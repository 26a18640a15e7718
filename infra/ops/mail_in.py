"""`redress mail-in`: does on the local stack what SES does with a mail on AWS.

The mail goes into the bucket as it is, and the topic is told of it as SES tells: recipients and verdicts are
those of the arguments, not of the mail.
"""

import argparse
import json
import re
import secrets
import sys
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from email import policy
from email.message import Message
from email.parser import BytesHeaderParser
from email.utils import getaddresses
from pathlib import Path

from botocore.exceptions import BotoCoreError, ClientError

from infra import settings
from infra.local.deploy import REGION_FILE
from infra.local.describe import FILE, LocalStack
from infra.ops.asked import UsageError
from redress.adapters.mail_store import RECEIVED

LINE_END = re.compile(rb"\r?\n")

LARGEST = 40 * 1024 * 1024
"""Bytes of a mail that SES puts into a bucket (quotas of Amazon SES, email receiving)."""

CHECKS = ("spf", "dkim", "dmarc", "spam", "virus")
STANDARD_INPUT = Path("-")


def run(options: argparse.Namespace) -> int:
    """Play the mail in and print the id it got. Raises UsageError, also when the stack does not answer."""
    raw = _read(options.file)
    header = BytesHeaderParser(policy=policy.compat32).parsebytes(raw)
    recipients = _recipients(options.to, header)
    source = _source(options.sender, header)
    stack = _stack(FILE)
    verdicts = {check: getattr(options, check) for check in CHECKS}
    try:
        mail = play(stack, raw, source, recipients, verdicts)
    except (BotoCoreError, ClientError) as error:
        raise UsageError(f"the local stack does not take it ({error}): start it with `make up`") from error
    print(f"{mail} came for {', '.join(recipients)}")
    return 0


def play(
    stack: LocalStack, raw: bytes, source: str, recipients: Sequence[str], verdicts: Mapping[str, str]
) -> str:
    """Put a mail into the bucket and tell the topic; the id it got. Raises the SDK's errors.

    As SES does, the sender of the envelope is told above all other headers: none for a bounce. Lines end as
    SMTP has them, whatever the file was saved with.
    """
    mail = secrets.token_hex(20)
    body = f"Return-Path: <{source}>\r\n".encode() + LINE_END.sub(b"\r\n", raw)
    stack.client("s3").put_object(Bucket=stack.mail_bucket, Key=f"{RECEIVED}{mail}", Body=body)
    told = notification(mail, source, recipients, verdicts, stack.mail_bucket, stack.mail_topic_arn)
    stack.client("sns").publish(TopicArn=stack.mail_topic_arn, Message=json.dumps(told))
    return mail


def notification(
    mail: str, source: str, recipients: Sequence[str], verdicts: Mapping[str, str], bucket: str, topic: str
) -> dict[str, object]:
    """What SES tells of a mail that it put into a bucket.

    "Contents of notifications for Amazon SES email receiving" of its developer guide; without the headers of
    the mail, which nobody is to trust.
    """
    now = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    action = {
        "type": "S3",
        "topicArn": topic,
        "bucketName": bucket,
        "objectKeyPrefix": RECEIVED,
        "objectKey": f"{RECEIVED}{mail}",
    }
    receipt = {
        "timestamp": now,
        "processingTimeMillis": 1,
        "recipients": list(recipients),
        **{f"{check}Verdict": {"status": status} for check, status in verdicts.items()},
        "action": action,
    }
    about = {"timestamp": now, "source": source, "messageId": mail, "destination": list(recipients)}
    return {"notificationType": "Received", "mail": about, "receipt": receipt}


def _read(file: Path) -> bytes:
    try:
        raw = sys.stdin.buffer.read() if file == STANDARD_INPUT else file.read_bytes()
    except OSError as error:
        raise UsageError(f"{file}: cannot be read: {error.strerror}") from error
    if not raw.strip():
        raise UsageError(f"{file}: holds no mail: save one with its headers, as .eml")
    if len(raw) > LARGEST:
        raise UsageError(f"{file}: holds {len(raw)} bytes; SES takes in {LARGEST} at most")
    return raw


def _recipients(asked: Sequence[str], header: Message) -> list[str]:
    """Whom the mail came for. Of several in its To those at our domain, as SES would have it."""
    [path] = settings.find(REGION_FILE)
    domain = settings.load(path).mail.domain
    told = asked or [address for _, address in getaddresses(header.get_all("To", []))]
    ours = [one for one in told if one.rpartition("@")[2].lower() == domain and one.count("@") == 1]
    if not told:
        raise UsageError(f"the mail has no To: say whom it came for, such as --to complaints@{domain}")
    if asked and len(ours) < len(told):
        wrong = next(one for one in told if one not in ours)
        raise UsageError(f"--to {wrong}: SES takes in mail for {domain} alone: use an address there")
    if not ours:
        raise UsageError(f"the mail is to nobody at {domain}: say whom it came for with --to ADDRESS")
    return ours


def _source(asked: str | None, header: Message) -> str:
    """The sender of the envelope; that of the mail unless asked for another one."""
    if asked is None:
        return next((address for _, address in getaddresses(header.get_all("From", []))), "")
    if asked and (asked.count("@") != 1 or any(sign in asked for sign in "<> \r\n")):
        raise UsageError(f"--from {asked!r}: is no bare address; give one, or '' for the sender of a bounce")
    return asked


def _stack(described: Path) -> LocalStack:
    try:
        stack = LocalStack.load(described)
    except FileNotFoundError as error:
        raise UsageError("no local stack is up: start one with `make up`") from error
    except (TypeError, ValueError) as error:
        raise UsageError(f"{described} is of another version: `make down`, then `make up`") from error
    if not (stack.mail_bucket and stack.mail_topic_arn):
        raise UsageError("the local stack reads no mail: set mail.inbound to true and `make up` again")
    return stack
