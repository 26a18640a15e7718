"""The dates that the player should know: what each is, whether it was kept, and why it is that date."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple, cast

from redress.domain import promises
from redress.domain.complaint import Complaint
from redress.domain.promises import ADR_WINDOW, GATEWAY, NOTICE, Promise
from redress.domain.values import Value
from redress.language import Language
from redress.region import Brand
from redress.usecases.ports import CaseFile
from redress.web import dates, explanations, outside, words
from redress.web.explanations import Explanation, Telling
from redress.web.outside import Body

# A notice is due when its time has come, so its letter leaves after it: on the day that follows.
_NOTICE_LEAVES = timedelta(days=1)


class PromiseView(Value):
    """A date in words. `state` says what became of it:

    kept, missed or open (still to come) of what the operator owes; paused while its clock stands still;
    ahead or opened of an outside route; yours or theirs where the player or an outside body is to act.
    `zone` is that of the date where it is another than the page's, `notes` are sentences.
    """

    name: str
    when: str | None
    zone: str | None
    state: str
    notes: Sequence[str]
    why: Explanation


class _Dated(NamedTuple):
    """A promise about to be shown: its plain clock, the body it is about if it is about one, the page's zone.

    `chosen`: it is the one of several dates that counts. `opened_at` is since when the pack's outside way is
    on record as open.
    """

    language: Language
    promise: Promise
    clock: str
    body: Body | None
    chosen: bool
    zone: str
    opened_at: datetime | None

    def say(self, message: str, at: datetime | None = None) -> str:
        """A message, with an instant (UTC) as the page tells it where there is one."""
        if at is None:
            return self.language.say(message)
        return self.language.say(message, moment=self.language.moment(at, self.zone))


class _Told(NamedTuple):
    """When, what became of it, notes about that, and what opened an outside way before its date."""

    when: str | None
    state: str
    notes: Sequence[str]
    early: str = ""


def shown(
    language: Language,
    found: Iterable[Promise],
    case: CaseFile,
    brand: Brand,
    zone: str,
    now: datetime,
) -> Iterator[PromiseView]:
    """Of the dates `found` those the player is told of at `now` (UTC), in the order of the process.

    `zone` is that of the page. Where packs differ, the date that counts is shown.
    """
    complaint, order = case.complaint, list(words.PROMISES)
    dated = _dated(language, found, case, brand, zone)
    for one in sorted(dated, key=lambda one: order.index(one.clock)):
        name = language.say(words.PROMISES[one.clock], body=one.body.name if one.body else "")
        told = _told(one, complaint, now)
        telling = Telling(zone=one.zone, chosen=one.chosen, early=told.early)
        counted = told.when is not None and told.state not in {"opened", "paused"}
        yield PromiseView(
            name=name[:1].upper() + name[1:],
            when=told.when,
            zone=one.promise.zone if counted and one.promise.zone != zone else None,
            state=told.state,
            notes=told.notes,
            why=explanations.explain(language, one.promise, complaint, telling),
        )


def lawful(found: Iterable[Promise], clock: str) -> Promise | None:
    """Of several dates of a clock the one that counts, the operator's own targets left out."""
    same = [one for one in found if one.clock == clock]
    return promises.governing(same, clock) or next(iter(same), None)


def _dated(
    language: Language, found: Iterable[Promise], case: CaseFile, brand: Brand, zone: str
) -> Iterator[_Dated]:
    alike: dict[tuple[str, str], list[tuple[Promise, Body | None]]] = {}
    for promise in found:
        clock = outside.clock_of(promise.clock)
        if clock not in words.PROMISES or (
            case.complaint.ended_unanswered_at and clock in (GATEWAY, ADR_WINDOW)
        ):
            continue
        route = outside.route(promise.pack, promise.clock) if clock in outside.CLOCKS else None
        body = outside.body(language, brand, promise.pack, route) if clock in outside.CLOCKS else None
        alike.setdefault((clock, body.name if body else ""), []).append((promise, body))
    opened = outside.opened(case.records)
    for (clock, _), same in alike.items():
        counts = lawful([promise for promise, _ in same], same[0][0].clock) or same[0][0]
        body = next(body for promise, body in same if promise is counts)
        chosen = len({promise.due_at for promise, _ in same}) > 1
        since = opened.get(counts.pack.id)
        yield _Dated(
            language=language,
            promise=counts,
            clock=clock,
            body=body,
            chosen=chosen,
            zone=zone,
            opened_at=since,
        )


