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
    """A name under which the operator meets players. `jurisdictions` maps a rule pack to its ADR body.

    `logo` is the drawing itself (SVG); in a region file it is the name of a file in the folder beside it, and
    `infra/logos.py` puts the drawing in its place. `privacy_url` is the operator's privacy notice, which the
    form leads to. Mail to `sender` makes a complaint, mail to `questions` an anonymous consultation.
    """

    id: str
    name: str
    site: str
    colour: str
    sender: str
    jurisdictions: Mapping[str, ExternalBody]
    logo: str | None = None
    privacy_url: str | None = None
    questions: str | None = None


@dataclass(frozen=True, kw_only=True)
class Team:
    """The people who own complaints of some categories, and the mailbox their notices go to.

    A team without categories works on tasks of others' complaints. `members` are subject ids of the
    operator's identity provider; where none is listed, anybody may be of the team.
    """

    id: str
    name: str
    email: str
    categories: tuple[str, ...] = ()
    members: tuple[str, ...] = ()

    def takes(self, person: str) -> bool:
        """Whether a person (subject id) may work for the team."""
        return not self.members or person in self.members


@dataclass(frozen=True, kw_only=True)
class EscalationLevel:
    """Whom a complaint reaches that goes up: a mailbox, and the supervisors (subject ids) behind it."""

    name: str
    email: str
    members: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Client:
    """An application of the operator that may call the API, the brands it may see, and how often.

    `requests_per_minute` None sets no limit of its own; the gateway's holds for all clients together.
    """

    id: str
    brands: tuple[str, ...]
    scopes: tuple[str, ...]
    requests_per_minute: int | None = None


@dataclass(frozen=True, kw_only=True)
class Macro:
    """A text that handlers use again, by language (BCP 47), with fields in braces such as {number}."""

    id: str
    title: str
    texts: Mapping[str, str]


@dataclass(frozen=True, kw_only=True)
class Cause:
    """What may lie at the root of a complaint. What was found under one of its former ids counts as it."""

    id: str
    name: str
    formerly: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Region:
    """One deployment. `escalation` lists level 1, level 2 and so on, in that order.

    `rules` are the operator's settings for rule packs, by pack id (`redress/rulepacks/README.md`). Letters of
    practice complaints go to `training_mailbox`; without one there is no practice. Redress that was decided
    is to be paid by `redress_team` (the complaint's own if None) within `redress_days`. `lease_seconds` is
    how long a complaint that somebody drew from a queue is kept for them. `triage` are tables of the
    operator's own triage rules (`redress/triage/README.md`). An anonymous consultation is answered within
    `consultation_days` calendar days, and kept for `consultation_kept_days` after the last answer.
    Complaints by the portal are suspected of spam that were written in less than `form_seconds`, and those by
    portal and mail of a local day after the first `player_complaints` of one e-mail address or account, or
    the first `network_complaints` of one network address. An address is sent at most `letters_per_day` (UTC)
    that need not arrive, and as many notices. What is known of a person is erased `retention_years` after
    their complaint was closed, or later where a rule pack says so; None: nothing goes by itself.
    `causes` is the list that the root of a complaint is found in; without one none is asked for.
    """

    brands: tuple[Brand, ...]
    teams: tuple[Team, ...]
    escalation: tuple[EscalationLevel, ...]
    clients: tuple[Client, ...]
    severe_amount_minor: int = 100_000
    second_person_approves: bool = False
    training_mailbox: str | None = None
    redress_team: str | None = None
    redress_days: int = 7
    lease_seconds: int = 900
    macros: tuple[Macro, ...] = ()
    causes: tuple[Cause, ...] = ()
    triage: tuple[Mapping[str, Any], ...] = ()
    claim_seconds: int = 600
    attention_seconds: int = 120
    link_days: int = 730
    form_seconds: int = 3
    player_complaints: int = 5
    network_complaints: int = 50
    letters_per_day: int = 20
    retention_years: int | None = None
    consultation_days: int = 3
    consultation_kept_days: int = 365
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

    def cause(self, cause_id: str) -> Cause | None:
        """The cause that an id stands for: its own, or one that it had formerly. None where there is none."""
        return next((one for one in self.causes if cause_id in {one.id, *one.formerly}), None)

    def present_cause(self, cause_id: str | None) -> str | None:
        """The id that a cause has now; what the list does not hold (any more) keeps its own."""
        known = self.cause(cause_id) if cause_id else None
        return known.id if known else cause_id

    def team_for(self, category: str) -> Team:
        """The team that owns a category; the first team owns what nobody claims."""
        return next((team for team in self.teams if category in team.categories), self.teams[0])


def from_json(document: Mapping[str, Any]) -> Region:
    """A region from its JSON document, which the deployment has validated already."""
    brands = tuple(
        Brand(**{**brand, "jurisdictions": {k: ExternalBody(**v) for k, v in brand["jurisdictions"].items()}})
        for brand in document["brands"]
    )
    parts = {
        name: tuple(kind(**_frozen(one)) for one in document[name])
        for name, kind in _PARTS.items()
        if name in document
    }
    own = {"brands": brands, "triage": tuple(document.get("triage", ()))}
    return Region(**{**document, **parts, **own})


_PARTS: Mapping[str, type] = {
    "teams": Team,
    "escalation": EscalationLevel,
    "clients": Client,
    "macros": Macro,
    "causes": Cause,
}


def _frozen(part: Mapping[str, Any]) -> dict[str, Any]:
    return {name: tuple(value) if isinstance(value, list) else value for name, value in part.items()}


@cache
def load(path: str) -> Region:
    """The region file at `path`, read once per process."""
    return from_json(json.loads(Path(path).read_text(encoding="utf-8")))
