"""What becomes of a mail: a reply on the complaint whose signed address it names, a complaint, a question.

Only a signed address says which complaint a mail is about, never a subject line or a number in the text. A
mail changes a complaint only if the mail service vouches for its sender; otherwise it waits for a person.
What programs send is put on record or set aside, and never answered.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from copy import replace
from datetime import datetime

from redress.domain import commands, mail_decisions, reply_address
from redress.domain.actors import PLAYER, SYSTEM
from redress.domain.complaint import Complaint
from redress.domain.errors import Conflict, IllegalTransition, NotFound
from redress.domain.parts import ACCEPTED, HELD
from redress.domain.reply_address import Signed
from redress.domain.stages import Stage
from redress.domain.values import Value
from redress.mailroom.incoming import Attachment, Automatic, Incoming
from redress.region import Brand
from redress.usecases import keep_mails, mail_trust, new_mail
from redress.usecases.change import Desk, change
from redress.usecases.contacts import contacts
from redress.usecases.mail_files import is_forgotten, on_record, take_files
from redress.usecases.mail_ports import CONSULTATION, Arrived, MailGone, Mails, Notices, Quarantine, Read
from redress.usecases.ports import CaseFile, Store
from redress.usecases.reply import harm_in
from redress.usecases.submit_complaint import Intake

REPLY, AUTOMATIC, SURVEY_DECLINED = (
    mail_decisions.REPLY,
    mail_decisions.AUTOMATIC,
    mail_decisions.SURVEY_DECLINED,
)
FORGOTTEN = "forgotten"
NOT_ACCEPTED = "not_accepted"
"""Of a mail that no complaint says was held there and accepted, whatever the bus says."""
IN_THREAD = "in thread"
"""What a mail is about that names a complaint by its thread alone: no number, and no id of a brand."""
BOUNCE = "bounce"
"""Why a mail is held, beside AUTOMATIC, SURVEY_DECLINED (what it wished) and those of `mail_trust`."""

_ANSWERS = frozenset({Automatic.BOUNCE, Automatic.REPLY})
"""What a program answers with: it declines nothing, and what it quotes of harm is our own letter."""


class Mailroom(Value):
    """What receiving mail needs. `link_secrets` are the live ones, by which reply addresses are signed.

    `player_secret` is that of the index of players, and of the keys of consultations.
    """

    intake: Intake
    mails: Mails
    quarantine: Quarantine
    notices: Notices
    read: Read
    link_secrets: Callable[[], tuple[bytes, ...]]
    player_secret: Callable[[], bytes]


class Came(Value):
    """What came of a mail, for the log: the complaint or consultation, if any, and how many files it brought.

    `taken_as`: as MailReceived says, or consultation, set_aside (a program sent it, or it was one too many
    for its complaint), sent_before, forgotten (it is told again, and was erased with its complaint),
    accepted, not_accepted (somebody says that a person accepted it, and its complaint does not).
    """

    taken_as: str
    number: str | None = None
    files: int = 0


class _About(Value):
    """A complaint that a mail is about; why it was written to, and whether it knows who wrote.

    `by_thread`: it was not written to. A mail is in one thread at most.
    """

    case: CaseFile
    purpose: str
    known: bool
    by_thread: bool = False

    @property
    def number(self) -> str:
        """The complaint's."""
        return self.case.complaint.number


def receive(room: Mailroom, arrived: Arrived) -> tuple[Came, ...]:
    """Take in a mail that has come, once however often it is told; what came of it.

    Raises MailGone, Conflict, and what the store, the quarantine and the queue of notices raise: it has to
    come again.
    """
    try:
        incoming = _read(room, arrived.mail)
    except MailGone:
        return _gone(room, arrived)
    came = tuple(_put_on(room, arrived, incoming, about) for about in _complaints(room, arrived, incoming))
    return came or _new(room, arrived, incoming)


def _gone(room: Mailroom, arrived: Arrived) -> tuple[Came, ...]:
    """What was taken in before, and is told again: a question, whose mail is not kept, or what was erased.

    Raises MailGone for any other mail.
    """
    asked = new_mail.asked_of(room.intake.desk.region, arrived)
    came = tuple(Came(taken_as=CONSULTATION, number=one) for one in _begun(room, arrived, asked) if one)
    came = came or _forgotten(room, arrived)
    if not came:
        raise MailGone(arrived.mail)
    return came


def _begun(room: Mailroom, arrived: Arrived, brands: Iterable[Brand]) -> list[str | None]:
    """What the mail began at each of these brands, a complaint or a consultation: its number."""
    return _answered(room.intake.desk, arrived, [one.id for one in brands])


def _answered(desk: Desk, arrived: Arrived, about: Iterable[str]) -> list[str | None]:
    """The number by which the mail was answered as a request, for each thing that it may be about."""
    asked = [new_mail.request(arrived, desk.now(), one) for one in about]
    known = [desk.store.answer(one.client, one.key, desk.now()) for one in asked]
    return [one.number if one else None for one in known]


