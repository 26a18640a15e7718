"""Reads plain data (from TOML or JSON) into the classes that describe it, and refuses what does not fit.

The classes are the schema: values, which check themselves. Nothing is coerced or
dropped: an unknown key, a missing key, a wrong type or a value off the list is refused with its path and the
remedy.
"""

import json
import re
from collections.abc import Callable, Mapping
from datetime import date, time
from pathlib import Path
from types import NoneType, UnionType
from typing import Any, Literal, Union, cast, get_args, get_origin

from redress.domain.errors import RedressError

FOLDER = Path(__file__).parent.parent / "rulepacks"
TRIAGE_FOLDER = FOLDER.parent / "triage"


class RulePackInvalid(RedressError):
    """A rule pack or its calendar cannot be used: `path` names the value, `remedy` who must supply what."""

    def __init__(self, pack: str, path: str, problem: str, remedy: str) -> None:
        self.pack, self.path, self.problem, self.remedy = pack, path, problem, remedy
        where = " ".join(part for part in (f"Rule pack {pack}" if pack else "", path) if part)
        super().__init__(f"{where}: {problem}. {remedy}.")

    def under(self, path: str) -> "RulePackInvalid":
        """The same refusal, seen from the table that holds the value."""
        return RulePackInvalid(self.pack, f"{path}.{self.path}".strip("."), self.problem, self.remedy)

    def of(self, pack: str) -> "RulePackInvalid":
        """The same refusal, naming the pack."""
        return RulePackInvalid(pack, self.path, self.problem, self.remedy)


def refuse(path: str, problem: str, remedy: str) -> RulePackInvalid:
    """A refusal to raise where the pack is not known yet."""
    return RulePackInvalid("", path, problem, remedy)


def read[T](kind: type[T], raw: object) -> T:
    """`raw` as an instance of a class of the schema.

    Raises RulePackInvalid with the path of the first value that does not fit.
    """
    return cast("T", _value(kind, raw, ""))


_SCALARS: Mapping[object, str] = {
    str: "text",
    int: "a whole number",
    bool: "true or false",
    date: 'a quoted date such as "2026-04-06"',
    time: 'a quoted time such as "17:00"',
}


def _local_time(text: str) -> time:
    """A time of day in whichever zone is meant: one that names a zone of its own would contradict it."""
    found = time.fromisoformat(text)
    if found.tzinfo:
        raise ValueError(f"{text} names a zone")
    return found


_PARSERS: Mapping[object, Callable[[str], object]] = {date: date.fromisoformat, time: _local_time}


def _value(hint: object, raw: object, path: str) -> object:
    if hint in _SCALARS:
        return _scalar(hint, raw, path)
    origin, arguments = get_origin(hint), get_args(hint)
    if origin in (Union, UnionType):
        return _value(next(choice for choice in arguments if choice is not NoneType), raw, path)
    if origin is Literal:
        return _one_of(arguments, raw, path)
    if origin is tuple:
        items = _expect(list, raw, path, "a list")
        return tuple(_value(arguments[0], item, f"{path}[{place}]") for place, item in enumerate(items))
    table = _expect(dict, raw, path, "a table")
    if origin is Mapping:
        return {
            _value(arguments[0], key, path): _value(arguments[1], item, _below(path, key))
            for key, item in table.items()
        }
    return _record(cast("type[object]", origin or hint), arguments, table, path)


def _scalar(hint: object, raw: object, path: str) -> object:
    words, parser = _SCALARS[hint], _PARSERS.get(hint)
    if parser is None:
        return _expect(cast("type[object]", hint), raw, path, words)
    try:
        return parser(_expect(str, raw, path, words))
    except ValueError:
        raise refuse(path, f"{raw!r} is not {words}", f"Give {words}") from None


def _expect[T](kind: type[T], raw: object, path: str, words: str) -> T:
    if not isinstance(raw, kind) or (isinstance(raw, bool) and kind is not bool):
        raise refuse(path, f"{raw!r} is not {words}", f"Give {words}")
    return raw


def _one_of(choices: tuple[object, ...], raw: object, path: str) -> object:
    if raw not in choices:
        listed = ", ".join(str(choice) for choice in choices)
        raise refuse(path, f"{raw!r} is not a known value", f"Use one of: {listed}")
    return raw


def _record(
    kind: type[object], arguments: tuple[object, ...], table: Mapping[str, object], path: str
) -> object:
    hints = kind.__annotations__
    optional = kind.__dict__
    for key in table:
        if key not in hints:
            raise refuse(_below(path, key), "unknown key", f"Use one of: {', '.join(hints)}")
    for key in hints:
        if key not in table and key not in optional:
            raise refuse(_below(path, key), "missing", "Give a value")
    values = {
        key: _value(_bound(hints[key], arguments), item, _below(path, key)) for key, item in table.items()
    }
    try:
        return kind(**values)
    except RulePackInvalid as error:
        raise error.under(path) from None


def _bound(hint: object, arguments: tuple[object, ...]) -> object:
    """The hint of a generic class's field, with the class's argument in place of its parameter."""
    parameters = getattr(hint, "__parameters__", ())
    return hint[arguments] if arguments and parameters else hint  # type: ignore[index]  # it has parameters


def _below(path: str, key: str) -> str:
    return f"{path}.{key}" if path else key


def read_data(name: str, folder: Path | None = None) -> dict[str, Any] | None:
    """The document of a data file, or None. JSON, the compiled form, goes first.

    It is one of the packs' folder, unless another is named. Raises RulePackInvalid for a file that is not
    TOML.
    """
    if not re.fullmatch(r"(calendars/)?[A-Za-z0-9][A-Za-z0-9.@-]*", name):
        return None
    place = folder or FOLDER
    compiled, written = place / f"{name}.json", place / f"{name}.toml"
    if compiled.is_file():
        return dict(json.loads(compiled.read_bytes()))
    if not written.is_file():
        return None
    import tomllib  # noqa: PLC0415  # costs milliseconds that a compiled package does not need

    try:
        return tomllib.loads(written.read_text(encoding="utf-8"))
    except ValueError as error:  # of its syntax or its encoding
        raise refuse(f"{name}.toml", f"not readable as TOML: {error}", "Correct the file") from None
