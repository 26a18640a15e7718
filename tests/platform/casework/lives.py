"""What two hundred players tell, and what becomes of each complaint: the lives that the office leads.

A life is a generator: it acts through the API, and yields what it waits for. Everything that is free text,
and everything that names a person, carries MARK: none of it may ever leave by a webhook.
"""

from collections.abc import Callable, Generator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from redress.domain.categories import Category
from tests.platform.casework.client import Api, Json, Overtaken

MARK = "PERSONAL"
TEAMS: Mapping[str, tuple[str, ...]] = {
    "player-care": ("carer-1", "carer-2", "carer-3"),
    "payments": ("cashier-1", "cashier-2", "cashier-3"),
    "safer-gambling": ("guardian-1", "guardian-2", "guardian-3"),
    "finance": ("accountant-1",),
}
SUPERVISORS = ("manager-1", "manager-2")
DESK = "receptionist-1"  # takes complaints, and tells what players said
PEOPLE = (*(person for team in TEAMS.values() for person in team), *SUPERVISORS, DESK)
CHANNELS = ("phone", "chat", "email", "social", "intermediary", "form", "api")
TEXTS = {
    "en": "My withdrawal is still pending after two weeks.",
    "fr": "Mon retrait n'est toujours pas arrivé.",
    "pl": "Moja wypłata nadal nie dotarła.",
    "ru": "Мой вывод средств всё ещё не пришёл.",
    "de": "Meine Auszahlung ist noch immer nicht da.",
    "es": "Mi retirada todavía no ha llegado.",
}
HARM = {
    "en": "I asked you to exclude my account because of gambling and you still let me deposit.",
    "de": "Ich habe mich selbst gesperrt und konnte trotzdem spielen.",
}


@dataclass(frozen=True)
class Until:
    """What a life waits for: in words, and whether an event is it."""

    what: str
    holds: Callable[[Json], bool]


type Life = Generator[Until]


@dataclass
class Case:
    """A complaint of the script: what is told, which life it has, and what the webhook told of it."""

    index: int
    life: str
    told: Json
    number: str = ""
    handler: str = ""
    twin: "Case | None" = None
    events: dict[int, Json] = field(default_factory=dict)
    waits: Until | None = None
    begun: bool = False
    ended: bool = False

    @property
    def training(self) -> bool:
        """Whether it is practice."""
        return bool(self.told.get("training"))

    @property
    def team(self) -> str | None:
        """The team in whose queue it stands, as far as is known."""
        teams = [
            self.events[seq]["data"].get("team") for seq in sorted(self.events) if _moves(self.events[seq])
        ]
        return teams[-1] if teams else None

    @property
    def closed(self) -> bool:
        """Whether its closing is the last that was heard of its stage."""
        turns = [seq for seq, one in self.events.items() if one["type"] in TURNS]
        return bool(turns) and self.events[max(turns)]["type"] == "Closed"

    @property
    def done(self) -> bool:
        """Whether nobody has anything to do about it: one that the clock closed undrawn needs no handler."""
        return self.ended or (self.closed and not self.begun)

    def heard(self, until: Until) -> bool:
        """Whether what is waited for was heard, or cannot come any more."""
        return any(map(until.holds, list(self.events.values()))) or self.closed


TURNS = {"ComplaintReceived", "Reopened", "ReferredToAdr", "Closed"}


def _moves(event: Json) -> bool:
    return event["type"] in {"Triaged", "Recategorised", "Assigned"}


def cases(count: int) -> list[Case]:
    """So many complaints, of all categories, channels and lives."""
    made = [Case(index=at, life=ROTA[at % len(ROTA)], told=_told(at)) for at in range(count)]
    for case in made:
        if case.life == "duplicate":
            case.twin = made[case.index - 1]
            case.told |= {name: case.twin.told[name] for name in ("account", "email", "category")}
    if made and made[-1].life == "original":  # its duplicate would be the next
        made[-1].life = "brief"
    return made