def _told(one: _Dated, complaint: Complaint, now: datetime) -> _Told:
    promise = one.promise
    opened = _opened(one, complaint, now) if promise.kind == "gateway" else None
    stops = explanations.open_pauses(promise, complaint)
    if opened:
        return opened
    if stops and promise.met_at is None:
        since = one.say(words.STANDS_STILL, min(stop.started_at for stop in stops))
        return _Told(since, "paused", [one.say(words.BECAUSE[stop.reason]) for stop in stops])
    when = _when(one, complaint.received_at) if promise.due_at else None
    state, note = _standing(one, complaint, now)
    return _Told(when, state, [note])


def _when(one: _Dated, since: datetime) -> str:
    """By when, or from when."""
    promise, due_at = one.promise, cast("datetime", one.promise.due_at)  # asked only of a clock that runs
    if promise.kind == "gateway":
        return dates.opening(one.language, dates.FROM, due_at, promise.zone, since)
    return dates.until(one.language, dates.BY, due_at, promise.zone, since)


def _opened(one: _Dated, complaint: Complaint, now: datetime) -> _Told | None:
    """An outside way that is open: since its date, or since what opened it earlier."""
    promise, route = one.promise, outside.route(one.promise.pack, one.promise.clock)
    letters: Mapping[str, datetime | None] = {
        "deadlock": complaint.deadlock_sent_at,
        "final_response": complaint.final_response_sent_at,
    }
    ways = {"": promise.due_at, "breach": one.opened_at if promise.clock == GATEWAY else None}
    for letter in route.opens_early_on if route else ():
        ways[letter] = letters[letter]
    since = {name: at for name, at in ways.items() if at and at <= now}
    if not since:
        return None
    first = min(since, key=lambda name: since[name])
    note = words.OPEN if complaint.final_response_sent_at else words.OPEN_UNANSWERED
    return _Told(one.say(words.SINCE, since[first]), "opened", [one.say(note)], early=first)


def _standing(one: _Dated, complaint: Complaint, now: datetime) -> tuple[str, str]:
    if one.promise.kind == "gateway":
        return "ahead", one.say(words.NOT_OPEN)
    if one.promise.kind == "player_limit":
        return "yours", one.say(_window(one, now))
    if one.promise.kind == "external_body":
        return "theirs", _decision(one, now)
    return _owed(one, complaint, now)


def _window(one: _Dated, now: datetime) -> str:
    """What of the player's time is left (a message)."""
    if one.promise.met_at:
        return words.TURNED_TO
    if one.promise.missed(now):
        return words.WINDOW_ENDED
    return words.FREE if one.body and one.body.free else words.INDEPENDENT


def _decision(one: _Dated, now: datetime) -> str:
    if one.promise.met_at:
        return one.say(words.BODY_DECIDED, one.promise.met_at)
    return one.say(words.BODY_LATE if one.promise.missed(now) else words.AHEAD)


def _owed(one: _Dated, complaint: Complaint, now: datetime) -> tuple[str, str]:
    """What became of what the operator owes."""
    met_at = one.promise.met_at
    if _missed(one, now):
        return "missed", one.say(words.MISSED_UNTIL, met_at) if met_at else one.say(words.MISSED_SO_FAR)
    if met_at is None:
        is_open = complaint.closed_at is None
        return ("open", one.say(words.AHEAD)) if is_open else ("kept", one.say(words.NOT_NEEDED))
    if met_at == complaint.ended_unanswered_at:
        return "kept", _ended(one.language, complaint)
    if met_at == complaint.deadlock_sent_at:
        return "kept", one.say(words.ANSWERED_BY_REFERRAL, met_at)
    return "kept", one.say(words.HEARD if one.clock == NOTICE else words.KEPT, met_at)


def _ended(language: Language, complaint: Complaint) -> str:
    if complaint.withdrawn_at:
        return language.say(words.NOT_NEEDED_WITHDRAWN)
    if complaint.linked_at:
        return language.say(words.NOT_NEEDED_LINKED, primary=complaint.primary)
    return language.say(words.NOT_NEEDED)


def _missed(one: _Dated, now: datetime) -> bool:
    promise = one.promise
    if one.clock == NOTICE and promise.due_at:
        return promise.due_at + _NOTICE_LEAVES <= (promise.met_at or now)
    return promise.missed(now)
