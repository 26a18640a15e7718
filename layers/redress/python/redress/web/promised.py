"""The dates that the player should know: what each is, whether it was kept, and why it is that date."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from typing import NamedTuple, cast

from redress.domain import promises
from redress.domain.complaint import Complaint
from redress.domain.promises import ADR_WINDOW, GATEWAY, NOTICE, Promise
from redress.domain.values import Value
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
    """

    name: str
    when: str | None
    state: str
    note: str
    why: Explanation


class _Dated(NamedTuple):
    """A promise about to be shown: its plain clock, the body it is about if it is about one, the page's zone.

    `chosen`: it is the one of several dates that counts. `opened_at` is since when the pack's outside way is
    on record as open.
    """

    promise: Promise
    clock: str
    body: Body | None
    chosen: bool
    zone: str
    opened_at: datetime | None

    def moment(self, at: datetime | None) -> str:
        """An instant as the page tells it."""
        return dates.moment(at, self.zone) if at else ""

    def date(self, said: str) -> str:
        """A date of the promise, with its zone where that is another than the page's."""
        zone = self.promise.zone
        return said if zone == self.zone else words.IN_ZONE.format(date=said, zone=zone)


class _Told(NamedTuple):
    """When, what became of it, a note about that, and what opened an outside way before its date."""

    when: str | None
    state: str
    note: str
    early: str = ""


def shown(
    found: Iterable[Promise], case: CaseFile, brand: Brand, zone: str, now: datetime
) -> Iterator[PromiseView]:
    """Of the dates `found` those the player is told of at `now` (UTC), in the order of the process.

    `zone` is that of the page. Where packs differ, the date that counts is shown.
    """
    complaint, order = case.complaint, list(words.PROMISES)
    for one in sorted(_dated(found, case, brand, zone), key=lambda one: order.index(one.clock)):
        name = words.PROMISES[one.clock].format(body=one.body.name if one.body else "")
        told = _told(one, complaint, now)
        telling = Telling(zone=one.zone, chosen=one.chosen, early=told.early)
        yield PromiseView(
            name=name[:1].upper() + name[1:],
            when=told.when,
            state=told.state,
            note=told.note,
            why=explanations.explain(one.promise, complaint, telling),
        )


def lawful(found: Iterable[Promise], clock: str) -> Promise | None:
    """Of several dates of a clock the one that counts, the operator's own targets left out."""
    same = [one for one in found if one.clock == clock]
    return promises.governing(same, clock) or next(iter(same), None)


def _dated(found: Iterable[Promise], case: CaseFile, brand: Brand, zone: str) -> Iterator[_Dated]:
    alike: dict[tuple[str, str], list[tuple[Promise, Body | None]]] = {}
    for promise in found:
        clock = outside.clock_of(promise.clock)
        if clock not in words.PROMISES or (case.complaint.withdrawn_at and clock in (GATEWAY, ADR_WINDOW)):
            continue
        route = outside.route(promise.pack, promise.clock) if clock in outside.CLOCKS else None
        body = outside.body(brand, promise.pack, route) if clock in outside.CLOCKS else None
        alike.setdefault((clock, body.name if body else ""), []).append((promise, body))
    opened = outside.opened(case.records)
    for (clock, _), same in alike.items():
        counts = lawful([promise for promise, _ in same], same[0][0].clock) or same[0][0]
        body = next(body for promise, body in same if promise is counts)
        chosen = len({promise.due_at for promise, _ in same}) > 1
        since = opened.get(counts.pack.id)
        yield _Dated(promise=counts, clock=clock, body=body, chosen=chosen, zone=zone, opened_at=since)


def _told(one: _Dated, complaint: Complaint, now: datetime) -> _Told:
    promise = one.promise
    opened = _opened(one, complaint, now) if promise.kind == "gateway" else None
    stops = explanations.open_pauses(promise, complaint)
    if opened:
        return opened
    if stops and promise.met_at is None:
        since = one.moment(min(stop.started_at for stop in stops))
        why = "; ".join(words.BECAUSE[stop.reason] for stop in stops)
        return _Told(words.STANDS_STILL.format(moment=since), "paused", why)
    when = _when(one, complaint.received_at) if promise.due_at else None
    return _Told(when, *_standing(one, complaint, now))


def _when(one: _Dated, since: datetime) -> str:
    """By when, or from when."""
    promise, due_at = one.promise, cast("datetime", one.promise.due_at)  # asked only of a clock that runs
    if promise.kind == "gateway":
        return one.date(words.FROM.format(opening=dates.opening(due_at, promise.zone, since)))
    return one.date(words.BY.format(until=dates.until(due_at, promise.zone, since)))


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
    return _Told(words.SINCE.format(moment=one.moment(since[first])), "opened", note, early=first)


def _standing(one: _Dated, complaint: Complaint, now: datetime) -> tuple[str, str]:
    if one.promise.kind == "gateway":
        return "ahead", words.NOT_OPEN
    if one.promise.kind == "player_limit":
        return "yours", _window(one, now)
    if one.promise.kind == "external_body":
        return "theirs", _decision(one, now)
    return _owed(one, complaint, now)


def _window(one: _Dated, now: datetime) -> str:
    if one.promise.met_at:
        return words.TURNED_TO
    if one.promise.missed(now):
        return words.WINDOW_ENDED
    return words.FREE if one.body and one.body.free else words.INDEPENDENT


def _decision(one: _Dated, now: datetime) -> str:
    if one.promise.met_at:
        return words.BODY_DECIDED.format(moment=one.moment(one.promise.met_at))
    return words.BODY_LATE if one.promise.missed(now) else words.AHEAD


def _owed(one: _Dated, complaint: Complaint, now: datetime) -> tuple[str, str]:
    """What became of what the operator owes."""
    met_at = one.promise.met_at
    done = one.moment(met_at)
    if _missed(one, now):
        return "missed", words.MISSED_UNTIL.format(moment=done) if met_at else words.MISSED_SO_FAR
    if met_at is None:
        return ("open", words.AHEAD) if complaint.closed_at is None else ("kept", words.NOT_NEEDED)
    if met_at == complaint.withdrawn_at:
        return "kept", words.NOT_NEEDED_WITHDRAWN
    if met_at == complaint.deadlock_sent_at:
        return "kept", words.ANSWERED_BY_REFERRAL.format(moment=done)
    return "kept", (words.TOLD if one.clock == NOTICE else words.KEPT).format(moment=done)


def _missed(one: _Dated, now: datetime) -> bool:
    promise = one.promise
    if one.clock == NOTICE and promise.due_at:
        return promise.due_at + _NOTICE_LEAVES <= (promise.met_at or now)
    return promise.missed(now)
