"""Mails as they came, of complaints under a legal hold: copies are kept, which no time ends.

The mail itself ends when its time is over, or with another complaint that it was written to. A copy belongs
to the one complaint, and goes when its hold is lifted, or with its erasure. Everything here may happen again,
and late: what is done is what the complaint says, and that is asked once more in the end.
"""

from redress.domain.complaint import Complaint
from redress.usecases.change import Desk
from redress.usecases.mail_ports import MailGone, Mails


def settle(desk: Desk, mails: Mails, number: str) -> int:
    """Keep the mails of a complaint under a hold, and of its duplicates; keep none of any other. How many.

    Raises NotFound, and what the ports raise.
    """
    done, kept = None, 0
    while done is not (complaint := desk.store.load(number).complaint).on_legal_hold:
        done = complaint.on_legal_hold
        if not done:
            mails.release(number)
        kept = sum(_keep(mails, number, mail) for mail in _of(desk, complaint)) if done else 0
    return kept


def keep(desk: Desk, mails: Mails, number: str, mail: str) -> None:
    """Keep a mail that came to a complaint, if that is under a hold. Raises as `settle` does."""
    if not _is_held(desk, number):
        return
    _keep(mails, number, mail)
    if not _is_held(desk, number):  # lifted meanwhile: its other copies may be gone before this one came
        settle(desk, mails, number)


def _of(desk: Desk, complaint: Complaint) -> list[str]:
    """The ids of the mails on record at a complaint and at those that go on in it, each once."""
    all_of_it = (complaint, *(desk.store.load(one).complaint for one in complaint.duplicates))
    return list(dict.fromkeys(mail.mail for one in all_of_it for mail in one.mails.values()))


def _is_held(desk: Desk, number: str) -> bool:
    return desk.store.load(number).complaint.on_legal_hold


def _keep(mails: Mails, number: str, mail: str) -> bool:
    """Whether it was there to be kept: one that ended before may have its copy already."""
    try:
        mails.keep(number, mail)
    except MailGone:
        return False
    return True
