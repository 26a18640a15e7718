"""What tests read of letters: both forms as plain words, and the packs that owe no letter of a kind."""

from collections.abc import Mapping
from copy import replace
from html.parser import HTMLParser

from infra.ops.letter_stories import KEY, PORTAL, REGION
from redress.domain.correspondence import TO_STAFF, LetterKind
from redress.domain.packs import known
from redress.domain.rulepack import RulePack
from redress.domain.rules import Rules
from redress.letters.render import render
from redress.region import Region
from redress.usecases.ports import Mail
from tests.support.letters import Story

TO_PLAYER = [kind for kind in LetterKind if kind not in TO_STAFF]


class Page(HTMLParser):
    """What a mail program would make of a letter: its tags and its text."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.sources: list[str] = []
        self.text = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.sources += [value or "" for name, value in attrs if name in {"src", "href"}]

    def handle_data(self, data: str) -> None:
        self.text += data


def words(text: str) -> str:
    return " ".join(text.split())


def both(mail: Mail) -> tuple[str, str]:
    return words(Page(mail.html).text), words(mail.text)


def under(story: Story, kind: LetterKind, *packs: RulePack) -> Mail:
    """The letter as other rules would have it."""
    return render(story.letter(kind), story.case, REGION, Rules(packs), PORTAL, KEY, story.now)


def with_body(pack: str = "gb-ukgc", **changes: object) -> Region:
    brand = REGION.brands[0]
    body = replace(brand.jurisdictions[pack], **changes)  # type: ignore[arg-type]
    bodies = {**brand.jurisdictions, pack: body}
    return replace(REGION, brands=(replace(brand, jurisdictions=bodies),))


HOUSE = {"ca-on-igo", "dk-spillemyndigheden", "fr-anj"}  # no law sets a time for any answer
NEVER_OWED: Mapping[LetterKind, set[str]] = {
    LetterKind.PAUSE: set(known()) - {"gb-ukgc", "sandbox"},
    LetterKind.EXTENSION: set(known()) - {"cw-cga", "sandbox"},
    LetterKind.HOLDING: set(known()) - {"dk-spillemyndigheden"},
    LetterKind.BREACH: HOUSE,
    LetterKind.DEADLOCK: set(known()) - {"gb-ukgc", "sandbox"},
}


OUTCOMES = ["upheld", "partly_upheld", "rejected", "goodwill", "out_of_scope"]
