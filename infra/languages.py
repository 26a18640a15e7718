"""What the languages need from people and from the Unicode CLDR, kept in `redress/locales`.

`make messages` collects every message of pages, letters and code into the catalogues (a new one comes without
a translation, one that nobody says any more goes) and writes anew what the CLDR knows. Packaging compiles the
catalogues.
"""

import io
import json
import re
import sys
import unicodedata
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from babel import Locale
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

from redress.domain import money
from redress.http.countries import COUNTRIES
from redress.language import CODES, DOMAIN, LOCALES, SOURCE

PACKAGE = Path(__file__).parent.parent / "layers/redress/python/redress"
KEYWORDS: Mapping[str, Any] = {"msg": None, "say": None, "say_many": (1, 2)}
# Where a language is written in several ways, the one of Europe.
LOCALE_OF = {"en": "en_GB", "pt": "pt_PT"}

# Of the head of a catalogue: what changes when no message does, or says nothing.
DROPPED = (
    *("Project-Id-Version", "Report-Msgid-Bugs-To", "POT-Creation-Date", "PO-Revision-Date"),
    *("Last-Translator", "Language-Team", "Generated-By"),
)

# A package is the same bytes every time: its catalogues say nothing of when they were made.
NO_TIME = datetime(2000, 1, 1, tzinfo=UTC)

_PARTS = {"EEEE": "{weekday}", "MMMM": "{month}", "d": "{day}", "y": "{year}"}
_TIME_PARTS = {"HH": "{h:02}", "H": "{h}", "mm": "{m:02}", "ss": "{s:02}"}


def messages() -> Catalog:
    """Every message that the package says, in English."""
    found = Catalog(locale=SOURCE, project=DOMAIN, fuzzy=False)
    methods = [("**/templates/**.html", "jinja2"), ("**/words/**.html", "jinja2"), ("**.py", "python")]
    options = {"**.html": {"trim_blocks": "true", "lstrip_blocks": "true", "silent": "false"}}
    files = extract_from_dir(PACKAGE, methods, options, KEYWORDS)
    for name, _line, message, _comments, context in sorted(files, key=lambda one: (one[0], one[1])):
        found.add(message, locations=[(name, 0)], context=context)
    return found


def catalogue(code: str) -> Catalog:
    """The catalogue of a language as people left it; empty if there is none yet."""
    path = _path(code)
    if not path.is_file():
        return Catalog(locale=LOCALE_OF.get(code, code), domain=DOMAIN, project=DOMAIN, fuzzy=False)
    return read_po(io.BytesIO(path.read_bytes()), locale=LOCALE_OF.get(code, code), domain=DOMAIN)


def update() -> Iterator[str]:
    """Brings the catalogues up to what is said now, and tells of each what it lacks."""
    said = messages()
    for code in _translated():
        kept = catalogue(code)
        kept.update(said, no_fuzzy_matching=True)
        kept.obsolete.clear()
        path = _path(code)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(_text(kept))
        missing = sum(1 for one in kept if one.id and not is_translated(one.string))
        yield f"{code}: {len(kept)} messages, {missing} to translate"


def compile_catalogues(package: Path) -> None:
    """Writes the catalogues of a copy of the package as gettext reads them, beside their sources."""
    for code in _translated():
        target = package / LOCALES.name / code / "LC_MESSAGES" / f"{DOMAIN}.mo"
        target.parent.mkdir(parents=True, exist_ok=True)
        compiled, kept = io.BytesIO(), catalogue(code)
        kept.creation_date = kept.revision_date = NO_TIME
        write_mo(compiled, kept)
        if not target.is_file() or target.read_bytes() != compiled.getvalue():
            aside = target.with_suffix(f".{id(compiled)}")
            aside.write_bytes(compiled.getvalue())
            aside.replace(target)


