"""A person in a stack: what is known of them in table and buckets, and the function that makes it go."""

import importlib
import io
import json
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from types import ModuleType
from typing import Any

import boto3
import pytest

from redress import region as regions
from redress.adapters import clients, erasure_wiring, wiring
from redress.domain import commands as c
from redress.domain import events as e
from redress.domain.personal_data import REQUEST
from redress.region import Region
from redress.store import keys
from redress.store.table import Table
from tests.support import tables
from tests.support.complaints import PLAYER, REGION, SYSTEM, personal, submit
from tests.support.desks import Clock, Office
from tests.support.mail_commands import mail

EVIDENCE, MAILS = "evidence", "mails"
CONSULTATION = "Q7K3-9QXM-2"
ORDER = c.OrderErasure(because=REQUEST)
FILES = ("incoming/{}/file-2", "kept/{}/file-1")
_SESSION = boto3.Session()  # kept, because reading the description of a service takes most of a test
_CACHED = (
    wiring.region,
    wiring.table,
    wiring.desk,
    regions.load,
    erasure_wiring.table,
    erasure_wiring.eraser,
)

type Send = Callable[..., Any]


@dataclass
class World:
    """The function over a table and two buckets in moto, with its log. `between` stands before each call."""

    function: ModuleType
    office: Office
    table: Table
    s3: Any
    log: io.StringIO
    between: Callable[[str, Callable[[], Any]], Any] | None = None
    numbers: int = 0
    kept: list[dict[str, Any]] = field(default_factory=list)

    def known(self) -> str:
        """A closed complaint with contents, files in both parts, two mails and the question it began as."""
        self.numbers += 1
        first, second = f"mail-{self.numbers}", f"mail-{self.numbers}-again"
        from_a_question = c.Submit(
            **{**vars(submit()), "consultation": CONSULTATION, "mail": mail(mail_id=first)}
        )
        number = self.office.receive(from_a_question, key=f"key-{self.numbers}")
        file = c.AddEvidence(
            evidence="file-1", media_type="application/pdf", size=3, content=personal("hash")
        )
        for command in (
            mail(mail_id=second),
            c.AddNote(visibility="internal", content=personal("note")),
            file,
        ):
            self.office.do(number, command, SYSTEM if command is file else PLAYER)
        self.office.do(number, c.Withdraw(content=personal("why")), PLAYER)
        self._bring(number, first, second)
        for sk in (keys.CONSULTATION, keys.message(1)):
            item = {"pk": {"S": keys.consultation(CONSULTATION)}, "sk": {"S": sk}, "text": {"S": "asked"}}
            self.table.client.put_item(TableName=self.table.name, Item=item)
        return number

    def _bring(self, number: str, *mails: str) -> None:
        """Files and mails, each with a copy that a hold left; the last is another person's, by a like id."""
        for place in FILES:
            for version in (b"one", b"two"):
                self.s3.put_object(Bucket=EVIDENCE, Key=place.format(number), Body=version)
        self.s3.delete_object(Bucket=EVIDENCE, Key=FILES[1].format(number))
        for one in (*mails, f"{mails[0]}0"):
            self.s3.put_object(Bucket=MAILS, Key=f"received/{one}", Body=b"raw")
            self.s3.put_object(Bucket=MAILS, Key=f"held/{number}/{one}", Body=b"raw")

    def keep(self) -> None:
        """Remember the table as it is."""
        self.kept = self.table.client.scan(TableName=self.table.name)["Items"]

    def again(self) -> str:
        """Everything as it was then, for the first complaint; its number."""
        client, name = self.table.client, self.table.name
        for item in client.scan(TableName=name)["Items"]:
            client.delete_item(TableName=name, Key={key: item[key] for key in ("pk", "sk")})
        for item in self.kept:
            client.put_item(TableName=name, Item=item)
        number = next(str(item["number"]["S"]) for item in self.kept if item["sk"]["S"] == keys.STATE)
        self._bring(number, "mail-1", "mail-1-again")
        return number

    def order(self, number: str) -> None:
        """Its erasure is ordered."""
        self.office.do(number, ORDER)

    def told(self, number: str) -> list[str]:
        """The bus tells of the order, by the queue; the messages that the function wants again."""
        body = json.dumps({"detail": {"number": number}})
        answer = self.function.handler({"Records": [{"messageId": number, "body": body}]}, None)
        return [one["itemIdentifier"] for one in answer["batchItemFailures"]]

    def ticks(self) -> None:
        """The clock."""
        self.function.handler({"source": "aws.events"}, None)

    def left(self, number: str) -> list[str]:
        """What is still there of a person: contents, files, mails and the question, whatever the version."""
        items = self.table.client.scan(TableName=self.table.name)["Items"]
        places = [(item["pk"]["S"], item["sk"]["S"]) for item in items]
        contents = [f"{pk} {sk}" for pk, sk in places if pk.endswith(number) and sk.startswith("CONTENT")]
        asked = [pk for pk, _ in places if pk == keys.consultation(CONSULTATION)]
        mails = {event.mail for event in self.events(number) if isinstance(event, e.MailReceived)}
        raw = [key for key in self.keys(MAILS) if key.removeprefix("received/") in mails or number in key]
        return [*contents, *asked, *raw, *(key for key in self.keys(EVIDENCE) if number in key)]

    def keys(self, bucket: str) -> list[str]:
        """The keys of every version and delete marker."""
        found = self.s3.list_object_versions(Bucket=bucket)
        return [one["Key"] for one in [*found.get("Versions", []), *found.get("DeleteMarkers", [])]]

    def events(self, number: str) -> list[e.Event]:
        """What is on record."""
        return [record.event for record in self.table.load(number).records]

    def erasures(self, number: str) -> list[e.PersonalDataErased]:
        """What is on record of it being gone."""
        return [one for one in self.events(number) if isinstance(one, e.PersonalDataErased)]

    def in_queue(self, number: str) -> str | None:
        """Where the complaint stands in the index of queues."""
        item = self.table.client.get_item(TableName=self.table.name, Key=keys.state(number))["Item"]
        return item.get("queue", {}).get("S")

    def lag(self) -> float:
        """The metric, as it was told last."""
        lines = [json.loads(line) for line in self.log.getvalue().splitlines() if "ErasureLag" in line]
        [value] = lines[-1]["ErasureLag"]
        return float(value)


