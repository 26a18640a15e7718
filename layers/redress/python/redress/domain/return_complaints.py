"""What returns count of complaints by when they were received: how many, of which kind, with which end."""

from collections.abc import Iterable, Iterator

from redress.domain.categories import Category
from redress.domain.return_figures import (
    Basis,
    Figure,
    Section,
    count,
    count_events,
)
from redress.domain.return_lives import Life
from redress.domain.return_records import FIRST_RECEIPT, ending, words
from redress.domain.stages import Stage

OUTCOMES = (
    *("upheld", "partly_upheld", "rejected", "goodwill", "deemed_accepted", "out_of_scope", "withdrawn"),
    *("closed_without_answer", "open"),
)
"""How a complaint ended so far; each is in exactly one."""
SETTLED_DISPUTES = (
    "Those that were settled at the first stage are among them, and told apart: by the letter of the"
    " definition, what was resolved there is no dispute."
)


def formal(basis: Basis) -> list[Life]:
    """Complaints received in the period, without those that were solved quickly."""
    return [one for one in basis.received if not one.quick]


def formal_complaints(basis: Basis) -> Section:
    """How many complaints there were."""
    found = formal(basis)
    rule = basis.pack.taxonomy.quick_resolution.value
    quick = (
        f"Those that were solved within {rule.length} are kept on record, and told apart."
        if rule
        else "The rules name no time within which a solved complaint is not counted: none is left out for"
        " that. Questions that were answered at once in a chat are no complaints on record."
    )
    return Section(
        id="formal_complaints",
        label="Formal complaints",
        definition=f"{basis.pack.taxonomy.complaint_definition} {FIRST_RECEIPT} {quick}".strip(),
        figures=(
            count("formal_complaints", "Complaints received", found),
            _settled_at_first("formal_complaints", found),
            *_told_apart("formal_complaints", found),
            _duplicates("formal_complaints", basis),
            *_quickly_solved(basis),
        ),
        remarks=_suspected(found),
    )


def of_which_disputes(basis: Basis) -> Section:
    """Which of them are disputes."""
    found = formal(basis)
    part = "of_which_disputes"
    weighed = [one for one in found if one.is_dispute]
    unweighed = [one for one in found if one.complaint.nature is None]
    return Section(
        id=part,
        label="Of which disputes",
        definition=f"{basis.pack.taxonomy.dispute_definition} As triage weighed it, or the person who"
        " overruled it: a part of the complaints above.".strip(),
        figures=(
            count(part, "Of them disputes", weighed),
            _settled_at_first(part, weighed),
            count(f"{part}.not_weighed", "Neither yet: not triaged", unweighed),
        ),
        remarks=(SETTLED_DISPUTES,),
    )


def of_which_to_adr(basis: Basis) -> Section:
    """Which of them went to an independent body, and apart from them what went there in the period."""
    found = formal(basis)
    part = "of_which_to_adr"
    gone = [one for one in found if one.adr]
    return Section(
        id=part,
        label="Of which referred to ADR",
        definition="Of the complaints above, those that the player took to an independent body for dispute"
        " resolution (ADR entity, mediator or ombudsman), whenever that was. Apart from them: referrals that"
        " came on record in the period, whenever the complaint was received.",
        figures=(
            count(part, "Of them referred to ADR", gone),
            count(f"{part}.no_disputes", "of these not weighed as disputes", _no_disputes(gone)),
            count_events(f"{part}.in_period", "Referrals in the period, counted apart", referrals(basis)),
        ),
    )


def referrals(basis: Basis) -> list[tuple[str, int]]:
    """Referrals to ADR that came on record in the period."""
    return [
        (one.number, one.referred.seq)
        for one in basis.lives
        if one.adr and one.counts and one.referred and basis.of.holds(one.referred.at)
    ]


