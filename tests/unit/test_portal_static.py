"""The portal's files: kept for good under a name that tells their content, briefly under any other."""

import re
from dataclasses import replace
from pathlib import Path

import pytest

from infra.logos import BYTES, drawn
from redress.region import Region
from redress.web import assets
from tests.support.complaints import REGION
from tests.support.portal import Visitor

FOREVER = "public, max-age=31536000, immutable"
DRAWING = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 160 40"><path d="M0 0h9"/></svg>'
# The smallest PNG: one pixel.
PIXEL = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010100000000376ef9240000000a49444154789c6360000000020001"
    "48afa4710000000049454e44ae426082"
)
TYPES = {"css": "text/css; charset=utf-8", "js": "text/javascript; charset=utf-8"}


def branded(logo: str | None) -> Region:
    """The test's region with another logo."""
    return replace(REGION, brands=(replace(REGION.brands[0], logo=logo),))


def names(page: str) -> list[str]:
    """The files that a page asks for."""
    return re.findall(r'"(?:\./|(?:\.\./)*)/?static/([^"]+)"', page)


def test_every_file_a_page_asks_for_is_kept_for_good() -> None:
    visitor = Visitor(region=branded(DRAWING))
    asked = {
        name
        for path in ("/", "/policy", "/complaints?category=bonuses")
        for name in names(visitor.get(path).body)
    }
    assert {name.rpartition(".")[2] for name in asked} >= {"css", "svg"}
    for name in asked:
        answer = visitor.get(f"/static/{name}")
        assert (answer.status, answer.headers["cache-control"]) == (200, FOREVER), name


def test_each_script_of_the_portal_is_served_under_a_name_that_tells_its_content() -> None:
    sources = sorted(assets.SCRIPTS.glob("*.js"))
    assert [one.name for one in sources] == list(assets.scripts())
    for source in sources:
        answer = Visitor().get(f"/static/{assets.scripts()[source.name].name}")
        assert answer.body == source.read_text(encoding="utf-8")
        assert answer.headers["content-type"] == TYPES["js"]


def test_no_script_loads_another_since_their_names_change_with_their_content() -> None:
    for source in assets.SCRIPTS.glob("*.js"):
        assert not re.search(r"^\s*import\b|\bimport\(", source.read_text(encoding="utf-8"), re.MULTILINE), (
            source
        )


@pytest.mark.parametrize("name", ["northlight.0123456789ab.css", "northlight-logo.0123456789ab.svg"])
def test_a_name_of_another_deployment_gets_the_present_file_kept_briefly(name: str) -> None:
    answer = Visitor(region=branded(DRAWING)).get(f"/static/{name}")
    assert (answer.status, answer.headers["cache-control"]) == (200, "no-cache")
    assert answer.body


@pytest.mark.parametrize(
    "name",
    [
        "other.0123456789ab.css",
        "portal.css.map",
        "..%2Fpages.py",
        "../pages.py",
        "nothing.js",
        "northlight.js",
        "northlight-logo.0123456789ab.svg",
        "other-logo.0123456789ab.svg",
        "northlight.svg",
    ],
)
def test_there_is_no_other_file(name: str) -> None:
    assert Visitor(region=branded(None)).get(f"/static/{name}").status == 404


def test_a_file_opened_as_a_page_can_do_nothing() -> None:
    name = assets.logo(branded(DRAWING).brands[0])
    assert name
    headers = Visitor(region=branded(DRAWING)).get(f"/static/{name.name}").headers
    policy = headers["content-security-policy"]
    assert "sandbox" in policy
    assert "default-src 'none'" in policy
    assert "script-src" not in policy
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["content-type"] == "image/svg+xml; charset=utf-8"


def test_another_logo_has_another_name() -> None:
    one, other = (assets.logo(branded(text).brands[0]) for text in (DRAWING, DRAWING.replace("h9", "h8")))
    assert one
    assert other
    assert one.name != other.name


