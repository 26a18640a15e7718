"""The rule packs that one complaint runs by: the licence's, and besides it that of where the player lives.

Where two apply, the operator owes the earliest of their dates, letters show what either asks for, and the
player has the longest of their times.
"""

import json
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any, NamedTuple

from redress.domain import clock, packs
from redress.domain.calendars import Calendar
from redress.domain.rulepack import House, LetterRule, RulePack

type Settings = Mapping[str, Any]  # the operator's settings by pack id, as the region file has them


class Rules(NamedTuple):
    """The packs in force, the licence's first."""

    packs: tuple[RulePack, ...]

    @property
    def licence(self) -> RulePack:
        """The pack of the licence: its zone, calendar and house promises are the complaint's."""
        return self.packs[0]

    @property
    def zone(self) -> str:
        """The IANA zone in which the operator's own dates are counted and people are told of instants."""
        return self.licence.timezone

    @property
    def calendar(self) -> Calendar:
        """The calendar of the operator's own dates."""
        return self.licence.calendar

    @property
    def house(self) -> House:
        """What the operator promises itself."""
        return self.licence.house

    def pack(self, pack_id: str) -> RulePack | None:
        """The pack of that id, if it is in force."""
        return next((pack for pack in self.packs if pack.id == pack_id), None)

    def letter(self, kind: str) -> list[LetterRule]:
        """What each pack asks of a letter."""
        return [pack.letter(kind) for pack in self.packs]

    def paused_clocks(self, reason: str) -> tuple[str, ...]:
        """The clocks that stop for a reason, as `pack:stage` or `pack:body`; none: it may stop nothing."""
        stopped = {f"{pack.id}:{name}" for pack in self.packs for name in pack.paused_clocks(reason)}
        return tuple(sorted(stopped))


def in_force(versions: Iterable[tuple[str, str | None]], settings: Settings) -> Rules:
    """The packs of a complaint by id and version (None: the current one), the licence's first.

    Raises RulePackInvalid.
    """
    return Rules(tuple(packs.load_pack(pack, version, _text(settings, pack)) for pack, version in versions))


def at_receipt(
    licence: str, residence: str | None, offered: Iterable[str], received_at: datetime, settings: Settings
) -> Rules:
    """The packs of a new complaint, each in the version that holds on the local day of receipt.

    They are the licence's and, of those `offered`, the ones that cover the player's `residence` (an ISO 3166
    code such as EE or US-MI). Raises RulePackInvalid.
    """
    others = [pack for pack in offered if pack != licence and residence is not None]
    named = in_force([(pack, None) for pack in (licence, *others)], settings).packs
    places = {residence, (residence or "").partition("-")[0]}  # US-MI is in the United States, too
    chosen = [named[0], *(pack for pack in named[1:] if places & set(pack.applies_to.player_residence))]
    return Rules(tuple(_on_day_of(pack, received_at, settings) for pack in chosen))


def on_day(pack_id: str, day: date, settings: Settings) -> RulePack:
    """The version of a pack that holds on a local day. Raises RulePackInvalid."""
    return packs.valid_on(pack_id, day, _text(settings, pack_id))


def _on_day_of(pack: RulePack, received_at: datetime, settings: Settings) -> RulePack:
    return on_day(pack.id, clock.local_day(received_at, pack.timezone), settings)


def _text(settings: Settings, pack_id: str) -> str:
    """Settings as text, by which a loaded pack is remembered."""
    own = settings.get(pack_id)
    return json.dumps(own, sort_keys=True) if own else ""
