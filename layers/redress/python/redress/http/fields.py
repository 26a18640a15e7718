"""What the fields of bodies, queries and forms may hold, as pydantic types; and the base of what is read.

Nothing is coerced, nothing ignored, every problem is told at once: one FieldProblem for each field, whose
`rule` is a stable code. This is the only module that knows pydantic's own errors.

Text is kept as written, except: Unicode NFC, line ends as newlines, blanks cut off at both ends. Control
characters other than newline and tab are refused, not stripped: nothing of a complaint is altered silently,
and the caller learns which character it is. Limits count code points, so every script has the same room.

pydantic costs a third of a bare cold start, so what answers without reading does not import this (a test).
"""

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Annotated, Any, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    GetCoreSchemaHandler,
    GetJsonSchemaHandler,
    ValidationError,
    ValidationInfo,
    WithJsonSchema,
)
from pydantic_core import ErrorDetails, PydanticCustomError, core_schema

from redress.domain import instants, money
from redress.domain.errors import FieldProblem, InvalidInput

# Nothing a person types: C0 and C1 controls except newline and tab, and halves of surrogate pairs.
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")
# In one line also line ends, and marks that turn the direction of what follows: a disguise in a name.
_CONTROL_OF_LINE = re.compile("[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")

_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
# An address that mail can be sent to: dot-separated atoms and a domain of at least two labels (RFC 5321,
# without quoted strings, address literals and non-ASCII parts, which the mail service does not take).
_EMAIL = re.compile(rf"(?=.{{1,64}}@){_ATOM}(?:\.{_ATOM})*@(?:{_LABEL}\.)+(?!\d+$){_LABEL}")
_EMAIL_LENGTH = 254

# An instant by RFC 3339. The zone is asked for: without it nobody knows when it was.
_INSTANT = re.compile(
    r"\d{4}-\d{2}-\d{2}[Tt](?:[01]\d|2[0-3]):\d{2}:\d{2}(?:\.\d{1,9})?(?:[Zz]|[+-]\d{2}:\d{2})", re.ASCII
)
_LONGEST_AHEAD = timedelta(days=731)
_FIRST_INSTANT = datetime(2000, 1, 1, tzinfo=UTC)  # before it nothing that is still to be dealt with happened

# Errors of pydantic's own as our rules, with their remedies.
_RULES: Mapping[str, tuple[str, str]] = {
    "missing": ("required", "Fill in this field."),
    "string_too_short": ("required", "Fill in this field."),
    "string_type": ("text", "Send text."),
    "string_unicode": ("text", "Send text in UTF-8."),
    "string_too_long": ("text_length", "Shorten it to {max_length:,} characters."),
    "int_type": ("whole_number", "Send a whole number."),
    "bool_type": ("truth", "Send true or false."),
    "list_type": ("list", "Send a list of texts."),
    "too_short": ("too_few", "Give at least {min_length}."),
    "too_long": ("too_many", "Give at most {max_length}."),
    "greater_than_equal": ("number_range", "Send {ge} or more."),
    "less_than_equal": ("number_range", "Send {le} or less."),
    "extra_forbidden": ("unknown_field", "Leave this out: it is not known."),
    "model_type": ("object", "Send one JSON object."),
}


class Strict(BaseModel):
    """What may be sent. Null means not sent; an optional field that was not sent has the value None."""

    # Built when first read with, since a request needs one of several. No error repeats what a person wrote.
    model_config = ConfigDict(
        extra="forbid", strict=True, frozen=True, defer_build=True, hide_input_in_errors=True
    )

    @classmethod
    def read(cls, document: object, **context: object) -> Self:
        """A document that fits; `context` is what the model's own rules ask for. Raises InvalidInput."""
        try:
            return cls.model_validate(document, context=context)
        except ValidationError as error:
            raise InvalidInput(_problems(error.errors(include_url=False))) from None


def _problems(errors: list[ErrorDetails]) -> list[FieldProblem]:
    """The first problem of each field; an item of a list counts as its list."""
    first: dict[str, FieldProblem] = {}
    for error in errors:
        field = str(error["loc"][0]) if error["loc"] else "body"
        rule, remedy = _rule(error)
        first.setdefault(field, FieldProblem(field, rule, remedy))
    return list(first.values())


def _rule(error: ErrorDetails) -> tuple[str, str]:
    kind = error["type"]
    if kind == "string_type" and error["input"] is None:
        kind = "missing"
    if kind not in _RULES:  # a rule of ours
        return kind, error["msg"]
    rule, remedy = _RULES[kind]
    return rule, remedy.format_map(error.get("ctx", {}))


def broken(rule: str, remedy: str) -> PydanticCustomError:
    """What a validator raises: a rule's code, and the remedy worded for the person who sent it."""
    return PydanticCustomError(rule, remedy)


