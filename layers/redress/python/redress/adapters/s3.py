"""Amazon S3: the bucket of evidence, and addresses of it that others may use for a while.

Signing calls nobody and needs no client, whose description of S3 alone is most of a cold start. botocore's
own signers do it.
"""

import contextlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import batched
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode, urlsplit

from botocore.auth import S3SigV4PostAuth, S3SigV4QueryAuth
from botocore.awsrequest import AWSRequest

from redress.domain import instants
from redress.domain.actors import SYSTEM
from redress.domain.evidence import LARGEST_BYTES
from redress.usecases.evidence_ports import Download, Sent, Upload

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

INCOMING, KEPT = "incoming", "kept"
"""Where a sender may write, and where nobody outside may: a file that was scanned cannot be replaced."""

UPLOAD_TIME = timedelta(hours=1)
DOWNLOAD_TIME = timedelta(minutes=5)
BY = "x-amz-meta-by"


def key(part: str, number: str, evidence: str) -> str:
    """The key of a file in a part of the bucket."""
    return f"{part}/{number}/{evidence}"


def parse_key(text: str) -> tuple[str, str, str] | None:
    """Part, complaint number and id of a key; None if it is no key of a file."""
    parts = text.split("/")
    if len(parts) != 3 or parts[0] not in {INCOMING, KEPT} or not all(parts):
        return None
    return parts[0], parts[1], parts[2]


@dataclass(frozen=True, kw_only=True)
class SigningDoor:
    """Signs for a bucket, which is at `url` (no final slash), with the credentials of the moment."""

    bucket: str
    url: str
    region: str
    credentials: Callable[[], Any]

    @property
    def origin(self) -> str:
        """The origin of the bucket."""
        parts = urlsplit(self.url)
        return f"{parts.scheme}://{parts.netloc}"

    def upload(self, number: str, evidence: str, by: str, now: datetime, back: str | None = None) -> Upload:
        """A POST policy for this key, up to LARGEST_BYTES, for UPLOAD_TIME.

        Docs: "Browser-Based Uploads Using POST (AWS Signature Version 4)" of the S3 API reference. Who sends
        is a condition of the policy: the sender cannot say otherwise.
        """
        expires_at = now + UPLOAD_TIME
        fixed = {"key": key(INCOMING, number, evidence), BY: by}
        if back:
            fixed["success_action_redirect"] = back
        request = AWSRequest(method="POST", url=self.url)
        request.context["s3-presign-post-fields"] = dict(fixed)
        request.context["s3-presign-post-policy"] = {
            "expiration": instants.to_text(expires_at),
            "conditions": [
                {"bucket": self.bucket},
                ["content-length-range", 1, LARGEST_BYTES],
                *({name: value} for name, value in fixed.items()),
            ],
        }
        S3SigV4PostAuth(self.credentials(), "s3", self.region).add_auth(request)
        fields = request.context["s3-presign-post-fields"]
        return Upload(evidence=evidence, url=f"{self.url}/", fields=fields, expires_at=expires_at)

    def download(self, number: str, evidence: str, media_type: str, name: str, now: datetime) -> Download:
        """A GET for DOWNLOAD_TIME, which a browser saves and does not show."""
        answered = urlencode(
            {
                "response-content-disposition": f'attachment; filename="{name}"',
                "response-content-type": media_type,
                "response-cache-control": "no-store",
            }
        )
        request = AWSRequest(method="GET", url=f"{self.url}/{key(KEPT, number, evidence)}?{answered}")
        seconds = int(DOWNLOAD_TIME.total_seconds())
        S3SigV4QueryAuth(self.credentials(), "s3", self.region, seconds).add_auth(request)
        return Download(url=str(request.url), expires_at=now + DOWNLOAD_TIME)


TRIES = 3
"""How often one page of versions is deleted, each time by a call that the SDK itself tries again."""


class NotDeleted(Exception):
    """S3 took the call, and would not delete some of what it named, more than once; `codes` say why."""

    def __init__(self, codes: set[str]) -> None:
        self.codes = codes
        super().__init__(f"S3 would not delete: {', '.join(sorted(codes))}")


MOST_DELETED = 1_000
"""What a call may name."""


def delete_versions(client: "S3Client", bucket: str, prefix: str, only: str | None = None) -> None:
    """Delete every version and delete marker under a prefix, or of the one key `only` under it.

    A bucket that never had versions has one of each object, called null. All are listed before the first is
    deleted: a list goes on after the last version it named, which would be gone. Raises NotDeleted.
    """
    pages = client.get_paginator("list_object_versions").paginate(Bucket=bucket, Prefix=prefix)
    found = [one for page in pages for one in (*page.get("Versions", []), *page.get("DeleteMarkers", []))]
    named = [
        {"Key": one["Key"], "VersionId": one["VersionId"]} for one in found if only in {None, one["Key"]}
    ]
    for some in batched(named, MOST_DELETED, strict=False):
        _delete(client, bucket, some)


def _delete(client: "S3Client", bucket: str, named: Sequence[Any]) -> None:
    codes: set[str] = set()
    for _ in range(TRIES):
        if not named:
            return
        answer = client.delete_objects(Bucket=bucket, Delete={"Objects": named, "Quiet": True})
        refused = answer.get("Errors", [])
        codes |= {one.get("Code", "") for one in refused}
        named = [{"Key": one["Key"], "VersionId": one["VersionId"]} for one in refused]
    if named:
        raise NotDeleted(codes)


@dataclass(frozen=True)
class Bucket:
    """The files of evidence. `client` is a boto3 S3 client."""

    client: "S3Client"
    name: str

    def sent(self, number: str, evidence: str) -> Sent | None:
        """A file that came in, with what its policy said of its sender."""
        try:
            answer = self.client.get_object(Bucket=self.name, Key=key(INCOMING, number, evidence))
        except self.client.exceptions.NoSuchKey:
            return None
        with contextlib.closing(answer["Body"]) as body:
            content = body.read(LARGEST_BYTES + 1)
        by = answer["Metadata"].get(BY.removeprefix("x-amz-meta-"), SYSTEM)
        return Sent(by=by, content=content if len(content) <= LARGEST_BYTES else None)

    def keep(self, number: str, evidence: str, content: bytes, media_type: str) -> None:
        """Write the file where nobody outside can."""
        self.client.put_object(
            Bucket=self.name,
            Key=key(KEPT, number, evidence),
            Body=content,
            ContentType=media_type,
            ContentDisposition="attachment",
            CacheControl="no-store",
        )

    def clear(self, number: str, evidence: str) -> None:
        """Delete what came in; nothing is there, nothing is done."""
        self.client.delete_object(Bucket=self.name, Key=key(INCOMING, number, evidence))

    def remove(self, number: str, evidence: str) -> None:
        """Delete what was kept."""
        self.client.delete_object(Bucket=self.name, Key=key(KEPT, number, evidence))

    def forget(self, number: str) -> None:
        """Delete all files of a complaint in both parts, every version of them. Raises NotDeleted."""
        for part in (INCOMING, KEPT):
            delete_versions(self.client, self.name, key(part, number, ""))
