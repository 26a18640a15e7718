"""What a player tells stays where it belongs: planted by every door, and looked for everywhere else.

Every free text and every name that people give carries a mark. It may stand in CONTENT items, in files, in
mails as they came and in mails sent; and in no log, event, webhook, metric, queue, execution, key or index.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.policy import SMTP
from uuid import uuid4

import httpx
import pytest

from infra.local import demo
from infra.local.describe import LocalStack
from infra.ops import mail_in
from redress.adapters.mail_store import RECEIVED
from redress.store import keys
from tests.platform.torture.lives import Door, Json, Life, lead
from tests.platform.torture.witness import Ear, Witness, executions, lines_of, until
from tests.support.evidence import PDF
from tests.support.webhook_receiver import Receiver, receiving
from tests.torture.tally import tally

STEM = f"zq{uuid4().hex[:10]}"
"""Stands in nothing that is not planted, however it is spelled."""

COMPLAINTS_ADDRESS = "complaints@mail.example.test"
PASSED = dict.fromkeys(mail_in.CHECKS, "PASS")


def mark(place: str) -> str:
    """A mark that says where it was planted."""
    return f"{STEM}-{place}"


def marked(door: str) -> Json:
    """A complaint with a mark in whatever a person may write."""
    return {
        "jurisdiction": "sandbox",
        "category": "deposits_withdrawals",
        "description": f"My withdrawal, {mark(door + '-text')}, is still pending.",
        "name": f"Player Example {mark(door + '-name')}",
        "email": f"{mark(door + '-mailbox')}@example.test",
        "account": mark(door + "-account"),
        "remedy": f"Please pay it out, {mark(door + '-remedy')}.",
    }


@dataclass
class Planted:
    """What came of the planting: complaints, and what a webhook was told meanwhile."""

    numbers: list[str]
    told: Receiver
    ear: Ear
    peeked: list[str] = field(default_factory=list)


@pytest.fixture(scope="module")
def planted(local: LocalStack, door: Door, ear: Ear) -> Iterator[Planted]:
    """Marked complaints by every door, worked on with marked texts until they are closed."""
    with receiving() as receiver:
        asked = {"url": receiver.url, "training": True, "description": "All of it"}
        webhook = door.insist("webhooks", asked)["webhook"]
        witness = Witness(local, ear)
        by_form = door.fill_in({**marked("form"), "transaction_references": mark("form-reference")})
        by_api = str(door.insist("complaints", {**marked("api"), "brand": "northlight"})["number"])
        by_mail = send_mail(local, witness)
        numbers = [demo.number_of(by_form), by_api, by_mail]
        send_file(door, by_form)
        for number in numbers[:2]:
            work_on(door, witness, number)
        rate(door, witness, by_form)
        lead(door, witness.table, [Life(number, ()) for number in numbers[:2]])
        until(
            lambda: len(receiver.accepted()) >= sum(len(witness.table.load(one).records) for one in numbers)
        )
        yield Planted(numbers, receiver, ear)
        door.app.delete(f"webhooks/{webhook}", headers={"Redress-User": "agent-1"})


def send_mail(local: LocalStack, witness: Witness) -> str:
    """A player complains by mail; the number of the complaint."""
    before, message = witness.numbers(), EmailMessage(policy=SMTP)
    sender = f"{mark('mail-mailbox')}@example.test"
    message["From"], message["To"] = f"Player Example {mark('mail-name')} <{sender}>", COMPLAINTS_ADDRESS
    message["Subject"] = f"Complaint {mark('mail-subject')}"
    message["Message-ID"] = f"<{mark('mail-id')}@example.test>"
    message.set_content(f"I want to complain: my withdrawal is missing, {mark('mail-text')}.")
    message.add_attachment(PDF, maintype="application", subtype="pdf", filename=f"{mark('mail-file')}.pdf")
    mail_in.play(local, message.as_bytes(), sender, [COMPLAINTS_ADDRESS], PASSED)
    [number] = until(lambda: list(witness.numbers() - before))
    return number


def send_file(door: Door, page: str) -> None:
    """A file with a mark in its name and in its content, by the form for files."""
    shown = door.browser.get(f"{page}/evidence").raise_for_status().text
    action = shown.partition('<form method="post" action="')[2].partition('" enctype="multipart')[0]
    fields = dict(demo.HIDDEN.findall(shown.partition('enctype="multipart')[2]))
    content = PDF + f"% {mark('file-content')}\n".encode()
    sent = door.browser.post(action, data=fields, files={"file": (f"{mark('file-name')}.pdf", content)})
    assert sent.status_code == httpx.codes.SEE_OTHER, sent.text


def work_on(door: Door, witness: Witness, number: str) -> None:
    """What people of the operator write down, from the question to the decision."""
    place = f"complaints/{number}"
    assert until(lambda: "Triaged" in happened(witness, number))
    written: list[tuple[str, Json, str]] = [
        ("notes", {"text": f"Internal: {mark('note')}."}, "agent-1"),
        ("notes", {"text": f"For you: {mark('message')}.", "visibility": "player"}, "agent-1"),
        ("information-requests", {"question": f"Which method, {mark('question')}?"}, "agent-1"),
        ("replies", {"text": f"A transfer, {mark('reply')}."}, "agent-1"),
        ("contacts", {"email": f"{mark('contact')}@example.test"}, "agent-1"),
        ("cause", {"cause": "no_fault_found"}, "agent-1"),
        ("decision", {"outcome": "rejected", "reasons": f"It had arrived: {mark('reasons')}."}, "agent-1"),
        ("decision/approval", {}, "manager-1"),
    ]
    for path, body, user in written:
        if path.startswith("decision"):
            decide(door, witness, number, path, body, user)
        else:
            door.insist(f"{place}/{path}", body, user)


def decide(door: Door, witness: Witness, number: str, path: str, body: Json, user: str) -> None:
    """Decide on the newest version."""

    def done() -> bool:
        seen = witness.table.state(number)
        version = f'"{seen.version}"' if seen else ""
        return door.post(f"complaints/{number}/{path}", body, user, **{"If-Match": version}).is_success

    assert until(done)


def rate(door: Door, witness: Witness, page: str) -> None:
    """The player says how it was, on the private page."""
    number = demo.number_of(page)
    assert until(lambda: "DecisionApproved" in happened(witness, number))
    fields = {"score": "2", "comment": f"It took long, {mark('feedback')}."}
    assert until(lambda: door.write(page, "feedback", fields).status_code == httpx.codes.SEE_OTHER)


def happened(witness: Witness, number: str) -> set[str]:
    return {type(record.event).__name__ for record in witness.table.load(number).records}


def lines_of_logs(local: LocalStack, _planted: Planted) -> Iterator[str]:
    """Every line of every log group; metrics are lines of logs, too."""
    yield from lines_of(local)


def metrics(local: LocalStack, _planted: Planted) -> Iterator[str]:
    """Names and dimensions of all metrics."""
    for page in local.client("cloudwatch").get_paginator("list_metrics").paginate():
        yield from map(str, page["Metrics"])


def queues(local: LocalStack, planted: Planted) -> Iterator[str]:
    """What waits anywhere, the dead letters included."""
    sqs = local.client("sqs")
    for url in sqs.list_queues()["QueueUrls"]:
        if url != planted.ear.queue:
            came = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10, VisibilityTimeout=0)
            yield from map(str, came.get("Messages", []))


def events(_local: LocalStack, planted: Planted) -> Iterator[str]:
    """Everything that went over the bus."""
    yield from planted.ear.listen()


def webhooks(_local: LocalStack, planted: Planted) -> Iterator[str]:
    """Everything that a webhook was sent."""
    for one in planted.told.accepted():
        yield f"{one.headers} {one.body.decode()}"


def workflow(local: LocalStack, planted: Planted) -> Iterator[str]:
    """Names, inputs, outputs and histories of executions."""
    arn = local.state_machine_arn.replace(":stateMachine:", ":execution:")
    names = [one for one in executions(local, "SUCCEEDED") if one.rpartition("_")[0] in planted.numbers]
    for name in names:
        told = local.stepfunctions.describe_execution(executionArn=f"{arn}:{name}")
        yield f"{name} {told.get('input')} {told.get('output')}"
        history = local.stepfunctions.get_paginator("get_execution_history")
        for page in history.paginate(executionArn=f"{arn}:{name}"):
            yield from map(str, page["events"])


def buckets(local: LocalStack, _planted: Planted) -> Iterator[str]:
    """Keys and metadata of all objects; of the journal what they hold, too."""
    s3 = local.client("s3")
    for bucket in (one["Name"] for one in s3.list_buckets()["Buckets"]):
        for page in s3.get_paginator("list_objects_v2").paginate(Bucket=bucket):
            for one in page.get("Contents", []):
                head = s3.head_object(Bucket=bucket, Key=one["Key"])
                yield f"{bucket} {one['Key']} {head.get('Metadata')} {head.get('ContentDisposition')}"


def journal(local: LocalStack, planted: Planted) -> Iterator[str]:
    """What the journal holds of the complaints."""
    witness = Witness(local, planted.ear, list(planted.numbers))
    yield from (body.decode() for body in witness.journaled().values())


def items(local: LocalStack, planted: Planted) -> Iterator[str]:
    """Every attribute of every item but the text of CONTENT items."""
    for item in Witness(local, planted.ear).items():
        kept = item["sk"]["S"].startswith(keys.CONTENT_PREFIX)
        yield str({name: value for name, value in item.items() if not (kept and name == "content")})


PLACES: Mapping[str, tuple[Callable[[LocalStack, Planted], Iterator[str]], int]] = {
    "logs": (lines_of_logs, 50),
    "metrics": (metrics, 0),
    "queues": (queues, 0),
    "events": (events, 40),
    "webhooks": (webhooks, 40),
    "workflow": (workflow, 40),
    "buckets": (buckets, 20),
    "journal": (journal, 40),
    "table": (items, 40),
}
"""Where a mark must not be; and how much there is to see there at least, or the search shows nothing."""


@pytest.mark.parametrize("place", PLACES)
def test_no_mark_is_found_where_none_belongs(local: LocalStack, planted: Planted, place: str) -> None:
    look, least = PLACES[place]
    seen = list(look(local, planted))
    found = [one for one in seen if STEM in one.lower()]
    assert found == []
    assert len(seen) >= least
    tally("platform: markers", 0, len(seen))


def test_what_was_planted_is_where_it_belongs(local: LocalStack, planted: Planted) -> None:
    """Without this the search would prove nothing."""
    witness = Witness(local, planted.ear)
    contents = json.dumps([witness.table.load(one).contents for one in planted.numbers], default=dict)
    places = ("form-text", "form-name", "form-mailbox", "form-account", "form-remedy", "form-reference")
    more = ("api-text", "mail-text", "mail-subject", "note", "message", "question", "reply", "reasons")
    assert [one for one in (*places, *more, "contact", "feedback") if mark(one) not in contents] == []
    sent = " ".join(f"{mail.to} {mail.text}" for mail in local.mails())
    assert [
        one for one in ("form-mailbox", "mail-mailbox", "message", "question") if mark(one) not in sent
    ] == []
    s3 = local.client("s3")
    raw = [
        s3.get_object(Bucket=local.mail_bucket, Key=one["Key"])["Body"].read().decode(errors="replace")
        for one in s3.list_objects_v2(Bucket=local.mail_bucket, Prefix=RECEIVED)["Contents"]
    ]
    assert any(mark("mail-text") in one for one in raw)
