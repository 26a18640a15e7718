"""What comes of mail: of letters, once the mail service has them, and of mails that come in."""

from collections.abc import Iterator, Mapping, Set
from copy import replace
from datetime import datetime
from typing import assert_never

from redress.domain import casework_decisions, clock_decisions, instants
from redress.domain import commands as c
from redress.domain import events as e
from redress.domain.audit import Content
from redress.domain.changes import Change, illegal
from redress.domain.complaint import CHECK_MAIL, Complaint, is_live, tells_what_stands
from redress.domain.correspondence import (
    INVALID_ADDRESS,
    MUST_ARRIVE,
    TO_STAFF,
    Delivery,
    Letter,
    LetterKind,
    LetterStatus,
    owed_again,
)
from redress.domain.parts import HELD, ReceivedMail, Task
from redress.domain.stages import OPEN, Stage

MAIL = (c.RecordDelivery, c.AddContact, c.ReceiveMail, c.AcceptMail, c.RejectMail)

LETTER_REFUSED, LETTER_BOUNCED, LETTER_UNKNOWN = "letter_refused", "letter_bounced", "letter_outcome_unknown"
REPLY, AUTOMATIC, SURVEY_DECLINED = "reply", "automatic", "survey_declined"
MOST_AUTOMATIC = 20  # put on record: two programs that answer each other must not fill a complaint
MOST_HELD = 50  # waiting at once, likewise
CLOSED = "closed"

type Mailing = c.RecordDelivery | c.AddContact | c.ReceiveMail | c.AcceptMail | c.RejectMail


def decide(complaint: Complaint, command: Mailing) -> list[Change]:
    """The events of a command; none where it tells what is known, or is one automatic mail too many.

    Raises IllegalTransition for a letter that was never owed, and for a mail that waits for nobody.
    """
    match command:
        case c.RecordDelivery():
            return _delivery(complaint, command)
        case c.AddContact():
            return _contact(complaint, command)
        case c.ReceiveMail():
            return list(_receive(complaint, command))
        case c.AcceptMail():
            return _accept(complaint, command)
        case c.RejectMail(received=received, content=content):
            _waiting(complaint, command)
            rejected = Change(event=e.MailRejected(received=received), content=content)
            return [rejected, *_checked(complaint, received)]
        case _:
            assert_never(command)


def sent(complaint: Complaint, letter: Letter, message_id: str) -> list[Change]:
    """The mail service took the letter; that it took it once more says nothing new of the complaint.

    What a delivery event has told before may have made it owed again: that it left is old news then, too.
    """
    if letter.status is LetterStatus.SENT or message_id in {letter.message_id, *letter.returned}:
        return []
    changes = [Change(event=e.LetterSent(letter=letter.key, kind=letter.kind, message_id=message_id))]
    if letter.kind is LetterKind.ACKNOWLEDGEMENT and complaint.acknowledged_at is None:
        changes.append(Change(event=e.Acknowledged()))
    return [*changes, *_done(complaint, letter.key, {LETTER_UNKNOWN})]


def _delivery(complaint: Complaint, command: c.RecordDelivery) -> list[Change]:
    letter = complaint.letters.get(command.letter)
    if letter is None:
        raise illegal(complaint, command, f"the letter {command.letter} was never owed")
    if command.message_id in letter.returned:  # whatever else is told of that mail comes late
        return []
    known = letter.message_id == command.message_id
    if letter.status is not LetterStatus.SENT and not known:  # the answer was lost, and it did leave
        return [*sent(complaint, letter, command.message_id), *_told(complaint, letter, command)]
    if not known and command.outcome != Delivery.DELIVERED:  # of two copies the one that is on record counts
        return []
    return _told(complaint, letter, command) if _is_news(letter, command.outcome) else []


_COMES_AFTER: Mapping[Delivery, Set[Delivery | None]] = {
    Delivery.DELAYED: {None},
    Delivery.DELIVERED: {None, Delivery.DELAYED},
    Delivery.BOUNCED: {None, Delivery.DELAYED, Delivery.DELIVERED},  # some servers take a mail and return it
    Delivery.SPAM: {None, Delivery.DELAYED, Delivery.DELIVERED},
}


def _is_news(letter: Letter, outcome: str) -> bool:
    """What the mail service tells comes late, twice and in any order."""
    has_left = letter.status in {LetterStatus.SENT, LetterStatus.ABANDONED}
    return has_left and letter.delivery in _COMES_AFTER[Delivery(outcome)]


