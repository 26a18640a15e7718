"""What a player tells when complaining: one model for the portal's form and the operator's API.

Every failure is an InvalidInput with one FieldProblem per field, whose `rule` is a stable code:
required, text, text_length, control_character, unknown_brand, unknown_jurisdiction, unknown_category, email,
date, date_in_future, date_too_early, currency, currency_without_amount, amount_without_currency, amount,
amount_digits, amount_range, whole_number, list, too_many, unknown_field, object, unknown_channel, language.
How text is kept, and what is refused in it, is told in `fields`.
"""

import re
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from typing import Any, Self
from zoneinfo import ZoneInfo

from redress.domain import money, rulepack
from redress.domain.categories import Category
from redress.domain.commands import Submit
from redress.domain.errors import FieldProblem, InvalidInput
from redress.domain.values import Value
from redress.http import fields
from redress.http.fields import Fields, optional, text
from redress.region import Region

EARLIEST = date(1990, 1, 1)  # nobody gambled online before: an earlier year is a slip of the pen
CHANNELS = ("form", "api", "phone", "chat", "email", "social", "intermediary")

FIELDS: Fields = {
    "brand": text(100),
    "jurisdiction": text(100),
    "category": fields.choice("unknown_category", Category),
    "description": text(10_000, lines=True),
    "name": text(200),
    "email": fields.EMAIL,
    "account": optional(text(100)),
    "occurred_on": optional(fields.DATE),
    "amount_minor": optional(fields.AMOUNT_MINOR),
    "currency": optional(fields.CURRENCY),
    "transaction_references": fields.texts(text(100), most=20),
    "remedy": optional(text(2_000, lines=True)),
    "channel": optional(fields.choice("unknown_channel", CHANNELS)),
    "language": optional(
        fields.pattern("language", r"[a-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}", "Send a language tag such as en.")
    ),
}
# What the form asks the player. Where a complaint came from is not for the player to say.
_ASKED = FIELDS.keys() - {"amount_minor", "currency", "channel", "language"}


class Intake(Value):
    """A complaint as it was told, valid for the region and instant it was read with.

    `occurred_on` is an ISO 8601 date, at the latest today in the zone of the jurisdiction's rule pack.
    `amount_minor` is what the complaint is about, in minor units of the ISO 4217 `currency`.
    """

    brand: str
    jurisdiction: str
    category: str
    description: str
    name: str
    email: str
    account: str | None
    occurred_on: str | None
    amount_minor: int | None
    currency: str | None
    transaction_references: tuple[str, ...] | None
    remedy: str | None
    channel: str | None
    language: str | None

    @classmethod
    def read(cls, document: object, region: Region, now: datetime) -> Self:
        """A complaint from a JSON document, checked against brands and packs; `now` is any aware instant.

        Raises InvalidInput.
        """
        values, problems = fields.collect(document, FIELDS)
        problems += [*_against(region, values, now), *fields.together(values, "amount_minor")]
        if problems:
            raise InvalidInput(problems)
        return cls(**values)

    def to_command(self, channel: str, language: str) -> Submit:
        """The command that submits the complaint under the rule pack's current version.

        `channel` and `language` (a BCP 47 tag) are those of the door it came through, unless it says its own.
        """
        return Submit(
            brand=self.brand,
            jurisdiction=self.jurisdiction,
            pack_version=rulepack.load_pack(self.jurisdiction).version,
            channel=self.channel or channel,
            language=self.language or language,
            category=self.category,
            occurred_on=self.occurred_on,
            amount_minor=self.amount_minor,
            currency=self.currency,
            content={
                "name": self.name,
                "email": self.email,
                "account": self.account,
                "description": self.description,
                "transaction_references": list(self.transaction_references or ()),
                "remedy": self.remedy,
            },
        )


def read_form(sent: Mapping[str, str], region: Region, now: datetime) -> Intake:
    """A complaint from the fields of the portal's form; a field left blank was not given.

    Fields are those of Intake, with two differences: `amount` is a decimal text in the chosen `currency`
    (which alone means nothing), and `transaction_references` are separated by commas or new lines. Other
    fields (nonce, buttons) are the form's own and not read.
    Raises InvalidInput, whose problems name the form's fields.
    """
    given = {name: value for name, value in sent.items() if value.strip()}
    document: dict[str, Any] = {name: value for name, value in given.items() if name in _ASKED}
    if "transaction_references" in document:
        parts = re.split(r"[,\r\n]+", document["transaction_references"])
        document["transaction_references"] = [part for part in parts if part.strip()]
    problems = []
    if "amount" in given:
        currency = given.get("currency", "")
        try:
            document |= {"amount_minor": money.parse(given["amount"], currency), "currency": currency}
        except money.NotMoney as wrong:
            field = "currency" if wrong.rule == "currency" else "amount"
            problems.append(FieldProblem(field, wrong.rule, wrong.remedy))
    try:
        intake = Intake.read(document, region, now)
    except InvalidInput as invalid:
        raise InvalidInput([*invalid.problems, *problems]) from None
    if problems:
        raise InvalidInput(problems)
    return intake


def _against(region: Region, values: Mapping[str, Any], now: datetime) -> Iterator[FieldProblem]:
    """What is wrong with values that are well-formed in themselves."""
    brand, jurisdiction = region.brand(values.get("brand", "")), values.get("jurisdiction")
    if brand is None and "brand" in values:
        yield _unknown("brand", (one.id for one in region.brands))
    if brand and jurisdiction and jurisdiction not in brand.jurisdictions:
        yield _unknown("jurisdiction", brand.jurisdictions)
    if not values.get("occurred_on"):
        return
    day = date.fromisoformat(values["occurred_on"])
    if day < EARLIEST:
        yield FieldProblem("occurred_on", "date_too_early", f"Give a day since {EARLIEST}.")
    if brand and jurisdiction in brand.jurisdictions:
        zone = ZoneInfo(rulepack.load_pack(jurisdiction).timezone)
        if day > now.astimezone(zone).date():
            yield FieldProblem("occurred_on", "date_in_future", "Give the day when it happened, up to today.")


def _unknown(field: str, known: Iterator[str] | Mapping[str, Any]) -> FieldProblem:
    return FieldProblem(field, f"unknown_{field}", f"Choose one of: {', '.join(known)}.")
