"""What becomes of a mail: a reply on the complaint whose signed address it names, a complaint, a question.

Only a signed address says which complaint a mail is about, never a subject line or a number in the text. A
mail changes a complaint only if the mail service vouches for its sender; otherwise it waits for a person.
What programs send is put on record or set aside, and never answered.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from copy import replace

from redress.domain import commands, mail_decisions, reply_address
from redress.domain.actors import PLAYER, SYSTEM
from redress.domain.errors import NotFound
from redress.domain.parts import HELD
from redress.domain.values import Value
from redress.mailroom.incoming import Attachment, Automatic, Incoming
from redress.usecases import mail_trust, new_mail
from redress.usecases.change import change
from redress.usecases.contacts import contacts
from redress.usecases.mail_files import take_files
from redress.usecases.mail_ports import CONSULTATION, Arrived, MailGone, Mails, Notices, Quarantine, Read
from redress.usecases.ports import CaseFile
from redress.usecases.reply import harm_in
from redress.usecases.submit_complaint import Intake

REPLY, AUTOMATIC, SURVEY_DECLINED = (
    mail_decisions.REPLY,
    mail_decisions.AUTOMATIC,
    mail_decisions.SURVEY_DECLINED,
)
_ANSWERS = frozenset({Automatic.BOUNCE, Automatic.REPLY})
"""What a program answers with: it declines nothing, whichever address it answers to."""


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

    `taken_as`: as MailReceived says, or consultation, set_aside (a program sent it), sent_before.
    """

    taken_as: str
    number: str | None = None
    files: int = 0


def receive(room: Mailroom, arrived: Arrived) -> tuple[Came, ...]:
    """Take in a mail that has come, once however often it is told; what came of it.

    Raises MailGone, Conflict, and what the store, the quarantine and the queue of notices raise: it has to
    come again.
    """
    try:
        incoming = _read(room, arrived.mail)
    except MailGone:
        return (_gone(room, arrived),)
    named = _named(room, arrived, incoming)
    came = tuple(_on_complaint(room, arrived, incoming, named))
    return came or (_new(room, arrived, incoming),)


def _gone(room: Mailroom, arrived: Arrived) -> Came:
    """A question is not kept as a mail, and may be told again. Raises MailGone for any other mail."""
    desk = room.intake.desk
    asked = new_mail.request(arrived, desk.now())
    known = desk.store.answer(asked.client, asked.key, desk.now())
    if known is None:
        raise MailGone(arrived.mail)
    return Came(taken_as=CONSULTATION, number=known.number)


def accept(room: Mailroom, number: str, mail: str) -> Came:
    """A person found that a mail which was held is the player's: its files are taken now. Raises as above."""
    incoming = _read(room, mail)
    files = take_files(room.intake.desk, room.quarantine, number, mail, incoming)
    return Came(taken_as="accepted", number=number, files=files)


def _read(room: Mailroom, mail: str) -> Incoming:
    """The mail; one that is too long to be told in full comes along as a file of its own."""
    raw = room.mails.raw(mail)
    incoming = room.read(raw)
    if not incoming.text_cut:
        return incoming
    itself = Attachment(content=raw, media_type="message/rfc822")
    return replace(incoming, attachments=(itself, *incoming.attachments))


def _named(room: Mailroom, arrived: Arrived, incoming: Incoming) -> Mapping[str, str]:
    """The purpose for which complaints were written to, by number.

    A mail program that answers to another address than it was asked to still names the thread.
    """
    secrets = room.link_secrets()
    written_to = [reply_address.read(secrets, one) for one in arrived.recipients]
    signed = [one for one in written_to if one]
    if not signed:
        thread = (reply_address.read(secrets, one.strip("<>")) for one in incoming.references)
        signed = [one for one in thread if one][:1]
    by_weight = sorted(signed, key=lambda one: one.purpose == reply_address.REPLY)
    return {one.number: one.purpose for one in by_weight}


def _on_complaint(
    room: Mailroom, arrived: Arrived, incoming: Incoming, named: Mapping[str, str]
) -> Iterator[Came]:
    for number, purpose in named.items():
        try:
            case = room.intake.desk.store.load(number)
        except NotFound:  # a genuine address of a complaint that is no more: its mail is not lost with it
            continue
        yield _put_on(room, arrived, incoming, case, purpose)


def _put_on(room: Mailroom, arrived: Arrived, incoming: Incoming, case: CaseFile, purpose: str) -> Came:
    desk, number = room.intake.desk, case.complaint.number
    fact = _fact(arrived, incoming, contacts(case), purpose)
    actor = PLAYER if fact.taken_as in {REPLY, SURVEY_DECLINED} else SYSTEM
    change(desk, number, fact, actor, request=new_mail.request(arrived, desk.now(), number))
    files = take_files(desk, room.quarantine, number, arrived.mail, incoming)
    return Came(taken_as=fact.taken_as, number=number, files=files)


def _fact(
    arrived: Arrived, incoming: Incoming, addresses: Iterable[str], purpose: str
) -> commands.ReceiveMail:
    """What the mail is to a complaint that knows the player by these addresses."""
    known = incoming.sender.casefold() in {one.casefold() for one in addresses}
    text = incoming.text or incoming.subject
    # Nobody can be sure what was quoted: an answer may stand below it.
    whole = {"whole": incoming.whole} if incoming.whole != text else {}
    fact = new_mail.facts(arrived, incoming, _taken_as(arrived, incoming, purpose, known=known))
    return replace(
        fact,
        reasons=mail_trust.reasons(arrived.verdicts, known=known) if fact.taken_as == HELD else (),
        unknown_sender=not known,
        content={**fact.content, "text": text, **whole},
        harm=harm_in(text) if fact.taken_as == REPLY else {},
    )


def _taken_as(arrived: Arrived, incoming: Incoming, purpose: str, *, known: bool) -> str:
    declines = purpose == reply_address.DECLINE_SURVEY and incoming.automatic not in _ANSWERS
    if incoming.automatic and not declines:
        return AUTOMATIC
    if mail_trust.reasons(arrived.verdicts, known=known):
        return HELD
    return SURVEY_DECLINED if declines else REPLY


def _new(room: Mailroom, arrived: Arrived, incoming: Incoming) -> Came:
    if incoming.automatic in new_mail.UNANSWERABLE:
        return Came(taken_as=new_mail.SET_ASIDE)
    desk, secret = room.intake.desk, room.player_secret()
    brand = new_mail.brand_of(desk.region, arrived)
    if new_mail.is_question(brand, arrived):
        number = new_mail.open_consultation(room.intake, secret, room.notices, brand, arrived, incoming)
        room.mails.forget(arrived.mail)  # it was promised that no name and no address is kept
        return Came(taken_as=CONSULTATION, number=number)
    made = new_mail.submit(room.intake, secret, brand, arrived, incoming)
    if made is None:
        return Came(taken_as=new_mail.SENT_BEFORE)
    files = take_files(desk, room.quarantine, made, arrived.mail, incoming)
    return Came(taken_as=new_mail.COMPLAINT, number=made, files=files)
