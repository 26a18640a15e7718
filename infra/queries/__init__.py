"""Questions to the journal, as SQL that Athena and DuckDB both understand, but for what `duckdb.sql` says."""

from collections.abc import Mapping
from pathlib import Path

_FOLDER = Path(__file__).parent
_LOCAL = _FOLDER / "duckdb.sql"

COLUMNS: Mapping[str, str] = {
    "number": "string",
    "seq": "bigint",
    "at": "string",
    "actor": "string",
    "type": "string",
    "data": "string",
    "previous": "string",
    "content": "string",
}
"""What an event's object holds, in the types of Glue. `data` differs by type of event, so it stays JSON."""


def queries() -> dict[str, str]:
    """Those for Athena, by the names of their files."""
    return {file.stem: _text(file) for file in sorted(_FOLDER.glob("*.sql")) if file != _LOCAL}


def for_duckdb() -> str:
    """What has to be run before them on DuckDB."""
    return _text(_LOCAL)


def _text(file: Path) -> str:
    return file.read_text(encoding="utf-8")
