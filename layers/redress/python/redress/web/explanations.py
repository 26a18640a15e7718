"""Why a date is what it is, for the player: in whole sentences, from the rule and what happened to its clock.

What the words depend on is data (kind, unit, anchor, where the count starts, reason of a pause), so a further
language is a further `Wording`. How sure a source is stays between the operator and its counsel.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import cast

from redress.domain import clock
from redress.domain.complaint import Complaint, Extension, Pause
from redress.domain.promises import GATEWAY, LIMITS, STAGES, Promise
from redress.domain.rulepack import Deadline
from redress.domain.values import Value
from redress.web import dates, outside


class Wording(Value):
    """One language. Patterns are whole sentences: only their writer knows the order of words in it."""

    units: Mapping[str, tuple[str, str]]  # one, many
    days: Mapping[str, str]  # by anchor, for what is counted in days
    moments: Mapping[str, str]  # by anchor, for what is counted on the clock
    counts: Mapping[str, str]  # by count_start: {length}, {anchor}, {since}
    working_days: str
    kinds: Mapping[str, str]
    paused: Mapping[str, str]  # by reason: {since}, {until}
    standing: Mapping[str, str]  # by reason, while the pause lasts: {since}
    extended: str  # {length}
    rollovers: Mapping[str, str]
    early: Mapping[str, str]  # by what opened an outside way before its date
    zone: str  # {zone}
    earliest: str
    latest: str
    rules: Mapping[str, str]  # by strength: {rule}
    own_promise: str


class Explanation(Value):
    """Sentences, the last of which names the rule; `url` is where the rule can be read."""

    sentences: Sequence[str]
    url: str = ""


_EVENTS: Mapping[str, str] = {
    "received": "we received your complaint",
    "registered": "we registered your complaint",
    "sent_by_player": "you sent your complaint",
    "operator_aware": "we learned of your complaint",
    "platform_posted": "your complaint was posted on the official platform",
    "incident": "it happened",
    "event_settled": "the game or bet was settled",
    "stage_entered": "we wrote you that we need longer",
    "acknowledged": "we confirmed your complaint",
    "info_request_answered": "you answered our question",
    "final_response_sent": "we sent you our last word on it",
    "complete_file_at_adr": "the independent body had all it needed",
    "period_end": "the period ended",
}

ENGLISH = Wording(
    units={
        "seconds": ("second", "seconds"),
        "hours": ("hour", "hours"),
        "calendar_days": ("day", "days"),
        "business_days": ("working day", "working days"),
        "weeks": ("week", "weeks"),
        "months": ("month", "months"),
    },
    days={anchor: f"the day {event}" for anchor, event in _EVENTS.items()},
    moments={anchor: f"the moment {event}" for anchor, event in _EVENTS.items()},
    counts={
        "include_anchor_day": "{length} from {anchor} ({since}), that day included.",
        "exclude_anchor_day": "{length} after {anchor} ({since}).",
        "exact_instant": "{length} from {anchor} ({since}).",
    },
    working_days="Working days leave out weekends and public holidays.",
    kinds={
        "duty": "",
        "notice_trigger": "If we have not decided by then, we have to tell you when we will.",
        "gateway": "Until then we have the time to answer you ourselves.",
        "deemed_outcome": "If we do not answer by then, the law counts your complaint as accepted.",
        "player_limit": "A complaint that comes later may be turned away.",
        "external_body": "How long it takes is in its hands, not in ours.",
    },
    paused={
        "awaiting_player_info": "The clock stood still from {since} to {until}: we awaited your answer.",
        "court": "The clock stood still from {since} to {until}, while a court dealt with it.",
        "police": "The clock stood still from {since} to {until}, while the police dealt with it.",
        "regulator": "The clock stood still from {since} to {until}, while the regulator dealt with it.",
    },
    standing={
        "awaiting_player_info": "The clock has stood still since {since}, because we wait for your answer.",
        "court": "The clock has stood still since {since}, because a court deals with it.",
        "police": "The clock has stood still since {since}, because the police deal with it.",
        "regulator": "The clock has stood still since {since}, because the regulator deals with it.",
    },
    extended="Extended by {length}.",
    rollovers={
        "next_business_day": "The last day is not a working day, so the next working day counts.",
        "previous_business_day": "The last day is not a working day, so the working day before it counts.",
    },
    early={
        "deadlock": "Our letter to you opened the way before that.",
        "final_response": "Our answer to you opened the way before that.",
        "breach": "We did not answer in time, which opened the way.",
    },
    zone="Counted in the time of {zone}.",
    earliest="Two sets of rules apply to your complaint: of their dates, the earliest binds us.",
    latest="Two sets of rules apply to your complaint: of their dates, you have the latest.",
    rules={"must": "Rule: {rule}.", "should": "Guidance: {rule}.", "house": "Our own rule: {rule}."},
    own_promise="This is our own promise: no law sets this date.",
)


class Telling(Value):
    """What an explanation depends on beside the promise.

    `zone` is that of the page, `chosen` that the date is the one of several that counts, `early` what
    opened an outside way before its date.
    """

    zone: str
    chosen: bool = False
    early: str = ""
    words: Wording = ENGLISH


def explain(promise: Promise, complaint: Complaint, telling: Telling) -> Explanation:
    """Why the date of a promise is what it is. A rule that was read elsewhere is named without a link."""
    source = promise.rule.source
    official = promise.rule.confidence == "sourced_official"
    return Explanation(
        sentences=list(_sentences(promise, complaint, telling)),
        url=source.url if source and official else "",
    )


def length(amount: int, unit: str, words: Wording = ENGLISH) -> str:
    """`8 weeks`, `1 month`."""
    one, many = words.units[unit]
    return f"{amount} {one if amount == 1 else many}"


def open_pauses(promise: Promise, complaint: Complaint) -> list[Pause]:
    """Why the clock of a promise stands still; none while it runs."""
    if promise.due_at is not None:
        return []
    return [pause for pause in _pauses(promise, complaint) if pause.ended_at is None]


def _sentences(promise: Promise, complaint: Complaint, telling: Telling) -> Iterator[str]:
    words, deadline = telling.words, _deadline(promise)
    yield _count(promise, deadline, words)
    if deadline.unit == "business_days":
        yield words.working_days
    if promise.zone != telling.zone:
        yield words.zone.format(zone=promise.zone)
    for taken in _extensions(promise, complaint):
        yield words.extended.format(length=length(taken.amount, taken.unit, words))
    yield from _stops(promise, complaint, words)
    if any(step.kind == "rollover" for step in promise.due.explain):
        yield words.rollovers[deadline.rollover]
    yield from _meaning(deadline, telling)
    source = promise.rule.source
    yield words.rules[promise.rule.strength].format(rule=source.law) if source else words.own_promise


def _meaning(deadline: Deadline, telling: Telling) -> Iterator[str]:
    """What the date is for, and why it is this one of several."""
    words = telling.words
    meaning = words.early[telling.early] if telling.early else words.kinds[deadline.kind]
    if meaning:
        yield meaning
    if telling.chosen:
        yield words.latest if deadline.kind in LIMITS else words.earliest


def _deadline(promise: Promise) -> Deadline:
    return cast("Deadline", promise.rule.value)  # a promise is made of a rule that has one


def _count(promise: Promise, deadline: Deadline, words: Wording) -> str:
    if deadline.elapsed:
        anchor, since = words.moments[deadline.anchor], dates.moment(promise.anchor_at, promise.zone)
    else:
        first = clock.local_day(promise.anchor_at, promise.zone)
        anchor, since = words.days[deadline.anchor], dates.short_day(first)
    counted = length(deadline.amount, deadline.unit, words)
    return words.counts[deadline.count_start].format(length=counted, anchor=anchor, since=since)


def _stops(promise: Promise, complaint: Complaint, words: Wording) -> Iterator[str]:
    still = open_pauses(promise, complaint)
    for pause in _pauses(promise, complaint):
        since = dates.moment(pause.started_at, promise.zone)
        if pause.ended_at:
            until = dates.moment(pause.ended_at, promise.zone)
            yield words.paused[pause.reason].format(since=since, until=until)
        elif pause in still:
            yield words.standing[pause.reason].format(since=since)


def _pauses(promise: Promise, complaint: Complaint) -> list[Pause]:
    """The pauses that stopped the clock of a promise: none that ended before it began or came after it."""
    name = f"{promise.pack.id}:{_stops_as(promise)}"
    of_clock = [pause for pause in complaint.pauses if name in pause.clocks]
    counted = [pause for pause in of_clock if pause.ended_at is None or pause.ended_at > promise.anchor_at]
    return [pause for pause in counted if promise.due_at is None or pause.started_at < promise.due_at]


def _stops_as(promise: Promise) -> str | None:
    """The name by which a pause stops the clock: its stage, or the outside body that opens."""
    route = outside.route(promise.pack, promise.clock)
    opens = outside.clock_of(promise.clock) == GATEWAY
    return STAGES.get(promise.clock) or (route.key if route and opens else None)


def _extensions(promise: Promise, complaint: Complaint) -> list[Extension]:
    """The extensions in force: one that came too late is not, and none after it can be."""
    key = (promise.pack.id, STAGES.get(promise.clock))
    taken = [one for one in complaint.extensions if (one.pack, one.stage) == key and one.holds_since]
    return taken[: sum(step.kind == "extension" for step in promise.due.explain)]
