"""How far a mail is to be trusted: by what the mail service found, never by what the mail says of itself."""

from redress.usecases.mail_ports import DISABLED, FAIL, GRAY, PASS, Verdicts

DMARC, SPAM, VIRUS = "dmarc", "spam", "virus"
"""Why a mail to a complaint waits for a person."""

UNAUTHENTICATED, SPAM_VERDICT, VIRUS_VERDICT = "unauthenticated", "spam_verdict", "virus_verdict"
"""The same, as suspicions of a complaint that a mail made."""

_SUSPICIONS = {DMARC: UNAUTHENTICATED, SPAM: SPAM_VERDICT, VIRUS: VIRUS_VERDICT}


def is_authentic(verdicts: Verdicts, *, known: bool) -> bool:
    """Whether it comes from where it says.

    Many domains have no DMARC policy to check by: then SPF or DKIM has to hold, which say less of the sender
    that people see, and that sender has to be `known`.
    """
    if verdicts.dmarc in {GRAY, DISABLED}:
        return known and PASS in {verdicts.spf, verdicts.dkim}
    return verdicts.dmarc == PASS


def reasons(verdicts: Verdicts, *, known: bool) -> tuple[str, ...]:
    """What speaks against a mail; nothing, where a person need not look."""
    against = {
        DMARC: not is_authentic(verdicts, known=known),
        SPAM: verdicts.spam == FAIL,
        VIRUS: verdicts.virus == FAIL,
    }
    return tuple(reason for reason, holds in against.items() if holds)


def suspicions(verdicts: Verdicts) -> tuple[str, ...]:
    """The same of a mail that belongs to no complaint yet, so that nobody is known."""
    return tuple(_SUSPICIONS[reason] for reason in reasons(verdicts, known=True))
