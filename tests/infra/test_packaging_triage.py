"""Triage is shipped as JSON that says what the written files say, ready to be looked up."""

import json
from pathlib import Path
from typing import Any

import pytest

from infra.packaging import package
from redress.domain import signals
from redress.domain.reading import TRIAGE_FOLDER, read_data
from redress.domain.signals import Vocabulary


@pytest.fixture(scope="module")
def shipped() -> Path:
    """The folder of triage in the layer."""
    return package() / "python/redress/triage"


def written(name: str) -> dict[str, Any]:
    """A file of triage as people write it."""
    return read_data(name, TRIAGE_FOLDER) or {}


def test_nothing_but_the_compiled_files_is_shipped(shipped: Path) -> None:
    assert {path.name for path in shipped.iterdir()} == {"rules.json", "signals.json"}


def test_the_rules_are_those_that_are_written(shipped: Path) -> None:
    assert json.loads((shipped / "rules.json").read_bytes()) == written("rules")


def test_the_vocabulary_finds_what_the_written_one_finds(shipped: Path) -> None:
    compiled = Vocabulary(json.loads((shipped / "signals.json").read_bytes()))
    from_source = Vocabulary(signals.index(written("signals")))
    assert compiled.starting.keys() == from_source.starting.keys()
    assert all(compiled.phrases(key) == from_source.phrases(key) for key in compiled.starting)
    assert (compiled.ages, compiled.not_ages) == (from_source.ages, from_source.not_ages)
