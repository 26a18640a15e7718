"""Pages that a gateway shows without asking the portal: each holds its sentence in every language.

The gateway knows no language of the reader, and a page that is shown because requests are refused may ask for
nothing more. Texts come from the catalogues as people wrote them, so composing an app needs no compiled ones.
"""

from collections.abc import Callable, Mapping
from functools import cache
from html import escape

from infra.languages import catalogue
from redress.language import CODES, SOURCE
from redress.web.refused import GATEWAY
from redress.web.words import Refusal

WAF_BYTES = 4096
"""How long a page of a web ACL may be (a quota of AWS WAF)."""

type Translate = Callable[[str, str], str]

_STYLE = (
    "body{font:1rem/1.5 system-ui,sans-serif;max-width:34rem;margin:2rem auto;padding:0 1rem}"
    "h1,h2{font-size:1.3rem;margin:0}h2{font-size:1.05rem}p{margin:0 0 1.2rem}"
)


def translated(code: str, message: str) -> str:
    """A message in a language by its code; empty where it has no translation."""
    return message if code == SOURCE else _translations(code).get(message, "")


def page(kind: str, translate: Translate = translated) -> str:
    """The page of one of `redress.web.refused`, in English first."""
    refusal = GATEWAY[kind]
    parts = "".join(_part(refusal, code, translate) for code in CODES if translate(code, refusal.text))
    return (
        f'<!doctype html><html lang="{SOURCE}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        '<meta name="color-scheme" content="light dark">'
        f"<title>{escape(refusal.title)}</title><style>{_STYLE}</style></head>"
        f"<body><main>{parts}</main></body></html>"
    )


def _part(refusal: Refusal, code: str, translate: Translate) -> str:
    title, text = (escape(translate(code, one), quote=False) for one in (refusal.title, refusal.text))
    heading = "h1" if code == SOURCE else "h2"
    return f'<div lang="{code}"><{heading}>{title}</{heading}><p>{text}</p></div>'


@cache
def _translations(code: str) -> Mapping[str, str]:
    return {str(one.id): str(one.string) for one in catalogue(code) if one.id and isinstance(one.string, str)}
