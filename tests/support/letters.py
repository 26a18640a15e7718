"""One complaint for each kind of letter, as it stands when the letter is owed, and the golden files of them.

`python -m tests.support.letters` writes the golden files anew, with codes after it those of some languages;
the diff is then for people to read. English is kept in both forms, the others as text, which says as much.
"""

import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from copy import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

from infra.languages import PACKAGE, compile_catalogues
from redress.domain import commands as c
from redress.domain import instants, milestones, packs
from redress.domain.audit import Content
from redress.domain.commands import Command
from redress.domain.correspondence import TO_STAFF, Letter, LetterKind
from redress.domain.milestones import Milestone
from redress.language import SOURCE
from redress.letters.render import WRITTEN as LANGUAGES
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
NOTE: Content = {"text": "We have the record of your round.\n\nWe expect to have checked it by Friday."}
NO_AGREEMENT: Content = {"reason": "The record shows no jackpot, and you do not accept that record."}
DISPUTED: Content = {"reason": "Called on 2 June: the player does not accept the record."}
BROUGHT_UP: Content = {"reason": "The player has written to the press."}
AGAIN: Content = {"reasons": "Our confirmation page did not say it. So we give all of the bonus back."}
REVIEWER = "app:back-office/reviewer"
OTHER_NUMBER = "7K3R-9QXM-2"
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


_language = ContextVar("language", default=SOURCE)


@contextmanager
def written_in(language: str) -> Iterator[None]:
    """The players of all stories told meanwhile speak another language."""
    before = _language.set(language)
    try:
        yield
    finally:
        _language.reset(before)


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
        *,
        training: bool = False,
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
            training=training,
            language=_language.get(),
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


def _reached(*fits: Callable[[Milestone], bool]) -> Callable[[Story], Story]:
    def tell(story: Story) -> Story:
        investigating(story)
        for one in fits:
            story.reach_first(one)
        return story

    return tell


def _named(name: str) -> Callable[[Milestone], bool]:
    return lambda one: one.name.startswith(name)


def noted(story: Story, content: Content = NOTE) -> Story:
    """A handler wrote something for the player."""
    if not is_over_soon(story):
        investigating(story)
    story.do(c.AddNote(visibility="player", content=content), HANDLER)
    return story


def resolved(story: Story, outcome: str = "partly_upheld", redress: int | None = 1275) -> Story:
    """The operator's answer has left."""
    decided(story, outcome, {**REASONS, "clause": CLAUSE}, redress)
    story.send(LetterKind.FINAL_RESPONSE)
    return story


def reopened(story: Story, ground: str = "disputed") -> Story:
    """The player does not accept the answer."""
    resolved(story)
    after = timedelta(seconds=9) if is_over_soon(story) else timedelta(days=9)
    story.do(c.Reopen(ground=ground, content=DISPUTED), HANDLER, after=after)
    return story


def linked(story: Story) -> Story:
    """Another complaint about the same goes on in this one."""
    if not is_over_soon(story):
        investigating(story)
        story.now += timedelta(days=1)
    received_at = instants.to_text(RECEIVED - timedelta(days=3))
    story.do(c.LinkDuplicate(duplicate=OTHER_NUMBER, received_at=received_at), HANDLER)
    return story


def alerted(story: Story) -> Story:
    """The rules of triage ask for a human."""
    story.do(replace(complaints.TRIAGE, needs_human=True, reasons=("duty_of_care",)))
    return story


def declared(story: Story) -> Story:
    """A person finds that there will be no agreement."""
    investigating(story)
    story.do(c.DeclareDeadlock(content=NO_AGREEMENT), HANDLER, after=timedelta(days=12))
    return story


def link_lost(story: Story) -> Story:
    """The player asks for the private link again."""
    investigating(story)
    story.do(c.RequestLink(), "player")
    return story


TOLD: Mapping[LetterKind, Callable[[Story], Story]] = {
    LetterKind.ACKNOWLEDGEMENT: lambda story: story,
    LetterKind.INFORMATION_REQUEST: asked,
    LetterKind.PAUSE: paused,
    LetterKind.EXTENSION: extended,
    LetterKind.HOLDING: _reached(lambda one: "send_holding_letter" in one.actions),
    LetterKind.PROGRESS: _reached(_named("progress")),
    LetterKind.FINAL_RESPONSE: decided,
    LetterKind.DEADLOCK: _reached(_named("deadlock")),
    LetterKind.FEEDBACK_REQUEST: resolved,
    LetterKind.WARNING: _reached(_named("warning")),
    LetterKind.ESCALATION: _reached(_named("escalation_1"), _named("escalation_2")),
    LetterKind.BREACH: _reached(lambda one: one.breach),
    LetterKind.REMINDER: _reached(_named("reminder")),
    LetterKind.MESSAGE: noted,
    LetterKind.REOPENED: reopened,
    LetterKind.DUPLICATE: linked,
    LetterKind.ALERT: alerted,
    LetterKind.PRIVATE_LINK: link_lost,
}