def _told(complaint: Complaint, letter: Letter, command: c.RecordDelivery) -> list[Change]:
    key, kind, message_id = letter.key, letter.kind, command.message_id
    match Delivery(command.outcome):
        case Delivery.DELIVERED:
            delivered = e.LetterDelivered(letter=key, kind=kind, message_id=message_id)
            return [Change(event=delivered), *_done(complaint, key, {LETTER_REFUSED, LETTER_BOUNCED})]
        case Delivery.DELAYED:
            delayed = e.LetterDelayed(letter=key, kind=kind, message_id=message_id, reason=command.reason)
            return [Change(event=delayed)]
        case Delivery.SPAM:
            return [Change(event=e.LetterMarkedAsSpam(letter=key, kind=kind, message_id=message_id))]
        case Delivery.BOUNCED:
            return _bounced(complaint, letter, command)


def _bounced(complaint: Complaint, letter: Letter, command: c.RecordDelivery) -> list[Change]:
    again = command.other_contact and _goes_again(complaint, letter)
    bounced = e.LetterBounced(
        letter=letter.key,
        kind=letter.kind,
        message_id=command.message_id,
        reason=command.reason,
        permanent=command.permanent,
        again=again,
    )
    task = Change(event=e.TaskOpened(task=LETTER_BOUNCED, letter=letter.key))
    asked = [] if _is_seen_to(complaint, letter) else [task]
    return [Change(event=bounced), *asked, *([] if again else clock_decisions.untold(complaint, letter))]


def _is_seen_to(complaint: Complaint, letter: Letter) -> bool:
    """Whether nobody has to look after a letter that came back, or somebody was asked to already.

    Of several notices that staff did not get one is enough: it is their mailbox that has to be mended.
    """
    bounced = [one.letter for one in complaint.open_tasks if one.task == LETTER_BOUNCED]
    if letter.kind in TO_STAFF:
        return any(complaint.letters[key].kind in TO_STAFF for key in bounced if key)
    return letter.kind not in MUST_ARRIVE or letter.key in bounced


def _goes_again(complaint: Complaint, letter: Letter) -> bool:
    """Whether a letter that did not arrive still says to another address of the player what holds."""
    return letter.kind in MUST_ARRIVE and _may_go_again(complaint, letter)


def goes_to_next(complaint: Complaint, letter: Letter, command: c.RecordLetterRefused) -> bool:
    """Whether a letter that an address cannot be sent is tried at the player's next one: it never left."""
    invalid = command.permanent and command.reason == INVALID_ADDRESS and command.other_contact
    return invalid and letter.kind not in TO_STAFF and _may_go_again(complaint, letter)


def _may_go_again(complaint: Complaint, letter: Letter) -> bool:
    if complaint.training:
        return False
    return is_live(complaint, owed_again(letter, letter.changed_at)) and _still_holds(complaint, letter)


def _still_holds(complaint: Complaint, letter: Letter) -> bool:
    match letter.kind:
        case LetterKind.FINAL_RESPONSE:
            return tells_what_stands(complaint, letter)
        case LetterKind.INFORMATION_REQUEST:
            return complaint.waiting_for_player
        case LetterKind.PAUSE:
            return any(one.notice == letter.cause and one.ended_at is None for one in complaint.pauses)
        case LetterKind.EXTENSION:
            return not complaint.extensions or complaint.extensions[-1].seq == letter.cause
        case _:
            return True


def _contact(complaint: Complaint, command: c.AddContact) -> list[Change]:
    """What did not arrive for want of an address goes to the new one, and nobody has to see to it.

    What is on its way to another address is not sent beside it.
    """
    asked = {task.letter for task in complaint.open_tasks if task.task in {LETTER_REFUSED, LETTER_BOUNCED}}
    letters = tuple(
        key
        for key, one in complaint.letters.items()
        if key in asked and one.failed and _goes_again(complaint, one)
    )
    added = Change(event=e.ContactAdded(letters=letters), content=command.content)
    done = (change for key in letters for change in _done(complaint, key, {LETTER_REFUSED, LETTER_BOUNCED}))
    return [added, *done]


def _done(complaint: Complaint, letter: str, tasks: set[str]) -> list[Change]:
    about = [task for task in complaint.open_tasks if task.letter == letter and task.task in tasks]
    return [Change(event=e.TaskClosed(opened=task.opened, outcome="done")) for task in about]


