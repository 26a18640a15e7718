"""What a player tells when complaining: one model for the portal's form and the operator's API.

Every failure is an InvalidInput with one FieldProblem per field, whose `rule` is a stable code:
required, text, text_length, control_character, unknown_brand, unknown_jurisdiction, unknown_category, email,
date, date_in_future, date_too_early, currency, currency_without_amount, amount_without_currency, amount,
amount_digits, amount_range, whole_number, list, too_many, unknown_field, object, unknown_channel, language,
residence, instant, instant_in_future, instant_too_early, instant_order, training_unavailable,
unknown_product, counted_id.
How text is kept, and what is refused in it, is told in `fields`. A model is read with `region`, whose brands
and jurisdictions there are, and `now`, any aware instant.
"""

import re
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Annotated, Any, Literal, cast, get_args
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, FailFast, Field, StringConstraints, ValidationInfo, field_validator

from redress.domain import instants, money
from redress.domain.categories import Category
from redress.domain.commands import StateSubject, Submit
from redress.domain.errors import FieldProblem, InvalidInput
from redress.domain.rulepack import Product
from redress.http.countries import COUNTRIES
from redress.http.fields import (
    AmountMinor,
    CurrencyCode,
    Date,
    Email,
    Past,
    Rule,
    Strict,
    Text,
    broken,
    paying,
)
from redress.region import Brand, Region

EARLIEST = date(1990, 1, 1)  # nobody gambled online before: an earlier year is a slip of the pen
MOST_REFERENCES = 20
MOST_OTHER_EMAILS = 3

Channel = Literal["form", "api", "phone", "chat", "email", "social", "intermediary"]
# A BCP 47 tag.
Language = Annotated[str, StringConstraints(pattern=r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}$")]
Reference = Annotated[str, Text(100)]
# ISO 3166: a country, or a part of one where rules differ by it.
Residence = Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}(-[A-Z0-9]{1,3})?$")]
# What a complaint is about, by the operator's own ids: they are counted and published, so it is no free text,
# in which a player or a handler could name somebody.
Counted = Annotated[
    str,
    StringConstraints(pattern=r"^[a-z0-9][a-z0-9._-]{0,63}$"),
    Rule("counted_id", "Send an id such as slot-1842, of lower-case letters, digits and . _ -, and no text."),
]
_RESIDENCE = ("residence", "Send the ISO 3166 code of a country or a part of it, such as GB or US-MI.")


def unknown(field: str, known: Iterable[str]) -> tuple[str, str]:
    """The rule that a field which names something else breaks, with its remedy."""
    return f"unknown_{field}", f"Choose one of: {', '.join(known)}."


def _region(info: ValidationInfo) -> Region:
    """Whose brands and jurisdictions there are."""
    context: Any = info.context
    return cast("Region", context["region"])


def _brand(brand: str, info: ValidationInfo) -> str:
    region = _region(info)
    if region.brand(brand) is None:
        raise broken(*unknown("brand", (one.id for one in region.brands)))
    return brand


def _jurisdiction(jurisdiction: str, info: ValidationInfo) -> str:
    brand = _region(info).brand(info.data.get("brand", ""))
    if brand and jurisdiction not in brand.jurisdictions:
        raise broken(*unknown("jurisdiction", brand.jurisdictions))
    return jurisdiction


# One of the region file's brands, and one of the jurisdictions of `brand`, a field that comes before.
BrandId = Annotated[str, Text(100), AfterValidator(_brand)]
JurisdictionId = Annotated[str, Text(100), AfterValidator(_jurisdiction)]


AboutProduct = Annotated[Product, Rule(*unknown("product", get_args(Product)))]


