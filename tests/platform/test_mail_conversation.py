"""A conversation of ten mails on the deployed stack, and the history that it leaves.

The player writes from a mailbox that takes no mail (SES's simulator bounces it), gives another address to
answer to, writes German and later French, is away for a day, and is impersonated once.
"""

import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from email.message import EmailMessage
from email.policy import SMTP

import httpx
import pytest

from infra.local import demo
from infra.local.demo import Event, Operator
from infra.local.describe import LocalStack, Mail
from infra.ops import mail_in
from redress.domain import audit
from redress.store.table import Table

PATIENCE = timedelta(seconds=60)
COMPLAINTS = "complaints@mail.example.test"
FULL = "bounce+conversation@simulator.amazonses.com"
PLAYER = "player.conversation@example.com"
FRENCH = "Je vous écris en français : le virement n'est toujours pas arrivé sur mon compte."
PASSED = dict.fromkeys(mail_in.CHECKS, "PASS")
PICTURE = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c6360606060"
    "0000000500010d0a2db40000000049454e44ae426082"
)


def mail(sender: str, to: str, subject: str, text: str, **headers: str) -> EmailMessage:
    """A mail of a person's program."""
    made = EmailMessage(policy=SMTP)
    made["From"], made["To"], made["Subject"] = f"Player Example <{sender}>", to, subject
    made["Message-ID"] = f"<{abs(hash((sender, text)))}@example.com>"
    for name, value in headers.items():
        made[name.replace("_", "-")] = value
    made.set_content(text)
    return made


class Conversation:
    """The player's end: what is sent to the operator, and what came back."""

    def __init__(self, stack: LocalStack) -> None:
        self.stack = stack

    def send(self, message: EmailMessage, **verdicts: str) -> str:
        """The mail arrives at SES; its id there. All verdicts are PASS unless told otherwise."""
        to, sender = str(message["To"]), str(message["From"]).partition("<")[2].rstrip(">")
        return mail_in.play(self.stack, message.as_bytes(), sender, [to], PASSED | verdicts)

    def stored(self, prefix: str) -> list[str]:
        """What lies in the bucket of mails, in text order."""
        listed = self.stack.client("s3").list_objects_v2(Bucket=self.stack.mail_bucket, Prefix=prefix)
        return [one["Key"] for one in listed.get("Contents", [])]

    def letter(self, address: str, kind: str) -> Mail:
        """The letter of a kind to an address, as soon as it is there; no letter goes twice."""

        def sent() -> list[Mail]:
            mails = self.stack.mails(address)
            return [one for one in mails if f"/{kind}-" in one.headers.get("X-Redress-Letter", "")]

        [letter] = until(sent)
        return letter


def until[T](look: Callable[[], T | None]) -> T:
    """What is looked for, as soon as it is there."""
    deadline = time.monotonic() + PATIENCE.total_seconds()
    while time.monotonic() < deadline:
        found = look()
        if found:
            return found
        time.sleep(0.3)
    raise AssertionError(f"not seen: {look.__qualname__}")


@pytest.fixture
def http(local: LocalStack) -> Iterator[httpx.Client]:
    """The operator's app with all its permissions."""
    with demo.operator_client(local) as client:
        yield client


def happened(operator: Operator, name: str, **data: object) -> Event:
    """The first event of that name with such data, as soon as it has happened."""
    told = data.items()
    return until(
        lambda: next((e for e in operator.events() if e["type"] == name and told <= e["data"].items()), None)
    )


def test_a_conversation_of_ten_mails_leaves_the_history_that_a_person_expects(
    local: LocalStack, http: httpx.Client
) -> None:
    talk = Conversation(local)
    operator, acknowledged = _begun(talk, http)
    _interrupted(talk, operator, acknowledged.headers["Reply-To"])
    _answered(talk, operator, acknowledged)
    _decided(talk, operator, acknowledged)
    _check_history(operator)
    _kept_for_a_court(talk, operator)

    case = Table(local.dynamodb, local.table_name).load(operator.number)
    audit.verify(case.records, case.state_head)
    texts = [str(content.get("text", "")) for content in case.contents.values()]
    assert "Auf mein Girokonto, wie immer." in texts, "the quoted question is not the player's answer"
    assert FRENCH in texts, "nobody translates what the player wrote"