def _receive(complaint: Complaint, command: c.ReceiveMail) -> Iterator[Change]:
    if command.taken_as == REPLY and complaint.stage not in OPEN:  # a person reopens it, or does not
        command = replace(command, taken_as=HELD, reasons=(*command.reasons, CLOSED))
    if any(one.mail == command.mail for one in complaint.mails.values()) or _too_many(complaint, command):
        return
    if command.taken_as == REPLY:
        yield from _reply_came(complaint, command)
        return
    yield _received(command)
    # Whoever wrote it: a forger gains nothing by it, and a player in need is not kept waiting.
    yield from casework_decisions.signalled(complaint, command.harm)
    if command.taken_as == HELD:
        yield from _to_check(complaint)
    elif command.taken_as == SURVEY_DECLINED:
        yield from _declined(complaint)


def _reply_came(complaint: Complaint, command: c.ReceiveMail) -> Iterator[Change]:
    about = {name: text for name, text in command.content.items() if name != "text"}
    yield _received(replace(command, content=about))
    came_at = instants.from_text(command.came_at) if command.came_at else None
    yield from _reply(complaint, {"text": command.content["text"]}, came_at)
    yield from casework_decisions.signalled(complaint, command.harm)
    if complaint.stage is Stage.RESOLVED:  # is the answer disputed? Only a person can tell
        yield from _to_check(complaint)


def _received(command: c.ReceiveMail) -> Change:
    facts = {name: value for name, value in vars(command).items() if name not in {"content", "harm"}}
    return Change(event=e.MailReceived(**facts), content=command.content or None)


def _declined(complaint: Complaint) -> list[Change]:
    return [] if complaint.survey_declined else [Change(event=e.SurveyDeclined())]


def _too_many(complaint: Complaint, command: c.ReceiveMail) -> bool:
    automatic = sum(1 for one in complaint.mails.values() if one.taken_as == AUTOMATIC)
    held = len(complaint.held_mails)
    return (command.taken_as == AUTOMATIC and automatic >= MOST_AUTOMATIC) or (
        command.taken_as == HELD and held >= MOST_HELD
    )


def _to_check(complaint: Complaint) -> list[Change]:
    if any(one.task == CHECK_MAIL for one in complaint.open_tasks):
        return []
    return [Change(event=e.TaskOpened(task=CHECK_MAIL))]


def _accept(complaint: Complaint, command: c.AcceptMail) -> list[Change]:
    """It counts as what it was, since it came. What asked for a human in it did so when it came."""
    held = _waiting(complaint, command)
    accepted = Change(event=e.MailAccepted(received=held.seq, mail=held.mail))
    if SURVEY_DECLINED in held.reasons:
        counts = [accepted, *_declined(complaint)]
    elif complaint.stage not in OPEN:
        counts = [replace(accepted, content=command.content)]
    else:
        counts = [accepted, *_reply(complaint, command.content, held.came_at)]
    return [*counts, *_checked(complaint, held.seq)]


def _reply(complaint: Complaint, content: Content, came_at: datetime | None) -> list[Change]:
    replied = e.PlayerReplied(came_at=instants.to_text(came_at) if came_at else None)
    resumed = clock_decisions.resume_after_reply(complaint, came_at)
    return [Change(event=replied, content=content), *resumed]


def _waiting(complaint: Complaint, command: c.AcceptMail | c.RejectMail) -> ReceivedMail:
    held = complaint.mails.get(command.received)
    if held is None or not held.waits:
        raise illegal(complaint, command, f"no mail of event {command.received} waits for a person")
    return held


def _checked(complaint: Complaint, received: int) -> list[Change]:
    """The task of looking is done with the last mail that waits, unless it is about a reply, too."""
    if any(one.seq != received for one in complaint.held_mails):
        return []
    about = [one for one in complaint.open_tasks if one.task == CHECK_MAIL and not _disputed(complaint, one)]
    return [Change(event=e.TaskClosed(opened=task.opened, outcome="done")) for task in about]


def _disputed(complaint: Complaint, task: Task) -> bool:
    """Whether a reply came to the answer while the task was open: who closes it has read that."""
    answered_at = complaint.last_response_sent_at
    if complaint.stage is not Stage.RESOLVED or answered_at is None:
        return False
    since = max(task.opened_at, answered_at)
    return any(one.taken_as == REPLY and one.at >= since for one in complaint.mails.values())
