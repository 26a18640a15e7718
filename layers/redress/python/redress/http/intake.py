"""What a player tells when complaining: one model for the portal's form and the operator's API.

Text is kept as written, except: Unicode NFC, line ends as newlines, blanks cut off at both ends. Control
characters other than newline and tab are refused, not stripped: nothing of a complaint is altered silently,
and the caller learns which character it is. Limits count code points, so every script has the same room.

Every failure is an InvalidInput with one FieldProblem per field, whose `rule` is a stable code:
required, text, text_length, control_character, unknown_brand, unknown_jurisdiction, unknown_category, email,
date, date_in_future, date_too_early, currency, currency_without_amount, amount_without_currency, amount,
amount_digits, amount_range, whole_number, list, too_many, unknown_field, object.
"""

import re
import unicodedata
from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Annotated, Any, Self
from zoneinfo import ZoneInfo

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    ValidationError,
    ValidationInfo,
    field_validator,
)
from pydantic_core import ErrorDetails, PydanticCustomError

from redress.domain import money, rulepack
from redress.domain.categories import Category
from redress.domain.commands import Submit
from redress.domain.errors import FieldProblem, InvalidInput
from redress.region import Region

DESCRIPTION_LIMIT = 10_000
REFERENCES_LIMIT = 20
EARLIEST = date(1990, 1, 1)  # nobody gambled online before: an earlier year is a slip of the pen

_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
# An address that mail can be sent to: dot-separated atoms, and a domain of at least two labels (RFC 5321,
# without quoted strings, address literals and non-ASCII local parts, which the mail service does not take).
_EMAIL = re.compile(rf"(?=.{{1,64}}@){_ATOM}(?:\.{_ATOM})*@(?:{_LABEL}\.)+(?!\d+$){_LABEL}")
# Nothing a person types: C0 and C1 controls except newline and tab, and halves of surrogate pairs.
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")
# In one line also line ends, and marks that turn the direction of what follows: a disguise in a name.
_CONTROL_OF_LINE = re.compile("[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")


def problem(rule: str, remedy: str) -> PydanticCustomError:
    """What a validator raises: the rule's code and the remedy, worded for the person who typed."""
    return PydanticCustomError(rule, remedy)


def text_of(limit: int, *, lines: bool = False) -> AfterValidator:
    """A validator for text of 1 to `limit` code points, of one line unless `lines`."""
    controls = _CONTROL if lines else _CONTROL_OF_LINE

    def check(text: str) -> str:
        if len(text) > 4 * limit:  # refused unread: composing makes four characters one at the most
            raise _too_long(limit)
        ended = text.strip().replace("\r\n", "\n").replace("\r", "\n")
        if found := controls.search(ended):
            raise problem("control_character", f"Remove the character U+{ord(found[0]):04X}.")
        tidied = unicodedata.normalize("NFC", ended)
        if not tidied:
            raise problem("required", "Fill in this field.")
        if len(tidied) > limit:
            raise _too_long(limit)
        return tidied

    return AfterValidator(check)


def _too_long(limit: int) -> PydanticCustomError:
    return problem("text_length", f"Shorten it to {limit:,} characters.")


def _few(references: tuple[str, ...]) -> tuple[str, ...]:
    if len(references) > REFERENCES_LIMIT:
        raise problem("too_many", f"Give at most {REFERENCES_LIMIT}; put the others in the description.")
    return references


def _email(text: str) -> str:
    address = text.strip()
    if len(address) > 254 or not _EMAIL.fullmatch(address):
        raise problem("email", "Write an e-mail address such as name@example.com.")
    return address


def _category(text: str) -> str:
    if text not in set(Category):
        raise problem("unknown_category", f"Choose one of: {', '.join(Category)}.")
    return text


def _currency(code: str) -> str:
    _as_problem(lambda: money.digits_of(code))
    return code


def _amount(amount_minor: int) -> int:
    _as_problem(lambda: money.check(amount_minor))
    return amount_minor


def _as_problem(check: Callable[[], object]) -> None:
    try:
        check()
    except money.NotMoney as wrong:
        raise problem(wrong.rule, wrong.remedy) from None


type Email = Annotated[str, AfterValidator(_email)]
type CurrencyCode = Annotated[str, AfterValidator(_currency)]
type AmountMinor = Annotated[int, AfterValidator(_amount)]
type Reference = Annotated[str, text_of(100)]


