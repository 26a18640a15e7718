"""The whole script: webhooks are made, complaints are taken and worked on, and what came of it is proven."""

import json
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from statistics import median, quantiles

from infra.local import demo
from infra.local.describe import LocalStack
from tests.platform.casework import proof
from tests.platform.casework.client import Api, Json, Ledger
from tests.platform.casework.lives import DESK, Case, cases
from tests.platform.casework.office import Office
from tests.platform.casework.proof import Inspector
from tests.support.webhook_receiver import Delivery, Receiver, hanging, receiving

IN_HAND = 16
HANDS = 9
MOST_TOLD = 40  # of what is wrong
SETTLING = 90.0  # seconds for the last deliveries, once everything is closed
FIRST_REFUSED = 7  # deliveries that the faltering endpoint refuses: enough to count as failing
FALTERING_WANTS = ("ComplaintReceived", "Closed")
HANGING_WANTS = ("Closed",)


@dataclass
class Outcome:
    """What came of it. `wrong` is empty when all is as it should be."""

    complaints: int
    seconds: float
    ledger: Ledger
    events: int
    deliveries: int
    signed_twice: int
    lags: list[float]
    acknowledged_in: list[float]
    lives: Counter[str]
    left: list[str]
    undelivered: list[str]
    duplicates: list[str]
    wrong: list[str] = field(default_factory=list)

    def told(self) -> str:
        """The figures, for people."""
        ledger = self.ledger
        answers = ", ".join(f"{m} {s or 'lost'}: {n}" for (m, s), n in sorted(ledger.answers.items()))
        lines = {
            "complaints": f"{self.complaints} in {self.seconds:.0f} s: {_counted(self.lives)}",
            "requests": f"{ledger.requests} ({answers})",
            "answered in": f"{1000 * ledger.seconds / max(ledger.requests, 1):.0f} ms on average, "
            f"{ledger.slowest:.1f} s the slowest",
            "repeated": f"{ledger.repeated} on purpose, {ledger.retried} retried; {ledger.replayed} answered "
            f"as the first time, {ledger.stale} stale and read again",
            "overtaken": f"{ledger.overtaken} by the clock",
            "events": f"{self.events}, deliveries {self.deliveries}, {self.signed_twice} with two signatures",
            "delivered in": _spread(self.lags),
            "acknowledged": f"in {_spread(self.acknowledged_in)}",
            "failures": len(ledger.failures),
            "duplicates": len(self.duplicates),
            "left open": f"{len(self.left)}, undelivered {len(self.undelivered)}",
        }
        told = [f"{name:<14}{value}" for name, value in lines.items()]
        return "\n".join([*told, *(f"WRONG         {one}" for one in self.wrong[:MOST_TOLD])])


def _spread(seconds: list[float]) -> str:
    """Durations, given in order of length."""
    if len(seconds) < 2:
        return "none"
    late = quantiles(seconds, n=20)[-1]
    return f"{median(seconds):.1f} s (median), {late:.1f} s (95 of 100), {seconds[-1]:.1f} s (the longest)"


def _counted(lives: Counter[str]) -> str:
    return ", ".join(f"{life} {count}" for life, count in lives.most_common())


@dataclass
class Endpoints:
    """The webhooks of the script: one that takes everything, one that refuses at first, one that hangs."""

    all: Receiver
    all_id: str
    faltering: Receiver
    faltering_id: str
    hanging_id: str


def play(stack: LocalStack, count: int, in_hand: int = IN_HAND, seconds: float = 360) -> Outcome:
    """Drive so many complaints to their end, in at most so many seconds, and look at everything they left."""
    ledger, inspector, todo = Ledger(), Inspector(), cases(count)
    with demo.operator_client(stack) as http:
        api = Api(http, ledger)
        tables, queues = proof.numbers_in_table(stack), proof.queued(api)
        with endpoints(api, inspector) as ends:

            def rotate() -> None:
                secret = api.post(f"webhooks/{ends.all_id}/secret", {"overlap_hours": 1}, DESK)
                inspector.rotated(secret["secret"])

            begun = time.monotonic()
            office = Office(api, todo, in_hand, begun + seconds, rotate)

            def heard(one: Delivery) -> None:
                inspector.inspect(one)
                office.hear(json.loads(one.body))

            ends.all.heard = heard
            office.run(HANDS)
            lasted = time.monotonic() - begun
            left = office.open()
            wanted = _settled(stack, api, todo, ends)
            outcome = Outcome(
                complaints=count,
                seconds=lasted,
                ledger=ledger,
                events=len(wanted),
                deliveries=len(ends.all.accepted()),
                signed_twice=inspector.signed_twice,
                acknowledged_in=proof.acknowledged_in(wanted),
                lags=proof.lags(wanted, ends.all.accepted()),
                lives=Counter(case.life for case in todo),
                left=[*left, *(proof.queued(api) - queues)],
                undelivered=proof.undelivered(wanted, ends.all.accepted()),
                duplicates=[*_duplicates(stack, api, todo, tables, wanted), *office.twice],
            )
            outcome.wrong = _wrong(outcome, api, wanted, ends, inspector)
    return outcome


