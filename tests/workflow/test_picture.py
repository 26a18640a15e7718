"""The picture of the workflow shows the definition as it is."""

import json
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from infra.workflow import picture

DEFINITION = picture.DEFINITION.read_text(encoding="utf-8")


def changed(**states: Any) -> str:
    """The definition with some states added or replaced."""
    document = json.loads(DEFINITION)
    document["States"] |= states
    return json.dumps(document)


def test_the_picture_is_current() -> None:
    drawn = picture.draw(DEFINITION)
    assert picture.PICTURE.read_text(encoding="utf-8") == drawn, "run python -m infra.workflow.picture"


def test_every_state_is_in_the_picture() -> None:
    words = {element.text for element in ET.fromstring(picture.draw(DEFINITION)).iter()}  # noqa: S314 - our own
    shown = {"Plan → Route"} | (set(json.loads(DEFINITION)["States"]) - {"Begin", "Plan", "Route"})
    assert shown <= words


def test_a_state_that_has_no_place_is_refused() -> None:
    with pytest.raises(ValueError, match="Dance"):
        picture.draw(changed(Dance={"Type": "Pass", "Next": "Plan"}))


def test_a_state_that_leaves_the_loop_is_refused() -> None:
    triage = json.loads(DEFINITION)["States"]["Triage"]
    with pytest.raises(ValueError, match="Triage"):
        picture.draw(changed(Triage={**triage, "Next": "Close"}))


def test_it_needs_nothing_from_elsewhere() -> None:
    drawn = picture.draw(DEFINITION)
    assert "http" not in drawn.replace("http://www.w3.org/2000/svg", "")
    assert "prefers-color-scheme: dark" in drawn
