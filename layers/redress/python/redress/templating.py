"""Templates for pages and letters: one way to load them, and to compile them when the package is built.

A template uses only what its caller passes it and Jinja's own filters, so it compiles without its caller.
Compiled, a template is a Python module: Lambda then neither parses nor compiles one at a cold start.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from jinja2 import BaseLoader, Environment, FileSystemLoader, ModuleLoader, StrictUndefined

PACKAGE = Path(__file__).parent
COMPILED = "compiled_templates"


@dataclass(frozen=True)
class Templates:
    """Folders of the package that are searched in this order, and whether values are escaped for HTML."""

    folders: tuple[str, ...]
    autoescape: bool


KINDS: Mapping[str, Templates] = {
    "pages": Templates(("web/templates",), autoescape=True),
    "letters_html": Templates(("letters/html", "letters/words"), autoescape=True),
    "letters_text": Templates(("letters/text", "letters/words"), autoescape=False),
}


@cache
def environment(kind: str) -> Environment:
    """The templates of a kind, compiled ones where the package holds them. A missing value is an error."""
    compiled = PACKAGE / COMPILED / kind
    return _environment(kind, ModuleLoader(compiled) if compiled.is_dir() else _sources(PACKAGE, kind))


def compile_templates(package: Path) -> None:
    """Compile the templates of a copy of this package into modules beside them; `packaging` calls it."""
    for kind in KINDS:
        _environment(kind, _sources(package, kind)).compile_templates(
            package / COMPILED / kind, zip=None, ignore_errors=False
        )


def _sources(package: Path, kind: str) -> FileSystemLoader:
    return FileSystemLoader([package / folder for folder in KINDS[kind].folders])


def _environment(kind: str, loader: BaseLoader) -> Environment:
    return Environment(
        loader=loader,
        autoescape=KINDS[kind].autoescape,  # noqa: S701 - off for plain text alone
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
