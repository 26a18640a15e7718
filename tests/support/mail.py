"""Mails that come in: a mailroom in memory, and what players, programs and forgers write to it."""

import itertools
from copy import replace
from dataclasses import dataclass, field
from typing import Any

from redress.domain import commands as c
from redress.domain import reply_address
from redress.domain.audit import Content
from redress.domain.complaint import Complaint
from redress.domain.events import Event
from redress.domain.parts import ReceivedMail
from redress.mailroom.incoming import Attachment, Incoming
from redress.region import Region
from redress.usecases.link_duplicate import link_duplicate
from redress.usecases.mail_ports import Arrived, MailGone, Notice, Verdicts
from redress.usecases.receive_mail import Came, Mailroom, accept, receive
from redress.usecases.submit_complaint import Intake
from tests.support.complaints import HANDLER, REGION, SYSTEM, TRIAGE, submit
from tests.support.desks import Clock, Office
from tests.support.evidence import PDF
from tests.support.memory_store import MemoryStore

SECRET, OLD_SECRET, PLAYER_SECRET = b"link secret", b"link secret before", b"player secret"
DOMAIN = "mail.example.test"
COMPLAINTS, QUESTIONS = f"complaints@{DOMAIN}", f"questions@{DOMAIN}"
PLAYER_MAIL, STRANGER_MAIL = "player@example.com", "stranger@example.com"
PASSED = Verdicts(spf="pass", dkim="pass", dmarc="pass", spam="pass", virus="pass")
FORGED = replace(PASSED, spf="fail", dkim="fail", dmarc="fail")
NO_POLICY = replace(PASSED, dmarc="gray", dkim="gray")
PDF_FILE = Attachment(content=PDF, media_type="application/pdf")

MAILED_REGION = replace(REGION, brands=(replace(REGION.brands[0], questions=QUESTIONS),))


def written(text: str = "Where is my money?", **told: Any) -> Incoming:
    """A mail of a player, in English."""
    mail = Incoming(
        message_id="<1@example.com>",
        references=(),
        sender=PLAYER_MAIL,
        sender_name="Player Example",
        reply_to=(),
        subject="My withdrawal",
        text=text,
        whole=text,
        language="en",
        automatic=None,
        attachments=(),
        left_out=0,
        text_cut=False,
    )
    return replace(mail, **told)


def signed(number: str, purpose: str = reply_address.REPLY, secret: bytes = SECRET) -> str:
    """The address that is about a complaint."""
    return f"{reply_address.make(secret, number, purpose)}@{DOMAIN}"


@dataclass
class Postbox:
    """A mailroom over a store in memory; bytes are the id of the mail that they stand for."""

    region: Region = MAILED_REGION
    mails: dict[str, Incoming] = field(default_factory=dict)
    held: set[tuple[str, str]] = field(default_factory=set)
    """The copies that are kept, by complaint and mail."""

    files: dict[tuple[str, str], tuple[bytes, str]] = field(default_factory=dict)
    notices: list[Notice] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.clock = Clock()
        self.store = MemoryStore(self.clock)
        self.office = Office(self.store, self.clock)
        self.desk = replace(self.office.desk, region=self.region)
        self.ids = itertools.count(1)
        numbers = itertools.count(100)
        self.room = Mailroom(
            intake=Intake(desk=self.desk, random_bits=lambda _bits: next(numbers)),
            mails=_Mails(self.mails, self.held),
            quarantine=_Quarantine(self.files),
            notices=_Notices(self.notices),
            read=lambda raw: self.mails[raw.decode()],
            link_secrets=lambda: (SECRET, OLD_SECRET),
            player_secret=lambda: PLAYER_SECRET,
        )

    def complained(self, email: str = PLAYER_MAIL, *, key: str = "key-1", **told: object) -> str:
        """A complaint that was made by the form; its number. `key` tells it from others of the player."""
        content = {"name": "Player Example", "email": email, "description": "Where is my bonus?", **told}
        return self.office.receive(submit(content=content), key=key)

    def arrives(
        self, mail: Incoming, *to: str, verdicts: Verdicts = PASSED, source: str | None = None
    ) -> tuple[Came, ...]:
        """A mail comes for these addresses; what came of it."""
        return self.tell(self.put(mail, *to, verdicts=verdicts, source=source))

    def put(
        self, mail: Incoming, *to: str, verdicts: Verdicts = PASSED, source: str | None = None
    ) -> Arrived:
        """A mail is in the bucket, and nobody was told yet; its envelope names its sender, or `source`."""
        name = f"ses-{next(self.ids)}"
        self.mails[name] = mail
        return Arrived(
            mail=name,
            at=self.clock(),
            source=mail.sender if source is None else source,
            recipients=to or (COMPLAINTS,),
            verdicts=verdicts,
        )

    def tell(self, arrived: Arrived) -> tuple[Came, ...]:
        """The notification of a mail comes, for the first time or again."""
        return receive(self.room, arrived)

    def accepted(self, number: str) -> Came:
        """A person accepts the mail that waits, and the bus tells the mailroom."""
        [held] = self.complaint(number).held_mails
        text = self.store.load(number).contents[held.seq]["text"]
        self.office.do(number, c.AcceptMail(received=held.seq, content={"text": text}))
        return accept(self.room, number, held.mail)

    def link(self, other: str, number: str) -> None:
        """The one complaint of the player goes on in the other."""
        self.office.do(number, TRIAGE, SYSTEM)
        request = self.office.request("link")
        link_duplicate(self.desk, other, number, "The same withdrawal.", HANDLER, request, lambda _: None)

    def close(self, number: str) -> None:
        """The complaint is over."""
        self.office.do(number, c.Close(reason="completed"), SYSTEM)

    def complaint(self, number: str) -> Complaint:
        """The complaint as it is stored."""
        return self.store.load(number).complaint

    def events(self, number: str) -> list[Event]:
        """What happened to a complaint."""
        return [record.event for record in self.store.load(number).records]

    def names(self, number: str) -> list[str]:
        """The kinds of what happened."""
        return [type(event).__name__ for event in self.events(number)]

    def content(self, number: str, kind: str) -> Content:
        """What is beside the last event of a kind."""
        case = self.store.load(number)
        seq = [one.seq for one in case.records if type(one.event).__name__ == kind][-1]
        return case.contents.get(seq, {})

    def mail(self, number: str) -> ReceivedMail:
        """The last mail of a complaint."""
        return list(self.complaint(number).mails.values())[-1]

    def tasks(self, number: str) -> list[str]:
        """What people are asked to do."""
        return [task.task for task in self.complaint(number).open_tasks]


@dataclass(frozen=True)
class _Mails:
    mails: dict[str, Incoming]
    held: set[tuple[str, str]]

    def raw(self, mail: str) -> bytes:
        if mail not in self.mails:
            raise MailGone(mail)
        return mail.encode()

    def forget(self, mail: str) -> None:
        self.mails.pop(mail, None)

    def keep(self, number: str, mail: str) -> None:
        if mail not in self.mails:
            raise MailGone(mail)
        self.held.add((number, mail))

    def release(self, number: str) -> None:
        self.held.difference_update({one for one in self.held if one[0] == number})


@dataclass(frozen=True)
class _Quarantine:
    files: dict[tuple[str, str], tuple[bytes, str]]

    def put(self, number: str, evidence: str, content: bytes, by: str) -> None:
        self.files[number, evidence] = (content, by)


@dataclass(frozen=True)
class _Notices:
    queued: list[Notice]

    def put(self, notice: Notice) -> None:
        self.queued.append(notice)