def test_the_masthead_shows_the_logo_in_its_proportions_and_says_the_brands_name() -> None:
    page = Visitor(region=branded(DRAWING)).get("/policy").body
    [image] = re.findall(r"<img [^>]+>", page)
    assert 'alt="Northlight Casino"' in image
    assert 'width="160" height="40"' in image


def test_without_a_logo_the_masthead_shows_the_name() -> None:
    page = Visitor(region=branded(None)).get("/policy").body
    assert "<img" not in page
    assert re.search(r'<a class="brand"[^>]*>Northlight Casino</a>', page)


# --- The logo's file, when the deployment is built ---------------------------------------------------


def build(folder: Path, name: str, content: bytes | None = None) -> tuple[str | None, list[str]]:
    """The drawing made of a file, and what is wrong with it."""
    if content is not None:
        (folder / name).write_bytes(content)
    region, faults = drawn(branded(name), folder)
    return region.brands[0].logo, faults


def test_a_drawing_takes_the_place_of_its_files_name(tmp_path: Path) -> None:
    assert build(tmp_path, "logo.svg", DRAWING.encode()) == (DRAWING, [])


def test_a_brand_without_a_logo_stays_without(tmp_path: Path) -> None:
    assert drawn(REGION, tmp_path) == (REGION, [])


def test_a_png_becomes_a_drawing_of_its_size(tmp_path: Path) -> None:
    text, faults = build(tmp_path, "logo.png", PIXEL)
    assert faults == []
    assert text
    assert 'viewBox="0 0 1 1"' in text
    assert assets.logo(branded(text).brands[0])


SPOILED = {
    "a script": ("<path", "<script>x()</script><path", "<script>"),
    "a foreign object": ("<path", "<foreignObject/><path", "<foreignObject>"),
    "an event handler": ("<path", '<path onclick="x()"', "'onclick'"),
    "a picture from elsewhere": ("<path", '<image href="https://e.test/a.png"/><path', "<image>"),
    "a use of another file": (
        "<path",
        '<use href="https://e.test/a.svg#b"/><path',
        "outside itself in 'href'",
    ),
    "a script in a link": ("<path", '<use href="javascript:x()"/><path', "outside itself in 'href'"),
    "a fill from elsewhere": (
        "<path",
        '<path fill="url(https://e.test/a.svg#b)"',
        "outside itself in 'fill'",
    ),
    "a style sheet from elsewhere": ("<path", '<style>@import "//e.test/a.css";</style><path', "in <style>"),
    "a move that sets a link": ("<path", '<set attributeName="href" to="//e.test"/><path', "<set>"),
    "an entity": ("<svg", '<!DOCTYPE svg [<!ENTITY a "b">]><svg', "document type"),
    "no proportions": (' viewBox="0 0 160 40"', "", "no viewBox"),
    "another document": ("<svg", "<html", "cannot be read as SVG"),
}


@pytest.mark.parametrize("case", SPOILED)
def test_a_drawing_that_can_do_more_than_show_itself_is_refused(case: str, tmp_path: Path) -> None:
    right, wrong, words = SPOILED[case]
    _, faults = build(tmp_path, "logo.svg", DRAWING.replace(right, wrong).encode())
    assert any("operator.brands.northlight.logo: " in fault and words in fault for fault in faults), faults


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("logo.svg", b"<svg>" + b" " * BYTES, "simplify it"),
        ("logo.svg", None, "put it there"),
        ("../logo.svg", None, "name an SVG or PNG file"),
        ("logo.gif", b"GIF89a", "name an SVG or PNG file"),
        ("logo.png", b"GIF89a", "is not a PNG"),
    ],
)
def test_a_file_that_is_no_logo_is_refused(
    name: str, content: bytes | None, words: str, tmp_path: Path
) -> None:
    _, [fault] = build(tmp_path, name, content)
    assert words in fault
