"""What returns tell of disputes that went outside, and of those that are not settled yet."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from redress.domain import events
from redress.domain.return_complaints import referrals
from redress.domain.return_figures import Basis, Figure, Row, Section, count, count_events
from redress.domain.return_lives import Life
from redress.domain.return_records import record, words

DECISIONS = ("upheld", "partly_upheld", "rejected", "settled", "discontinued")
ADR_COLUMNS = (
    *("number", "type", "nature", "body", "referred_at", "complete_file_at", "adr_outcome"),
    *("adr_decided_at", "adr_redress_minor", "adr_currency"),
)


def adr(basis: Basis) -> Section:
    """What went to ADR, what was decided there, what waits."""
    waiting = [one for one in _at_bodies(basis) if _waits(one, basis.at)]
    return Section(
        id="adr",
        label="Alternative dispute resolution",
        definition="Referrals to an independent body, and its outcomes, by when each came on record, whenever"
        " the complaint was received; and those without an outcome at the end.",
        figures=(
            count_events("adr.referred", "Referred in the period", referrals(basis)),
            *_decided("adr", basis),
            count("adr.waiting", "Without an outcome at the end", waiting, stock=True),
        ),
        columns=ADR_COLUMNS,
        rows=tuple(outside(one, basis) for one in _touched(basis)),
    )


def disputes(basis: Basis) -> Section:
    """The disputes that players took to ADR."""
    found = referrals(basis)
    gone = {number for number, _ in found}
    weighed = [one for one in basis.received if one.is_dispute]
    return Section(
        id="disputes",
        label="Disputes",
        definition=f"{basis.pack.taxonomy.dispute_definition} Counted are those that the player took to the"
        " ADR entity, by when the referral came on record. Apart from them: disputes that the licensee"
        " received, as triage or a person weighed them.".strip(),
        figures=(
            count_events("disputes", "Disputes referred to ADR", found),
            count("disputes.received", "Disputes received, counted apart", weighed),
        ),
        columns=ADR_COLUMNS,
        rows=tuple(outside(one, basis) for one in basis.lives if one.number in gone),
    )


def conclusions(basis: Basis) -> Section:
    """What the ADR entity concluded."""
    waiting = [one for one in _at_bodies(basis) if _waits(one, basis.at)]
    ended = [one for one in _at_bodies(basis) if _is_concluded(one, basis)]
    return Section(
        id="conclusions",
        label="Conclusions",
        definition="Outcomes of the ADR entity by when they came on record, whenever the dispute was"
        " referred, and the disputes without one at the end.",
        figures=(
            *_decided("conclusions", basis),
            count("conclusions.waiting", "Without a conclusion at the end", waiting, stock=True),
        ),
        columns=ADR_COLUMNS,
        rows=tuple(outside(one, basis) for one in ended),
    )


def _at_bodies(basis: Basis) -> Iterator[Life]:
    return (one for one in basis.lives if one.counts and one.adr)


def _is_concluded(life: Life, basis: Basis) -> bool:
    return life.concluded is not None and basis.of.holds(life.concluded.at)


def _waits(life: Life, at: datetime) -> bool:
    """Whether a complaint was at a body, and not decided there, just before an instant."""
    gone = life.referred is not None and life.referred.at < at
    return gone and (life.concluded is None or life.concluded.at >= at)


def _touched(basis: Basis) -> list[Life]:
    """What was referred or decided in the period, or waits at its end."""
    gone = {number for number, _ in referrals(basis)}
    return [
        one
        for one in _at_bodies(basis)
        if one.number in gone or _is_concluded(one, basis) or _waits(one, basis.at)
    ]


def _decided(part: str, basis: Basis) -> Iterator[Figure]:
    ended = [one for one in _at_bodies(basis) if _is_concluded(one, basis)]
    yield count_events(f"{part}.concluded", "Outcomes in the period", _by_outcome(ended))
    kinds = [*DECISIONS, *sorted({_outcome(one) for one in ended} - set(DECISIONS))]
    for kind in kinds:
        same = [one for one in ended if _outcome(one) == kind]
        yield count_events(f"{part}.{kind}", f"of them {words(kind)}", _by_outcome(same))


def _by_outcome(found: Iterable[Life]) -> list[tuple[str, int]]:
    return [(one.number, one.concluded.seq) for one in found if one.concluded]


def _outcome(life: Life) -> str:
    event = life.concluded.event if life.concluded else None
    return event.outcome if isinstance(event, events.AdrOutcomeRecorded) else ""


def outside(life: Life, basis: Basis) -> Row:
    """A complaint at its outside body, as it stood at `as_of`."""
    referral = life.complaint.referral
    return {
        **picked(record(life.complaint, basis.zone), ("number", "type", "nature")),
        "body": f"{referral.pack}:{referral.body}" if referral else None,
        "referred_at": life.referred.at if life.referred else None,
        "complete_file_at": referral.complete_file_at if referral else None,
        "adr_outcome": referral.outcome if referral else None,
        "adr_decided_at": life.concluded.at if life.concluded else None,
        "adr_redress_minor": referral.redress_minor if referral else None,
        "adr_currency": referral.currency if referral else None,
    }


def picked(row: Row, columns: Sequence[str]) -> Row:
    """Some columns of a row."""
    return {name: row.get(name) for name in columns}