def _forgotten(room: Mailroom, arrived: Arrived) -> tuple[Came, ...]:
    """The complaints that it went with: it is on record at each that it was for, and all are to be forgotten.

    Nothing is lost then: a complaint whose erasure is ordered takes neither text nor files.
    """
    for numbers in _was_for(room, arrived):
        found = [_erased(room.intake.desk.store, number, arrived.mail) for number in numbers]
        if found and None not in found:
            return tuple(Came(taken_as=FORGOTTEN, number=number) for number in dict.fromkeys(found))
    return ()


def _was_for(room: Mailroom, arrived: Arrived) -> Iterator[list[str | None]]:
    """The complaints that it may have been for: those written to, that of its thread, those that it began.

    One that was written to a complaint which nobody was to know any more began another. The bytes that named
    the thread are gone: it is its request that says so.
    """
    desk = room.intake.desk
    yield [one.number for one in _signed(room.link_secrets(), arrived.recipients)]
    yield _answered(desk, arrived, [IN_THREAD])
    yield _begun(room, arrived, new_mail.brands_of(desk.region, arrived))


def _erased(store: Store, number: str | None, mail: str) -> str | None:
    """The complaint that has the mail on record, this one or what it goes on in, if it is to be forgotten."""
    try:
        one = store.load(number).complaint if number else None
        if one and one.primary and not _has(one, mail):
            one = store.load(one.primary).complaint
    except NotFound:
        return None
    return one.number if one and one.erasure_ordered_at and _has(one, mail) else None


def _has(complaint: Complaint, mail: str) -> bool:
    return any(one.mail == mail for one in complaint.mails.values())


def accept(room: Mailroom, number: str, mail: str) -> Came:
    """A person found that a mail which was held is the player's: its files are taken now. Raises as above.

    Whoever may put events on the bus can say so of any mail: it is opened if its own complaint says so, too.
    """
    desk = room.intake.desk
    if not _was_accepted(desk, number, mail):
        return Came(taken_as=NOT_ACCEPTED)
    if is_forgotten(desk, number):  # the mail is gone, or about to go
        return Came(taken_as=ACCEPTED, number=number)
    files = take_files(desk, room.quarantine, number, mail, _read(room, mail))
    return Came(taken_as=ACCEPTED, number=number, files=files)


def _was_accepted(desk: Desk, number: str, mail: str) -> bool:
    """Whether the complaint has the mail on record as one that was held there, and that a person accepted."""
    try:
        received = on_record(desk, number, mail)
    except NotFound:
        return False
    return received is not None and (received.taken_as, received.found) == (HELD, ACCEPTED)


def _read(room: Mailroom, mail: str) -> Incoming:
    """The mail; one that is too long to be told in full comes along as a file of its own."""
    raw = room.mails.raw(mail)
    incoming = room.read(raw)
    if not incoming.text_cut:
        return incoming
    itself = Attachment(content=raw, media_type="message/rfc822")
    return replace(incoming, attachments=(itself, *incoming.attachments))


def _complaints(room: Mailroom, arrived: Arrived, incoming: Incoming) -> list[_About]:
    """The complaints that it is about: those whose addresses it was written to, or else that of its thread.

    A mail program that answers to another address than it was asked to still names the thread. So does
    somebody to whom a letter was passed on, who is unknown there and complains for themselves.
    """
    secrets = room.link_secrets()
    if written_to := _signed(secrets, arrived.recipients):
        return _found(room.intake.desk.store, arrived, incoming, written_to)
    thread = _signed(secrets, (one.strip("<>") for one in incoming.references))[:1]
    found = _found(room.intake.desk.store, arrived, incoming, thread)
    return [replace(one, by_thread=True) for one in found if one.known or incoming.automatic]


def _signed(secrets: Sequence[bytes], addresses: Iterable[str]) -> list[Signed]:
    return [one for one in (reply_address.read(secrets, address) for address in addresses) if one]


def _found(store: Store, arrived: Arrived, incoming: Incoming, signed: Iterable[Signed]) -> list[_About]:
    """Each complaint once; who also writes to it does not only decline."""
    found: dict[str, _About] = {}
    for one in sorted(signed, key=lambda one: one.purpose == reply_address.REPLY):
        try:
            about = _followed(store, arrived, incoming, one)
        except NotFound:  # a genuine address of a complaint that is no more: its mail is not lost with it
            continue
        if _knows_nobody(about, arrived):
            continue
        found[about.number] = about
    return list(found.values())


def _knows_nobody(about: _About, arrived: Arrived) -> bool:
    """Whether nobody is known there any more. A mail that was on record before came to it all the same."""
    complaint = about.case.complaint
    return complaint.erasure_ordered_at is not None and not _has(complaint, arrived.mail)


def _followed(store: Store, arrived: Arrived, incoming: Incoming, signed: Signed) -> _About:
    """The complaint, or the one that it goes on in, where people work on it. Raises NotFound."""
    case = store.load(signed.number)
    addresses, seen = list(contacts(case)), {signed.number}
    while (number := _goes_on_in(case.complaint, arrived)) and number not in seen:
        case = store.load(number)
        addresses += contacts(case)
        seen.add(number)
    known = incoming.sender.casefold() in {one.casefold() for one in addresses}
    return _About(case=case, purpose=signed.purpose, known=known)


