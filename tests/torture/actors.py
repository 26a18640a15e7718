"""Who uses the system, and does not give up: a player, an application, the mail service, a scanner.

Each repeats what failed, the same request under the same key or nonce, as people and programs do.
"""

import itertools
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from infra.ops.mail_in import CHECKS, notification
from redress.adapters import s3
from redress.adapters.mail_store import RECEIVED
from redress.domain import reply_address
from tests.store.test_delivery_events import event as told_by_ses
from tests.store.test_evidence import came, scanned
from tests.support.evidence import PDF
from tests.support.memory_workflow import StepFailed
from tests.support.operator_app import Answer as ApiAnswer
from tests.support.operator_app import OperatorApp
from tests.support.portal import COMPLAINT, FORM, Answer, answer, event
from tests.torture import backends
from tests.torture.backends import MAIL, OUTCOMES, SET_ASIDE, Sent
from tests.torture.environment import EVIDENCE_BUCKET, LINK_SECRET, MAIL_BUCKET
from tests.torture.world import World

PATIENCE = 6
_keys = itertools.count(1)
PAUSE_SECONDS = 2
WRITING_SECONDS = 300
USER = {"redress-user": "handler"}
APPROVER = {"redress-user": "approver"}
TOLD: Mapping[str, Any] = {
    "brand": "northlight",
    "jurisdiction": "gb-ukgc",
    "category": "bonuses",
    "description": "The bonus was not paid.",
    "name": "Player Example",
    "email": "player@example.com",
    "account": "account-1",
    "occurred_on": "2026-03-01",
    "amount_minor": 2550,
    "currency": "GBP",
    "channel": "phone",
    "language": "en-GB",
}


class Refused(AssertionError):
    """Somebody's request was not taken, however often it was sent."""


def insist[A: (Answer, ApiAnswer)](world: World, ask: Callable[[], A]) -> A:
    """Ask until there is an answer that is none of trouble. Raises Refused for any other, or for none."""
    got = None
    for _ in range(PATIENCE):
        try:
            got = ask()
        except StepFailed:
            got = None
        if got and got.status < 500 and got.status != 429:
            break
        world.clock.move(PAUSE_SECONDS)
    if got is None or got.status >= 400:
        raise Refused(f"{got.status if got else 'no answer'}: {got.body if got else ''}"[:2000])
    return got


@dataclass
class Browser:
    """A player with a browser."""

    world: World

    def get(self, address: str) -> Answer:
        """Open a page; again, if it fails."""
        return insist(self.world, lambda: self._send("GET", address))

    def post(self, path: str, fields: Mapping[str, str]) -> Answer:
        """Send a form; the same form again, if it fails."""
        return insist(self.world, lambda: self._send("POST", path, urlencode(fields)))

    def fill(self, address: str = "/complaints?category=bonuses", **told: str) -> dict[str, str]:
        """The form of a complaint, filled in."""
        form = self.get(address)
        self.world.clock.move(WRITING_SECONDS)
        return {**COMPLAINT, "nonce": form.nonce(), "form_token": form.value("form_token"), **told}

    def send(self, fields: Mapping[str, str]) -> str:
        """Send a complaint; the path of its tracking page. It is promised."""
        self.world.promise(fields["description"])
        return self.post("/complaints", fields).location.removesuffix("/received")

    def complain(self, text: str = "The bonus was not paid: P-1.", **told: str) -> str:
        """Fill in the form and send it."""
        return self.send(self.fill(description=text, **told))

    def reply(self, path: str, text: str) -> None:
        """Answer on the tracking page."""
        nonce = self.get(path).nonce("reply")
        self.world.promise(text)
        self.post(f"{path}/reply", {"text": text, "nonce": nonce})

    def ask(self, text: str) -> str:
        """Ask an anonymous question; the path of its page."""
        nonce = self.get("/consultations").nonce("consultations")
        self.world.promise(text)
        fields = {"text": text, "category": "bonuses", "brand": "northlight", "jurisdiction": "gb-ukgc"}
        return self.post("/consultations", {**fields, "nonce": nonce}).location.removesuffix("/received")

    def _send(self, method: str, address: str, body: str | None = None) -> Answer:
        request = event(method, address, body, content_type=FORM)
        return answer(request["path"], self.world.invoke("portal", request))


@dataclass
class Application:
    """A program of the operator. Every request has a key of its own, with which it is sent again."""

    world: World

    def __post_init__(self) -> None:
        self._app = OperatorApp(handler=lambda request, _: self.world.invoke("operator_api", request))

    def get(self, path: str, **query: str) -> ApiAnswer:
        """GET."""
        return insist(self.world, lambda: self._app.get(path, **query))

    def post(self, path: str, body: object = None, **headers: str) -> ApiAnswer:
        """POST."""
        key = f"key-{next(_keys)}"
        return insist(self.world, lambda: self._app.post(path, body, key=key, **{**USER, **headers}))

    def send(self, method: str, path: str, body: str | None = None) -> ApiAnswer:
        """Any other method, which may be repeated as it is."""
        headers = {"content-type": "application/json", **USER}
        return insist(self.world, lambda: self._app.send(method, path, body=body, headers=headers))

    def guarded(self, number: str, what: str, body: object = None, **headers: str) -> ApiAnswer:
        """POST to a complaint at the version that it has now."""
        tag = self.get(f"/complaints/{number}").etag
        return self.post(f"/complaints/{number}/{what}", body, if_match=tag, **headers)

    def complain(self, text: str = "The bonus was not paid: P-2.", **told: object) -> str:
        """Pass a complaint on; its number."""
        self.world.promise(text)
        return str(self.post("/complaints", {**TOLD, "description": text, **told}).body["number"])

    def note(self, number: str, text: str) -> None:
        """Add a note."""
        self.world.promise(text)
        self.post(f"/complaints/{number}/notes", {"text": text})

    def propose(self, number: str, reasons: str) -> None:
        """Propose a decision."""
        self.world.promise(reasons)
        decision = {"outcome": "upheld", "reasons": reasons, "cause": "unclear_terms"}
        self.guarded(number, "decision", decision)

    def approve(self, number: str) -> None:
        """Approve it, as another person."""
        self.guarded(number, "decision/approval", {}, **APPROVER)