@contextmanager
def endpoints(api: Api, inspector: Inspector) -> Iterator[Endpoints]:
    """The webhooks, deleted afterwards."""
    with receiving() as everything, receiving(refusals=FIRST_REFUSED) as faltering, hanging() as silent:
        asked: list[Json] = [
            {"url": everything.url, "training": True, "description": "All of it"},
            {"url": faltering.url, "events": list(FALTERING_WANTS), "description": "Refuses at first"},
            {"url": silent, "events": list(HANGING_WANTS), "description": "Says nothing"},
        ]
        made = [api.post("webhooks", one, DESK) for one in asked]
        inspector.first = made[0]["secret"]
        ids = [one["webhook"] for one in made]
        try:
            yield Endpoints(everything, ids[0], faltering, ids[1], ids[2])
        finally:
            for one in ids:
                api.delete(f"webhooks/{one}", DESK)


def _settled(stack: LocalStack, api: Api, todo: list[Case], ends: Endpoints) -> list[Json]:
    """Every event there is, once both endpoints have theirs; as far as that is reached in SETTLING."""
    until = time.monotonic() + SETTLING
    while True:
        wanted = [event for case in todo if case.number for event in proof.stored(stack, case.number)]
        missing = proof.undelivered(wanted, ends.all.accepted())
        missing += proof.undelivered(_faltering_wants(wanted), ends.faltering.accepted())
        if not missing or time.monotonic() > until:
            return wanted
        if api.get(f"webhooks/{ends.faltering_id}/dead-letters", limit="1")["items"]:
            api.post(f"webhooks/{ends.faltering_id}/replays", {"dead_letters": True}, DESK)
        time.sleep(1)  # between two looks at what is missing


def _faltering_wants(wanted: list[Json]) -> list[Json]:
    return [one for one in wanted if one["type"] in FALTERING_WANTS and not one["training"]]


def _duplicates(
    stack: LocalStack, api: Api, todo: list[Case], before: set[str], wanted: list[Json]
) -> list[str]:
    """Complaints that nobody made, events under two ids, letters that went twice."""
    numbers = {case.number for case in todo}
    more = proof.numbers_in_table(stack) - before - numbers
    found = [f"{number} was made, and nobody asked for it" for number in more]
    if len(numbers) < len(todo):
        found.append(f"{len(todo)} complaints have {len(numbers)} numbers")
    ordinary = {case.number for case in todo if not case.training}
    new = proof.register(api) - before
    found += [f"{number} is in the register, or is not, and should" for number in new ^ ordinary]
    places = Counter((one["number"], one["seq"]) for one in wanted)
    found += [f"{place}: {count} events" for place, count in places.items() if count > 1]
    return found + proof.letters_twice(stack, numbers, wanted)


def _wrong(
    outcome: Outcome, api: Api, wanted: list[Json], ends: Endpoints, inspector: Inspector
) -> list[str]:
    """Everything that is not as it should be, in words."""
    everything, faltering = ends.all.accepted(), ends.faltering.accepted()
    checks: dict[str, Callable[[], list[str]]] = {
        "failure": lambda: outcome.ledger.failures,
        "duplicate": lambda: outcome.duplicates,
        "open": lambda: outcome.left,
        "undelivered": lambda: outcome.undelivered,
        "undelivered to the faltering endpoint": lambda: proof.undelivered(
            _faltering_wants(wanted), faltering
        ),
        "distorted": lambda: proof.distorted(wanted, [*everything, *faltering]),
        "forged": lambda: inspector.forged,
        "personal": lambda: proof.told_of_a_person(everything),
        "unlike the API": lambda: _unlike(api, wanted),
        "rotation": lambda: [] if inspector.signed_once and inspector.signed_twice else ["never overlapped"],
        "hanging endpoint": lambda: _never_failing(api, ends.hanging_id),
    }
    return [f"{what}: {one}" for what, check in checks.items() for one in check()]


def _unlike(api: Api, wanted: list[Json]) -> list[str]:
    by_number: dict[str, list[Json]] = {}
    for event in wanted:
        by_number.setdefault(event["number"], []).append(event)
    return [one for number, events in by_number.items() for one in proof.unlike_the_api(api, number, events)]


def _never_failing(api: Api, webhook: str) -> list[str]:
    """The endpoint that says nothing has to be known as failing, or the script proves nothing by it."""
    shown = api.get(f"webhooks/{webhook}")
    return [] if shown["failing"] or shown["last_failure"] else [f"{webhook} is taken for alive: {shown}"]
