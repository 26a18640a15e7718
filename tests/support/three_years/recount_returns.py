"""What every return counts, from the stored texts of the events by plain code: see `recount_figures`."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from zoneinfo import ZoneInfo

from tests.support.three_years.recount_figures import ZONES, Event, Life

SETTLES = {"adr": True, "ombudsman": True, "igo": True, "arbitration": True, "mgcb": False, "dgoj": False}
"""Whether an outside body, by its key, is one that settles disputes: an authority is none."""
OPENING = ("Released", "Reopened", "ReferredToAdr")
BANDS = ((90, 119), (120, 179), (180, 364), (365, 100_000))


class Span:
    """A period of a licence as instants (text, UTC, `end` exclusive), asked about at `as_of`."""

    def __init__(self, pack: str, start: str, end: str, as_of: str) -> None:
        self.zone, self.start, self.end, self.as_of = ZoneInfo(ZONES[pack]), start, end, as_of
        self.last = self.day(min(end, as_of))

    def day(self, at: str) -> date:
        """The local day of an instant; of the end, that of the instant before it."""
        local = datetime.fromisoformat(at).astimezone(self.zone)
        ends = at in {self.end, self.as_of} and (local.hour, local.minute) == (0, 0)
        return date.fromordinal(local.toordinal() - 1) if ends else local.date()

    def holds(self, at: str | None) -> bool:
        """Whether an instant is in the period."""
        return at is not None and self.start <= at < self.end


def recount(lives: Iterable[list[Event]], span: Span) -> Counter[str]:
    """The figures of every section by their ids; what no return asks for is counted, too."""
    found: Counter[str] = Counter()
    for events in lives:
        if events[0]["data"]["training"] or events[0]["at"] >= span.as_of:
            continue
        known = [one for one in events if one["at"] < span.as_of]
        found.update(_counted(Life(known), span))
    return found


def _counted(life: Life, span: Span) -> Iterator[str]:
    if life.is_spam:
        return
    receipts = [life.received, *(one["data"]["received_at"] for one in life.of["DuplicateLinked"])]
    received = span.holds(min(receipts))
    if life.of["LinkedAsDuplicate"]:
        yield from ("formal_complaints.duplicates", "volumes.duplicates") if received else ()
        return
    if received:
        yield from _received(life)
    yield from _outside(life, span)
    yield from _standing(life, span)
    yield from _aged(life, min(receipts), span)
    yield from _unresolved(life, span)
    yield from ("outcomes.answered_in_period" for at in _answers(life) if span.holds(at))


def _received(life: Life) -> Iterator[str]:
    dispute, nature = life.weighed("nature") == "dispute", life.weighed("nature")
    yield from ("formal_complaints", "volumes", "records_of_complaints", f"outcomes.{_ending(life)}")
    yield f"volumes.category.{life.latest('category', 'ComplaintReceived', 'Recategorised')}"
    for kind, name in (("Withdrawn", "withdrawn"), ("Reopened", "reopened")):
        yield from (f"formal_complaints.{name}", f"volumes.{name}") if life.of[kind] else ()
    further = life.of["Reopened"] or life.of["ReferredToAdr"] or life.of["DeadlockDeclared"]
    at_first = bool(_answers(life)) and not further
    yield from ("formal_complaints.settled_at_first",) if at_first else ()
    if dispute:
        yield from ("of_which_disputes", "disputes.received")
        yield from ("of_which_disputes.settled_at_first",) if at_first else ()
    elif nature is None:
        yield "of_which_disputes.not_weighed"
    if _at_body(life):
        yield "of_which_to_adr"
        yield from () if dispute else ("of_which_to_adr.no_disputes",)


def _answers(life: Life) -> list[str]:
    return [one["at"] for one in life.of["LetterSent"] if one["data"]["kind"] == "final_response"]


def _ending(life: Life) -> str:
    if life.of["Withdrawn"]:
        return "withdrawn"
    made = [one["at"] for kind in ("DecisionApproved", "DeemedAccepted") for one in life.of[kind]]
    if life.outcome and max(_answers(life), default="") >= max(made):
        return life.outcome
    if life.closed and any(one["data"]["kind"] == "deadlock" for one in life.of["LetterSent"]):
        return "deadlock"
    return "closed_without_answer" if life.closed else "open"


def _at_body(life: Life) -> bool:
    return any(SETTLES[one["data"]["body"]] for one in life.of["ReferredToAdr"])


def _outside(life: Life, span: Span) -> Iterator[str]:
    if not _at_body(life):
        return
    referred = life.of["ReferredToAdr"][-1]["at"]
    concluded = life.of["AdrOutcomeRecorded"][-1:]
    if span.holds(referred):
        yield from ("of_which_to_adr.in_period", "adr.referred", "disputes")
    for one in concluded:
        if span.holds(one["at"]):
            for part in ("adr", "conclusions"):
                yield from (f"{part}.concluded", f"{part}.{one['data']['outcome']}")
    at = min(span.end, span.as_of)
    if referred < at and not (concluded and concluded[0]["at"] < at):
        yield from ("adr.waiting", "conclusions.waiting")


def _standing(life: Life, span: Span) -> Iterator[str]:
    for name, at in (("open_at_start", span.start), ("open_at_end", min(span.end, span.as_of))):
        if _is_open(life, at):
            yield f"volumes.{name}"
    closed = life.closed
    if closed and span.holds(closed["at"]):
        yield "volumes.closed"


def _is_open(life: Life, at: str) -> bool:
    return _are_open([one for one in life.events if one["at"] < at])


def _are_open(events: Sequence[Event]) -> bool:
    """Whether a complaint of which this is known, and no more, is open."""
    turns = [one["type"] for one in events if one["type"] in {"Closed", *OPENING}]
    return bool(events) and turns[-1:] != ["Closed"]


def _aged(life: Life, received: str, span: Span) -> Iterator[str]:
    """A dispute without an answer that stands, ninety days after the operator knew of it or later."""
    at = min(span.end, span.as_of)
    turned = max((one["at"] for one in life.of["Reopened"] if one["at"] < at), default="")
    answered = any(turned <= one < at for one in _answers(life))
    if life.weighed("nature") != "dispute" or answered or not _is_open(life, at):
        return
    days = (span.last - span.day(life.first["operator_aware_at"] or received)).days
    if days >= 90:
        yield "disputes_unresolved_for_90_days"
    for low, high in BANDS:
        if low <= days <= high:
            yield f"age.from_{low}"


def _unresolved(life: Life, span: Span) -> Iterator[str]:
    told = enumerate(life.events)
    first = next((one["at"] for place, one in told if _shows(one, life.events[:place])), None)
    if span.holds(first):
        yield "unresolved_complaint"
        yield from ("response",) if _answers(life) else ()


def _shows(one: Event, before: Sequence[Event]) -> bool:
    """Whether an event shows that the operator's process did not settle it, or not in time. What came before
    is told by order: a complaint may be put on record in the instant in which its answer is overdue.
    """
    kind, told = one["type"], one["data"]
    if kind == "Reopened":
        return bool(told["ground"] == "disputed")
    if kind == "MilestoneReached":
        overdue = told["breach"] and (told["clock"], told["milestone"]) == ("final", "due")
        return overdue and _are_open(before)
    return kind in {"DeadlockDeclared", "ReferredToAdr"}
