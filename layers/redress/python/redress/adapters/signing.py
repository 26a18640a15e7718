"""AWS KMS signs a day's proof; S3 keeps it beside the journal, where nothing is ever replaced."""

import base64
import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from botocore.exceptions import ClientError

from redress.adapters.journal import JournalBucket
from redress.domain import journal
from redress.domain.calendars import DAY
from redress.proofs.manifest import ALGORITHM, SIGNATURE, Key, pem
from redress.usecases.reconcile import PROOFS, place

LATELY = timedelta(days=40)
"""Where the last proof or digest is looked for first: most runs need one page of the list."""


@dataclass(frozen=True)
class KmsKey:
    """`client` is a boto3 KMS client, `id` the key's id, without its account. Raises the SDK's errors."""

    client: Any  # as botocore makes it
    id: str

    def key(self) -> Key:
        """Its id and its public half."""
        return Key(self.id, pem(self.client.get_public_key(KeyId=self.id)["PublicKey"]))

    def sign(self, message: bytes) -> bytes:
        """A signature over at most 4096 bytes; one whose answer was lost is simply made anew."""
        answer = self.client.sign(
            KeyId=self.id, Message=message, MessageType="RAW", SigningAlgorithm=ALGORITHM
        )
        return bytes(answer["Signature"])


@dataclass(frozen=True)
class ProofShelf:
    """The proofs in the journal's bucket. Raises the SDK's errors."""

    bucket: JournalBucket
    today: date

    def last(self, pack: str) -> date | None:
        """The last local day of a pack whose proof is complete."""
        prefix = f"{PROOFS}{pack}/"
        days = [
            date.fromisoformat(key.removeprefix(prefix).removesuffix(f".{SIGNATURE}"))
            for key in self._lately(prefix, place(pack, self.today - LATELY))
            if key.endswith(f".{SIGNATURE}")
        ]
        return max(days, default=None)

    def keep(self, key: str, body: bytes, media_type: str) -> bytes:
        """Write an object, unless there is one; what stands there."""
        try:
            self.bucket.client.put_object(
                Bucket=self.bucket.name,
                Key=key,
                Body=body,
                ContentType=media_type,
                IfNoneMatch="*",
                ChecksumSHA256=base64.b64encode(hashlib.sha256(body).digest()).decode(),
            )
        except ClientError as error:
            if error.response["Error"]["Code"] != "PreconditionFailed":
                raise
            return self.bucket.read(key)
        return body

    def find(self, key: str) -> bytes | None:
        """An object, if there is one."""
        found = any(one.key == key for one in self.bucket.written(key))
        return self.bucket.read(key) if found else None

    def digest(self) -> tuple[str, str] | None:
        """Place and SHA-256 (hex) of the journal's last digest."""
        last = max(self._lately(journal.DIGESTS, journal.digest_key(self.today - LATELY)), default=None)
        return (last, journal.sha256(self.bucket.read(last))) if last else None

    def active(self, since: date, until: date) -> Iterator[str]:
        """The complaints to which something happened on these UTC days, both included."""
        for count in range((until - since).days + 1):
            yield from self._of_day(journal.events_of(since + DAY * count))

    def _of_day(self, prefix: str) -> Iterator[str]:
        pages = self.bucket.client.get_paginator("list_objects_v2").paginate(
            Bucket=self.bucket.name, Prefix=prefix, Delimiter="/"
        )
        for answer in pages:
            for one in answer.get("CommonPrefixes", []):
                yield one["Prefix"].removeprefix(prefix).rstrip("/")

    def _lately(self, prefix: str, after: str) -> Iterable[str]:
        """The keys under a prefix after a place, or all of them where none is."""
        found = [one.key for one in self.bucket.written(prefix, after=after)]
        return found or [one.key for one in self.bucket.written(prefix)]
