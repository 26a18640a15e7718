"""What the complaints of a licence say, counted from the stored texts of their events by plain code.

Nothing of the product's own counting is used here, nor its folding of events, its promises or its periods:
it says once more, from the definitions, what the figures should be. Instants are text (ISO 8601, UTC,
milliseconds), whose order is that of time.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

ZONES = {
    "gb-ukgc": "Europe/London",
    "mt": "Europe/Malta",
    "cw-cga": "America/Curacao",
    "ca-on-igo": "America/Toronto",
    "us-mi-mgcb": "America/Detroit",
    "es-dgoj": "Europe/Madrid",
    "pt": "Europe/Lisbon",
}
HOURS = (1, 4, 12, 24, 48, 72, 168)
DAYS = (1, 2, 3, 5, 7, 10, 14, 21, 28, 35, 42, 49, 56, 70, 84)
SUBJECT = ("product", "game", "provider", "payment_route")
ANSWERS = ("final_response", "deadlock")
FOR_THE_PLAYER = {"upheld": 2, "deemed_accepted": 2, "partly_upheld": 1}

type Event = dict[str, Any]
type Data = Mapping[str, Any]
type Named = tuple[str, str, int]  # what happened, its instant, how much


class Life:
    """A complaint's events, and what they say of it."""

    def __init__(self, events: list[Event]) -> None:
        self.events = events
        self.first = events[0]["data"]
        self.received = self.first["received_at"] or events[0]["at"]
        self.of: dict[str, list[Event]] = defaultdict(list)
        for one in events:
            self.of[one["type"]].append(one)

    @property
    def is_spam(self) -> bool:
        """A person said so, and nobody took it back."""
        found = False
        for one in self.events:
            if one["type"] == "Closed" and one["data"]["reason"] == "spam":
                found = True
            elif one["type"] in {"Released", "ReferredToAdr"}:
                found = False
        return found

    @property
    def closed(self) -> Event | None:
        """The closing that stands."""
        turns = ("Closed", "Reopened", "ReferredToAdr", "Released")
        last = [one for one in self.events if one["type"] in turns][-1:]
        return last[0] if last and last[0]["type"] == "Closed" else None

    @property
    def answered(self) -> str | None:
        """When the first letter left that ends the operator's part."""
        return min(
            (one["at"] for one in self.of["LetterSent"] if one["data"]["kind"] in ANSWERS), default=None
        )

    @property
    def outcome(self) -> str | None:
        """The decision that stands."""
        made = ("DecisionApproved", "DeemedAccepted", "Reopened")
        last = [one for one in self.events if one["type"] in made][-1:]
        if not last or last[0]["type"] == "Reopened":
            return None
        return str(last[0]["data"].get("outcome", "deemed_accepted"))

    def latest(self, name: str, *kinds: str) -> str | None:
        """The last that events of these kinds said of something."""
        said = [one["data"][name] for one in self.events if one["type"] in kinds and one["data"].get(name)]
        return str(said[-1]) if said else None

    def weighed(self, name: str) -> str | None:
        """As a person overruled it, or as it was triaged last."""
        return self.latest(name, "TriageOverruled") or self.latest(name, "Triaged")

    @property
    def team(self) -> str | None:
        """Whose it is: what nobody has triaged is nobody's."""
        return self.latest("team", "Triaged", "Assigned", "Recategorised") if self.of["Triaged"] else None

    def missed(self, clocks: Iterable[str], *, house: bool, until: str) -> bool:
        """Whether the clock of the law, or of the house, came before what it waited for."""
        for one in self.of["MilestoneReached"]:
            told = one["data"]
            own = told["milestone"] == "target"
            due = own if house else told["breach"] and told["milestone"] == "due"
            if due and told["clock"] in clocks and told["due_at"] <= until:
                return True
        return False


def rests(events: list[Event]) -> bool:
    """Whether nothing is open any more, here or at an outside body."""
    life = Life(events)
    return life.closed is not None and len(life.of["AdrOutcomeRecorded"]) >= len(life.of["ReferredToAdr"])


