"""The portal's guide names every address with what can be done there, and its pictures exist."""

import re
from pathlib import Path

from infra.packaging import ROOT
from redress.web.routes import ROUTES

GUIDE = ROOT / "functions" / "portal" / "README.md"
ROW = re.compile(r"^\| `(/[^`]*)` \| ([^|]*?) ?\| ([^|]*?) ?\| ([^|]*?) ?\|$", re.MULTILINE)


def test_the_table_of_addresses_is_that_of_the_routes() -> None:
    told = {
        address: {method for method, words in {"GET": get, "POST": post}.items() if words.strip()}
        for address, get, post, _ in ROW.findall(GUIDE.read_text(encoding="utf-8"))
    }
    assert told == {route: set(acts) for route, acts in ROUTES.items()}


def test_every_picture_and_link_of_the_guide_leads_somewhere() -> None:
    targets = re.findall(r"\]\(([^)#:]+)\)", GUIDE.read_text(encoding="utf-8"))
    assert [target for target in targets if not Path(GUIDE.parent, target).exists()] == []
