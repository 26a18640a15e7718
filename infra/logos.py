"""Reads the brands' logos from the folder of a region file, and refuses what does not belong in a drawing.

The portal serves a logo from its own origin, so it may hold shapes and nothing that runs, loads or links.
A PNG is put into a drawing, so that the portal has one kind of logo, and no bytes that are not text.
"""

import base64
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree as ET

from redress.region import Brand, Region

BYTES = 20_480
SVG = "http://www.w3.org/2000/svg"
_NAME = re.compile(r"[a-z0-9_-]+\.(svg|png)")
_PNG_START = b"\x89PNG\r\n\x1a\n"
# Shapes and what they need. No script, no foreignObject, no animation, no image, no link.
_ELEMENTS = frozenset(
    [
        *("svg", "g", "defs", "title", "desc", "style", "symbol", "use", "clipPath", "mask", "pattern"),
        *("path", "rect", "circle", "ellipse", "line", "polyline", "polygon", "text", "tspan"),
        *("linearGradient", "radialGradient", "stop"),
    ]
)
_ELSEWHERE = re.compile(r"@import|url\(\s*['\"]?(?!#)|javascript:|expression\(", re.IGNORECASE)
_REMEDY = "export it as plain SVG with its shapes alone"


def drawn(region: Region, folder: Path) -> tuple[Region, list[str]]:
    """The region with each logo's drawing in place of its file name, and what is wrong with the files."""
    faults: list[str] = []
    brands = []
    for brand in region.brands:
        text, found = _read(brand, folder) if brand.logo is not None else (None, [])
        faults += [f"operator.brands.{brand.id}.logo: {fault}" for fault in found]
        brands.append(replace(brand, logo=text))
    return replace(region, brands=tuple(brands)), faults


def _read(brand: Brand, folder: Path) -> tuple[str | None, list[str]]:
    name = brand.logo or ""
    if not _NAME.fullmatch(name):
        return None, [f"{name!r}; name an SVG or PNG file in lower case, such as {brand.id}.svg"]
    path = folder / name
    if not path.is_file():
        return None, [f"{name!r} is not in {folder.parent.name}/{folder.name}; put it there"]
    content = path.read_bytes()
    if len(content) > BYTES:
        return None, [f"{len(content):,} bytes; a logo may have {BYTES:,}: simplify it"]
    return _wrapped(content, brand) if name.endswith(".png") else _checked(content)


def _wrapped(content: bytes, brand: Brand) -> tuple[str | None, list[str]]:
    """A PNG inside a drawing of its size (PNG, third edition, 11.2.1: the header chunk comes first)."""
    if not content.startswith(_PNG_START) or content[12:16] != b"IHDR":
        return None, ["is not a PNG; export it as one"]
    width, height = (int.from_bytes(content[at : at + 4]) for at in (16, 20))
    data = base64.b64encode(content).decode()
    picture = f'<image width="{width}" height="{height}" href="data:image/png;base64,{data}"/>'
    return f'<svg xmlns="{SVG}" viewBox="0 0 {width} {height}"><title>{brand.id}</title>{picture}</svg>', []


def _checked(content: bytes) -> tuple[str | None, list[str]]:
    try:
        text = content.decode()
        if "<!" in re.sub(r"<!--.*?-->", "", text, flags=re.DOTALL):
            return None, [f"declares a document type or entities; {_REMEDY}"]
        root = ET.fromstring(text)  # noqa: S314 - the operator's own file, without entities (refused above)
    except (UnicodeDecodeError, ET.ParseError) as error:
        return None, [f"cannot be read as SVG: {error}"]
    return text, list(dict.fromkeys(_faults(root)))


def _faults(root: ET.Element) -> Iterator[str]:
    if root.tag != f"{{{SVG}}}svg":
        yield f"is no SVG; {_REMEDY}"
    if not re.fullmatch(r"\s*[-\d.]+([\s,]+[-\d.]+){3}\s*", root.get("viewBox", "")):
        yield "has no viewBox, and so no proportions; add one such as 0 0 160 40"
    for element in root.iter():
        yield from _element_faults(element)


def _element_faults(element: ET.Element) -> Iterator[str]:
    namespace, _, name = str(element.tag).removeprefix("{").rpartition("}")
    if namespace != SVG or name not in _ELEMENTS:
        yield f"holds <{name}>, which no logo needs; {_REMEDY}"
    if name == "style" and _ELSEWHERE.search(element.text or ""):
        yield f"loads something from elsewhere in <style>; {_REMEDY}"
    for key, value in element.attrib.items():
        bare = key.rpartition("}")[2].lower()
        if bare.startswith("on"):
            yield f"holds the script {bare!r}; {_REMEDY}"
        if (bare == "href" and not value.startswith("#")) or _ELSEWHERE.search(value):
            yield f"refers to something outside itself in {bare!r}; {_REMEDY}"
