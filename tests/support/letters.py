"""The stories of `infra/ops` in a store, and the golden files of the letters that they owe.

`python -m tests.support.letters` writes the golden files anew, with codes after it those of some languages;
the diff is then for people to read. English is kept in both forms, the others as text, which says as much.
"""

import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from copy import replace
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

from infra.languages import PACKAGE, compile_catalogues
from infra.ops import letter_stories
from infra.ops.letter_examples import (
    CLAUSE,
    HOME,
    TOLD,
    accepted,
    answered_again,
    asked,
    asked_by_mail,
    decided,
    declared,
    escalated,
    investigating,
    risen,
    unpaid,
)
from infra.ops.letter_stories import KEY, PORTAL, RECEIVED, REGION, WRITTEN, told_by_form, told_by_mail
from redress.domain.audit import Content
from redress.domain.commands import Command, Submit
from redress.domain.correspondence import TO_STAFF, LetterKind
from redress.language import SOURCE
from redress.letters.render import WRITTEN as LANGUAGES
from redress.letters.rise import KIND as RISE
from redress.region import Region
from redress.usecases.change import Desk, change
from redress.usecases.ports import CaseFile, Mail, Request, Store
from redress.usecases.submit_complaint import Intake, submit_complaint
from tests.support.memory_store import MemoryStore

__all__ = ["KEY", "PORTAL", "TOLD", "WRITTEN", "asked", "decided", "escalated", "investigating"]

GOLDEN = Path(__file__).parent.parent / "unit/letters"

_language = ContextVar("language", default=SOURCE)


@contextmanager
def written_in(language: str) -> Iterator[None]:
    """The players of all stories told meanwhile speak another language."""
    before = _language.set(language)
    try:
        yield
    finally:
        _language.reset(before)


class Story(letter_stories.Story):
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
        submitted: Submit | None = None,
    ) -> None:
        self.now = RECEIVED
        self.store = MemoryStore(lambda: self.now)
        self.desk = Desk(
            store=store or self.store, region=region, now=lambda: self.now, salt=bytes, pause=lambda _: None
        )
        request = Request(client="t", key="k", fingerprint="f", expires_at=RECEIVED + timedelta(days=1))
        told = submitted or told_by_form(
            region, jurisdiction, written, residence, _language.get(), training=training
        )
        intake = Intake(desk=self.desk, random_bits=lambda _: 0x_17_26_93_AA_5C)
        self.number = submit_complaint(intake, told, "player", request, "player-key").number

    @property
    def region(self) -> Region:
        """Where it was made."""
        return self.desk.region

    @property
    def case(self) -> CaseFile:
        """The complaint as it stands."""
        return self.desk.store.load(self.number)

    def do(self, command: Command, actor: str = "system", *, after: timedelta = timedelta()) -> None:
        """Change the complaint, `after` a while."""
        self.now += after
        change(self.desk, self.number, command, actor)


def told(kind: LetterKind, jurisdiction: str = "") -> Story:
    """The complaint that owes a letter of a kind. Raises NeverOwed or NotAllowedByPack where none does."""
    story = Story(jurisdiction or HOME.get(kind, "gb-ukgc"))
    TOLD[kind](story)
    return story


def sample(kind: LetterKind, jurisdiction: str = "") -> Mail:
    """The letter of a kind, from its story."""
    return told(kind, jurisdiction).render(kind)


def mailed(jurisdiction: str = "gb-ukgc", region: Region = REGION, **changes: Any) -> Story:
    """A complaint that came by mail, with some fields of the command otherwise."""
    submitted = replace(told_by_mail(region, jurisdiction, _language.get()), **changes)
    return Story(jurisdiction, region=region, submitted=submitted)


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
    "acknowledgement_email": lambda: mailed().render(LetterKind.ACKNOWLEDGEMENT, answers_read=True),
    "final_response_again": lambda: answered_again(Story()).render(LetterKind.FINAL_RESPONSE),
    "final_response_withdrawn": _taken_back,
    "final_response_es-dgoj": _rejected_in_spain,
    "final_response_pl": lambda: accepted(Story("pl")).render(LetterKind.FINAL_RESPONSE),
    "deadlock_declared": lambda: declared(Story()).render(LetterKind.DEADLOCK),
    "escalation_person": lambda: escalated(Story()).render(LetterKind.ESCALATION),
    "reminder_task": lambda: unpaid(Story()).render(LetterKind.REMINDER),
    "acknowledgement_training": lambda: practice().render(LetterKind.ACKNOWLEDGEMENT),
    "consultation": lambda: asked_by_mail(REGION, language=_language.get()),
    "rise": lambda: risen(REGION),
}


def in_full(mail: Mail) -> str:
    """The text form with what stands above it in a mail program."""
    return f"From: {mail.sender}\nTo: {mail.to}\nSubject: {mail.subject}\n\n{mail.text}"


def golden(language: str, name: str) -> Path:
    """Where the text of a letter in a language is kept."""
    return GOLDEN / (f"{name}.txt" if language == SOURCE else f"{language}/{name}.txt")


TO_PLAYERS = {
    name: written
    for name, written in GOLDEN_LETTERS.items()
    if name.partition("_")[0] not in {*TO_STAFF, RISE}
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
