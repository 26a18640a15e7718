"""Why a date is what it is, for the player: in whole sentences, from the rule and what happened to its clock.

What the words depend on is data: kind, unit, anchor, where the count starts, the reason of a pause. Each part
of the count has a sentence of its own, so that no language has to bend one part to another. How sure a source
is stays between the operator and its counsel.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import cast

from redress.domain import clock
from redress.domain.complaint import Complaint
from redress.domain.parts import Extension, Pause
from redress.domain.promises import GATEWAY, LIMITS, STAGES, Promise
from redress.domain.rulepack import Deadline
from redress.domain.values import Value
from redress.language import Language, msg
from redress.web import outside


class Explanation(Value):
    """Sentences, the last of which names the rule; `url` is where the rule can be read."""

    sentences: Sequence[str]
    url: str = ""


TIME, LONGER = msg("Time: {length}."), msg("More time was taken: {length}.")
SINCE: Mapping[str, str] = {  # by anchor; {since} is a day, or an instant
    "received": msg("It counts from {since}, when we received your complaint."),
    "registered": msg("It counts from {since}, when we registered your complaint."),
    "sent_by_player": msg("It counts from {since}, when you sent your complaint."),
    "operator_aware": msg("It counts from {since}, when we learned of your complaint."),
    "platform_posted": msg(
        "It counts from {since}, when your complaint was posted on the official platform."
    ),
    "incident": msg("It counts from {since}, when it happened."),
    "event_settled": msg("It counts from {since}, when the game or bet was settled."),
    "stage_entered": msg("It counts from {since}, when we wrote you that we need longer."),
    "acknowledged": msg("It counts from {since}, when we confirmed your complaint."),
    "info_request_answered": msg("It counts from {since}, when you answered our question."),
    "reopened": msg("It counts from {since}, when we began to look at it again."),
    "final_response_sent": msg("It counts from {since}, when we sent you our last word on it."),
    "complete_file_at_adr": msg("It counts from {since}, when the independent body had all it needed."),
    "period_end": msg("It counts from {since}, when the period ended."),
}
COUNTS: Mapping[str, str] = {
    "include_anchor_day": msg("That day is the first that counts."),
    "exclude_anchor_day": msg("That day itself does not count."),
    "exact_instant": "",
}
WORKING_DAYS = msg("Working days leave out weekends and public holidays.")
KINDS: Mapping[str, str] = {
    "duty": "",
    "notice_trigger": msg("If we have not decided by then, we have to tell you when we will."),
    "gateway": msg("Until then we have the time to answer you ourselves."),
    "deemed_outcome": msg("If we do not answer by then, the law counts your complaint as accepted."),
    "player_limit": msg("A complaint that comes later may be turned away."),
    "external_body": msg("How long it takes is in its hands, not in ours."),
}
PAUSED: Mapping[str, str] = {
    "awaiting_player_info": msg("The clock stood still from {since} to {until}: we awaited your answer."),
    "court": msg("The clock stood still from {since} to {until}, while a court dealt with it."),
    "police": msg("The clock stood still from {since} to {until}, while the police dealt with it."),
    "regulator": msg("The clock stood still from {since} to {until}, while the regulator dealt with it."),
}
STANDING: Mapping[str, str] = {
    "awaiting_player_info": msg("The clock has stood still since {since}, because we wait for your answer."),
    "court": msg("The clock has stood still since {since}, because a court deals with it."),
    "police": msg("The clock has stood still since {since}, because the police deal with it."),
    "regulator": msg("The clock has stood still since {since}, because the regulator deals with it."),
}
ROLLOVERS: Mapping[str, str] = {
    "next_business_day": msg("The last day is not a working day, so the next working day counts."),
    "previous_business_day": msg("The last day is not a working day, so the working day before it counts."),
}
EARLY: Mapping[str, str] = {  # by what opened an outside way before its date
    "deadlock": msg("Our letter to you opened the way before that."),
    "final_response": msg("Our answer to you opened the way before that."),
    "breach": msg("We did not answer in time, which opened the way."),
}
ZONE = msg("Counted in the time of {zone}.")
EARLIEST = msg("Two sets of rules apply to your complaint: of their dates, the earliest binds us.")
LATEST = msg("Two sets of rules apply to your complaint: of their dates, you have the latest.")
RULES: Mapping[str, str] = {  # by strength
    "must": msg("Rule: {rule}."),
    "should": msg("Guidance: {rule}."),
    "house": msg("Our own rule: {rule}."),
}
OWN_PROMISE = msg("This is our own promise: no law sets this date.")


class Telling(Value):
    """What an explanation depends on beside the promise.

    `zone` is that of the page, `chosen` that the date is the one of several that counts, `early` what
    opened an outside way before its date.
    """

    zone: str
    chosen: bool = False
    early: str = ""


def explain(language: Language, promise: Promise, complaint: Complaint, telling: Telling) -> Explanation:
    """Why the date of a promise is what it is. A rule that was read elsewhere is named without a link."""
    source = promise.rule.source
    official = promise.rule.confidence == "sourced_official"
    return Explanation(
        sentences=list(_sentences(language, promise, complaint, telling)),
        url=source.url if source and official else "",
    )


def length(language: Language, amount: int, unit: str) -> str:
    """`8 weeks`, `1 month`. Raises KeyError for a unit that no rule pack knows."""
    match unit:
        case "seconds":
            return language.say_many("{count} second", "{count} seconds", amount)
        case "hours":
            return language.say_many("{count} hour", "{count} hours", amount)
        case "calendar_days":
            return language.say_many("{count} day", "{count} days", amount)
        case "business_days":
            return language.say_many("{count} working day", "{count} working days", amount)
        case "weeks":
            return language.say_many("{count} week", "{count} weeks", amount)
        case "months":
            return language.say_many("{count} month", "{count} months", amount)
    raise KeyError(unit)


def open_pauses(promise: Promise, complaint: Complaint) -> list[Pause]:
    """Why the clock of a promise stands still; none while it runs."""
    if promise.due_at is not None:
        return []
    return [pause for pause in _pauses(promise, complaint) if pause.ended_at is None]


def _sentences(language: Language, promise: Promise, complaint: Complaint, telling: Telling) -> Iterator[str]:
    deadline, say = _deadline(promise), language.say
    yield from _count(language, promise, deadline)
    if deadline.unit == "business_days":
        yield say(WORKING_DAYS)
    if promise.zone != telling.zone:
        yield say(ZONE, zone=promise.zone)
    for taken in _extensions(promise, complaint):
        yield say(LONGER, length=length(language, taken.amount, taken.unit))
    yield from _stops(language, promise, complaint)
    if any(step.kind == "rollover" for step in promise.due.explain):
        yield say(ROLLOVERS[deadline.rollover])
    yield from (say(meaning) for meaning in _meaning(deadline, telling))
    source = promise.rule.source
    yield say(RULES[promise.rule.strength], rule=source.law) if source else say(OWN_PROMISE)


def _meaning(deadline: Deadline, telling: Telling) -> Iterator[str]:
    """What the date is for, and why it is this one of several (messages)."""
    meaning = EARLY[telling.early] if telling.early else KINDS[deadline.kind]
    if meaning:
        yield meaning
    if telling.chosen:
        yield LATEST if deadline.kind in LIMITS else EARLIEST


def _deadline(promise: Promise) -> Deadline:
    return cast("Deadline", promise.rule.value)  # a promise is made of a rule that has one


def _count(language: Language, promise: Promise, deadline: Deadline) -> Iterator[str]:
    """How long, since when, and whether the first day counts."""
    yield language.say(TIME, length=length(language, deadline.amount, deadline.unit))
    if deadline.elapsed:
        yield language.say(SINCE[deadline.anchor], since=language.moment(promise.anchor_at, promise.zone))
        return
    first = clock.local_day(promise.anchor_at, promise.zone)
    yield language.say(SINCE[deadline.anchor], since=language.short_day(first))
    if counts := COUNTS[deadline.count_start]:
        yield language.say(counts)


def _stops(language: Language, promise: Promise, complaint: Complaint) -> Iterator[str]:
    still = open_pauses(promise, complaint)
    for pause in _pauses(promise, complaint):
        since = language.moment(pause.started_at, promise.zone)
        if pause.ended_at:
            until = language.moment(pause.ended_at, promise.zone)
            yield language.say(PAUSED[pause.reason], since=since, until=until)
        elif pause in still:
            yield language.say(STANDING[pause.reason], since=since)


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
