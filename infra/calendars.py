"""Pins the public holidays of each place, from the maintained library `holidays`.

python -m infra.calendars [ID ...]          shows what would change, and ends with status 1 if anything would
python -m infra.calendars --write [ID ...]  changes it

A person reads the difference against the law before it is pinned: the library is maintained, not official.
A calendar that changes gets the next version; one that does not keeps its bytes, with the version of the
library they came from.
"""

import argparse
import difflib
import json
import re
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from itertools import groupby
from pathlib import Path
from typing import NamedTuple

import holidays
import holidays.version

from redress.domain.reading import FOLDER

PINNED = FOLDER / "calendars"
FIRST_EDITION = "2026.1"
EDITION = re.compile(r'^version = "(\d+)\.(\d+)"$', re.MULTILINE)
LIBRARY = re.compile(r'^source = ".*; library holidays ([0-9.]+)"$', re.MULTILINE)


class Place(NamedTuple):
    """A calendar: what it is called, where the library has it, and the law or authority behind it.

    The weekend is not here: it belongs to the rule pack. Holidays on weekends are kept, so that a pack with
    another weekend counts right, and an explanation can name them.
    """

    id: str
    name: str
    country: str
    law: str
    subdivision: str | None = None
    language: str | None = "en_US"
    categories: tuple[str, ...] = (holidays.PUBLIC,)
    first: date = date(2024, 1, 1)
    last: date = date(2032, 12, 31)


PLACES = (
    Place(
        id="GB-ENG",
        name="England and Wales",
        country="GB",
        subdivision="ENG",
        language="en_GB",
        law="Banking and Financial Dealings Act 1971, Schedule 1; substitute days as proclaimed or expected",
    ),
    Place(
        id="ES",
        name="Spain, without the days of regions and municipalities",
        country="ES",
        law="Estatuto de los Trabajadores, art. 37.2; the list of each year is published in the BOE",
    ),
    Place(
        id="US-MI",
        name="Michigan",
        country="US",
        subdivision="MI",
        law="holidays of the State's employees: Election Day of even years, the day after Thanksgiving, "
        "Christmas Eve and New Year's Eve included",
    ),
    Place(
        id="DK",
        name="Denmark",
        country="DK",
        law="public holidays of Denmark; Great Prayer Day abolished from 2024",
    ),
    Place(
        id="FR",
        name="France, without the days of Alsace-Moselle and overseas",
        country="FR",
        law="Code du travail, art. L3133-1",
    ),
    Place(
        id="KM",
        name="Comoros",
        country="KM",
        language=None,  # the library has this country in English alone
        law="no official list was read; days of the Islamic calendar follow the moon and are estimated",
    ),
    Place(
        id="CA-ON",
        name="Ontario",
        country="CA",
        subdivision="ON",
        language="en_CA",
        law="Employment Standards Act, 2000, Part X (public holidays)",
    ),
    Place(
        id="CW",
        name="Curaçao",
        country="CW",
        law="Arbeidsregeling 2000",
    ),
    Place(
        id="EE",
        name="Estonia",
        country="EE",
        law="Pühade ja tähtpäevade seadus (Public Holidays and Days of National Importance Act)",
    ),
    Place(
        id="US-AZ",
        name="Arizona",
        country="US",
        subdivision="AZ",
        law="A.R.S. 1-301, and Juneteenth as a federal holiday (5 U.S.C. 6103)",
    ),
    Place(
        id="PT",
        name="Portugal, without Carnival and the days of municipalities",
        country="PT",
        law="Código do Trabalho, art. 234",
    ),
    Place(
        id="PL",
        name="Poland",
        country="PL",
        law="Act of 18 January 1951 on days free from work; Christmas Eve since 2025",
    ),
    Place(
        id="MT",
        name="Malta",
        country="MT",
        law="National Holidays and Other Public Holidays Act, Cap. 252",
    ),
)


