"""How far a mail is to be trusted: by what the mail service found, never by what the mail says of itself."""

from redress.usecases.mail_ports import DISABLED, FAIL, GRAY, PASS, Arrived

DMARC, SPAM, VIRUS = "dmarc", "spam", "virus"
"""Why a mail to a complaint waits for a person."""

UNAUTHENTICATED, SPAM_VERDICT, VIRUS_VERDICT = "unauthenticated", "spam_verdict", "virus_verdict"
"""The same, as suspicions of a complaint that a mail made."""

_SUSPICIONS = {DMARC: UNAUTHENTICATED, SPAM: SPAM_VERDICT, VIRUS: VIRUS_VERDICT}


def is_authentic(arrived: Arrived, sender: str, *, known: bool) -> bool:
    """Whether it comes from where it says, which is `sender`: the address that people see.

    Many domains have no DMARC policy to check by. SPF vouches for the sender of the envelope alone, so that
    one has to be at home where the other is (RFC 7489, section 3.1.2), and the other has to be `known`. DKIM
    proves nothing there: the mail service does not say whose signature it checked.
    """
    verdicts = arrived.verdicts
    if verdicts.dmarc in {GRAY, DISABLED}:
        return known and verdicts.spf == PASS and _are_of_one_house(arrived.source, sender)
    return verdicts.dmarc == PASS


def reasons(arrived: Arrived, sender: str, *, known: bool) -> tuple[str, ...]:
    """What speaks against a mail; nothing, where a person need not look."""
    against = {
        DMARC: not is_authentic(arrived, sender, known=known),
        SPAM: arrived.verdicts.spam == FAIL,
        VIRUS: arrived.verdicts.virus == FAIL,
    }
    return tuple(reason for reason, holds in against.items() if holds)


def suspicions(arrived: Arrived, sender: str) -> tuple[str, ...]:
    """The same of a mail that belongs to no complaint yet, so that nobody is known."""
    return tuple(_SUSPICIONS[reason] for reason in reasons(arrived, sender, known=True))


def _are_of_one_house(one: str, other: str) -> bool:
    """Whether two addresses are of one domain, or one of them is of a domain below that of the other."""
    shorter, longer = sorted((_domain(one), _domain(other)), key=len)
    if "." not in shorter:  # no domain, or one that all of a country share
        return False
    return longer == shorter or longer.endswith(f".{shorter}")


def _domain(address: str) -> str:
    return address.rpartition("@")[2].lower().rstrip(".") if "@" in address else ""
