"""The templates of pages that the `redress` command writes: they lie beside it."""

from collections.abc import Callable, Mapping
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined


def environment(filters: Mapping[str, Callable[..., str]] | None = None) -> Environment:
    """Their environment. A missing value is an error, and every value is escaped for HTML."""
    made = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters |= filters or {}
    return made