def _told(at: int) -> Json:
    life, categories, languages = ROTA[at % len(ROTA)], list(Category), list(TEXTS)
    language = ("en", "de")[at % 2] if life == "harmed" else languages[(at // 3) % len(languages)]
    channel = CHANNELS[at % len(CHANNELS)]
    told: Json = {
        "brand": "northlight",
        "jurisdiction": "sandbox",
        "category": categories[(at + at // len(categories)) % len(categories)].value,
        "description": f"{MARK} {(HARM if life == 'harmed' else TEXTS)[language]}",
        "name": f"{MARK} Player Example",
        "email": f"{MARK.lower()}-{at}@players.example.test",
        "account": f"{MARK}-account-{at}",
        "channel": channel,
        "language": language,
        "remedy": f"{MARK} Please put it right.",
        "transaction_references": [f"{MARK}-T-{at}"],
    }
    if at % 3 == 0:
        told |= {"amount_minor": 1_000 + 997 * at, "currency": ("GBP", "EUR", "PLN")[at % 9 // 3]}
    if channel == "intermediary":
        told |= {
            "intermediary": f"{MARK} Example Consumer Platform",
            "intermediary_reference": f"{MARK}-{at}",
        }
    if channel == "email":
        told |= {"sent_at": ago(2), "received_at": ago(1), "registered_at": ago(0.5)}
    if life.startswith("practised"):
        told["training"] = True
    return told


def ago(seconds: float) -> str:
    """An instant some seconds ago."""
    return (datetime.now(UTC) - timedelta(seconds=seconds)).isoformat(timespec="milliseconds")


def told_now(case: Case) -> Json:
    """What is told, with instants as of now where it tells any."""
    instants = {"sent_at": ago(2), "received_at": ago(1), "registered_at": ago(0.5)}
    return case.told | {name: at for name, at in instants.items() if name in case.told}


def happened(event_type: str, **facts: Any) -> Until:
    """An event of a type, with these facts."""
    return Until(
        f"{event_type} {facts or ''}",
        lambda event: (
            event["type"] == event_type and all(event["data"].get(name) == is_ for name, is_ in facts.items())
        ),
    )


ANSWERED = happened("LetterSent", kind="final_response")
DEADLOCKED = happened("DeadlockDeclared")


@dataclass
class Work:
    """What one handler does with one complaint."""

    api: Api
    case: Case

    @property
    def me(self) -> str:
        """The handler."""
        return self.case.handler

    def do(self, what: str, body: Mapping[str, Any] | None = None, user: str = "") -> Json:
        """A command that is decided on whatever is newest."""
        return self.api.post(f"complaints/{self.case.number}/{what}", body or {}, user or self.me)

    def decide(self, what: str, body: Mapping[str, Any] | None = None, user: str = "") -> Json:
        """A command that names the version it was decided on."""
        return self.api.decide(self.case.number, what, body or {}, user or self.me)

    def assign(self) -> None:
        """Make it mine."""
        self.decide("assignment", {"assignee": self.me})

    def note(self, visibility: str = "internal") -> None:
        """Write something down."""
        self.do("notes", {"visibility": visibility, "text": f"{MARK} What was said on the phone."})

    def propose(self, outcome: str, redress: int | None = None) -> None:
        """Propose an outcome, perhaps with redress in pence."""
        paid = {"redress_minor": redress, "currency": "GBP", "redress_kind": "refund"} if redress else {}
        reasons = {"outcome": outcome, "reasons": f"{MARK} The log shows it.", "clause": f"{MARK} Terms 7.2"}
        self.decide("decision", {**reasons, **paid, "cause": "agent_error"})

    def approve(self) -> None:
        """Another person agrees."""
        self.decide("decision/approval", user=self.supervisor)

    def settle(self, outcome: str, redress: int | None = None) -> None:
        """Propose, and have it approved."""
        self.propose(outcome, redress)
        self.approve()

    def refer(self) -> None:
        """The player goes to the outside body, which has its file complete."""
        body = {"body": "adr", "complete_file_at": ago(0.5), "reference": f"{MARK}-ADR"}
        self.do("adr-referral", body, self.supervisor)
        self.do("adr-referral/answer", {"reference": f"{MARK} Mail to the body"}, self.supervisor)

    @property
    def supervisor(self) -> str:
        """Who approves."""
        return SUPERVISORS[self.case.index % len(SUPERVISORS)]


def brief(work: Work) -> Life:
    """Decided at once."""
    work.assign()
    work.settle("rejected")
    yield from ()


def paid(work: Work) -> Life:
    """Upheld with redress, which finance pays."""
    work.assign()
    work.note()
    reference = {"kind": "transaction", "id": f"{MARK}-T-7", "label": f"{MARK} The deposit"}
    work.do("context", {"references": [reference, {"kind": "game_round", "id": f"{MARK}-R-5"}]})
    work.settle("upheld", 2_550)
    yield from ()


def asked(work: Work) -> Life:
    """The clock stops for a question; the player answers in a chat."""
    work.assign()
    work.do("information-requests", {"question": f"{MARK} Which game was it?", "pause_clock": True})
    yield happened("LetterSent", kind="information_request")
    work.do("replies", {"text": f"{MARK} It was the game of the week."}, DESK)
    work.settle("partly_upheld", 1_275)


def tasked(work: Work) -> Life:
    """Finance looks something up first."""
    work.assign()
    work.do("tasks", {"team": "finance", "what": f"{MARK} When was it booked?"})
    yield happened("TaskClosed")
    work.settle("rejected")


def returned(work: Work) -> Life:
    """A proposal comes back with a comment, and is made anew."""
    work.assign()
    work.propose("rejected")
    work.decide("decision/return", {"comment": f"{MARK} Explain the other half."}, work.supervisor)
    work.settle("goodwill", 500)
    yield from ()


def withdrawn(work: Work) -> Life:
    """The player takes it back."""
    work.do("withdrawal", {"reason": f"{MARK} It has arrived."}, DESK)
    yield from ()


def escalated(work: Work) -> Life:
    """A handler takes it up, and tells the player; a supervisor weighs and decides it."""
    work.assign()
    with suppress(Overtaken):  # the clock may have taken it there before
        work.do("escalation", {"level": 2, "reason": f"{MARK} The supplier does not answer."})
    work.decide(
        "triage", {"severity": "high", "priority": 1, "reason": f"{MARK} Third time."}, work.supervisor
    )
    work.note("player")
    work.settle("upheld")
    yield from ()


def reopened(work: Work) -> Life:
    """The player does not accept the answer; somebody else of the team decides."""
    work.assign()
    work.settle("rejected")
    yield ANSWERED
    work.do("reopening", {"ground": "disputed", "reason": f"{MARK} There were new conditions."}, DESK)
    others = [one for one in TEAMS[work.case.team or "player-care"] if one != work.me]
    supervisor = work.supervisor
    work.case.handler = others[0]
    work.decide("assignment", {"assignee": work.me}, supervisor)
    work.propose("upheld")
    second = next(one for one in SUPERVISORS if one != supervisor)
    work.decide("decision/approval", user=second)


def referred(work: Work) -> Life:
    """There will be no agreement: the outside body settles it."""
    work.assign()
    work.decide("deadlock", {"reasons": f"{MARK} The account stays closed."}, work.supervisor)
    yield happened("LetterSent", kind="deadlock")
    work.refer()
    work.do("adr-referral/outcome", {"outcome": "settled", "reference": f"{MARK}-ADR-2"}, work.supervisor)


def awarded(work: Work) -> Life:
    """The clock ends it; the outside body awards something, which finance pays."""
    work.assign()
    yield DEADLOCKED
    work.refer()
    award = {"outcome": "upheld", "redress_minor": 5_000, "currency": "GBP", "reference": f"{MARK}-ADR-3"}
    work.do("adr-referral/outcome", award, work.supervisor)


def left(work: Work) -> Life:
    """Nobody decides: deadlock before the final date, and the time for the outside body ends by itself."""
    work.assign()
    yield from ()


def original(work: Work) -> Life:
    """The same player complains again: the other complaint goes on in this one."""
    work.assign()
    yield happened("DuplicateLinked")
    work.settle("partly_upheld", 700)


def duplicate(work: Work) -> Life:
    """It goes on in the complaint before it."""
    twin = work.case.twin
    if twin is not None:
        work.do("duplicate-of", {"number": twin.number, "reason": f"{MARK} The same player, the same thing."})
    yield from ()


def moved(work: Work) -> Life:
    """It is about something else, and takes longer than thought."""
    work.assign()
    work.decide("category", {"category": "technical", "reason": f"{MARK} The game froze."})
    work.decide("extension", {"stage": "final", "reasons": f"{MARK} The supplier has not answered."})
    work.settle("out_of_scope")
    yield from ()


def harmed(work: Work) -> Life:
    """A human sees it at once."""
    work.assign()
    work.note()
    work.settle("upheld")
    yield from ()


def practised(work: Work) -> Life:
    """Practice: also the payment is."""
    work.assign()
    work.settle("upheld", 100)
    payment = {"amount_minor": 100, "currency": "GBP", "paid_on": today(), "reference": f"{MARK}-PAY"}
    work.do("redress-payments", payment)
    yield from ()


def practised_briefly(work: Work) -> Life:
    """Practice."""
    yield from brief(work)


def today() -> str:
    """The day it is in UTC."""
    return datetime.now(UTC).date().isoformat()


def late(work: Work) -> Life:
    """The clock was faster: after a deadlock it can still be decided, unless it is at the outside body."""
    work.settle("upheld")
    yield from ()


LIVES: Mapping[str, Callable[[Work], Life]] = {
    life.__name__: life
    for life in (
        *(brief, paid, asked, tasked, returned, withdrawn, escalated, reopened, referred, awarded, left),
        *(original, duplicate, moved, harmed, practised, practised_briefly),
    )
}
ROTA = (
    *("paid", "brief", "asked", "brief", "tasked", "returned", "withdrawn", "brief", "escalated", "reopened"),
    *("brief", "referred", "original", "duplicate", "left", "moved", "harmed", "practised_briefly"),
    *("practised", "awarded"),
)