def cldr(code: str) -> Mapping[str, object]:
    """What the CLDR knows of a language, as `redress.language` reads it."""
    locale = Locale.parse(LOCALE_OF.get(code, code))
    symbols = locale.number_symbols["latn"]
    days, months = locale.days["format"]["wide"], locale.months["format"]["wide"]
    alone = locale.months["stand-alone"]["wide"]  # where a month in a date has another ending
    lists = locale.list_patterns["standard"]
    names = {one: locale.currencies[one] for one in sorted(money.MINOR_DIGITS) if one in locale.currencies}
    signs = {one: locale.currency_symbols.get(one, one) for one in sorted(money.MINOR_DIGITS)}
    return {
        "name": _own_name(locale),
        "direction": "rtl" if locale.text_direction == "rtl" else "ltr",
        "weekdays": [days[number] for number in range(7)],
        "months": [months[number] for number in range(1, 13)],
        "month_names": [alone[number] for number in range(1, 13)],
        "dates": {one: _pattern(locale.date_formats[one].pattern, _PARTS) for one in ("full", "long")},
        "times": {
            one: _pattern(locale.time_formats[one].pattern, _TIME_PARTS) for one in ("short", "medium")
        },
        "decimal": symbols["decimal"],
        "group": symbols["group"],
        "money": re.sub("[#0,.]+", "{amount}", locale.currency_formats["standard"].pattern).replace(
            "¤", "{symbol}"
        ),
        "symbols": {one: sign for one, sign in signs.items() if sign != one},
        "currencies": names,
        "list": {"middle": lists["middle"], "end": lists["end"]},
    }


def countries(code: str) -> Mapping[str, str]:
    """The names of the countries in a language, in the order of its letters without their accents."""
    names = Locale.parse(LOCALE_OF.get(code, code)).territories
    found = {one: names[one] for one in COUNTRIES}
    return dict(sorted(found.items(), key=lambda pair: (_plain(pair[1]), pair[1])))


def documents(code: str) -> Mapping[Path, str]:
    """The files that hold what the CLDR knows of a language, with what they should say."""
    made = {"cldr": cldr(code), "countries": countries(code)}
    return {
        LOCALES / code / f"{name}.json": json.dumps(one, ensure_ascii=False, indent=1) + "\n"
        for name, one in made.items()
    }


def main() -> None:
    """Brings catalogues and CLDR files up to date, and says what is left to translate."""
    for code in CODES:
        for path, text in documents(code).items():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
    for line in update():
        sys.stdout.write(f"{line}\n")


def _translated() -> tuple[str, ...]:
    return tuple(code for code in CODES if code != SOURCE)


def _path(code: str) -> Path:
    return LOCALES / code / "LC_MESSAGES" / f"{DOMAIN}.po"


def _text(kept: Catalog) -> bytes:
    """The catalogue as a file: without dates and lines, which change when no message does."""
    kept.header_comment = ""
    for one in kept:
        one.locations = sorted({(name, 0) for name, _ in one.locations})
    written = io.BytesIO()
    write_po(written, kept, width=110, include_lineno=False, omit_header=False)
    lines = written.getvalue().decode().splitlines(keepends=True)
    dropped = tuple(f'"{name}:' for name in DROPPED)
    return "".join(line for line in lines if not line.startswith(dropped)).lstrip().encode()


def is_translated(said: str | list[str] | tuple[str, ...] | None) -> bool:
    """Whether a message has its translation, a plural one in all its forms."""
    return bool(said) and all((said,) if isinstance(said, str) else said or ())


def _pattern(cldr_pattern: str, parts: Mapping[str, str]) -> str:
    """A pattern of the CLDR as a format string; letters between quotes stand for themselves."""
    found = re.findall(r"'[^']*'|[a-zA-Z]+|[^a-zA-Z']+", cldr_pattern)
    return "".join(one.strip("'") if one[0] == "'" else parts.get(one, one) for one in found)


def _own_name(locale: Locale) -> str:
    name = str(Locale.parse(locale.language).display_name or locale.language)
    return name[:1].upper() + name[1:]


def _plain(text: str) -> str:
    folded = unicodedata.normalize("NFKD", text.casefold())
    return "".join(letter for letter in folded if not unicodedata.combining(letter))


if __name__ == "__main__":
    main()
