"""What a letter is written from, and how it reads an instant, a kept text, a source of law."""

import re
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from redress.domain import clock
from redress.domain.audit import Content
from redress.domain.correspondence import Letter, LetterKind
from redress.domain.rulepack import RulePack, Source
from redress.domain.rules import Rules
from redress.domain.values import Value
from redress.language import Language
from redress.letters import blocks, plain
from redress.letters.blocks import LetterIncomplete
from redress.region import Brand, Region
from redress.usecases.ports import CaseFile

# Where a section is followed by who described it: that is for whoever checks the pack, not for a player.
_DESCRIBED = re.compile(r"(^|,\s*)(as|from)\b.*")


class Moment(Value):
    """An instant as people read it: local `day` and `time` of `zone`, and whether it is `past`.

    `last_day` is the day that ends with it, where one does: a due instant at midnight is said as the end of
    the day before.
    """

    day: date
    time: str
    zone: str
    last_day: date | None
    past: bool


def moment(at: datetime, zone: str, now: datetime) -> Moment:
    """An instant in an IANA zone, read at `now`."""
    last_day = clock.local_day(at - clock.TICK, zone)
    ends = clock.day_start(last_day + timedelta(days=1), zone) == at
    local = at.astimezone(ZoneInfo(zone))
    return Moment(
        day=local.date(),
        time=f"{local:%H:%M:%S}" if local.second else f"{local:%H:%M}",
        zone=zone,
        last_day=last_day if ends else None,
        past=at <= now,
    )


class Case(Value):
    """Everything a letter is written from. `answers_read`: whether an answer to the mail reaches us."""

    letter: Letter
    file: CaseFile
    region: Region
    rules: Rules
    brand: Brand
    link: str
    language: Language
    now: datetime
    answers_read: bool = False

    @property
    def id(self) -> str:
        """The letter's id, the same whenever it goes again."""
        return f"{self.file.complaint.number}/{self.letter.key}"

    @property
    def outcome(self) -> str | None:
        """What was decided, for the letter that tells it."""
        decision = self.file.complaint.decision
        return decision.outcome if decision and self.letter.kind is LetterKind.FINAL_RESPONSE else None

    def asked(self, pack: RulePack) -> frozenset[str]:
        """The blocks that one pack asks of the letter."""
        return blocks.asked(self.letter.kind, self.outcome, Rules((pack,)))

    def moment(self, at: datetime, zone: str | None = None) -> Moment:
        """An instant in an IANA zone, that of the licence's pack if none is given."""
        return moment(at, zone or self.rules.zone, self.now)

    def content(self, seq: int, name: str) -> str:
        """A text kept beside event `seq`, made plain. Raises LetterIncomplete when it is not there."""
        typed = plain.text(str(self.file.contents.get(seq, {}).get(name) or ""))
        if not typed:
            raise LetterIncomplete(self.id, [name])
        return typed

    @property
    def received(self) -> Content:
        """What the player sent in the first place."""
        return self.file.contents.get(1, {})


def law(source: Source | None) -> str | None:
    """Law and section of a rule, as a letter cites them; None for the operator's own rule."""
    if source is None:
        return None
    section = _DESCRIBED.sub("", source.section)
    return f"{source.law}, {section}" if section else source.law
