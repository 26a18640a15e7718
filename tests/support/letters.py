"""One complaint for each kind of letter, as it stands when the letter is owed, and the golden files of them.

`python -m tests.support.letters` writes the golden files anew; the diff is then for people to read.
"""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

from redress.domain import commands as c
from redress.domain import milestones
from redress.domain.audit import Content
from redress.domain.commands import Command
from redress.domain.correspondence import Letter, LetterKind
from redress.letters.render import render
from redress.region import Region
from redress.usecases.change import Desk, change
from redress.usecases.plan_next import reach
from redress.usecases.ports import CaseFile, Mail, Request, Store
from redress.usecases.submit_complaint import Intake, submit_complaint
from tests.support import complaints
from tests.support.memory_store import MemoryStore

GOLDEN = Path(__file__).parent.parent / "unit/letters"
PORTAL = "https://complaints.example.com"
KEY = "AAAFT7k3s9Qe2xVbW4nZ0pRt8uYcHdLm"
RECEIVED = datetime(2026, 5, 4, 14, 5, tzinfo=UTC)
HANDLER = "app:back-office/handler"

WRITTEN: Content = {
    "name": "Player Example",
    "email": "player@example.com",
    "account": "player-7",
    "description": "My bonus was taken away when I withdrew.",
    "transaction_references": ["W-1029"],
    "remedy": "Give the bonus back",
}
QUESTION: Content = {
    "question": "Which device did you use on 3 May?\n\nIf you still have it, please send us the confirmation"
    " of your withdrawal. A photo of the screen is enough."
}
REASONS: Content = {
    "reasons": "You withdrew 25.50 GBP on 3 May 2026 while the welcome bonus was active.\n\nOur pages said"
    " that a withdrawal ends the bonus, but the confirmation page did not say it again. You could not know"
    " that the bonus would be lost, so we give half of it back.",
    "clause": "Bonus terms, 4.2: a withdrawal before the wagering requirement is met ends the bonus.",
}


class Story:
    """A complaint in a store of its own, in memory if none is given; `now` is the clock of its whole life."""

    def __init__(
        self,
        jurisdiction: str = "gb-ukgc",
        written: Content = WRITTEN,
        region: Region = complaints.REGION,
        store: Store | None = None,
    ) -> None:
        self.now = RECEIVED
        self.store = MemoryStore(lambda: self.now)
        self.desk = Desk(
            store=store or self.store, region=region, now=lambda: self.now, salt=bytes, pause=lambda _: None
        )
        request = Request(client="t", key="k", fingerprint="f", expires_at=RECEIVED + timedelta(days=1))
        submitted = complaints.submit(jurisdiction, content=written)
        intake = Intake(desk=self.desk, random_bits=lambda _: 0x_17_26_93_AA_5C)
        self.number = submit_complaint(intake, submitted, "player", request, "player-key").number

    @property
    def case(self) -> CaseFile:
        """The complaint as it stands."""
        return self.desk.store.load(self.number)

    def do(self, command: Command, actor: str = "system", *, after: timedelta = timedelta()) -> None:
        """Change the complaint, `after` a while."""
        self.now += after
        change(self.desk, self.number, command, actor)

    def send(self, kind: LetterKind) -> None:
        """What is on record once the latest letter of a kind has left."""
        key = self.letter(kind).key
        self.do(c.ClaimLetter(letter=key))
        self.do(c.RecordLetterSent(letter=key, message_id="message-1"))

    def reach(self, name: str) -> None:
        """Let the time come for the first milestone of that name."""
        complaint = self.case.complaint
        rules = self.desk.region.rules_of(complaint)
        found = next(one for one in milestones.milestones(rules, complaint) if one.name.startswith(name))
        self.now = max(self.now, found.at)
        self.do(reach(found))

    def letter(self, kind: LetterKind) -> Letter:
        """The latest letter of a kind that is owed or sent."""
        return [one for one in self.case.complaint.letters.values() if one.kind is kind][-1]

    def render(self, kind: LetterKind) -> Mail:
        """The latest letter of a kind, written as of now."""
        case = self.case
        rules = self.desk.region.rules_of(case.complaint)
        return render(self.letter(kind), case, self.desk.region, rules, PORTAL, KEY, self.now)


def investigating(story: Story) -> Story:
    """Acknowledged and with its team."""
    story.now += timedelta(minutes=2)
    story.send(LetterKind.ACKNOWLEDGEMENT)
    story.do(complaints.TRIAGE)
    return story


def asked(story: Story) -> Story:
    """The player was asked a question."""
    investigating(story)
    story.do(c.RequestInformation(content=QUESTION), HANDLER, after=timedelta(days=2))
    return story


def decided(
    story: Story, outcome: str = "partly_upheld", reasons: Content = REASONS, redress: int | None = 1275
) -> Story:
    """The operator decided."""
    investigating(story)
    currency = "GBP" if redress else None
    proposed = c.ProposeDecision(outcome=outcome, content=reasons, redress_minor=redress, currency=currency)
    story.do(proposed, HANDLER, after=timedelta(days=20))
    story.do(c.ApproveDecision(), "app:back-office/approver")
    return story


def _resolved(story: Story) -> Story:
    decided(story)
    story.send(LetterKind.FINAL_RESPONSE)
    return story


def _reached(*names: str) -> Callable[[Story], Story]:
    def tell(story: Story) -> Story:
        investigating(story)
        for name in names:
            story.reach(name)
        return story

    return tell


TOLD: Mapping[LetterKind, Callable[[Story], Story]] = {
    LetterKind.ACKNOWLEDGEMENT: lambda story: story,
    LetterKind.INFORMATION_REQUEST: asked,
    LetterKind.PROGRESS: _reached("progress"),
    LetterKind.FINAL_RESPONSE: decided,
    LetterKind.DEADLOCK: _reached("deadlock"),
    LetterKind.FEEDBACK_REQUEST: _resolved,
    LetterKind.WARNING: _reached("warning"),
    LetterKind.ESCALATION: _reached("escalation_1", "escalation_2"),
    LetterKind.BREACH: _reached("due"),
}


def sample(kind: LetterKind, jurisdiction: str = "gb-ukgc") -> Mail:
    """The letter of a kind, from its story."""
    return TOLD[kind](Story(jurisdiction)).render(kind)


def in_full(mail: Mail) -> str:
    """The text form with what stands above it in a mail program."""
    return f"From: {mail.sender}\nTo: {mail.to}\nSubject: {mail.subject}\n\n{mail.text}"


def main() -> None:
    """Write the golden files."""
    GOLDEN.mkdir(exist_ok=True)
    for kind in LetterKind:
        mail = sample(kind)
        (GOLDEN / f"{kind}.txt").write_text(in_full(mail), encoding="utf-8")
        (GOLDEN / f"{kind}.html").write_text(mail.html, encoding="utf-8")


if __name__ == "__main__":
    main()
