"""The function that writes proofs, over AWS in memory, with faults of every service it calls."""

import importlib
import io
import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from types import ModuleType
from typing import Any

import boto3
import pytest

from redress.adapters import clients, wiring
from redress.adapters.journal import JournalBucket
from redress.domain import journal
from redress.store.table import Table
from tests.support.complaints import REGION
from tests.support.desks import Clock

BUCKET = "journal"
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
_SESSION = boto3.Session()  # kept, because reading the description of a service takes most of a test

type Fault = Callable[[Callable[[], Any]], Any]  # takes what would send, and answers


@dataclass
class Press:
    """The function, its bucket, log and key. Faults are by operation, first come first."""

    function: ModuleType
    bucket: JournalBucket
    key: str
    clock: Clock
    log: io.StringIO
    faults: dict[str, list[Fault]] = field(default_factory=dict)
    calls: list[str] = field(default_factory=list)

    def run(self, at: datetime | None = None) -> None:
        """What the clock starts every hour."""
        self.clock.at = at or self.clock.at
        self.function.handler({"source": "aws.events"}, None)

    def proofs(self, pack: str = "gb-ukgc") -> dict[str, bytes]:
        """The objects of a pack's proofs, by what follows the folder."""
        folder = f"proofs/{pack}/"
        found = [one.key for one in self.bucket.written(folder)]
        return {key.removeprefix(folder): self.bucket.read(key) for key in found}

    def proof(self, day: str, pack: str = "gb-ukgc") -> Any:
        """The document of a day."""
        return json.loads(self.proofs(pack)[f"{day}.json"])

    def signature(self, day: str, pack: str = "gb-ukgc") -> Any:
        """What is signed, with its signature."""
        return json.loads(self.proofs(pack)[f"{day}.sig.json"])

    def write_journal(self, table: Table, number: str) -> None:
        """Bring a complaint's events into the journal, as its function does."""
        for record in table.load(number).records:
            entry = journal.entry(record.text)
            self.bucket.add(entry.key, entry.body)

    def versions(self) -> Mapping[str, int]:
        """How often each proof was written."""
        found = self.bucket.client.list_object_versions(Bucket=BUCKET, Prefix="proofs/")
        keys = [one["Key"] for one in found.get("Versions", [])]
        return {key: keys.count(key) for key in keys}


@contextmanager
def press(clock: Clock, monkeypatch: pytest.MonkeyPatch) -> Iterator[Press]:
    """The function over an empty bucket and a new key; no time passes between tries."""
    s3 = _SESSION.client("s3")
    s3.create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": "eu-west-2"})
    s3.put_bucket_versioning(Bucket=BUCKET, VersioningConfiguration={"Status": "Enabled"})
    made = boto3.client("kms").create_key(KeySpec="ECC_NIST_P256", KeyUsage="SIGN_VERIFY")
    key = made["KeyMetadata"]["KeyId"]
    for name, value in {"JOURNAL_BUCKET": BUCKET, "SIGNING_KEY": key, "TABLE_NAME": "complaints"}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr("botocore.endpoint.time.sleep", lambda _seconds: None)
    monkeypatch.setattr(wiring, "region", lambda: REGION)
    monkeypatch.setattr(wiring, "now", clock)
    function = importlib.import_module("functions.reports.handler")
    log = io.StringIO()
    monkeypatch.setattr(function.logger.registered_handler, "stream", log)
    one = Press(function, JournalBucket(s3, BUCKET), key, clock, log)
    for service in ("s3", "kms", "dynamodb"):
        _listen(one, clients.client(service)._endpoint, monkeypatch)
    yield one


def _listen(one: Press, endpoint: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    send = endpoint._do_get_response

    def answer(request: Any, operation: Any, context: Any) -> Any:
        one.calls.append(operation.name)
        waiting = one.faults.get(operation.name)
        if waiting:
            return waiting.pop(0)(lambda: send(request, operation, context))
        return send(request, operation, context)

    monkeypatch.setattr(endpoint, "_do_get_response", answer)
