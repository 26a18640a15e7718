"""Mails that belong to no complaint, to somebody who wrote to us and gave no name."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from redress.domain import consultation
from redress.letters import blocks
from redress.letters.blocks import LetterIncomplete
from redress.letters.case import moment
from redress.letters.facts import ink_on
from redress.letters.render import spoken_or_english, subject_of, written
from redress.letters.thread import MESSAGE_ID
from redress.region import Brand, Region
from redress.usecases.ports import Mail

KINDS = frozenset({"consultation"})


def render_notice(notice: Mapping[str, Any], region: Region, portal_url: str, now: datetime) -> Mail:
    """The mail of a notice: the same for the same arguments.

    `notice` has `kind`, `brand`, `language` (BCP 47), `to`, `number`, `key`, and `in_reply_to`, the message
    id of the mail that asked, or None. `now` (UTC) is when the question was stored: the answer is promised
    from then. Raises LetterIncomplete for a kind without words, a brand that is gone, a dead address.
    """
    kind, number = str(notice["kind"]), str(notice["number"])
    letter_id = f"{number}/{kind}"
    brand = region.brand(str(notice["brand"]))
    if kind not in KINDS:
        raise LetterIncomplete(letter_id, [f"words for {kind}"])
    if brand is None:
        raise LetterIncomplete(letter_id, [f"brand {notice['brand']}"])
    language = spoken_or_english(str(notice["language"]))
    facts = {
        "language": language,
        "brand": brand,
        "ink": ink_on(brand.colour),
        "number": number,
        "key": notice["key"],
        "link": f"{portal_url}/consultations/{number}/{notice['key']}",
        "due": moment(*_due(region, brand, now), now),
    }
    template = f"{language.code}/{kind}.jinja"
    (html, _), (text, _) = (written(form, template, facts) for form in ("letters_html", "letters_text"))
    blocks.check_addresses(letter_id, html, text)
    asked_by = str(notice.get("in_reply_to") or "").strip()
    return Mail(
        letter_id=letter_id,
        sender=f"{brand.name} <{brand.sender}>",
        to=str(notice["to"]),
        subject=subject_of(template, facts),
        text=text,
        html=html,
        references=(asked_by,) if MESSAGE_ID.fullmatch(asked_by) else (),
    )


def _due(region: Region, brand: Brand, asked_at: datetime) -> tuple[datetime, str]:
    """When the answer is owed, as `usecases.consultations` counts it for a question that names no place."""
    zone = region.pack(next(iter(brand.jurisdictions))).timezone
    return consultation.due(asked_at, region.consultation_days, zone), zone