def volumes(basis: Basis) -> Section:
    """How many came, by category, how many were closed, how many are open."""
    found = basis.received
    own = [one for one in basis.lives if one.counts]
    kinds = sorted({*Category, *(one.complaint.category for one in found)})
    return Section(
        id="volumes",
        label="Volumes",
        definition=f"Complaints received in the period, by category as it is now. {FIRST_RECEIPT} Closed:"
        " those whose closing in the period still stands. Open: on record and not closed at the instant.",
        figures=(
            count("volumes", "Complaints received", found),
            *_told_apart("volumes", found),
            *(_of_category(kind, found) for kind in kinds),
            _duplicates("volumes", basis),
            count("volumes.closed", "Closed in the period", [one for one in own if _is_closed(one, basis)]),
            count("volumes.open_at_start", "Open at the start", _open_at_start(own), stock=True),
            count("volumes.open_at_end", "Open at the end", _open_at_end(own), stock=True),
        ),
        remarks=_suspected(found),
    )


def outcomes(basis: Basis) -> Section:
    """How the complaints received in the period ended so far."""
    found = basis.received
    ends = {one.number: ending(one.complaint) for one in found}
    answered = [
        (one.number, answer.seq)
        for one in basis.lives
        if one.counts
        for answer in one.answers
        if basis.of.holds(answer.at)
    ]
    kinds = [*OUTCOMES, *sorted(set(ends.values()) - set(OUTCOMES))]
    return Section(
        id="outcomes",
        label="Outcomes",
        definition="How the complaints received in the period stand: each is in one line, by the decision"
        " that stands. One that was reopened counts by its second answer. Apart from them: answers that left"
        " in the period, whenever the complaint was received.",
        figures=(
            *(
                count(
                    f"outcomes.{kind}",
                    words(kind).capitalize(),
                    [one for one in found if ends[one.number] == kind],
                )
                for kind in kinds
            ),
            count_events("outcomes.answered_in_period", "Answers in the period, counted apart", answered),
        ),
    )


def _told_apart(part: str, found: list[Life]) -> Iterator[Figure]:
    """Of those that count, what a reader would ask about."""
    withdrawn = [one for one in found if one.complaint.withdrawn_at]
    reopened = [one for one in found if one.complaint.review]
    yield count(f"{part}.withdrawn", "of them withdrawn by the player", withdrawn)
    yield count(f"{part}.reopened", "of them reopened, and counted once", reopened)


def _duplicates(part: str, basis: Basis) -> Figure:
    doubles = [one for one in basis.lives if one.is_duplicate and not one.is_spam and basis.is_received(one)]
    return count(f"{part}.duplicates", "Not counted: duplicates, which go on in another one", doubles)


def _settled_at_first(part: str, found: list[Life]) -> Figure:
    settled = [one for one in found if one.settled_at_first]
    words = "of them settled at the first stage: answered once, and taken no further"
    return count(f"{part}.settled_at_first", words, settled)


def _quickly_solved(basis: Basis) -> Iterator[Figure]:
    found = [one for one in basis.received if one.quick]
    if found or basis.pack.taxonomy.quick_resolution.value:
        yield count("formal_complaints.quick_resolutions", "Not counted: solved quickly", found)


def _no_disputes(found: Iterable[Life]) -> list[Life]:
    return [one for one in found if not one.is_dispute]


def _of_category(kind: str, found: list[Life]) -> Figure:
    same = [one for one in found if one.complaint.category == kind]
    return count(f"volumes.category.{kind}", f"of them about {words(kind)}", same)


def _is_closed(life: Life, basis: Basis) -> bool:
    return basis.of.holds(life.complaint.closed_at)


def _open_at_start(found: Iterable[Life]) -> list[Life]:
    return [one for one in found if one.at_start not in {None, Stage.CLOSED}]


def _open_at_end(found: Iterable[Life]) -> list[Life]:
    return [one for one in found if one.at_end not in {None, Stage.CLOSED}]


def _suspected(found: Iterable[Life]) -> tuple[str, ...]:
    """What may still turn out to be none."""
    held = sum(one.complaint.held for one in found)
    more = (
        (f"{held} of the complaints are suspected of spam, and nobody has looked at them yet: they count.",)
        if held
        else ()
    )
    return ("Practice complaints, and what a person found to be spam, count nowhere.", *more)
