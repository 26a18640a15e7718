"""One complaint for each kind of letter, as it stands when the letter is owed, and the golden files of them.

`python -m tests.support.letters` writes the golden files anew; the diff is then for people to read.
"""

from collections.abc import Callable, Mapping
from copy import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

from redress.domain import commands as c
from redress.domain import milestones, packs
from redress.domain.audit import Content
from redress.domain.commands import Command
from redress.domain.correspondence import Letter, LetterKind
from redress.domain.milestones import Milestone
from redress.letters.render import render
from redress.region import ExternalBody, Region
from redress.usecases.change import Desk, change
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
EXPLANATION: Content = {
    "explanation": "On 6 May you told us by phone that your bank is sending you the statement of April.\n\n"
    "We wait for it, because only the statement shows whether the deposit of 12 April came back to you."
}
MORE_TIME: Content = {
    "reasons": "The provider of the game has not sent us the record of your rounds of 3 May yet. It promised"
    " us to do so by 28 May."
}
CLAUSE = "General terms, 7.3: winnings from a bonus are paid once the wagering requirement is met."


def region_for_all() -> Region:
    """A region whose brand works under every rule pack, and that sets the time-frame of `mt`."""
    brand = complaints.REGION.brands[0]
    committee = ExternalBody(
        name="Example Committee for Players",
        contact="office@committee.example.test",
        url="https://committee.example.test",
        scope_limits="Complaints about games of chance.",
    )
    bodies = dict.fromkeys(packs.known(), committee) | dict(brand.jurisdictions)
    own = {"mt": {"final": {"amount": 8, "unit": "weeks"}}}
    return replace(complaints.REGION, brands=(replace(brand, jurisdictions=bodies),), rules=own)


REGION = region_for_all()


class NeverOwed(LookupError):
    """No milestone of that sort lies ahead of the complaint."""


class Story:
    """A complaint in a store of its own, in memory if none is given; `now` is the clock of its whole life.

    `residence` is the rule pack of where the player lives, besides that of the licence.
    """

    def __init__(
        self,
        jurisdiction: str = "gb-ukgc",
        written: Content = WRITTEN,
        region: Region = REGION,
        store: Store | None = None,
        residence: str = "",
    ) -> None:
        self.now = RECEIVED
        self.store = MemoryStore(lambda: self.now)
        self.desk = Desk(
            store=store or self.store, region=region, now=lambda: self.now, salt=bytes, pause=lambda _: None
        )
        request = Request(client="t", key="k", fingerprint="f", expires_at=RECEIVED + timedelta(days=1))
        besides = (f"{residence}@{region.pack(residence).version}",) if residence else ()
        submitted = replace(
            complaints.submit(jurisdiction, content=written),
            pack_version=region.pack(jurisdiction).version,
            residence_packs=besides,
        )
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
        self.reach_first(lambda one: one.name.startswith(name))

    def reach_first(self, fits: Callable[[Milestone], bool]) -> None:
        """Let the time come for the first milestone that fits. Raises NeverOwed when there is none."""
        complaint = self.case.complaint
        rules = self.desk.region.rules_of(complaint)
        found = next((one for one in milestones.milestones(rules, complaint) if fits(one)), None)
        if found is None:
            raise NeverOwed
        self.now = max(self.now, found.at)
        self.do(found.command)

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


def is_over_soon(story: Story) -> bool:
    """Whether the complaint counts in seconds: it is over in the time that the first step takes."""
    return story.case.complaint.jurisdiction == "sandbox"


def asked(story: Story) -> Story:
    """The player was asked a question."""
    if is_over_soon(story):
        story.do(complaints.TRIAGE)
    else:
        investigating(story)
        story.now += timedelta(days=2)
    story.do(c.RequestInformation(content=QUESTION), HANDLER)
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


def paused(story: Story, reason: str = "awaiting_player_info", content: Content = EXPLANATION) -> Story:
    """The operator stopped the clock."""
    if not is_over_soon(story):
        investigating(story)
        story.now += timedelta(days=2)
    story.do(c.PauseClock(reason=reason, content=content), HANDLER)
    return story