def days(place: Place) -> dict[date, str]:
    """The holidays of a place by the installed library, in order."""
    found = holidays.country_holidays(
        place.country,
        subdiv=place.subdivision,
        years=range(place.first.year, place.last.year + 1),
        language=place.language,
        categories=place.categories,
    )
    return {day: found[day] for day in sorted(found) if place.first <= day <= place.last}


def proposed(place: Place, pinned: str | None) -> str:
    """The text that a calendar file should have: the pinned one as it is, or its next edition.

    Raises ValueError when the pinned text has no version to count on from.
    """
    listed = days(place)
    if pinned is None:
        return _text(place, listed, FIRST_EDITION, holidays.version.__version__)
    edition, library = EDITION.search(pinned), LIBRARY.search(pinned)
    if edition is None:
        raise ValueError(f'{place.id}.toml has no line like version = "2026.1": restore it, then run again')
    if library is not None and _text(place, listed, ".".join(edition.groups()), library[1]) == pinned:
        return pinned
    return _text(place, listed, f"{edition[1]}.{int(edition[2]) + 1}", holidays.version.__version__)


def _text(place: Place, listed: Mapping[date, str], version: str, library: str) -> str:
    head = [
        f"# Public holidays of {place.name}.",
        "# Written by `python -m infra.calendars`: change its table, not this file.",
        f'id = "{place.id}"',
        f'version = "{version}"',
        f"source = {_quoted(f'{place.law}; library holidays {library}')}",
        f'first = "{place.first}"',
        f'last = "{place.last}"',
    ]
    years = [
        "".join(f"{day} = {_quoted(name)}\n" for day, name in year)
        for _, year in groupby(listed.items(), key=lambda item: item[0].year)
    ]
    return "\n".join(head) + "\n\n[holidays]\n" + "\n".join(years)


def _quoted(text: str) -> str:
    """A TOML string: JSON's are among them."""
    return json.dumps(text, ensure_ascii=False)


def changes(places: Iterable[Place], folder: Path) -> Iterator[tuple[Path, str, str]]:
    """Each calendar file that should change, with the text that is pinned (or none) and the one proposed."""
    for place in places:
        path = folder / f"{place.id}.toml"
        pinned = path.read_text(encoding="utf-8") if path.is_file() else None
        text = proposed(place, pinned)
        if text != pinned:
            yield path, pinned or "", text


def difference(path: Path, pinned: str, text: str) -> str:
    """What a person reviews: a unified diff, with little around each change."""
    lines = difflib.unified_diff(
        pinned.splitlines(keepends=True),
        text.splitlines(keepends=True),
        fromfile=f"pinned/{path.name}" if pinned else "/dev/null",
        tofile=f"proposed/{path.name}",
        n=1,
    )
    return "".join(lines)


def main(arguments: Sequence[str] | None = None, folder: Path = PINNED) -> int:
    """Shows what would change in the pinned calendars. Ends with 1 if anything would, and 0 once it did."""
    known = {place.id: place for place in PLACES}
    parser = argparse.ArgumentParser(prog="python -m infra.calendars", description=main.__doc__)
    parser.add_argument("ids", nargs="*", metavar="ID", help=f"some of {', '.join(known)} (default: all)")
    parser.add_argument("--write", action="store_true", help="change the files too; commit what you reviewed")
    given = parser.parse_args(arguments)
    if unknown := [name for name in given.ids if name not in known]:
        parser.error(f"no calendar {', '.join(unknown)}: use one of {', '.join(known)}")
    try:
        found = list(changes([known[name] for name in given.ids or known], folder))
    except ValueError as error:
        parser.error(str(error))
    for path, pinned, text in found:
        sys.stdout.write(difference(path, pinned, text))
        if given.write:
            path.write_text(text, encoding="utf-8", newline="\n")
    return 1 if found and not given.write else 0


if __name__ == "__main__":
    sys.exit(main())