@dataclass(frozen=True)
class Text:
    """Annotates text of 1 to `limit` code points, of one line unless `lines`."""

    limit: int
    lines: bool = False

    def __get_pydantic_core_schema__(
        self, _source: object, _handler: GetCoreSchemaHandler
    ) -> core_schema.CoreSchema:
        fits = core_schema.str_schema(min_length=1, max_length=self.limit)
        return core_schema.no_info_before_validator_function(self._tidied, fits)

    def _tidied(self, sent: object) -> object:
        if not isinstance(sent, str) or len(sent) > 4 * self.limit:
            return sent  # refused unread: composing makes four characters one at the most
        ended = sent.strip().replace("\r\n", "\n").replace("\r", "\n")
        if found := (_CONTROL if self.lines else _CONTROL_OF_LINE).search(ended):
            raise broken("control_character", f"Remove the character U+{ord(found[0]):04X}.")
        return unicodedata.normalize("NFC", ended)


@dataclass(frozen=True)
class Rule:
    """Annotates what is sent as text: if it does not fit the type, it breaks this rule."""

    rule: str
    remedy: str

    def __get_pydantic_core_schema__(
        self, source: object, handler: GetCoreSchemaHandler
    ) -> core_schema.CoreSchema:
        fits = core_schema.custom_error_schema(
            handler(source), custom_error_type=self.rule, custom_error_message=self.remedy
        )
        return core_schema.chain_schema([core_schema.str_schema(), fits])

    def __get_pydantic_json_schema__(
        self, schema: core_schema.ChainSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        return handler(schema["steps"][-1])


def _email(sent: str) -> str:
    address = sent.strip()
    if len(address) > _EMAIL_LENGTH or not _EMAIL.fullmatch(address):
        raise broken("email", "Write an e-mail address such as name@example.com.")
    return address


def _date(sent: str) -> str:
    try:
        written = date.fromisoformat(sent).isoformat()
    except ValueError:
        written = ""
    if not sent or written != sent:
        raise broken("date", "Write the date as year-month-day, such as 2026-04-26.")
    return sent


def _past(sent: str, info: ValidationInfo) -> str:
    """An instant that has come, as `instants` writes it; the model is read with `now`."""
    instant = _instant(sent)
    if instant < _FIRST_INSTANT:
        raise broken("instant_too_early", f"Give an instant since {_FIRST_INSTANT:%Y}.")
    context: Any = info.context
    if instant > context["now"]:
        raise broken("instant_in_future", "Give an instant that has come already.")
    return instants.to_text(instant)


def _future(sent: str, info: ValidationInfo) -> str:
    """An instant that is still to come, as `instants` writes it; the model is read with `now`."""
    instant = _instant(sent)
    context: Any = info.context
    if instant <= context["now"]:
        raise broken("instant_in_past", "Give an instant that is still to come.")
    if instant > context["now"] + _LONGEST_AHEAD:
        raise broken("instant_too_late", "Give an instant within the next two years.")
    return instants.to_text(instant)


def _instant(sent: str) -> datetime:
    try:
        if _INSTANT.fullmatch(sent):
            return datetime.fromisoformat(sent.upper())
    except ValueError:  # no such day, minute or zone
        pass
    raise broken("instant", "Send an instant with its zone, such as 2026-04-26T10:30:00+01:00.")


def _money[T](check: Callable[[T], object]) -> AfterValidator:
    """A check of `money` as one of pydantic's."""

    def checked(sent: T) -> T:
        try:
            check(sent)
        except money.NotMoney as wrong:
            raise broken(wrong.rule, wrong.remedy) from None
        return sent

    return AfterValidator(checked)


def paying(amount: str) -> AfterValidator:
    """Annotates the currency of an optional amount, a field that comes before: both are given, or neither."""

    def check(currency: str | None, info: ValidationInfo) -> str | None:
        if amount not in info.data or (info.data[amount] is None) == (currency is None):
            return currency
        if currency is None:
            raise broken("amount_without_currency", "Give the currency of the amount.")
        raise broken("currency_without_amount", "Give the amount, or leave out the currency.")

    return AfterValidator(check)


Email = Annotated[
    str,
    AfterValidator(_email),
    WithJsonSchema({"type": "string", "format": "email", "maxLength": _EMAIL_LENGTH}),
]
Date = Annotated[str, AfterValidator(_date), WithJsonSchema({"type": "string", "format": "date"})]
Past = Annotated[
    str,
    AfterValidator(_past),
    WithJsonSchema(
        {
            "type": "string",
            "format": "date-time",
            "description": "An instant with its zone, not in the future.",
        }
    ),
]
Future = Annotated[
    str,
    AfterValidator(_future),
    WithJsonSchema(
        {
            "type": "string",
            "format": "date-time",
            "description": "An instant with its zone, within the next two years.",
        }
    ),
]
CurrencyCode = Annotated[
    str,
    _money(money.digits_of),
    WithJsonSchema({"type": "string", "pattern": "^[A-Z]{3}$", "description": "ISO 4217 code."}),
]
AmountMinor = Annotated[
    int,
    _money(money.check),
    WithJsonSchema(
        {
            "type": "integer",
            "minimum": 1,
            "maximum": money.LARGEST_MINOR,
            "description": "Minor units of `currency`, such as pence.",
        }
    ),
]
