"""Where a letter belongs in the player's mail program, and where answers to it go."""

import re
from collections.abc import Iterator
from copy import replace

from redress.domain import reply_address
from redress.domain.correspondence import TO_STAFF, Letter, LetterKind
from redress.domain.parts import ACCEPTED
from redress.usecases.ports import CaseFile, Mail

MESSAGE_ID = re.compile(r"<[!-;=?-~]{1,200}>")  # printable ASCII, no brackets within
_OF_THE_PLAYER = frozenset({"complaint", "reply"})


def threaded(mail: Mail, letter: Letter, case: CaseFile, secret: bytes, *, read: bool) -> Mail:
    """The mail with the headers that keep a conversation together.

    The root of the thread is ours and signed, since the mail service gives each letter a message id of its
    own, and some programs answer to the sender. `read`: whether mail to signed addresses is read at all.
    """
    domain = mail.sender.rpartition("@")[2].strip("<> ")
    if letter.kind in TO_STAFF:  # whoever of the staff answers a notice must not be taken for the player
        return replace(mail, references=(f"<staff.{case.complaint.number}@{domain}>",))
    signed, declined = (
        f"{reply_address.make(secret, case.complaint.number, purpose)}@{domain}"
        for purpose in (reply_address.REPLY, reply_address.DECLINE_SURVEY)
    )
    may_decline = letter.kind is LetterKind.FEEDBACK_REQUEST
    return replace(
        mail,
        references=_references(case, f"<{signed}>"),
        reply_to=signed if read else None,
        unsubscribe=declined if read and may_decline else None,
    )


def _references(case: CaseFile, root: str) -> tuple[str, ...]:
    last = next(_message_ids(case), None)
    return (root, last) if last else (root,)


def _message_ids(case: CaseFile) -> Iterator[str]:
    """Of the player's mails, the latest first. What is held back or came from a program is in no thread."""
    for mail in sorted(case.complaint.mails.values(), key=lambda one: one.seq, reverse=True):
        if mail.taken_as in _OF_THE_PLAYER or mail.found == ACCEPTED:
            told = str(case.contents.get(mail.seq, {}).get("message_id") or "").strip()
            if MESSAGE_ID.fullmatch(told):
                yield told
