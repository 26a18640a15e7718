"""The access export of a player as one page: to be read in any browser, light or dark, and to be printed.

Texts are as people wrote them, so nothing in them may act: all of it is escaped, the page may run and load
nothing, and signs that are invisible or turn the direction of reading are shown by their code.
"""

import re

from infra.ops import templates
from redress.usecases.export_person import PersonExportView

# C0 and C1 controls but newline and tab, halves of surrogate pairs, and what turns or hides what follows.
_UNSEEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ud800-\udfff]"
)

_INSTANT = re.compile(r"(\d{4}-\d\d-\d\d)T(\d\d:\d\d:\d\d)\.\d{3}Z")


def page(document: PersonExportView) -> str:
    """The whole page."""
    environment = templates.environment({"seen": seen, "when": when})
    environment.filters["words"] = words
    environment.filters["pairs"] = pairs
    return environment.get_template("person_page.html.jinja").render(document)


def seen(text: object) -> str:
    """A text whose unseen signs are shown by their code, such as [U+202E]."""
    return _UNSEEN.sub(lambda sign: f"[U+{ord(sign[0]):04X}]", str(text).replace("\r\n", "\n"))


def when(text: str) -> str:
    """The instants of a text of ours as people read them, such as 2026-04-26 23:00:00 (UTC)."""
    return _INSTANT.sub(r"\1 \2", text)


def words(name: str) -> str:
    """The name of a field as people read it."""
    return name.replace("_", " ").capitalize()


def pairs(fields: dict[str, object]) -> list[tuple[str, str]]:
    """Names and values that say something; what is deeper is told line by line."""
    return [(name, _told(value)) for name, value in fields.items() if value not in (None, "", [], (), {})]


def _told(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, dict):
        return ", ".join(f"{name}: {_told(one)}" for name, one in value.items())
    if isinstance(value, list | tuple):
        return "\n".join(_told(one) for one in value)
    return str(value)