def _begun(talk: Conversation, http: httpx.Client) -> tuple[Operator, Mail]:
    # 1: the complaint, in German; its sender's mailbox takes no mail, and it says where to answer to
    german = "Guten Tag, meine Auszahlung über 250 Euro ist seit zwölf Tagen nicht bei mir angekommen. Warum?"
    complaint = mail(FULL, COMPLAINTS, "Wo ist mein Geld?", german, Reply_To=PLAYER)
    talk.send(complaint)

    # 2 and 3: the acknowledgement, in German, bounces, and goes to the next address
    talk.letter(FULL, "acknowledgement")
    acknowledged = talk.letter(PLAYER, "acknowledgement")
    assert "Beschwerde" in acknowledged.subject
    reply_to = acknowledged.headers["Reply-To"]
    number = acknowledged.text.partition("/complaints/")[2].partition("/")[0]
    operator = Operator(http, number)
    root, answered = acknowledged.headers["References"].split()
    assert (root.strip("<>"), answered) == (reply_to, complaint["Message-ID"])
    assert acknowledged.headers["In-Reply-To"] == answered
    assert acknowledged.headers["Auto-Submitted"] == "auto-generated"
    delivered = happened(operator, "LetterDelivered", kind="acknowledgement")
    assert happened(operator, "LetterBounced", kind="acknowledgement")["at"] < delivered["at"]
    assert operator.complaint()["acknowledgement"]["state"] == "delivered"
    return operator, acknowledged


def _interrupted(talk: Conversation, operator: Operator, reply_to: str) -> None:
    # 4: a program answers it, and is not answered
    away = mail(PLAYER, reply_to, "Abwesenheit", "Ich bin nicht da.", Auto_Submitted="auto-replied")
    talk.send(away)
    happened(operator, "MailReceived", taken_as="automatic")

    # 5: a person of the operator asks, and the clock stands still
    happened(operator, "Triaged")
    operator.do("assignment", {"assignee": "payments-agent"}, "payments-agent")
    question = {"question": "Auf welches Konto sollte ausgezahlt werden?", "pause_clock": True}
    operator.do("information-requests", question, "payments-agent")
    assert "Auf welches Konto" in talk.letter(PLAYER, "information_request").text

    # 6: somebody who knows the address pretends to be the player, and it waits for a person
    forged = mail(PLAYER, reply_to, "Neues Konto", "Bitte überweisen Sie alles auf ein anderes Konto.")
    talk.send(forged, dmarc="FAIL", spf="FAIL", dkim="FAIL")
    held = happened(operator, "MailReceived", taken_as="held", reasons=["dmarc"])
    assert not [event for event in operator.events() if event["type"] == "PlayerReplied"]
    operator.do(f"mails/{held['seq']}/reject", {"reason": "The bank details are not the player's."}, "agent")
    happened(operator, "MailRejected", received=held["seq"])


def _answered(talk: Conversation, operator: Operator, acknowledged: Mail) -> None:
    reply_to, asked = acknowledged.headers["Reply-To"], talk.letter(PLAYER, "information_request")
    # 7: the player answers below the question, with a picture
    quoted = "\n".join(f"> {line}" for line in asked.text.splitlines())
    answer = f"Auf mein Girokonto, wie immer.\n\nAm 22.11.2026 schrieb Northlight Casino:\n{quoted}\n"
    written = mail(PLAYER, reply_to, f"Re: {asked.subject}", answer, References=asked.headers["References"])
    written.add_attachment(PICTURE, maintype="image", subtype="png", filename="Kontoauszug.png")
    talk.send(written)
    happened(operator, "PlayerReplied")
    happened(operator, "ClockResumed", because="player_reply")
    happened(operator, "EvidenceAdded", media_type="image/png")

    # 8: in French, from a program that answers to the sender's address and keeps the thread
    thread = acknowledged.headers["References"]
    talk.send(mail(PLAYER, COMPLAINTS, f"Re: {acknowledged.subject}", FRENCH, References=thread))
    until(lambda: sum(event["type"] == "PlayerReplied" for event in operator.events()) == 2)


