"""What a deployment knows about its operator: brands, teams, contacts. Read once from the region layer.

The same dataclasses validate the region file when the stack is synthesised (`infra/settings.py`), so a
function never meets a value that the deployment did not check.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from redress.domain.complaint import Complaint
from redress.domain.rulepack import RulePack
from redress.domain.rules import Rules, Settings, at_receipt, in_force


@dataclass(frozen=True, kw_only=True)
class ExternalBody:
    """The independent body a brand is bound to under one rule pack (ADR entity, mediator or authority)."""

    name: str
    contact: str
    url: str
    scope_limits: str
    free: bool = True


@dataclass(frozen=True, kw_only=True)
class Brand:
    """A name under which the operator meets players. `jurisdictions` maps a rule pack to its ADR body."""

    id: str
    name: str
    site: str
    colour: str
    sender: str
    jurisdictions: Mapping[str, ExternalBody]


@dataclass(frozen=True, kw_only=True)
class Team:
    """The people who own complaints of some categories, and the mailbox their notices go to."""

    id: str
    name: str
    email: str
    categories: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Client:
    """An application of the operator that may call the API, and the brands it may see."""

    id: str
    brands: tuple[str, ...]
    scopes: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Region:
    """One deployment. `escalation` lists the mailboxes of level 1, level 2 and so on, in that order.

    `rules` are the operator's settings for rule packs, by pack id (`redress/rulepacks/README.md`).
    """

    brands: tuple[Brand, ...]
    teams: tuple[Team, ...]
    escalation: tuple[str, ...]
    clients: tuple[Client, ...]
    severe_amount_minor: int = 100_000
    second_person_approves: bool = False
    claim_seconds: int = 600
    attention_seconds: int = 120
    link_days: int = 730
    rules: Settings = field(default_factory=dict)

    @property
    def claim_expiry(self) -> timedelta:
        """How long a claimed letter may stay without an outcome before it is looked at again."""
        return timedelta(seconds=self.claim_seconds)

    def rules_of(self, complaint: Complaint) -> Rules:
        """The rule packs that a complaint runs by, with the operator's settings. Raises RulePackInvalid."""
        return in_force(complaint.packs, self.rules)

    def rules_at_receipt(
        self, brand: Brand, licence: str, residence: str | None, received_at: datetime
    ) -> Rules:
        """The rule packs of a new complaint to a brand. Raises RulePackInvalid."""
        return at_receipt(licence, residence, brand.jurisdictions, received_at, self.rules)

    def pack(self, pack_id: str) -> RulePack:
        """The current version of a rule pack, with the operator's settings. Raises RulePackInvalid."""
        return in_force([(pack_id, None)], self.rules).licence

    def brand(self, brand_id: str) -> Brand | None:
        """The brand of that id, or None."""
        return next((brand for brand in self.brands if brand.id == brand_id), None)

    def team(self, team_id: str) -> Team | None:
        """The team of that id, or None."""
        return next((team for team in self.teams if team.id == team_id), None)

    def team_for(self, category: str) -> Team:
        """The team that owns a category; the first team owns what nobody claims."""
        return next((team for team in self.teams if category in team.categories), self.teams[0])


def from_json(document: Mapping[str, Any]) -> Region:
    """A region from its JSON document, which the deployment has validated already."""
    brands = tuple(
        Brand(**{**brand, "jurisdictions": {k: ExternalBody(**v) for k, v in brand["jurisdictions"].items()}})
        for brand in document["brands"]
    )
    teams = tuple(Team(**{**team, "categories": tuple(team["categories"])}) for team in document["teams"])
    clients = tuple(
        Client(id=c["id"], brands=tuple(c["brands"]), scopes=tuple(c["scopes"])) for c in document["clients"]
    )
    rest = {
        "brands": brands,
        "teams": teams,
        "clients": clients,
        "escalation": tuple(document["escalation"]),
    }
    return Region(**{**document, **rest})


@cache
def load(path: str) -> Region:
    """The region file at `path`, read once per process."""
    return from_json(json.loads(Path(path).read_text(encoding="utf-8")))
