"""Complaints for tests: commands, histories and cases at every stage, made by the domain itself."""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta

from redress.domain import audit, commands, complaint, decisions, instants, receipt
from redress.domain.audit import Content, Record
from redress.domain.changes import Change
from redress.domain.commands import Command
from redress.domain.correspondence import Letter, LetterKind
from redress.domain.rules import Rules
from redress.domain.stages import Stage
from redress.region import Brand, Client, EscalationLevel, ExternalBody, Region, Team

NUMBER = "0123-4567-M"
T0 = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
CLAIM_EXPIRY = timedelta(minutes=10)
SALT = bytes(range(audit.SALT_BYTES))

# ISO 4217's own code for "no currency": of the right form and on the list, and yet no money can be in it.
NO_CURRENCY = "XXX"

PLAYER, SYSTEM = "player", "system"
HANDLER, APPROVER = "app:back-office/handler", "app:back-office/approver"

# Marks every personal or free text of a test complaint, to be looked for where it must not be.
PERSONAL = "PERSONAL-MARK"

_ADR = ExternalBody(
    name="Example Adjudication Service",
    contact="cases@adjudication.example.test",
    url="https://adjudication.example.test",
    scope_limits="Disputes up to GBP 10,000.",
)

REGION = Region(
    brands=(
        Brand(
            id="northlight",
            name="Northlight Casino",
            site="https://www.example.test",
            colour="#1f4e79",
            sender="complaints@mail.example.test",
            jurisdictions={"sandbox": _ADR, "gb-ukgc": _ADR},
        ),
    ),
    teams=(
        Team(id="care", name="Player Care", email="care@example.test", categories=("account", "other")),
        Team(id="payments", name="Payments", email="payments@example.test", categories=("bonuses",)),
    ),
    escalation=(
        EscalationLevel(name="Complaints manager", email="manager@example.test"),
        EscalationLevel(name="Compliance", email="compliance@example.test"),
    ),
    clients=(Client(id="back-office", brands=("northlight",), scopes=("read", "write", "decide")),),
)


def personal(what: str) -> Content:
    """Content whose every text carries the mark."""
    return {"text": f"{PERSONAL} {what}"}


def submit(
    jurisdiction: str = "sandbox",
    category: str = "bonuses",
    amount_minor: int | None = 2550,
    content: Content | None = None,
) -> commands.Submit:
    """A complaint about a bonus of 25.50 GBP, as the form sends it."""
    return commands.Submit(
        brand="northlight",
        jurisdiction=jurisdiction,
        pack_version="2026.1",
        channel="form",
        language="en",
        category=category,
        occurred_on="2026-03-01",
        amount_minor=amount_minor,
        currency=None if amount_minor is None else "GBP",
        content=content
        or {
            "name": f"{PERSONAL} name",
            "email": f"{PERSONAL}@example.test",
            "account": None,
            "description": f"{PERSONAL} what happened",
            "transaction_references": [f"{PERSONAL} reference"],
            "remedy": f"{PERSONAL} remedy",
        },
    )


class Case:
    """A complaint driven through `decide` and `evolve`, with the records that a store would hold."""

    def __init__(
        self, command: commands.Submit | None = None, at: datetime = T0, number: str = NUMBER
    ) -> None:
        self.records: list[Record] = []
        self.now = at
        self._append(number, receipt.submit(command or submit()), PLAYER)
        self.complaint = complaint.fold(self.records)

    def do(self, command: Command, actor: str = HANDLER, *, at: datetime | None = None) -> list[Change]:
        """Decide a command at an instant (the last one if none is given) and append what it leads to."""
        self.now = at or self.now
        changes = decisions.decide(self.complaint, command, self.now, actor, CLAIM_EXPIRY, self.rules)
        new = self._append(self.complaint.number, changes, actor)
        self.complaint = complaint.fold_onto(self.complaint, new)
        return changes

    @property
    def rules(self) -> Rules:
        """The rule packs it runs by."""
        return REGION.rules_of(self.complaint)

    def letter(self, kind: LetterKind) -> Letter:
        """The latest letter of a kind."""
        return [one for one in self.complaint.letters.values() if one.kind is kind][-1]

    def send(self, kind: LetterKind, *, at: datetime | None = None) -> None:
        """Claim and send the latest letter of a kind."""
        key = self.letter(kind).key
        self.do(commands.ClaimLetter(letter=key), SYSTEM, at=at)
        self.do(commands.RecordLetterSent(letter=key, message_id="message-1"), SYSTEM)

    @property
    def head(self) -> str:
        """The hash of the last record."""
        return self.records[-1].hash

    def _append(self, number: str, changes: Sequence[Change], actor: str) -> list[Record]:
        new = []
        for one in changes:
            previous = self.records[-1].hash if self.records else audit.GENESIS
            hashed = audit.content_hash(one.content, SALT) if one.content is not None else None
            seq = len(self.records) + 1
            new.append(audit.write(number, seq, self.now, actor, one.event, previous, hashed))
            self.records.append(new[-1])
        return new


def milestone(
    name: str = "warning_1", clock: str = "final", *, level: int | None = None, breach: bool = False
) -> commands.ReachMilestone:
    """The command that records a milestone of the first version of a deadline."""
    return commands.ReachMilestone(
        clock=clock,
        milestone=name,
        deadline_version="1",
        due_at=instants.to_text(T0),
        kind="duty" if breach else "house",
        breach=breach,
        pack="sandbox",
        pack_version="2026.1",
        level=level,
    )


TRIAGE = commands.Triage(team="payments", severity="normal", reasons=("no_rule_fired",))
PROPOSE = commands.ProposeDecision(outcome="partly_upheld", content=personal("reasons"))
PROPOSE_REDRESS = commands.ProposeDecision(
    outcome="partly_upheld",
    content=personal("reasons"),
    redress_minor=1000,
    currency="GBP",
    redress_kind="refund",
)
APPROVE = commands.ApproveDecision()
DEADLOCK = milestone("deadlock")


def _received(_: Case) -> None:
    return


def _acknowledged(case: Case) -> None:
    case.send(LetterKind.ACKNOWLEDGEMENT)


def _investigating(case: Case) -> None:
    _acknowledged(case)
    case.do(TRIAGE, SYSTEM)


def _deadlocked(case: Case) -> None:
    _investigating(case)
    case.do(DEADLOCK, SYSTEM)


def _decided(case: Case) -> None:
    _investigating(case)
    case.do(PROPOSE)
    case.do(APPROVE, APPROVER)


def _resolved(case: Case) -> None:
    _decided(case)
    case.send(LetterKind.FINAL_RESPONSE)


def _closed(case: Case) -> None:
    _resolved(case)
    case.do(commands.Close(reason="completed"), SYSTEM)


_WAY_TO: Mapping[Stage, Callable[[Case], None]] = {
    Stage.RECEIVED: _received,
    Stage.ACKNOWLEDGED: _acknowledged,
    Stage.INVESTIGATING: _investigating,
    Stage.DEADLOCKED: _deadlocked,
    Stage.DECIDED: _decided,
    Stage.RESOLVED: _resolved,
    Stage.CLOSED: _closed,
}


def at_stage(stage: Stage, command: commands.Submit | None = None, at: datetime = T0) -> Case:
    """A complaint that came to a stage by the straight way."""
    case = Case(command, at)
    bring(case, stage)
    return case


def bring(case: Case, stage: Stage) -> None:
    """Bring a complaint that was just received to a stage by the straight way."""
    _WAY_TO[stage](case)