def _decided(talk: Conversation, operator: Operator, acknowledged: Mail) -> None:
    # 9: the answer leaves in German, into the thread, and arrives
    operator.do("decision", demo.DECISION, "payments-agent")
    operator.do("decision/approval", {}, "complaints-manager")
    happened(operator, "LetterDelivered", kind="final_response")
    final = talk.letter(PLAYER, "final_response")
    assert final.headers["References"].split()[0].strip("<>") == acknowledged.headers["Reply-To"]
    assert len(final.headers["References"].split()) == 2

    # 10: and the question how it went, which may be declined
    happened(operator, "LetterDelivered", kind="feedback_request")
    asked_how = talk.letter(PLAYER, "feedback_request")
    assert asked_how.headers["List-Unsubscribe"].startswith("<mailto:u+")


def _kept_for_a_court(talk: Conversation, operator: Operator) -> None:
    """A hold keeps each mail as it came, whatever was made of it, for as long as it lasts."""
    came, kept = _mails(operator), f"held/{operator.number}/"
    operator.do("legal-hold", {"reason": "A letter before action came."}, "lawyer-1")
    until(lambda: talk.stored(kept) == [f"{kept}{mail}" for mail in came])
    storage, bucket = talk.stack.client("s3"), talk.stack.mail_bucket
    copy, original = (
        storage.get_object(Bucket=bucket, Key=f"{part}{came[0]}")["Body"].read()
        for part in (kept, "received/")
    )
    assert copy == original
    operator.do("legal-hold/lifting", {"reason": "They settled."}, "lawyer-1")
    until(lambda: not talk.stored(kept))


def _mails(operator: Operator) -> list[str]:
    """The mails on record, in text order."""
    events = operator.events()
    return sorted(event["data"]["mail"] for event in events if event["type"] == "MailReceived")


IN_ORDER = frozenset(
    {"MailReceived", "LetterSent", "LetterBounced", "PlayerReplied", "MailRejected", "FeedbackGiven"}
)
TO_STAFF = frozenset({"warning", "escalation"})


def _check_history(operator: Operator) -> None:
    """Each thing once, in the order in which it happened; when a delivery is told is the mail service's."""
    told = [
        (event["type"], event["data"].get("kind") or event["data"].get("taken_as") or "")
        for event in operator.events()
        if event["data"].get("kind") not in TO_STAFF
    ]
    assert [one for one in told if one[0] in IN_ORDER] == [
        ("MailReceived", "complaint"),
        ("LetterSent", "acknowledgement"),
        ("LetterBounced", "acknowledgement"),
        ("LetterSent", "acknowledgement"),
        ("MailReceived", "automatic"),
        ("LetterSent", "information_request"),
        ("MailReceived", "held"),
        ("MailRejected", ""),
        ("MailReceived", "reply"),
        ("PlayerReplied", ""),
        ("MailReceived", "reply"),
        ("PlayerReplied", ""),
        ("LetterSent", "final_response"),
        ("LetterSent", "feedback_request"),
    ]
    delivered = sorted(kind for name, kind in told if name == "LetterDelivered")
    assert delivered == ["acknowledgement", "feedback_request", "final_response", "information_request"]


def test_a_player_who_wrote_by_mail_is_forgotten_with_their_mail_and_its_file(
    local: LocalStack, http: httpx.Client
) -> None:
    talk, player = Conversation(local), "player.forgotten@example.com"
    written = mail(player, COMPLAINTS, "My bonus", "The bonus of last Sunday was not paid. See the picture.")
    written.add_attachment(PICTURE, maintype="image", subtype="png", filename="bonus.png")
    key = f"received/{talk.send(written)}"
    acknowledged = talk.letter(player, "acknowledgement")
    operator = Operator(http, acknowledged.text.partition("/complaints/")[2].partition("/")[0])
    happened(operator, "EvidenceAdded")
    operator.do("withdrawal", {"reason": "It was paid after all."}, "agent")
    happened(operator, "Closed")
    assert talk.stored(key) == [key]
    operator.do("erasure", {"reason": "request"}, "privacy-1")
    gone = happened(operator, "PersonalDataErased")
    assert (gone["data"]["mails"], gone["data"]["files"]) == (1, 1)
    assert talk.stored(key) == []
