"""Reads a JSON object field by field: nothing is coerced, nothing ignored, every problem is told at once.

A field is a check and the JSON Schema of what is sent, so the API's description comes from what is enforced.
A validation library would read the same bodies for more than a third of a bare cold start (measured).

Text is kept as written, except: Unicode NFC, line ends as newlines, blanks cut off at both ends. Control
characters other than newline and tab are refused, not stripped: nothing of a complaint is altered silently,
and the caller learns which character it is. Limits count code points, so every script has the same room.
"""

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from copy import replace
from datetime import date
from typing import Any

from redress.domain import money
from redress.domain.errors import FieldProblem, InvalidInput
from redress.domain.money import NotMoney
from redress.domain.values import Value

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


class Unfit(Exception):
    """A value breaks its rule: `rule` is a stable code, `remedy` is worded for the person who sent it."""

    def __init__(self, rule: str, remedy: str) -> None:
        self.rule, self.remedy = rule, remedy
        super().__init__(remedy)


class Field(Value):
    """`check` returns the value as kept, or raises Unfit or NotMoney; `schema` describes what is sent."""

    check: Callable[[Any], Any]
    schema: Mapping[str, Any]
    required: bool = True


type Fields = Mapping[str, Field]


def collect(document: object, fields: Fields) -> tuple[dict[str, Any], list[FieldProblem]]:
    """The values that fit, and one problem for each field that does not.

    Null means not sent; an optional field that was not sent has the value None.
    """
    if not isinstance(document, dict):
        return {}, [FieldProblem("body", "object", "Send one JSON object.")]
    values: dict[str, Any] = {}
    unknown = [name for name in document if name not in fields]
    problems = [FieldProblem(name, "unknown_field", "Leave this out: it is not known.") for name in unknown]
    for name, field in fields.items():
        try:
            values[name] = _read(document.get(name), field)
        except (Unfit, NotMoney) as unfit:
            problems.append(FieldProblem(name, unfit.rule, unfit.remedy))
    return values, problems


def read(document: object, fields: Fields) -> dict[str, Any]:
    """The values of a document that fits. Raises InvalidInput with every problem."""
    values, problems = collect(document, fields)
    if problems:
        raise InvalidInput(problems)
    return values


def _read(value: object, field: Field) -> object:
    if value is not None:
        return field.check(value)
    if field.required:
        raise Unfit("required", "Fill in this field.")
    return None


def optional(field: Field) -> Field:
    """The same field, which may be left out."""
    return replace(field, required=False)


def text(limit: int, *, lines: bool = False) -> Field:
    """Text of 1 to `limit` code points, of one line unless `lines`."""
    controls = _CONTROL if lines else _CONTROL_OF_LINE

    def check(value: object) -> str:
        sent = _text(value)
        if len(sent) > 4 * limit:  # refused unread: composing makes four characters one at the most
            raise _too_long(limit)
        ended = sent.strip().replace("\r\n", "\n").replace("\r", "\n")
        if found := controls.search(ended):
            raise Unfit("control_character", f"Remove the character U+{ord(found[0]):04X}.")
        kept = unicodedata.normalize("NFC", ended)
        if not kept:
            raise Unfit("required", "Fill in this field.")
        if len(kept) > limit:
            raise _too_long(limit)
        return kept

    return Field(check=check, schema={"type": "string", "minLength": 1, "maxLength": limit})


def pattern(rule: str, regex: str, remedy: str) -> Field:
    """Text that matches the regular expression as a whole."""

    def check(value: object) -> str:
        sent = _text(value)
        if not re.fullmatch(regex, sent, re.ASCII):
            raise Unfit(rule, remedy)
        return sent

    return Field(check=check, schema={"type": "string", "pattern": f"^{regex}$"})


def choice(rule: str, values: Iterable[str]) -> Field:
    """One of some texts."""
    known = tuple(str(value) for value in values)

    def check(value: object) -> str:
        sent = _text(value)
        if sent not in known:
            raise Unfit(rule, f"Choose one of: {', '.join(known)}.")
        return sent

    return Field(check=check, schema={"type": "string", "enum": list(known)})


def texts(item: Field, most: int) -> Field:
    """A list of up to `most` texts; none when it was not sent."""

    def check(value: object) -> tuple[str, ...]:
        if not isinstance(value, list):
            raise Unfit("list", "Send a list of texts.")
        if len(value) > most:
            raise Unfit("too_many", f"Give at most {most}.")
        return tuple(item.check(one) for one in value)

    schema = {"type": "array", "items": dict(item.schema), "maxItems": most}
    return Field(check=check, schema=schema, required=False)


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise Unfit("text", "Send text.")
    return value


def _too_long(limit: int) -> Unfit:
    return Unfit("text_length", f"Shorten it to {limit:,} characters.")


def _email(value: object) -> str:
    address = _text(value).strip()
    if len(address) > _EMAIL_LENGTH or not _EMAIL.fullmatch(address):
        raise Unfit("email", "Write an e-mail address such as name@example.com.")
    return address


def _date(value: object) -> str:
    sent = _text(value)
    try:
        written = date.fromisoformat(sent).isoformat()
    except ValueError:
        written = ""
    if written != sent:
        raise Unfit("date", "Write the date as year-month-day, such as 2026-04-26.")
    return sent


def _currency(value: object) -> str:
    code = _text(value)
    money.digits_of(code)
    return code


def _amount(value: object) -> int:
    if type(value) is not int:  # a bool is an int to isinstance, and no amount
        raise Unfit("whole_number", "Send a whole number.")
    return money.check(value)


EMAIL = Field(check=_email, schema={"type": "string", "format": "email", "maxLength": _EMAIL_LENGTH})
DATE = Field(check=_date, schema={"type": "string", "format": "date"})
CURRENCY = Field(
    check=_currency, schema={"type": "string", "pattern": "^[A-Z]{3}$", "description": "ISO 4217 code."}
)
AMOUNT_MINOR = Field(
    check=_amount,
    schema={
        "type": "integer",
        "minimum": 1,
        "maximum": money.LARGEST_MINOR,
        "description": "Minor units of `currency`, such as pence.",
    },
)


def together(values: Mapping[str, Any], amount: str, currency: str = "currency") -> list[FieldProblem]:
    """The problem of an amount without a currency, or the other way round; none where either is unfit."""
    if not {amount, currency} <= values.keys() or (values[amount] is None) == (values[currency] is None):
        return []
    if values[currency] is None:
        return [FieldProblem(currency, "amount_without_currency", "Give the currency of the amount.")]
    remedy = "Give the amount, or leave out the currency."
    return [FieldProblem(currency, "currency_without_amount", remedy)]
