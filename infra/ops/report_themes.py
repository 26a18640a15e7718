"""What texts have in common as a section of the report, and as a table."""

from collections.abc import Iterator, Mapping
from typing import Any

from markupsafe import Markup

from infra.ops import templates
from infra.ops.report_page import LONG
from infra.ops.report_tables import Table
from infra.ops.themes import percent
from redress.language import CODES, language
from redress.themes.groups import Group
from redress.usecases.themes import Themes

COLUMNS = (
    *("group", "kind", "language", "complaints", "players", "category", "since", "share_before"),
    *("word", "share", "share_of_others"),
)


def section(found: Themes) -> Markup:
    """The section, in the style of the page."""
    environment = templates.environment({"percent": percent, "tongue": _tongue})
    template = environment.get_template("report_themes.html.jinja")
    kinds = {kind: [one for one in found.groups if one.kind == kind] for kind in ("theme", "near_duplicates")}
    return Markup(template.render(found=found, kinds=kinds, most=LONG))  # noqa: S704 - the template escapes


def table(found: Themes) -> Table:
    """A row for each word of each group; a group of which no word may be shown has one without."""
    rows = tuple(row for place, one in enumerate(found.groups, start=1) for row in _rows(place, one))
    caption = "Each word with the share of the group's texts that have it, and of the others."
    return Table(name="themes", caption=caption, columns=COLUMNS, rows=rows)


def _rows(place: int, one: Group) -> Iterator[Mapping[str, Any]]:
    row = {
        "group": place,
        "kind": one.kind,
        "language": one.language,
        "complaints": one.count,
        "players": one.players,
        "category": one.category,
        "since": one.since,
        "share_before": one.before,
    }
    if not one.words:
        yield row
    for told in one.words:
        yield {**row, "word": told.word, "share": told.inside, "share_of_others": told.outside}


def _tongue(code: str) -> str:
    """What a language calls itself; its tag where it is none of ours."""
    return language(code).name if code in CODES else code
