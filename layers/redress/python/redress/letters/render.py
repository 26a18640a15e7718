"""From a letter that is owed to a mail that is ready: written twice, as HTML and as text, and checked."""

import re
from collections.abc import Iterable
from datetime import datetime

from redress.domain.correspondence import TO_STAFF, Letter
from redress.domain.rules import Rules
from redress.language import CODES, SOURCE, Language, known, language
from redress.letters import blocks, outside
from redress.letters.blocks import LetterIncomplete
from redress.letters.case import Case
from redress.letters.facts import Facts, addressee, facts_of
from redress.region import Region
from redress.templating import environment
from redress.usecases.ports import CaseFile, Mail

WRITTEN = CODES  # the languages of letters; each has a folder of words
# Where a word is broken: a line has at most 998 octets, a sign up to four (RFC 5322, 2.1.1; RFC 3629).
_ENDLESS = re.compile(r"\S{240}(?=\S)")
PRACTICE = "[Training] "  # the same in each language: mail rules of the operator look for it


def render(
    letter: Letter,
    case: CaseFile,
    region: Region,
    rules: Rules,
    portal_url: str,
    link_key: str,
    now: datetime,
    *,
    answers_read: bool = False,
) -> Mail:
    """The mail of a letter as of `now` (UTC): the same for the same arguments.

    `link_key` opens the player's private page under `portal_url`; staff get no link. `answers_read`: whether
    mail that answers it is read, so that it may say so. Raises LetterIncomplete when a block its rule pack
    asks for is missing, or one it bans or a dead address is shown.
    """
    complaint = case.complaint
    brand = region.brand(complaint.brand)
    if brand is None:
        raise LetterIncomplete(f"{complaint.number}/{letter.key}", [f"brand {complaint.brand}"])
    source = Case(
        letter=letter,
        file=case,
        region=region,
        rules=rules,
        brand=brand,
        link=f"{portal_url}/complaints/{complaint.number}/{link_key}",
        language=_language(letter, complaint.language),
        now=now,
        answers_read=answers_read,
    )
    template = f"{source.language.code}/{letter.kind}.jinja"
    asked = blocks.asked(letter.kind, source.outcome, rules)
    facts = {**facts_of(source), "asked_for": asked}
    html, shown_in_html = written("letters_html", template, facts)
    text, shown_in_text = written("letters_text", template, facts)
    for shown in (shown_in_html, shown_in_text):
        _check(source, shown, facts)
    blocks.check_addresses(source.id, html, text)
    return Mail(
        letter_id=source.id,
        sender=f"{brand.name} <{brand.sender}>",
        to=addressee(source),
        subject=f"{PRACTICE if complaint.training else ''}{subject_of(template, facts)}",
        text=text,
        html=html,
    )


def _language(letter: Letter, wanted: str) -> Language:
    """The player's language (BCP 47) where Redress writes it, else English, which staff always get."""
    return language(SOURCE) if letter.kind in TO_STAFF else spoken_or_english(wanted)


def spoken_or_english(wanted: str) -> Language:
    """A language by its tag (BCP 47) where Redress writes it, else English."""
    code = known(wanted)
    return language(code if code in WRITTEN else SOURCE)


def _check(source: Case, shown: set[str], facts: Facts) -> None:
    """What the packs ask for together, and what each asks about the outside bodies that are its own."""
    kind, told, besides = source.letter.kind, facts.get("bodies", []), facts.get("authorities", [])
    blocks.check(source.id, shown, blocks.rules_of(kind, source.outcome, source.rules))
    for pack in source.rules.packs:
        own = (shown - blocks.OF_A_BODY) | (shown & outside.shown_of(pack, told, besides))
        blocks.check(source.id, own, blocks.rules_of(kind, source.outcome, Rules((pack,))))


def written(form: str, template: str, facts: Facts) -> tuple[str, set[str]]:
    """The letter in one form, and the blocks that it shows."""
    shown: set[str] = set()

    def note(blocks: Iterable[str]) -> str:
        shown.update(blocks)
        return ""

    letter = _tidy(environment(form).get_template(template).render(facts, shown=note))
    return (_ENDLESS.sub(r"\g<0>\n", letter) if form == "letters_text" else letter), shown


def subject_of(template: str, facts: Facts) -> str:
    """The subject of a letter."""
    parsed = environment("letters_text").get_template(template)
    return "".join(parsed.blocks["subject"](parsed.new_context({**facts}))).strip()


def _tidy(text: str) -> str:
    """At most one empty line in a row, none at the ends, no space at the end of a line."""
    return re.sub(r"\n{3,}", "\n\n", re.sub(r"[ \t]+\n", "\n", text)).strip() + "\n"