class Intake(Strict):
    """A complaint as it was told, valid for the region and instant it was read with.

    `occurred_on` is an ISO 8601 date, at the latest today in the zone of the jurisdiction's rule pack.
    `amount_minor` is what the complaint is about, in minor units of the ISO 4217 `currency`. The instants are
    those of deadlines that begin with something else than this request; one that is not told is not known.
    `intermediary` is who passed it on (an ADR body, a consumer platform), `vulnerable` what the operator's
    systems know of the player, `training` marks a complaint that is practice. `other_emails` are tried in
    their order, where a letter does not arrive. `product`, `game`, `provider` and `payment_route` say what it
    is about.
    """

    brand: BrandId
    jurisdiction: JurisdictionId
    category: Annotated[Category, Field(strict=False), Rule(*unknown("category", Category))]
    description: Annotated[str, Text(10_000, lines=True)]
    name: Annotated[str, Text(200)]
    email: Email
    other_emails: Annotated[list[Email], FailFast(), Field(max_length=MOST_OTHER_EMAILS)] | None = None
    account: Annotated[str, Text(100)] | None = None
    occurred_on: Date | None = None
    amount_minor: AmountMinor | None = None
    currency: Annotated[CurrencyCode | None, paying("amount_minor"), Field(validate_default=True)] = None
    transaction_references: (
        Annotated[list[Reference], FailFast(), Field(max_length=MOST_REFERENCES)] | None
    ) = None
    remedy: Annotated[str, Text(2_000, lines=True)] | None = None
    channel: Annotated[Channel, Rule(*unknown("channel", get_args(Channel)))] | None = None
    language: Annotated[Language, Rule("language", "Send a language tag such as en.")] | None = None
    intermediary: Annotated[str, Text(200)] | None = None
    intermediary_reference: Reference | None = None
    vulnerable: bool | None = None
    training: bool | None = None
    residence: Annotated[Residence, Rule(*_RESIDENCE)] | None = None
    product: AboutProduct | None = None
    game: Counted | None = None
    provider: Counted | None = None
    payment_route: Counted | None = None
    sent_at: Past | None = None
    platform_posted_at: Past | None = None
    received_at: Past | None = None
    registered_at: Past | None = None
    operator_aware_at: Past | None = None
    event_settled_at: Past | None = None

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

    @field_validator("residence")
    @classmethod
    def _country_exists(cls, residence: str | None) -> str | None:
        if (
            residence and residence[:2] not in COUNTRIES
        ):  # "UK" would find no rule pack, and nobody would notice
            raise broken(*_RESIDENCE)
        return residence

    @field_validator("training")
    @classmethod
    def _practice_is_provided_for(
        cls,
        training: bool | None,  # noqa: FBT001 - the value of a field
        info: ValidationInfo,
    ) -> bool | None:
        if training and _region(info).training_mailbox is None:
            raise broken("training_unavailable", "Leave it out: the region file names no training_mailbox.")
        return training

    @field_validator("received_at")
    @classmethod
    def _was_sent_before(cls, received_at: str | None, info: ValidationInfo) -> str | None:
        for name in ("sent_at", "platform_posted_at"):
            before = info.data.get(name)
            if received_at and before and received_at < before:
                raise broken("instant_order", f"Give an instant that is not before {name}.")
        return received_at

    def _told(self, *names: str) -> Mapping[str, object]:
        """Of these fields those that were sent."""
        return {name: value for name in names if (value := getattr(self, name))}

    def _subject(self) -> StateSubject | None:
        """What it is about, if any of it is told."""
        subject = StateSubject(
            product=self.product, game=self.game, provider=self.provider, payment_route=self.payment_route
        )
        return subject if any(vars(subject).values()) else None

    def to_command(self, channel: str, language: str, region: Region, now: datetime) -> Submit:
        """The command that submits the complaint under the rule packs in force at its receipt.

        `now`, `channel` and `language` (a BCP 47 tag) are those of the door it came through: they hold unless
        it says its own.
        """
        brand = cast("Brand", region.brand(self.brand))  # it was read with this region
        received_at = instants.from_text(self.received_at) if self.received_at else now
        rules = region.rules_at_receipt(brand, self.jurisdiction, self.residence, received_at)
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
            sent_at=self.sent_at,
            received_at=self.received_at,
            registered_at=self.registered_at,
            operator_aware_at=self.operator_aware_at,
            platform_posted_at=self.platform_posted_at,
            event_settled_at=self.event_settled_at,
            training=bool(self.training),
            subject=self._subject(),
            content={
                "name": self.name,
                "email": self.email,
                "account": self.account,
                "description": self.description,
                "transaction_references": list(self.transaction_references or ()),
                "remedy": self.remedy,
                **self._told("other_emails", "residence", "vulnerable"),
                **self._told("intermediary", "intermediary_reference"),
            },
        )


# What the form asks the player and hands on unread. How a complaint came in is not for the player to say.
_ASKED = frozenset(
    {
        *("brand", "jurisdiction", "category", "description", "name", "email", "account", "residence"),
        *("occurred_on", "transaction_references", "remedy"),
    }
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
        intake = Intake.read(document, region=region, now=now)
    except InvalidInput as invalid:
        raise InvalidInput([*invalid.problems, *problems]) from None
    if problems:
        raise InvalidInput(problems)
    return intake


def _today(info: ValidationInfo) -> date:
    """The day it is in the zone of the jurisdiction's rule pack."""
    context: Any = info.context
    zone = ZoneInfo(_region(info).pack(info.data["jurisdiction"]).timezone)
    return cast("datetime", context["now"]).astimezone(zone).date()