class Strict(BaseModel):
    """A body of which nothing is coerced and nothing ignored."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class Intake(Strict):
    """A complaint as it was told, valid for the region and instant it was read with.

    `occurred_on` is an ISO 8601 date, at the latest today in the zone of the jurisdiction's rule pack.
    `amount_minor` is what the complaint is about, in minor units of the ISO 4217 `currency`.
    """

    brand: str
    jurisdiction: str
    category: Annotated[str, AfterValidator(_category)]
    description: Annotated[str, text_of(DESCRIPTION_LIMIT, lines=True)]
    name: Annotated[str, text_of(200)]
    email: Email
    account: Annotated[str, text_of(100)] | None = None
    occurred_on: str | None = None
    amount_minor: AmountMinor | None = None
    currency: Annotated[CurrencyCode | None, Field(validate_default=True)] = None
    transaction_references: Annotated[tuple[Reference, ...], Field(strict=False), AfterValidator(_few)] = ()
    remedy: Annotated[str, text_of(2_000, lines=True)] | None = None

    @field_validator("brand")
    @classmethod
    def _brand_exists(cls, brand: str, info: ValidationInfo) -> str:
        region = _place(info)[0]
        if region.brand(brand) is None:
            raise problem("unknown_brand", f"Choose one of: {', '.join(b.id for b in region.brands)}.")
        return brand

    @field_validator("jurisdiction")
    @classmethod
    def _jurisdiction_is_the_brands(cls, jurisdiction: str, info: ValidationInfo) -> str:
        brand = _place(info)[0].brand(info.data.get("brand", ""))
        if brand and jurisdiction not in brand.jurisdictions:
            raise problem("unknown_jurisdiction", f"Choose one of: {', '.join(brand.jurisdictions)}.")
        return jurisdiction

    @field_validator("occurred_on")
    @classmethod
    def _has_happened(cls, text: str | None, info: ValidationInfo) -> str | None:
        if text is None:
            return None
        day = _date(text)
        if day < EARLIEST:
            raise problem("date_too_early", f"Give a day since {EARLIEST}.")
        if not {"brand", "jurisdiction"} <= info.data.keys():
            return text
        zone = ZoneInfo(rulepack.load_pack(info.data["jurisdiction"]).timezone)
        if day > _place(info)[1].astimezone(zone).date():
            raise problem("date_in_future", "Give the day when it happened: today or earlier.")
        return text

    @field_validator("currency")
    @classmethod
    def _comes_with_an_amount(cls, currency: str | None, info: ValidationInfo) -> str | None:
        if "amount_minor" in info.data and (info.data["amount_minor"] is None) != (currency is None):
            if currency is None:
                raise problem("amount_without_currency", "Give the currency of the amount.")
            raise problem("currency_without_amount", "Give the amount, or leave out the currency.")
        return currency

    def to_command(self, channel: str, language: str) -> Submit:
        """The command that submits the complaint under the rule pack's current version.

        `channel` says how it arrived (form, api, phone, ...), `language` is a BCP 47 tag.
        """
        person = ("name", "email", "account", "description", "remedy")
        references = list(self.transaction_references)
        return Submit(
            brand=self.brand,
            jurisdiction=self.jurisdiction,
            pack_version=rulepack.load_pack(self.jurisdiction).version,
            channel=channel,
            language=language,
            category=self.category,
            occurred_on=self.occurred_on,
            amount_minor=self.amount_minor,
            currency=self.currency,
            content={name: getattr(self, name) for name in person} | {"transaction_references": references},
        )

    @classmethod
    def read(cls, document: object, region: Region, now: datetime) -> Self:
        """A complaint from a JSON document, checked against brands and packs; `now` is any aware instant.

        Raises InvalidInput.
        """
        return validated(cls, document, {"region": region, "now": now})


def read_form(fields: Mapping[str, str], region: Region, now: datetime) -> Intake:
    """A complaint from the fields of the portal's form; a field left blank was not given.

    Fields are those of Intake, with two differences: `amount` is a decimal text in the chosen `currency`
    (which alone means nothing), and `transaction_references` are separated by commas or new lines. Other
    fields (nonce, buttons) are the form's own and not read.
    Raises InvalidInput, whose problems name the form's fields.
    """
    given = {name: text for name, text in fields.items() if text.strip()}
    amount, currency = given.get("amount"), given.get("currency")
    told = Intake.model_fields.keys() - {"amount_minor", "currency"}
    document: dict[str, Any] = {name: text for name, text in given.items() if name in told}
    problems: list[FieldProblem] = []
    if amount is not None:
        try:
            document |= {"amount_minor": money.parse(amount, currency or ""), "currency": currency}
        except money.NotMoney as wrong:
            field = "currency" if wrong.rule == "currency" else "amount"
            problems.append(FieldProblem(field, wrong.rule, wrong.remedy))
    if "transaction_references" in document:
        parts = re.split(r"[,\r\n]+", document["transaction_references"])
        document["transaction_references"] = [part for part in parts if part.strip()]
    try:
        intake = Intake.read(document, region, now)
    except InvalidInput as invalid:
        raise InvalidInput([*invalid.problems, *problems]) from None
    if problems:
        raise InvalidInput(problems)
    return intake


def validated[M: BaseModel](model: type[M], document: object, context: Mapping[str, Any] | None = None) -> M:
    """The document as an instance of the model. Raises InvalidInput with one problem per field."""
    try:
        return model.model_validate(document, context=dict(context or {}))
    except ValidationError as error:
        raise InvalidInput(_problems(error.errors(include_url=False, include_context=False))) from None


def _problems(errors: list[ErrorDetails]) -> list[FieldProblem]:
    """The first problem of each field; an item of a list counts as its list."""
    first: dict[str, FieldProblem] = {}
    for error in errors:
        field = str(error["loc"][0]) if error["loc"] else "body"
        rule, remedy = _RULES.get(error["type"], (error["type"], error["msg"]))
        first.setdefault(field, FieldProblem(field, rule, remedy))
    return list(first.values())


_RULES: Mapping[str, tuple[str, str]] = {
    "missing": ("required", "Fill in this field."),
    "string_type": ("text", "Send text."),
    "string_unicode": ("text", "Send text in UTF-8."),
    "int_type": ("whole_number", "Send a whole number."),
    "int_parsing_size": ("amount_range", "Give an amount above zero that somebody could have paid."),
    "tuple_type": ("list", "Send a list of texts."),
    "extra_forbidden": ("unknown_field", "Leave this field out: it is not known."),
    "model_type": ("object", "Send one JSON object."),
}


def _place(info: ValidationInfo) -> tuple[Region, datetime]:
    context: Any = info.context
    return context["region"], context["now"]


def _date(text: str) -> date:
    try:
        return date.fromisoformat(re.fullmatch(r"\d{4}-\d\d-\d\d", text, re.ASCII)[0])  # type: ignore[index]
    except (TypeError, ValueError):
        raise problem("date", "Write the date as year-month-day, such as 2026-04-26.") from None