def _goes_on_in(complaint: Complaint, arrived: Arrived) -> str | None:
    """The other complaint; none for a mail that came before the two were linked, and is told again."""
    is_over = complaint.stage is Stage.CLOSED and not _has(complaint, arrived.mail)
    return complaint.primary if is_over else None


def _put_on(room: Mailroom, arrived: Arrived, incoming: Incoming, about: _About) -> Came:
    desk, number = room.intake.desk, about.number
    if about.case.complaint.erasure_ordered_at is None:
        _record(room, arrived, incoming, about)
    received = on_record(desk, number, arrived.mail)
    if received is None:
        return Came(taken_as=new_mail.SET_ASIDE, number=number)
    keep_mails.keep(desk, room.mails, number, arrived.mail)
    files = take_files(desk, room.quarantine, number, arrived.mail, incoming)
    return Came(taken_as=received.taken_as, number=number, files=files)


def _record(room: Mailroom, arrived: Arrived, incoming: Incoming, about: _About) -> None:
    """Raises Conflict for a complaint whose erasure is ordered in this moment: the mail is another's then."""
    desk = room.intake.desk
    fact = _fact(arrived, incoming, about, desk.now())
    actor = PLAYER if fact.taken_as in {REPLY, SURVEY_DECLINED} else SYSTEM
    request = new_mail.request(arrived, desk.now(), IN_THREAD if about.by_thread else about.number)
    try:
        change(desk, about.number, fact, actor, request=request)
    except IllegalTransition as refused:
        raise Conflict(about.number) from refused


def _fact(arrived: Arrived, incoming: Incoming, about: _About, now: datetime) -> commands.ReceiveMail:
    """What the mail is to a complaint."""
    text = incoming.text or incoming.subject
    # Nobody can be sure what was quoted: an answer may stand below it.
    whole = {"whole": incoming.whole} if incoming.whole != text else {}
    taken_as, reasons = _taken_as(arrived, incoming, about)
    fact = new_mail.facts(arrived, incoming, taken_as, now)
    return replace(
        fact,
        reasons=reasons,
        unknown_sender=not about.known,
        content={**fact.content, "text": text, **whole},
        harm={} if incoming.automatic in _ANSWERS else harm_in(text),
    )


def _taken_as(arrived: Arrived, incoming: Incoming, about: _About) -> tuple[str, tuple[str, ...]]:
    """What it is taken as, and the reasons why it is held.

    Whoever is away says nothing; what came back and what any other program sends is seen by a person, since
    some companies mark all their mail so. To decline a survey is a program's business, too.
    """
    if incoming.automatic is Automatic.REPLY:
        return AUTOMATIC, ()
    against = mail_trust.reasons(arrived, incoming.sender, known=about.known)
    if incoming.automatic is Automatic.BOUNCE:
        return HELD, (*against, BOUNCE)
    if about.purpose == reply_address.DECLINE_SURVEY:
        return (HELD, (*against, SURVEY_DECLINED)) if against else (SURVEY_DECLINED, ())
    if incoming.automatic:
        against = (*against, AUTOMATIC)
    return (HELD, against) if against else (REPLY, ())


def _new(room: Mailroom, arrived: Arrived, incoming: Incoming) -> tuple[Came, ...]:
    if incoming.automatic in new_mail.UNANSWERABLE:
        return (Came(taken_as=new_mail.SET_ASIDE),)
    region = room.intake.desk.region
    asked = new_mail.asked_of(region, arrived)
    if asked and not (incoming.attachments or incoming.left_out):  # a complaint keeps files, no question does
        return _asked(room, asked, arrived, incoming)
    brands = new_mail.brands_of(region, arrived)
    return tuple(_complained(room, brand, arrived, incoming) for brand in brands)


def _asked(room: Mailroom, brands: Iterable[Brand], arrived: Arrived, incoming: Incoming) -> tuple[Came, ...]:
    """A question. It was promised that no name and no address is kept: its mail goes, once who asked is told.

    Where nobody may be written to, the mail is all by which somebody may still find who asked.
    """
    secret = room.player_secret()
    opened = [
        new_mail.open_consultation(room.intake, secret, room.notices, brand, arrived, incoming)
        for brand in brands
    ]
    if all(one.told for one in opened):
        room.mails.forget(arrived.mail)
    return tuple(Came(taken_as=CONSULTATION, number=one.number) for one in opened)


def _complained(room: Mailroom, brand: Brand, arrived: Arrived, incoming: Incoming) -> Came:
    made = new_mail.submit(room.intake, room.player_secret(), brand, arrived, incoming)
    if made is None:
        return Came(taken_as=new_mail.SENT_BEFORE)
    files = take_files(room.intake.desk, room.quarantine, made, arrived.mail, incoming)
    return Came(taken_as=new_mail.COMPLAINT, number=made, files=files)
