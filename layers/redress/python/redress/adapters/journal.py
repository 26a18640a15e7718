"""Amazon S3: the bucket of the journal, in which nothing is ever replaced; SQS: what it could not hold."""

import base64
import contextlib
import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from redress.domain.journal import JournalRefused, sha256
from redress.usecases.write_digests import Written

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_sqs import SQSClient

READERS = 8
"""Objects read at once for a digest: fewer than a client has connections, which are ten."""


@dataclass(frozen=True)
class JournalBucket:
    """`client` is a boto3 S3 client. Every method raises the SDK's errors besides its own."""

    client: "S3Client"
    name: str

    def add(self, key: str, body: bytes) -> None:
        """Write an object, or find the same one there. Raises JournalRefused for another one.

        S3 itself refuses what exists (`If-None-Match`), and bytes that changed on their way (the checksum).
        An answer that was lost, or an event that comes twice, finds its own object.
        """
        checksum = base64.b64encode(hashlib.sha256(body).digest()).decode()
        try:
            self.client.put_object(
                Bucket=self.name,
                Key=key,
                Body=body,
                ContentType="application/json",
                IfNoneMatch="*",
                ChecksumSHA256=checksum,
            )
        except ClientError as error:
            if error.response["Error"]["Code"] != "PreconditionFailed":
                raise
            if self.read(key) != body:
                raise JournalRefused(key, "was written before with other bytes") from error

    def written(self, prefix: str, after: str = "") -> Iterable[Written]:
        """The objects whose keys begin with `prefix` and come after `after`, by key."""
        pages = self.client.get_paginator("list_objects_v2").paginate(
            Bucket=self.name, Prefix=prefix, StartAfter=after
        )
        for page in pages:
            for one in page.get("Contents", []):
                yield Written(one["Key"], one["LastModified"].astimezone(UTC))

    def read(self, key: str) -> bytes:
        """An object."""
        with contextlib.closing(self.client.get_object(Bucket=self.name, Key=key)["Body"]) as body:
            return body.read()

    def hashes(self, keys: Iterable[str]) -> Mapping[str, str]:
        """The SHA-256 of each object as it is stored, in hex, by key."""
        from concurrent.futures import ThreadPoolExecutor  # noqa: PLC0415 - for the run of once a day

        wanted = list(keys)
        with ThreadPoolExecutor(READERS) as readers:
            return dict(zip(wanted, readers.map(lambda key: sha256(self.read(key)), wanted), strict=True))


@dataclass(frozen=True)
class DeadLetters:
    """What somebody has to look at. `client` is a boto3 SQS client, `url` the address of the queue."""

    client: "SQSClient"
    url: str

    def put(self, refused: JournalRefused) -> None:
        """Keep where it is and what is wrong with it; raises the SDK's error when even that fails."""
        body = json.dumps({"place": refused.place, "problem": refused.problem})
        self.client.send_message(QueueUrl=self.url, MessageBody=body)
