"""Writes `functions/relay/events/<Type>.v<n>.json`: a JSON Schema of the document of each published event.

A schema that is committed may gain optional properties and nothing else: documents of years ago are replayed
from the archive, and readers written years ago get the documents of today.

python -m infra.event_schemas
"""

import inspect
import json
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import NoneType, UnionType
from typing import Any, get_args, get_origin

from redress.domain.events import EVENT_TYPES
from redress.published import PING, PUBLISHED, WITHHELD, schema_of

FOLDER = Path(__file__).parent.parent / "functions/relay/events"

# What tells a reader something and a validator nothing.
ANNOTATIONS = frozenset({"title", "description"})

# An event's field is of no other type; a tuple is one of texts.
TYPES = {str: "string", int: "integer", bool: "boolean", tuple: "array", NoneType: "null"}
FORMATS = {"_at": "date-time", "_on": "date"}

README = "README.md"
HEAD = (
    "# Published events",
    "",
    "A JSON Schema (2020-12) for each type, written by `make schemas`. [How to read them](../README.md).",
    "",
    "| schema | what happened |",
    "|-|-|",
)

ENVELOPE: Mapping[str, Mapping[str, Any]] = {
    "id": {"type": "string", "description": "Tells the event from all others: who gets it twice knows it."},
    "schema": {"description": "The name of this schema."},
    "type": {"description": "What happened."},
    "number": {"type": "string", "description": "The complaint's number, such as R7K3-9QXM-2."},
    "seq": {"type": "integer", "minimum": 1, "description": "The event's place among the complaint's."},
    "at": {"type": "string", "format": "date-time", "description": "When it happened, UTC."},
    "actor": {
        "type": "string",
        "pattern": "^(player|system|app:[^/]+)$",
        "description": "Who did it: player, system, or an application (`app:` and its client id).",
    },
    "brand": {"type": "string", "description": "The brand complained about: its id in the region file."},
    "jurisdiction": {"type": "string", "description": "The rule pack of the licence."},
    "training": {"type": "boolean", "description": "Whether the complaint is for practice only."},
}

PING_WORDS = "A test message, which somebody had sent to a webhook. Nothing happened to any complaint."
ABOUT_A_COMPLAINT = ("number", "seq", "brand", "jurisdiction")

type Json = dict[str, Any]


class Incompatible(Exception):
    """A committed schema would change in a way that its readers could stumble over."""

    def __init__(self, schema: str, faults: list[str]) -> None:
        self.schema, self.faults = schema, faults
        kind = schema.partition(".")[0]
        super().__init__(
            "\n".join(f"{schema}: {fault}" for fault in faults)
            + f"\nRaise the version of {kind} in redress/published.py (VERSIONS): this asks for a new schema."
        )


def schema(kind: str) -> Json:
    """The schema of a type of event, in the version that is published now."""
    return _document(kind, _description(kind), {}, _facts(EVENT_TYPES[kind], PUBLISHED[kind]))


def ping() -> Json:
    """The schema of the test message that a webhook gets: it is about no complaint."""
    nothing = {place: {"type": "null"} for place in ABOUT_A_COMPLAINT}
    return _document(PING, PING_WORDS, nothing, {"type": "object", "properties": {}})


def _document(kind: str, description: str, places: Json, facts: Json) -> Json:
    """The schema of a document, whose `places` differ from those of other documents."""
    name = schema_of(kind)
    fixed = {"schema": {"const": name}, "type": {"const": kind}}
    properties = {
        place: {**(places.get(place) or words), **fixed.get(place, {})} for place, words in ENVELOPE.items()
    }
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"{name}.json",
        "title": name,
        "description": description,
        "type": "object",
        "properties": {**properties, "data": facts},
        "required": [*properties, "data"],
    }


def _description(kind: str) -> str:
    """What the code says about the event, and what of it is kept back."""
    kept_back = [f"Not told: `{name}`, {why}." for name, why in WITHHELD.get(kind, {}).items()]
    return "\n\n".join([inspect.cleandoc(EVENT_TYPES[kind].__doc__ or ""), *kept_back])


def _facts(event: Any, published: tuple[str, ...]) -> Json:  # noqa: ANN401 - a class of its own per type
    """What is told of the event itself. A field with a default came later, or may: it is not required."""
    types = event.__annotations__
    required = [name for name in published if not hasattr(event, name)]
    facts: Json = {"type": "object", "properties": {name: _value(name, types[name]) for name in published}}
    return facts | ({"required": required} if required else {})


def _value(name: str, kind: Any) -> Json:  # noqa: ANN401 - an annotation
    """The schema of one field: text, a number, a truth, a list of texts, or nothing."""
    options = get_args(kind) if isinstance(kind, UnionType) else (kind,)
    names = [TYPES[get_origin(one) or one] for one in options]
    described: Json = {"type": names if len(names) > 1 else names[0]}
    if "array" in names:
        described |= {"items": {"type": "string"}}
    return described | ({"format": FORMATS[name[-3:]]} if name[-3:] in FORMATS else {})


def incompatibilities(old: Json, new: Json, at: str = "") -> list[str]:
    """What of a new schema could hurt a reader of the old one, or refuse a document of it: one line each.

    Only optional properties may be new. To widen a type hurts readers, to narrow it refuses old documents.
    """
    return list(_faults(old, new, at))


def _faults(old: Json, new: Json, at: str) -> Iterator[str]:
    place = at or "the document"
    known, told = old.get("properties", {}), new.get("properties", {})
    for keyword in sorted((old.keys() | new.keys()) - ANNOTATIONS - {"properties", "required"}):
        if old.get(keyword) != new.get(keyword):
            yield f"{place}: {keyword} was {old.get(keyword)!r} and is {new.get(keyword)!r}"
    for name in sorted(set(old.get("required", ())) ^ set(new.get("required", ()))):
        is_now = "required now" if name in new.get("required", ()) else "no longer required"
        yield f"{place}: {name} is {is_now}"
    for name, described in known.items():
        where = f"{at}.{name}" if at else name
        if name in told:
            yield from _faults(described, told[name], where)
        else:
            yield f"{where}: removed"


def texts() -> dict[str, str]:
    """The content of each file, by its name. Raises Incompatible where a committed one may not change so."""
    written = {README: _readme()}
    for described in (*map(schema, EVENT_TYPES), ping()):
        name = described["title"]
        committed = FOLDER / f"{name}.json"
        if committed.exists():
            faults = incompatibilities(json.loads(committed.read_text(encoding="utf-8")), described)
            if faults:
                raise Incompatible(name, faults)
        written[committed.name] = json.dumps(described, ensure_ascii=False, indent=1) + "\n"
    return written


def _readme() -> str:
    """The list of the schemas that events follow now."""
    names = {kind: schema_of(kind) for kind in EVENT_TYPES}
    told = {name: _description(kind) for kind, name in names.items()} | {schema_of(PING): PING_WORDS}
    rows = [f"| [{name}]({name}.json) | {_first_sentence(words)} |" for name, words in told.items()]
    return "\n".join([*HEAD, *rows]) + "\n"


def _first_sentence(words: str) -> str:
    paragraph = " ".join(words.partition("\n\n")[0].split())
    return paragraph.partition(". ")[0].removesuffix(".") + "."


def main() -> None:
    """Write the files; what may not change so is told without a traceback."""
    try:
        written = texts()
    except Incompatible as error:
        sys.exit(str(error))
    FOLDER.mkdir(exist_ok=True)
    for name, text in written.items():
        (FOLDER / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
