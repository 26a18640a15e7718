"""Amazon S3: mails as they came, and the quarantine that their files go to."""

import contextlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from redress.adapters import s3
from redress.usecases.mail_ports import MailGone

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

RECEIVED = "received/"
"""Under which the mail service writes each mail by its id."""

HELD = "held/"
"""Under which copies lie by complaint and id, of complaints under a legal hold: no time ends them."""


@dataclass(frozen=True)
class MailBucket:
    """The mails. `client` is a boto3 S3 client."""

    client: "S3Client"
    name: str

    def raw(self, mail: str) -> bytes:
        """The bytes of a mail. Raises MailGone; SES takes in forty megabytes at most."""
        try:
            answer = self.client.get_object(Bucket=self.name, Key=f"{RECEIVED}{mail}")
        except self.client.exceptions.NoSuchKey as error:
            raise MailGone(mail) from error
        with contextlib.closing(answer["Body"]) as body:
            return body.read()

    def forget(self, mail: str) -> None:
        """Delete the mail; nothing is there, nothing is done."""
        self.client.delete_object(Bucket=self.name, Key=f"{RECEIVED}{mail}")

    def forget_versions(self, mail: str) -> None:
        """Delete every version of the mail, should the bucket have any. Raises s3.NotDeleted."""
        key = f"{RECEIVED}{mail}"
        s3.delete_versions(self.client, self.name, key, only=key)

    def keep(self, number: str, mail: str) -> None:
        """Copy the mail within S3. Raises MailGone."""
        try:
            self.client.copy_object(
                Bucket=self.name,
                Key=f"{HELD}{number}/{mail}",
                CopySource={"Bucket": self.name, "Key": f"{RECEIVED}{mail}"},
                TaggingDirective="REPLACE",  # none has tags, and reading them would take a grant
            )
        except ClientError as error:
            if error.response["Error"]["Code"] != "NoSuchKey":  # S3 models no exception for a copy
                raise
            raise MailGone(mail) from error

    def release(self, number: str) -> None:
        """Delete every copy that was kept for a complaint. Raises s3.NotDeleted."""
        s3.delete_versions(self.client, self.name, f"{HELD}{number}/")


@dataclass(frozen=True)
class EvidenceQuarantine:
    """The part of the bucket of evidence that files come to. `client` is a boto3 S3 client."""

    client: "S3Client"
    name: str

    def put(self, number: str, evidence: str, content: bytes, by: str) -> None:
        """Write a file where a signed form would: the bucket tells that it came, and it is looked at."""
        self.client.put_object(
            Bucket=self.name,
            Key=s3.key(s3.INCOMING, number, evidence),
            Body=content,
            Metadata={s3.BY.removeprefix("x-amz-meta-"): by},
        )
