"""`infra/regions/README.md` tells every key of a region file, with its default, and no other."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import MISSING, fields

import pytest

from infra import settings
from infra.settings import REGIONS
from redress import region
from redress.domain.macros import FIELDS

README = (REGIONS / "README.md").read_text(encoding="utf-8")
PARTS: Mapping[str, type[settings.Part]] = {
    "The file itself": settings.Settings,
    "`[stack]`": settings.StackPart,
    "`[portal]`": settings.PortalPart,
    "`[portal.endpoint]`, `[api.endpoint]`": settings.Endpoint,
    "`[api]`": settings.ApiPart,
    "`[api.issuer]`": settings.IssuerPart,
    "`[mail]`": settings.MailPart,
    "`[events]`": settings.EventsPart,
    "`[evidence]`": settings.EvidencePart,
    "`[journal]`": settings.JournalPart,
    "`[webhooks]`": settings.WebhooksPart,
    "`[alarms]`": settings.AlarmsPart,
}
SHARED: Mapping[str, type] = {
    "`[operator]`": region.Region,
    "`[[operator.brands]]`": region.Brand,
    "`[operator.brands.jurisdictions.<rule pack>]`": region.ExternalBody,
    "`[[operator.teams]]`": region.Team,
    "`[[operator.escalation]]`": region.EscalationLevel,
    "`[[operator.clients]]`": region.Client,
    "`[[operator.macros]]`": region.Macro,
    "`[[operator.causes]]`": region.Cause,
}


def _paths(title: str) -> list[str]:
    """The sections of a title, from the top of the file."""
    return [path.rstrip(".") for path in re.findall(r"\[([\w.]+)", title)]


SECTIONS = {path for title in [*PARTS, *SHARED] for path in _paths(title)}
TOLD = {
    title: dict(re.findall(r"^\| `(\w+)` \| (.+?) \|", text, re.MULTILINE))
    for title, _, text in (part.partition("\n") for part in README.split("\n### ")[1:])
}


def _known(title: str) -> dict[str, str]:
    """The keys of a section, with their defaults, but for those that are sections themselves."""
    found = dict(_of_part(PARTS[title]) if title in PARTS else _of_dataclass(SHARED[title]))
    above = [f"{path}." for path in _paths(title)] or [""]
    return {key: default for key, default in found.items() if not {f"{one}{key}" for one in above} & SECTIONS}


def _of_part(part: type[settings.Part]) -> Iterator[tuple[str, str]]:
    for key, one in part.model_fields.items():
        yield key, "required" if one.is_required() else _shown(one.get_default(call_default_factory=True))


def _of_dataclass(kind: type) -> Iterator[tuple[str, str]]:
    for one in fields(kind):
        if one.default_factory is not MISSING:
            yield one.name, _shown(one.default_factory())
        else:
            yield one.name, "required" if one.default is MISSING else _shown(one.default)


def _shown(default: object) -> str:
    return "none" if default is None else f"`{json.dumps(default, default=str)}`"


@pytest.mark.parametrize("title", [*PARTS, *SHARED])
def test_a_section_tells_its_keys_with_their_defaults(title: str) -> None:
    assert TOLD[title] == _known(title)


def test_no_section_is_told_that_there_is_not() -> None:
    assert set(TOLD) == {*PARTS, *SHARED}


def test_the_fields_of_macros_are_told() -> None:
    assert " ".join(f"{{{name}}}" for name in FIELDS) in README


def test_no_key_of_a_region_file_is_a_secret() -> None:
    keys = {key for title in [*PARTS, *SHARED] for key in _known(title)}
    assert len(keys) > 60
    assert {
        key for key in keys if re.search("secret|password|token|credential|private_key|api_key", key)
    } == set()
