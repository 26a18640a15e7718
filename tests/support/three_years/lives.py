"""What becomes of a complaint: commands that the domain decides, with letters and milestones.

What happens to one is drawn from its own number, so that it does not depend on any other.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from copy import replace
from datetime import datetime, timedelta
from functools import cache
from random import Random
from typing import NamedTuple
from zoneinfo import ZoneInfo

from redress.domain import commands as c
from redress.domain import instants, packs
from redress.domain import number as complaint_number
from redress.domain.commands import Command
from redress.domain.complaint import is_held, is_live
from redress.domain.correspondence import LetterKind
from redress.domain.errors import IllegalTransition, NotAllowedByPack
from redress.domain.milestones import milestones
from redress.domain.rules import Rules
from redress.domain.stages import LEGAL_AT, Stage
from tests.support.cluster_histories import CATEGORIES, some
from tests.support.complaints import APPROVER, HANDLER, PLAYER, PROPOSE, SYSTEM, TRIAGE, personal, submit
from tests.support.returns import PACKS, SECOND, THIRD, Licensed
from tests.support.three_years.house import (
    CAUSES,
    DAY,
    END,
    HOUR,
    HOUSE,
    NEW_CAUSE,
    OLD_CAUSE,
    Receipt,
    receipts,
)

RENAMED_AT = datetime.fromisoformat("2027-06-01T00:00:00Z")
CURRENCIES = {"GBP": 5, "EUR": 4, "USD": 2, "CAD": 1, "JPY": 1}
OUTCOMES = {"rejected": 45, "upheld": 25, "partly_upheld": 20, "goodwill": 5, "out_of_scope": 5}
OUTSIDE = {"upheld": 20, "partly_upheld": 15, "rejected": 50, "settled": 10, "discontinued": 5}
TEAMS = {"payments": 5, "care": 4, "vip": 1}
PAYABLE = frozenset({"upheld", "partly_upheld", "goodwill"})


class Over(Exception):
    """What comes next lies behind the end of the history."""


class Told(NamedTuple):
    """A life, and whether it began as part of a planted rise."""

    life: "Life"
    receipt: Receipt


class Life(Licensed):
    """A complaint of the house. `patient`: nobody has acknowledged it yet."""

    patient = False

    @property
    def rules(self) -> Rules:
        """The rule packs it runs by."""
        return HOUSE.rules_of(self.complaint)

    def post(self) -> None:
        """Send every letter that is owed."""
        while owed := [key for key, one in self.complaint.letters.items() if self._leaves(key)]:
            self.do(c.ClaimLetter(letter=owed[0]), SYSTEM)
            self.do(c.RecordLetterSent(letter=owed[0], message_id="message-1"), SYSTEM)

    def _leaves(self, key: str) -> bool:
        one = self.complaint.letters[key]
        waits = is_held(self.complaint, one) or (self.patient and one.kind is LetterKind.ACKNOWLEDGEMENT)
        return is_live(self.complaint, one) and not waits

    def pass_time(self, span: timedelta) -> None:
        """Whatever falls due until then. Raises Over."""
        until = self.now + span
        self.post()
        while True:
            ahead = milestones(self.rules, self.complaint)
            if not ahead or ahead[0].at >= min(until, END):
                break
            self.do(ahead[0].command, SYSTEM, at=max(ahead[0].at, self.now))
            self.post()
        if until >= END:
            raise Over
        self.now = max(until, self.now)

    def may(self, command: Command, actor: str = HANDLER) -> bool:
        """Do what is possible as it stands, and say whether it was."""
        if self.complaint.stage not in LEGAL_AT[type(command)]:
            return False
        with suppress(IllegalTransition, NotAllowedByPack):
            self.do(command, actor)
            self.post()
            return True
        return False


def histories(pack: str, size: int, seed: int) -> Iterator[Told]:
    """So many complaints of a licence, one after the other; one that goes on in another comes beside it."""
    waiting: list[Receipt] = receipts(pack, size, seed)
    place = 0
    while place < len(waiting):
        draw = Random(f"{seed} {pack} {place}")  # noqa: S311  (a history, no secret)
        found = [_received(pack, place, waiting[place], draw)]
        place += 1
        if place < len(waiting) and draw.random() < 0.03:
            found.append(_received(pack, place, waiting[place], draw))
            place += 1
        with suppress(Over):
            _live(*(one.life for one in found), draw=draw)
        for one in found[1:]:
            with suppress(Over):
                _go_on_alone(one.life, draw)
        yield from found


def _received(pack: str, place: int, receipt: Receipt, draw: Random) -> Told:
    known, at = receipt.facts, receipt.at
    told = instants.to_text(at - timedelta(hours=draw.randint(1, 60))) if draw.random() < 0.04 else None
    command = replace(
        submit(pack, known["category"]),
        pack_version=_version(pack, f"{at.astimezone(ZoneInfo(HOUSE.pack(pack).timezone)):%Y-%m-%d}"),
        brand=known["brand"],
        language=known["language"],
        channel=known["channel"],
        received_at=told,
        training=draw.random() < 0.015,
        suspicions=("many",) if draw.random() < 0.04 else (),
        subject=_subject(known) if draw.random() < 0.9 else None,
    )
    number = complaint_number.from_random(place * len(PACKS) + PACKS.index(pack) + 1)
    return Told(Life(command, at, number), receipt)


def _version(pack: str, day: str) -> str:
    """The version of a pack that holds on a local day."""
    return next(version for since, version in reversed(_versions(pack)) if since <= day)


@cache
def _versions(pack: str) -> list[tuple[str, str]]:
    return [(str(one["valid_from"]), str(one["version"])) for one in packs.history(pack)]


def _subject(known: Mapping[str, str]) -> c.StateSubject:
    return c.StateSubject(
        product=known["product"],
        game=known.get("game"),
        provider=known.get("provider"),
        payment_route=known.get("payment_route"),
    )


def _live(life: Life, twin: Life | None = None, *, draw: Random) -> None:
    """All of it. Raises Over."""
    if life.complaint.suspicions and not _is_let_through(life, draw):
        life.pass_time(END - life.now)
    life.patient = True
    life.pass_time(HOUR / 60 if draw.random() < 0.6 else _late(draw))
    life.patient = False
    life.post()
    _weigh(life, draw)
    if twin:
        _link(life, twin, draw)
    life.pass_time(timedelta(hours=draw.expovariate(1 / 8)))
    _work(life, draw)
    _FATES[some(draw, _SHARES)](life, draw)
    _afterwards(life, draw)
    life.pass_time(END - life.now)


def _go_on_alone(twin: Life, draw: Random) -> None:
    """What nobody linked has a life of its own."""
    if twin.complaint.primary is None:
        _live(twin, draw=draw)


def _late(draw: Random) -> timedelta:
    return timedelta(hours=draw.choice((2, 10, 20, 23, 30, 60, 100, 200)) * draw.uniform(0.8, 1.2))


def _is_let_through(life: Life, draw: Random) -> bool:
    """A person looks at what is suspected of spam, mostly; now and then they were wrong first."""
    life.pass_time(timedelta(hours=draw.expovariate(1 / 10)))
    if draw.random() < 0.1:
        return False  # nobody looked
    if draw.random() < 0.7:
        life.may(c.RejectAsSpam(content=personal("spam")))
        life.pass_time(timedelta(days=draw.expovariate(1 / 5)))
        if draw.random() < 0.85:
            return False
    return life.may(c.Release(content=personal("none")))


def _weigh(life: Life, draw: Random) -> None:
    nature = "dispute" if draw.random() < 0.3 else "complaint"
    severity = some(draw, {"normal": 6, "high": 3, "low": 1})
    team = some(draw, TEAMS)
    life.may(replace(TRIAGE, nature=nature, severity=severity, team=team), SYSTEM)


def _link(life: Life, twin: Life, draw: Random) -> None:
    """The later one goes on in the earlier one, or the other way round: people notice as they read."""
    twin.pass_time(timedelta(hours=draw.uniform(1, 20)))
    now = max(life.now, twin.now)
    life.pass_time(now - life.now)
    twin.pass_time(now - twin.now)
    one = twin.complaint
    if one.training != life.complaint.training or life.complaint.stage not in LEGAL_AT[c.LinkDuplicate]:
        return
    if twin.may(c.LinkAsDuplicate(primary=life.complaint.number, content=personal("the same"))):
        received = instants.to_text(one.own_received_at)
        life.may(c.LinkDuplicate(duplicate=one.number, received_at=received))


def _work(life: Life, draw: Random) -> None:
    """What handlers do on the way: nothing mostly."""
    if draw.random() < 0.06:
        category = some(draw, CATEGORIES)
        life.may(c.Recategorise(category=category, team=some(draw, TEAMS), content=personal("why")))
        _weigh(life, draw)
    if draw.random() < 0.04:
        nature = draw.choice(("dispute", "complaint"))
        life.may(c.OverruleTriage(content=personal("why"), nature=nature))
    if draw.random() < 0.03:
        life.may(c.StateSubject(game=f"game-{draw.randint(1, 60)}", product="casino"))
    if draw.random() < 0.03:
        life.may(c.Escalate(content=personal("look")))
    if draw.random() < 0.2:
        life.may(c.Assign(assignee="handler", team=some(draw, TEAMS)))


def _answered(life: Life, draw: Random) -> None:
    slow = draw.random() < 0.12
    life.pass_time(timedelta(days=draw.uniform(10, 70) if slow else draw.lognormvariate(1.5, 0.7)))
    _decide(life, draw, HANDLER, APPROVER)


def _decide(life: Life, draw: Random, handler: str, approver: str) -> None:
    outcome = some(draw, OUTCOMES)
    amount = draw.choice((500, 1000, 2550, 12_345)) if outcome in PAYABLE and draw.random() < 0.7 else None
    currency = some(draw, CURRENCIES) if amount else None
    proposed = replace(PROPOSE, outcome=outcome, redress_minor=amount, currency=currency)
    proposed = replace(proposed, redress_kind="refund" if amount else None)
    if draw.random() < 0.6:
        proposed = replace(proposed, cause=c.FindCause(cause=_cause(life, draw)))
    if not life.may(proposed, handler):
        return
    life.pass_time(timedelta(hours=draw.expovariate(1 / 6)))
    pay_by = instants.to_text(life.now + 7 * DAY) if amount else None
    life.may(c.ApproveDecision(pay_by=pay_by), approver)


def _cause(life: Life, draw: Random) -> str:
    found = draw.choice(CAUSES)
    return OLD_CAUSE if found == NEW_CAUSE and life.now < RENAMED_AT else found


def _withdrawn(life: Life, draw: Random) -> None:
    life.pass_time(timedelta(days=draw.expovariate(1 / 6)))
    life.may(c.Withdraw(), PLAYER)


def _deadlocked(life: Life, draw: Random) -> None:
    life.pass_time(timedelta(days=draw.uniform(5, 40)))
    if not life.may(c.DeclareDeadlock(content=personal("no way"))):
        _decide(life, draw, HANDLER, APPROVER)


def _slow(life: Life, draw: Random) -> None:
    """Nobody answers for months: the law, or the deadlock, comes first."""
    life.pass_time(timedelta(days=draw.uniform(60, 150)))
    _decide(life, draw, HANDLER, APPROVER)


_FATES: Mapping[str, Callable[[Life, Random], None]] = {
    "answered": _answered,
    "withdrawn": _withdrawn,
    "deadlocked": _deadlocked,
    "slow": _slow,
}
_SHARES = {"answered": 89, "withdrawn": 4, "deadlocked": 4, "slow": 3}


def _afterwards(life: Life, draw: Random) -> None:
    """What the player makes of it, and what is learnt, paid and forgotten later."""
    life.pass_time(timedelta(days=draw.expovariate(1 / 3)))
    _pay(life, draw)
    if draw.random() < 0.25:
        life.may(c.GiveFeedback(score=draw.choice((1, 1, 2, 3, 4, 5, 5))), PLAYER)
    if draw.random() < 0.06:
        _reopen(life, draw)
    if draw.random() < 0.06:
        _go_outside(life, draw)
    life.pass_time(timedelta(days=draw.uniform(10, 40)))
    if draw.random() < 0.15:
        life.may(c.FindCause(cause=_cause(life, draw)))
    if draw.random() < 0.05:
        life.may(c.GiveFeedback(score=draw.randint(1, 5)), PLAYER)
    _pay(life, draw)
    life.may(c.Close(reason="completed"), SYSTEM)
    if draw.random() < 0.03:
        _go_outside(life, draw)
    if draw.random() < 0.05:
        _forget(life, draw)


def _pay(life: Life, draw: Random) -> None:
    for owed in life.complaint.unpaid if draw.random() < 0.9 else ():
        if owed.amount_minor and owed.currency:
            paid_on = f"{life.now:%Y-%m-%d}"
            amount, more = owed.amount_minor, 100 if draw.random() < 0.1 else 0
            paid = c.RecordRedressPaid(
                amount_minor=amount + more, currency=owed.currency, paid_on=paid_on, opened=owed.opened
            )
            life.may(paid)


def _reopen(life: Life, draw: Random) -> None:
    ground = draw.choice(("disputed", "disputed", "new_information"))
    if life.may(c.Reopen(ground=ground, content=personal("no")), PLAYER):
        life.pass_time(timedelta(days=draw.expovariate(1 / 10)))
        _decide(life, draw, SECOND, THIRD)


def _go_outside(life: Life, draw: Random) -> None:
    body = life.rules.licence.external_bodies[0].key
    life.pass_time(timedelta(days=draw.expovariate(1 / 15)))
    complete = instants.to_text(life.now)
    if life.may(c.ReferToAdr(body=body, complete_file_at=complete)):
        life.pass_time(timedelta(days=draw.uniform(20, 120)))
        decided = some(draw, OUTSIDE)
        won = decided in {"upheld", "partly_upheld", "settled"}
        money = (draw.choice((1000, 5000)), some(draw, CURRENCIES)) if won else (None, None)
        life.may(c.RecordAdrOutcome(outcome=decided, redress_minor=money[0], currency=money[1]))
        life.pass_time(timedelta(days=draw.uniform(1, 20)))
        _pay(life, draw)
        life.may(c.Close(reason="adr_decided"), SYSTEM)


def _forget(life: Life, draw: Random) -> None:
    """What is known of the person goes; what happened stays."""
    life.pass_time(timedelta(days=draw.uniform(5, 200)))
    because = draw.choice(("request", "retention"))
    if life.complaint.stage is Stage.CLOSED and life.may(c.OrderErasure(because=because), SYSTEM):
        life.may(c.RecordErased(contents=3, files=0, mails=0), SYSTEM)
