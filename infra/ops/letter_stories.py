"""Complaints as they stand when a letter is owed: one for each kind of letter, for the preview and for tests.

Nothing is stored: a story is the events of one complaint, decided and folded as the system does.
"""

from collections.abc import Callable, Iterable
from copy import replace
from datetime import UTC, datetime, timedelta

from redress.domain import audit, decisions, milestones, packs, receipt
from redress.domain import commands as c
from redress.domain import complaint as complaints
from redress.domain import number as complaint_number
from redress.domain.audit import Content, Record
from redress.domain.categories import Category
from redress.domain.changes import Change
from redress.domain.commands import Command
from redress.domain.complaint import Complaint
from redress.domain.correspondence import Letter, LetterKind
from redress.domain.milestones import Milestone
from redress.language import SOURCE
from redress.letters.render import render
from redress.region import Brand, EscalationLevel, ExternalBody, Region, Team
from redress.usecases.ports import CaseFile, Mail

PORTAL = "https://complaints.example.com"
KEY = "AAAFT7k3s9Qe2xVbW4nZ0pRt8uYcHdLm"
NUMBER = complaint_number.from_random(0x_17_26_93_AA_5C)
SALT = bytes(audit.SALT_BYTES)
RECEIVED = datetime(2026, 5, 4, 14, 5, tzinfo=UTC)

WRITTEN: Content = {
    "name": "Player Example",
    "email": "player@example.com",
    "account": "player-7",
    "description": "My bonus was taken away when I withdrew.",
    "transaction_references": ["W-1029"],
    "remedy": "Give the bonus back",
}
MAILED: Content = {
    "name": "Player Example",
    "email": "player@example.com",
    "account": None,
    "description": "My bonus was taken away when I withdrew.",
    "transaction_references": [],
    "remedy": None,
}
_ADJUDICATOR = ExternalBody(
    name="Example Adjudication Service",
    contact="cases@adjudication.example.test",
    url="https://adjudication.example.test",
    scope_limits="Disputes up to GBP 10,000.",
)
_COMMITTEE = ExternalBody(
    name="Example Committee for Players",
    contact="office@committee.example.test",
    url="https://committee.example.test",
    scope_limits="Complaints about games of chance.",
)

# A region whose brand works under every rule pack, and that sets the time-frame which `mt` leaves open.
REGION = Region(
    brands=(
        Brand(
            id="northlight",
            name="Northlight Casino",
            site="https://www.example.test",
            colour="#1f4e79",
            sender="complaints@mail.example.test",
            jurisdictions=dict.fromkeys(("gb-ukgc", *packs.known()), _COMMITTEE)
            | {"sandbox": _ADJUDICATOR, "gb-ukgc": _ADJUDICATOR},
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
    clients=(),
    rules={"mt": {"final": {"amount": 8, "unit": "weeks"}}},
)


class NeverOwed(LookupError):
    """No milestone of that sort lies ahead of the complaint."""


def told_by_form(
    region: Region,
    jurisdiction: str,
    written: Content = WRITTEN,
    residence: str = "",
    language: str = SOURCE,
    *,
    training: bool = False,
) -> c.Submit:
    """A complaint about a bonus of 25.50 GBP. `residence` is the rule pack of where the player lives."""
    packs_besides = (f"{residence}@{region.pack(residence).version}",) if residence else ()
    brand = next((one for one in region.brands if jurisdiction in one.jurisdictions), region.brands[0])
    return c.Submit(
        brand=brand.id,
        jurisdiction=jurisdiction,
        pack_version=region.pack(jurisdiction).version,
        channel="form",
        language=language,
        category=Category.BONUSES.value,
        occurred_on="2026-03-01",
        amount_minor=2550,
        currency="GBP",
        content=written,
        residence_packs=packs_besides,
        training=training,
    )


def told_by_mail(region: Region, jurisdiction: str, language: str = SOURCE) -> c.Submit:
    """The same complaint as somebody mails it who tells nothing that could be looked up."""
    return replace(
        told_by_form(region, jurisdiction, MAILED, language=language),
        channel="email",
        category=Category.OTHER.value,
        occurred_on=None,
        amount_minor=None,
        currency=None,
    )


class Story:
    """A complaint that lives in memory; `now` is the clock of its whole life."""

    def __init__(self, submitted: c.Submit, region: Region = REGION) -> None:
        self.now = RECEIVED
        self.number = NUMBER
        self._region = region
        self._records: tuple[Record, ...] = ()
        self._contents: dict[int, Content] = {}
        self._append(receipt.submit(submitted), "player")

    @property
    def region(self) -> Region:
        """Where it was made."""
        return self._region

    @property
    def case(self) -> CaseFile:
        """The complaint as it stands."""
        return CaseFile(
            complaint=self._complaint,
            records=self._records,
            contents=self._contents,
            generation=1,
            link_version=1,
            state_head=self._records[-1].hash,
        )

    def do(self, command: Command, actor: str = "system", *, after: timedelta = timedelta()) -> None:
        """Change the complaint, `after` a while."""
        self.now += after
        before, rules = self._complaint, self.region.rules_of(self._complaint)
        expiry = self.region.claim_expiry
        self._append(decisions.decide(before, command, self.now, actor, expiry, rules), actor)

    def send(self, kind: LetterKind) -> None:
        """What is on record once the latest letter of a kind has left."""
        key = self.letter(kind).key
        self.do(c.ClaimLetter(letter=key))
        self.do(c.RecordLetterSent(letter=key, message_id="message-1"))

    def reach(self, name: str) -> None:
        """Let the time come for the first milestone of that name."""
        self.reach_first(lambda one: one.name.startswith(name))

    def reach_first(self, fits: Callable[[Milestone], bool]) -> None:
        """Let the time come for the first milestone that fits. Raises NeverOwed when there is none."""
        complaint = self.case.complaint
        rules = self.region.rules_of(complaint)
        found = next((one for one in milestones.milestones(rules, complaint) if fits(one)), None)
        if found is None:
            raise NeverOwed
        self.now = max(self.now, found.at)
        self.do(found.command)

    def letter(self, kind: LetterKind) -> Letter:
        """The latest letter of a kind that is owed or sent."""
        return [one for one in self.case.complaint.letters.values() if one.kind is kind][-1]

    def render(self, kind: LetterKind, portal: str = PORTAL, *, answers_read: bool = False) -> Mail:
        """The latest letter of a kind, written as of now."""
        case, region = self.case, self.region
        rules, letter = region.rules_of(case.complaint), self.letter(kind)
        return render(letter, case, region, rules, portal, KEY, self.now, answers_read=answers_read)

    @property
    def _complaint(self) -> Complaint:
        return complaints.fold(self._records)

    def _append(self, changes: Iterable[Change], actor: str) -> None:
        for seq, one in enumerate(changes, start=len(self._records) + 1):
            hashed = audit.content_hash(one.content, SALT) if one.content is not None else None
            head = self._records[-1].hash if self._records else audit.GENESIS
            record = audit.write(self.number, seq, self.now, actor, one.event, head, hashed)
            self._records += (record,)
            if one.content is not None:
                self._contents[seq] = one.content
