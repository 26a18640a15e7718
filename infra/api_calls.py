"""Writes the table of operations into `functions/operator_api/README.md`: permissions and AWS calls.

python -m infra.api_calls

`calls.toml` holds the calls of each operation, which a test counts on the handler; the permissions are those
of the routes.
"""

import tomllib
from collections.abc import Mapping

from infra.api_examples import FOLDER
from redress.http.routes import ROUTES

README = FOLDER / "README.md"
CALLS = FOLDER / "calls.toml"
_HEAD = "| operation | permission | AWS calls |\n|-|-|-|\n"


def calls() -> Mapping[str, str]:
    """The calls of each operation, by its name, such as `GetItem, Query, TransactWriteItems`."""
    return tomllib.loads(CALLS.read_text(encoding="utf-8"))


def table() -> str:
    """The table, in the order of the routes. Raises KeyError for an operation without calls."""
    made = calls()
    return _HEAD + "".join(f"| `{one.name}` | `{one.permission}` | {made[one.name]} |\n" for one in ROUTES)


def with_table(readme: str) -> str:
    """The README with the table as it is now, in the place of the one it has."""
    before, _, rest = readme.partition(_HEAD)
    _, blank, after = rest.partition("\n\n")
    return before + table() + blank[1:] + after


if __name__ == "__main__":
    README.write_text(with_table(README.read_text(encoding="utf-8")), encoding="utf-8")
