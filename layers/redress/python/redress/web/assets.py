"""The portal's files that are the same for everybody: stylesheets, scripts and logos.

Each has a name that tells its content, so that a browser may keep it for good: another content gets another
name. A file asked for under another such name, from before or after a deployment, is the present one.
"""

import hashlib
import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from redress.domain.values import Value
from redress.region import Brand, Region
from redress.web import style

SCRIPTS = Path(__file__).parent / "static"
DIGITS = 12
_NAME = re.compile(r"(?P<stem>[a-z0-9_-]+)\.(?:[0-9a-f]+\.)?(?P<kind>css|js|svg)")
_LOGO = "-logo"
_VIEW_BOX = re.compile(r'\bviewBox="([^"]+)"')


class Asset(Value):
    """A file: the name that tells its content, its media type, and what is in it."""

    name: str
    media_type: str
    text: str


class Logo(Value):
    """A brand's logo on a page: the name of its file, and its size in units of its own."""

    name: str
    width: int
    height: int


def find(region: Region, name: str) -> Asset | None:
    """The present file for a name, whatever digest the name carries; None if there is no such file."""
    asked = _NAME.fullmatch(name)
    if asked is None:
        return None
    stem, kind = asked["stem"], asked["kind"]
    if kind == "js":
        return scripts().get(f"{stem}.js")
    if kind == "css":
        brand = region.brand(stem)
        return _stylesheet(brand) if brand else None
    brand = region.brand(stem.removesuffix(_LOGO)) if stem.endswith(_LOGO) else None
    return _drawing(brand.id, brand.logo) if brand and brand.logo else None


@cache
def scripts() -> Mapping[str, Asset]:
    """The scripts of the portal by the name of their source, such as `form.js`."""
    return {
        path.name: _asset(path.stem, "js", "text/javascript; charset=utf-8", path.read_text(encoding="utf-8"))
        for path in sorted(SCRIPTS.glob("*.js"))
    }


def logo(brand: Brand) -> Logo | None:
    """The logo of a brand, None where it has none."""
    if not brand.logo:
        return None
    found = _VIEW_BOX.search(brand.logo)
    _, _, width, height = re.split(r"[\s,]+", found[1].strip()) if found else ("0", "0", "1", "1")
    name = _drawing(brand.id, brand.logo).name
    return Logo(name=name, width=round(float(width)), height=round(float(height)))


def _stylesheet(brand: Brand) -> Asset:
    return Asset(
        name=style.name(brand.id, brand.colour),
        media_type="text/css; charset=utf-8",
        text=style.stylesheet(brand.colour),
    )


@cache
def _drawing(brand_id: str, drawn: str) -> Asset:
    return _asset(f"{brand_id}{_LOGO}", "svg", "image/svg+xml; charset=utf-8", drawn)


def _asset(stem: str, kind: str, media_type: str, text: str) -> Asset:
    digest = hashlib.sha256(text.encode()).hexdigest()[:DIGITS]
    return Asset(name=f"{stem}.{digest}.{kind}", media_type=media_type, text=text)