def answer_question(application: Application, number: str, text: str) -> None:
    """The operator answers an anonymous question."""
    tag = application.get(f"/consultations/{number}").etag
    application.world.promise(text)
    application.post(f"/consultations/{number}/answers", {"text": text}, if_match=tag)


def complain_of_answer(browser: Browser, path: str, text: str) -> str:
    """Whoever asked is not content; the path of the complaint's tracking page."""
    page = browser.get(f"{path}/complaint")
    hidden = {name: page.value(name) for name in ("consultation", "consultation_key")}
    return browser.send(browser.fill(f"{path}/complaint", description=text, **hidden))


def number_of(path: str) -> str:
    """The number in the path of a page."""
    return path.split("/")[2]


def mail_comes(
    world: World, mail: str, text: str, to: str, *, attached: bool = False, forged: bool = False
) -> None:
    """SES takes a mail in, keeps it in its bucket and tells of it: from then on it is accepted."""
    world.promise(text)
    world.put_object(MAIL_BUCKET, f"{RECEIVED}{mail}", raw_mail(mail, text, attached=attached))
    verdicts = dict.fromkeys(CHECKS, "PASS") | (
        dict.fromkeys(("spf", "dkim", "dmarc"), "FAIL") if forged else {}
    )
    told = notification(mail, "player@example.com", (to,), verdicts, MAIL_BUCKET, "topic")
    at = world.clock.at.isoformat(timespec="milliseconds").replace("+00:00", "Z")
    told["receipt"] = {**_mapping(told["receipt"]), "timestamp": at}
    world.services.put(MAIL, told)


def raw_mail(mail: str, text: str, *, attached: bool) -> bytes:
    """A mail of a player."""
    from email.message import EmailMessage  # noqa: PLC0415 - beside its only use

    made = EmailMessage()
    made["From"], made["To"] = "Player Example <player@example.com>", "complaints@mail.example.test"
    made["Subject"], made["Message-ID"] = f"My withdrawal {mail}", f"<{mail}@example.com>"
    made["Date"] = "Mon, 2 Mar 2026 12:00:00 +0000"
    made.set_content(f"{text}\n")
    if attached:
        made.add_attachment(PDF, maintype="application", subtype="pdf", filename="statement.pdf")
    return made.as_bytes()


def reply_to(number: str) -> str:
    """The address that is about a complaint."""
    return f"{reply_address.make(LINK_SECRET.encode(), number)}@mail.example.test"


def file_comes(world: World, number: str, evidence: str, *, told: bool = True) -> None:
    """A browser sends a file to the bucket, and S3 tells of it, or does not."""
    key = s3.key(s3.INCOMING, number, evidence)
    world.put_object(EVIDENCE_BUCKET, key, PDF, {"by": "player"})
    if told:
        world.services.put(OUTCOMES, came(number, evidence))


def announce_files(world: World) -> None:
    """S3 tells of what the functions themselves put into the quarantine."""
    for key in backends.objects(EVIDENCE_BUCKET):
        part, number, evidence = key.split("/")
        if part == "incoming":
            world.services.put(OUTCOMES, came(number, evidence))


def scan(world: World, number: str, evidence: str, status: str = "NO_THREATS_FOUND") -> None:
    """GuardDuty tells what it found in a kept file."""
    world.services.put(OUTCOMES, scanned(number, evidence, status))


def ses_tells(world: World, sent: Sent, said: Mapping[str, Any]) -> None:
    """SES tells what became of a mail."""
    world.services.put(OUTCOMES, told_by_ses(sent.number, said, sent.letter, sent.message_id))


def run_until_done(world: World, function: str) -> None:
    """What a clock starts every hour, until it has ended well. Raises Refused when it never does."""
    for _ in range(PATIENCE):
        if world.attempt(function, {"source": "aws.events"}):
            return
    raise Refused(f"{function} never ends well")


def seen_by_people(world: World) -> None:
    """Somebody looks at what each reader of the stream set aside: one record, however often it was told."""
    for name in world.sources.readers:
        set_aside = world.services.queue(f"{SET_ASIDE}_{name}")
        assert len({one.body for one in set_aside}) == 1, set_aside
        set_aside.clear()


def wait(world: World, **span: float) -> None:
    """Time passes."""
    world.later(timedelta(**span))


def _mapping(value: object) -> Mapping[str, Any]:
    assert isinstance(value, Mapping)
    return value