class Recount:
    """Sums by local day and brand."""

    def __init__(self, pack: str, renamed: Mapping[str, str]) -> None:
        self.zone, self.renamed = ZoneInfo(ZONES[pack]), renamed
        self.days: dict[tuple[date, str], Counter[str]] = defaultdict(Counter)

    def add(self, events: list[Event]) -> None:
        """One more complaint, with all its events in order."""
        life = Life(events)
        if life.first["training"] or life.is_spam:
            return
        for name, at, n in self._names(life):
            self.days[self.day(at), life.first["brand"]][name] += n

    def day(self, at: str) -> date:
        """The local day of an instant."""
        return datetime.fromisoformat(at).astimezone(self.zone).date()

    def between(self, first: date, last: date, brand: str | None = None) -> Counter[str]:
        """All of them from one day to another, both included; with how many are open on each day."""
        found: Counter[str] = Counter()
        balance: Counter[date] = Counter()
        for (day, of), counts in self.days.items():
            if brand not in {None, of}:
                continue
            balance[max(day, first)] += counts["total received"] - counts["total closed"]
            if first <= day <= last:
                found.update(counts)
                found[f"day {day} received"] += counts["total received"]
                found[f"day {day} closed"] += counts["total closed"]
        still = 0
        for place in range((last - first).days + 1):
            day = first + timedelta(days=place)
            still += balance[day]
            found[f"day {day} open"] = still
        found["open in the end"] = still
        return found

    def _names(self, life: Life) -> Iterator[Named]:
        if life.of["LinkedAsDuplicate"]:
            yield "total duplicates", life.of["LinkedAsDuplicate"][0]["at"], 1
            return
        yield from self._received(life)
        yield from _served(life)
        if closed := life.closed:
            yield "total closed", closed["at"], 1
            if not life.latest("cause", "CauseFound"):
                yield "closed without cause", closed["at"], 1
        cause = self._cause(life)
        for one in life.events:
            yield from ((name, one["at"], n) for name, n in _of_event(life, one, cause))

    def _cause(self, life: Life) -> str | None:
        found = life.latest("cause", "CauseFound")
        return self.renamed.get(found, found) if found else None

    def _received(self, life: Life) -> Iterator[Named]:
        facts = {
            "brand": life.first["brand"],
            "language": life.first["language"],
            "channel": life.first["channel"],
            "category": life.latest("category", "ComplaintReceived", "Recategorised"),
            "team": life.team,
            "severity": life.weighed("severity"),
            "nature": life.weighed("nature"),
            "cause": self._cause(life),
            "outcome": life.outcome,
            **{name: life.latest(name, "SubjectStated") for name in SUBJECT},
        }
        yield "total received", life.received, 1
        for name, value in facts.items():
            yield f"received {name} {value}" if value else f"received {name} unknown", life.received, 1


def _served(life: Life) -> Iterator[Named]:
    acknowledged = life.of["Acknowledged"]
    if acknowledged:
        at = acknowledged[0]["at"]
        yield "total acknowledged", at, 1
        yield from _soon("acknowledged", life.received, at, timedelta(hours=1), HOURS)
        yield from _late(life, "acknowledged", "ack", at)
    if at := life.answered:
        yield "total answered", at, 1
        yield from _soon("answered", life.received, at, timedelta(days=1), DAYS)
        yield from _late(life, "answered", "final", at)


def _soon(what: str, since: str, at: str, unit: timedelta, steps: Iterable[int]) -> Iterator[Named]:
    taken = datetime.fromisoformat(at) - datetime.fromisoformat(since)
    under = [step for step in steps if taken < step * unit]
    yield from ((f"{what} under {step}", at, 1) for step in under)
    if not under:
        yield f"{what} later", at, 1


def _late(life: Life, what: str, clock: str, at: str) -> Iterator[Named]:
    if life.missed([clock], house=False, until=at):
        yield f"{what} late by law", at, 1
    if life.missed([clock, f"{clock}_target"], house=True, until=at):
        yield f"{what} late by house", at, 1


def _of_event(life: Life, one: Event, cause: str | None) -> Iterator[tuple[str, int]]:
    """What an event counts as, and how much."""
    told, kind = one["data"], one["type"]
    for name in _TOTALS.get(kind, ()):
        yield f"total {name}", 1
    if kind in _BY and told.get(_BY[kind][1]) is not None:
        yield f"{_BY[kind][0]} {told[_BY[kind][1]]}", 1
    if kind in _MORE:
        yield from _MORE[kind](told, life, cause)


def _breach(told: Data, _: Life, __: str | None) -> Iterator[tuple[str, int]]:
    if told["breach"]:
        yield from (("total breached", 1), (f"breach {told['clock']}", 1))


def _survey(told: Data, _: Life, __: str | None) -> Iterator[tuple[str, int]]:
    if told["kind"] == "feedback_request":
        yield "total surveyed", 1


def _paid(told: Data, _: Life, cause: str | None) -> Iterator[tuple[str, int]]:
    yield f"paid {told['currency']}", told["amount_minor"]
    if cause:
        yield f"paid {told['currency']} for {cause}", told["amount_minor"]


def _outside(told: Data, life: Life, _: str | None) -> Iterator[tuple[str, int]]:
    own = life.outcome or "undecided"
    yield f"adr {own} {told['outcome']} {_verdict(own, told['outcome'])}", 1


_MORE = {
    "DeemedAccepted": lambda *_: iter([("decision deemed_accepted", 1)]),
    "MilestoneReached": _breach,
    "LetterSent": _survey,
    "RedressPaid": _paid,
    "AdrOutcomeRecorded": _outside,
}
_TOTALS = {
    "DecisionApproved": ("decided",),
    "DeemedAccepted": ("decided",),
    "DeadlockDeclared": ("deadlocked",),
    "Reopened": ("reopened",),
    "Escalated": ("escalated",),
    "FeedbackGiven": ("rated",),
    "ReferredToAdr": ("referred",),
    "AdrOutcomeRecorded": ("adr_decided",),
    "Withdrawn": ("withdrawn",),
}
_BY = {"DecisionApproved": ("decision", "outcome"), "FeedbackGiven": ("score", "score")}


def _verdict(own: str, adr: str) -> str:
    if own == "undecided" or adr in {"settled", "discontinued"}:
        return "no_comparison"
    more = FOR_THE_PLAYER.get(adr, 0) - FOR_THE_PLAYER.get(own, 0)
    return "agrees" if more == 0 else "gave_more" if more > 0 else "gave_less"


def midnight(day: date, pack: str) -> str:
    """The instant (UTC) at which a local day begins. No zone of these licences skips its midnight."""
    local = datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(ZONES[pack]))
    return local.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