# The rule pack under which a kind of letter is shown; the others under Great Britain's.
HOME = {LetterKind.EXTENSION: "cw-cga", LetterKind.HOLDING: "dk-spillemyndigheden"}


def told(kind: LetterKind, jurisdiction: str = "") -> Story:
    """The complaint that owes a letter of a kind. Raises NeverOwed or NotAllowedByPack where none does."""
    return TOLD[kind](Story(jurisdiction or HOME.get(kind, "gb-ukgc")))


def sample(kind: LetterKind, jurisdiction: str = "") -> Mail:
    """The letter of a kind, from its story."""
    return told(kind, jurisdiction).render(kind)


def answered_again(
    story: Story, outcome: str = "upheld", redress: int | None = 2550, kind: str | None = "refund"
) -> Story:
    """The second answer, by people who had no part in the first one."""
    reopened(story)
    currency = "GBP" if redress else None
    proposed = c.ProposeDecision(
        outcome=outcome, content=AGAIN, redress_minor=redress, currency=currency, redress_kind=kind
    )
    story.do(proposed, REVIEWER, after=timedelta(days=5))
    story.do(c.ApproveDecision(), "app:back-office/second-approver")
    return story


def escalated(story: Story, content: Content = BROUGHT_UP) -> Story:
    """A person brings the complaint up, right after the clock warned of it."""
    investigating(story)
    story.reach("warning")
    story.do(c.Escalate(content=content), HANDLER)
    return story


def unpaid(story: Story) -> Story:
    """The redress that was decided has not been paid in time."""
    due = instants.to_text(RECEIVED + timedelta(days=30))
    investigating(story)
    proposed = c.ProposeDecision(outcome="upheld", content=REASONS, redress_minor=2550, currency="GBP")
    story.do(proposed, HANDLER, after=timedelta(days=20))
    story.do(c.ApproveDecision(pay_team="care", pay_by=due), "app:back-office/approver")
    story.reach_first(lambda one: one.clock == "task")
    return story


def practice(training_mailbox: str | None = "training@example.test", written: Content = WRITTEN) -> Story:
    """A practice complaint."""
    return Story(written=written, region=replace(REGION, training_mailbox=training_mailbox), training=True)


def _taken_back() -> Mail:
    content = {"reasons": "You told us so on the phone on 20 May 2026."}
    return decided(Story(), "withdrawn", content, redress=None).render(LetterKind.FINAL_RESPONSE)


def _rejected_in_spain() -> Mail:
    content = {"reasons": "The round was played and lost before you asked us to stop it.", "clause": CLAUSE}
    return decided(Story("es-dgoj"), "rejected", content, redress=None).render(LetterKind.FINAL_RESPONSE)


GOLDEN_LETTERS: Mapping[str, Callable[[], Mail]] = {
    **{str(kind): partial(sample, kind) for kind in LetterKind},
    "acknowledgement_gb-ukgc_ee": lambda: Story(residence="ee").render(LetterKind.ACKNOWLEDGEMENT),
    "final_response_again": lambda: answered_again(Story()).render(LetterKind.FINAL_RESPONSE),
    "final_response_withdrawn": _taken_back,
    "final_response_es-dgoj": _rejected_in_spain,
    "final_response_pl": lambda: accepted(Story("pl")).render(LetterKind.FINAL_RESPONSE),
    "deadlock_declared": lambda: declared(Story()).render(LetterKind.DEADLOCK),
    "escalation_person": lambda: escalated(Story()).render(LetterKind.ESCALATION),
    "reminder_task": lambda: unpaid(Story()).render(LetterKind.REMINDER),
    "acknowledgement_training": lambda: practice().render(LetterKind.ACKNOWLEDGEMENT),
}


def in_full(mail: Mail) -> str:
    """The text form with what stands above it in a mail program."""
    return f"From: {mail.sender}\nTo: {mail.to}\nSubject: {mail.subject}\n\n{mail.text}"


def golden(language: str, name: str) -> Path:
    """Where the text of a letter in a language is kept."""
    return GOLDEN / (f"{name}.txt" if language == SOURCE else f"{language}/{name}.txt")


TO_PLAYERS = {
    name: written for name, written in GOLDEN_LETTERS.items() if name.partition("_")[0] not in TO_STAFF
}
"""Those of the letters that are written in every language."""


def main() -> None:
    """Write the golden files of all languages, or of those named."""
    compile_catalogues(PACKAGE)
    for language in sys.argv[1:] or LANGUAGES:
        for name, written in (GOLDEN_LETTERS if language == SOURCE else TO_PLAYERS).items():
            with written_in(language):
                mail = written()
            path = golden(language, name)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(in_full(mail), encoding="utf-8")
            if language == SOURCE:
                path.with_suffix(".html").write_text(mail.html, encoding="utf-8")


if __name__ == "__main__":
    main()
