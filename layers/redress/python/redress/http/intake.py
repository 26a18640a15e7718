"""What a player tells when complaining: one model for the portal's form and the operator's API.

Every failure is an InvalidInput with one FieldProblem per field, whose `rule` is a stable code:
required, text, text_length, control_character, unknown_brand, unknown_jurisdiction, unknown_category, email,
date, date_in_future, date_too_early, currency, currency_without_amount, amount_without_currency, amount,
amount_digits, amount_range, whole_number, list, too_many, unknown_field, object, unknown_channel, language.
How text is kept, and what is refused in it, is told in `fields`. A model is read with `region`, whose brands
and jurisdictions there are, and `now`, any aware instant.
"""

import re
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Annotated, Any, Literal, cast, get_args
from zoneinfo import ZoneInfo

from pydantic import FailFast, Field, StringConstraints, ValidationInfo, field_validator

from redress.domain import money
from redress.domain.categories import Category
from redress.domain.commands import Submit
from redress.domain.errors import FieldProblem, InvalidInput
from redress.http.fields import AmountMinor, CurrencyCode, Date, Email, Rule, Strict, Text, broken, paying
from redress.region import Brand, Region

EARLIEST = date(1990, 1, 1)  # nobody gambled online before: an earlier year is a slip of the pen
MOST_REFERENCES = 20

Channel = Literal["form", "api", "phone", "chat", "email", "social", "intermediary"]
# A BCP 47 tag.
Language = Annotated[str, StringConstraints(pattern=r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}$")]
Reference = Annotated[str, Text(100)]


def _unknown(field: str, known: Iterable[str]) -> tuple[str, str]:
    """The rule that a field which names something else breaks, with its remedy."""
    return f"unknown_{field}", f"Choose one of: {', '.join(known)}."


class Intake(Strict):
    """A complaint as it was told, valid for the region and instant it was read with.

    `occurred_on` is an ISO 8601 date, at the latest today in the zone of the jurisdiction's rule pack.
    `amount_minor` is what the complaint is about, in minor units of the ISO 4217 `currency`.
    """

    brand: Annotated[str, Text(100)]
    jurisdiction: Annotated[str, Text(100)]
    category: Annotated[Category, Field(strict=False), Rule(*_unknown("category", Category))]
    description: Annotated[str, Text(10_000, lines=True)]
    name: Annotated[str, Text(200)]
    email: Email
    account: Annotated[str, Text(100)] | None = None
    occurred_on: Date | None = None
    amount_minor: AmountMinor | None = None
    currency: Annotated[CurrencyCode | None, paying("amount_minor"), Field(validate_default=True)] = None
    transaction_references: (
        Annotated[list[Reference], FailFast(), Field(max_length=MOST_REFERENCES)] | None
    ) = None
    remedy: Annotated[str, Text(2_000, lines=True)] | None = None
    channel: Annotated[Channel, Rule(*_unknown("channel", get_args(Channel)))] | None = None
    language: Annotated[Language, Rule("language", "Send a language tag such as en.")] | None = None

    @field_validator("brand")
    @classmethod
    def _brand_exists(cls, brand: str, info: ValidationInfo) -> str:
        region = _region(info)
        if region.brand(brand) is None:
            raise broken(*_unknown("brand", (one.id for one in region.brands)))
        return brand

    @field_validator("jurisdiction")
    @classmethod
    def _jurisdiction_is_the_brands(cls, jurisdiction: str, info: ValidationInfo) -> str:
        brand = _region(info).brand(info.data.get("brand", ""))
        if brand and jurisdiction not in brand.jurisdictions:
            raise broken(*_unknown("jurisdiction", brand.jurisdictions))
        return jurisdiction

    @field_validator("occurred_on")
    @classmethod
    def _has_happened(cls, occurred_on: str | None, info: ValidationInfo) -> str | None:
        if occurred_on is None:
            return None
        day = date.fromisoformat(occurred_on)
        if day < EARLIEST:
            raise broken("date_too_early", f"Give a day since {EARLIEST}.")
        if {"brand", "jurisdiction"} <= info.data.keys() and day > _today(info):
            raise broken("date_in_future", "Give the day when it happened, up to today.")
        return occurred_on

    def to_command(self, channel: str, language: str, region: Region, now: datetime) -> Submit:
        """The command that submits the complaint under the rule packs in force at `now`, its receipt.

        `channel` and `language` (a BCP 47 tag) are those of the door it came through, unless it says its own.
        """
        brand = cast("Brand", region.brand(self.brand))  # it was read with this region
        rules = region.rules_at_receipt(brand, self.jurisdiction, None, now)
        return Submit(
            brand=self.brand,
            jurisdiction=self.jurisdiction,
            pack_version=rules.licence.version,
            residence_packs=tuple(f"{pack.id}@{pack.version}" for pack in rules.packs[1:]),
            channel=self.channel or channel,
            language=self.language or language,
            category=self.category.value,
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


# What the form asks the player. Where a complaint came from is not for the player to say.
_ASKED = Intake.model_fields.keys() - {"amount_minor", "currency", "channel", "language"}


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
        intake = Intake.read(document, region=region, now=now)
    except InvalidInput as invalid:
        raise InvalidInput([*invalid.problems, *problems]) from None
    if problems:
        raise InvalidInput(problems)
    return intake


def _region(info: ValidationInfo) -> Region:
    """Whose brands and jurisdictions there are."""
    context: Any = info.context
    return cast("Region", context["region"])


def _today(info: ValidationInfo) -> date:
    """The day it is in the zone of the jurisdiction's rule pack."""
    context: Any = info.context
    zone = ZoneInfo(_region(info).pack(info.data["jurisdiction"]).timezone)
    return cast("datetime", context["now"]).astimezone(zone).date()