def world(
    table: Table,
    clock: Clock,
    monkeypatch: pytest.MonkeyPatch,
    folder: Path,
    *,
    versions: bool = True,
    region: Region = REGION,
) -> World:
    """An empty one, in the moto that `table` lives in; no time passes between the SDK's tries."""
    s3 = _SESSION.client("s3")
    for bucket in (EVIDENCE, MAILS):
        s3.create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": "eu-west-2"})
        if versions:
            s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    file = folder / "region.json"
    file.write_text(json.dumps(asdict(region)), encoding="utf-8")
    settings = {"EVIDENCE_BUCKET": EVIDENCE, "MAIL_BUCKET": MAILS, "TABLE_NAME": tables.NAME}
    for name, value in {**settings, "REGION_FILE": str(file)}.items():
        monkeypatch.setenv(name, value)
    for each in _CACHED:
        each.cache_clear()
    monkeypatch.setattr("botocore.endpoint.time.sleep", lambda _seconds: None)
    monkeypatch.setattr(wiring, "now", clock)
    function = importlib.import_module("functions.erasure.handler")
    log = io.StringIO()
    monkeypatch.setattr(function.logger.registered_handler, "stream", log)
    monkeypatch.setattr("builtins.print", lambda text, **_: log.write(f"{text}\n"))
    made = World(function, Office(table, clock), table, s3, log)
    for service in ("dynamodb", "s3"):
        _stand_between(made, monkeypatch, clients.client(service)._endpoint)
    return made


def forget_world() -> None:
    """What was cached knows an environment that is no more."""
    for each in (*_CACHED, clients.client):
        each.cache_clear()


def _stand_between(made: World, monkeypatch: pytest.MonkeyPatch, endpoint: Any) -> None:
    send: Send = endpoint._do_get_response

    def call(request: Any, operation: Any, context: Any) -> Any:
        def go() -> Any:
            return send(request, operation, context)

        return made.between(operation.name, go) if made.between else go()

    monkeypatch.setattr(endpoint, "_do_get_response", call)
