"""Templates for pages and letters: one way to load them, and to compile them when the package is built.

A template uses only what its caller passes it and Jinja's own filters, so it compiles without its caller.
Compiled, a template is a Python module: Lambda then neither parses nor compiles one at a cold start.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from jinja2 import BaseLoader, Environment, FileSystemLoader, ModuleLoader, StrictUndefined
from markupsafe import Markup, escape

from redress.language import Language

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
    "proofs": Templates(("proofs/templates",), autoescape=True),
    "returns": Templates(("returns/templates",), autoescape=True),
}


@cache
def environment(kind: str) -> Environment:
    """The templates of a kind, compiled ones where the package holds them. A missing value is an error."""
    compiled = PACKAGE / COMPILED / kind
    return _environment(kind, ModuleLoader(compiled) if compiled.is_dir() else _sources(PACKAGE, kind))


def spoken(language: Language) -> Mapping[str, object]:
    """What a template of HTML says in a language: `say` and `say_many` as there, `language` for the rest.

    A message is text: what it holds is escaped, and so are the values of its places, unless they are markup.
    """

    def say(message: str, **values: object) -> Markup:
        said = escape(language.say(message))
        return said.format(**values) if values else said

    def say_many(one: str, many: str, count: int, **values: object) -> Markup:
        said = escape(language.catalogue.ngettext(one, many, count))
        return said.format(count=language.number(count), **values)

    return {"say": say, "say_many": say_many, "language": language}


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