def extended(story: Story, content: Content = MORE_TIME) -> Story:
    """The operator takes longer for its answer."""
    command = c.ExtendDeadline(stage="final", content=content)
    if is_over_soon(story):
        story.do(command, HANDLER)
        return story
    investigating(story)
    story.do(command, HANDLER, after=timedelta(days=20))
    return story


def accepted(story: Story) -> Story:
    """Nobody answered, and the law takes that for acceptance."""
    investigating(story)
    story.reach_first(lambda one: "mark_deemed_accepted" in one.actions)
    return story


def _resolved(story: Story) -> Story:
    decided(story)
    story.send(LetterKind.FINAL_RESPONSE)
    return story


def _reached(*fits: Callable[[Milestone], bool]) -> Callable[[Story], Story]:
    def tell(story: Story) -> Story:
        investigating(story)
        for one in fits:
            story.reach_first(one)
        return story

    return tell


def _named(name: str) -> Callable[[Milestone], bool]:
    return lambda one: one.name.startswith(name)


TOLD: Mapping[LetterKind, Callable[[Story], Story]] = {
    LetterKind.ACKNOWLEDGEMENT: lambda story: story,
    LetterKind.INFORMATION_REQUEST: asked,
    LetterKind.PAUSE: paused,
    LetterKind.EXTENSION: extended,
    LetterKind.HOLDING: _reached(lambda one: "send_holding_letter" in one.actions),
    LetterKind.PROGRESS: _reached(_named("progress")),
    LetterKind.FINAL_RESPONSE: decided,
    LetterKind.DEADLOCK: _reached(_named("deadlock")),
    LetterKind.FEEDBACK_REQUEST: _resolved,
    LetterKind.WARNING: _reached(_named("warning")),
    LetterKind.ESCALATION: _reached(_named("escalation_1"), _named("escalation_2")),
    LetterKind.BREACH: _reached(lambda one: one.breach),
    LetterKind.REMINDER: _reached(_named("reminder")),
}

# The rule pack under which a kind of letter is shown; the others under Great Britain's.
HOME = {LetterKind.EXTENSION: "cw-cga", LetterKind.HOLDING: "dk-spillemyndigheden"}


def told(kind: LetterKind, jurisdiction: str = "") -> Story:
    """The complaint that owes a letter of a kind. Raises NeverOwed or NotAllowedByPack where none does."""
    return TOLD[kind](Story(jurisdiction or HOME.get(kind, "gb-ukgc")))


def sample(kind: LetterKind, jurisdiction: str = "") -> Mail:
    """The letter of a kind, from its story."""
    return told(kind, jurisdiction).render(kind)


def _rejected_in_spain() -> Mail:
    content = {"reasons": "The round was played and lost before you asked us to stop it.", "clause": CLAUSE}
    return decided(Story("es-dgoj"), "rejected", content, redress=None).render(LetterKind.FINAL_RESPONSE)


GOLDEN_LETTERS: Mapping[str, Callable[[], Mail]] = {
    **{str(kind): partial(sample, kind) for kind in LetterKind},
    "acknowledgement_gb-ukgc_ee": lambda: Story(residence="ee").render(LetterKind.ACKNOWLEDGEMENT),
    "final_response_es-dgoj": _rejected_in_spain,
    "final_response_pl": lambda: accepted(Story("pl")).render(LetterKind.FINAL_RESPONSE),
}


def in_full(mail: Mail) -> str:
    """The text form with what stands above it in a mail program."""
    return f"From: {mail.sender}\nTo: {mail.to}\nSubject: {mail.subject}\n\n{mail.text}"


def main() -> None:
    """Write the golden files."""
    GOLDEN.mkdir(exist_ok=True)
    for name, written in GOLDEN_LETTERS.items():
        mail = written()
        (GOLDEN / f"{name}.txt").write_text(in_full(mail), encoding="utf-8")
        (GOLDEN / f"{name}.html").write_text(mail.html, encoding="utf-8")


if __name__ == "__main__":
    main()
