"""A signed proof for every local day of a pack that is over: what fell due, by what it was met, every gap."""

from collections.abc import Callable, Iterable, Iterator
from datetime import date, datetime, timedelta
from typing import Protocol

from redress.domain import clock, journal, packs, reconciliation
from redress.domain.calendars import DAY
from redress.domain.history import History
from redress.domain.reconciliation import SETTLED, Period, Reconciliation
from redress.domain.rules import in_force
from redress.proofs import document, manifest, page, table
from redress.proofs.document import Document
from redress.proofs.manifest import SIGNATURE, Before, Key
from redress.region import Region

PROOFS = "proofs/"
WAIT = timedelta(minutes=15)
"""Beyond the report's own instant: whatever was on its way then has been written, and every clock agrees."""

MEDIA = {"json": "application/json", "csv": "text/csv; charset=utf-8", "html": "text/html; charset=utf-8"}

type Tell = Callable[[Document], None]  # of each day, before its proof is complete


class Registers(Protocol):
    """The complaints of the table."""

    def numbers(self, pack: str, since: datetime, until: datetime) -> Iterable[str]:
        """Complaints of a licence's pack: the open ones, and those received from one instant to another."""

    def histories(self, numbers: Iterable[str]) -> Iterator[History]:
        """Their records, in no order."""


class Shelf(Protocol):
    """The store of the proofs, which is the journal's: objects are added, and never changed or removed."""

    def last(self, pack: str) -> date | None:
        """The last local day of a pack whose proof is complete."""

    def keep(self, key: str, body: bytes, media_type: str) -> bytes:
        """Write an object, unless there is one; what stands there."""

    def find(self, key: str) -> bytes | None:
        """An object, if there is one."""

    def digest(self) -> tuple[str, str] | None:
        """Place and SHA-256 (hex) of the journal's last digest."""

    def active(self, since: date, until: date) -> Iterable[str]:
        """The complaints to which something happened on these UTC days, both included."""


class Signer(Protocol):
    """The key of the stack."""

    def key(self) -> Key:
        """Its id and its public half."""

    def sign(self, message: bytes) -> bytes:
        """A signature (ECDSA over SHA-256, DER), another one each time."""


def licences(region: Region) -> tuple[str, ...]:
    """The packs of which there are proofs: those by which the operator is licensed."""
    return tuple(sorted({pack for brand in region.brands for pack in brand.jurisdictions}))


def write_proofs(
    registers: Registers,
    shelf: Shelf,
    signer: Signer,
    region: Region,
    pack_id: str,
    now: datetime,
    tell: Tell,
) -> datetime:
    """Write the proofs of a pack that are missing at `now` (UTC); the end of the last day that has one.

    Days follow each other without a gap; the first is the last that was over when the first run came. What
    ran before, or runs at once, changes nothing: a document that was written stands, and the others are made
    of it. Raises RulePackInvalid.
    """
    zone = region.pack(pack_id).timezone
    over = clock.local_day(now - SETTLED - WAIT, zone) - DAY
    last = shelf.last(pack_id)
    day = last + DAY if last else over
    before = _before(shelf, pack_id, last) if last and day <= over else None
    while day <= over:
        of = period(region, pack_id, day)
        proof = _written(registers, shelf, region, of, now)
        tell(proof)
        before = _sign(shelf, signer, of, proof, before)
        day += DAY
    return clock.day_start(day, zone)


def period(region: Region, pack_id: str, day: date) -> Period:
    """A day of a pack, and since when complaints may owe something on it, by any pack of the operator's."""
    versions = [
        (pack, str(one["version"])) for pack in licences(region) for one in packs.history(pack)
    ]  # the licence's own is among them
    others = in_force(versions, region.rules).packs
    return reconciliation.period(region.pack(pack_id), day, reconciliation.reach(others))


def reconcile(registers: Registers, region: Region, of: Period, active: Iterable[str] = ()) -> Reconciliation:
    """The day by the table. `active` are complaints that neither the register's months nor what is open hold.

    Raises RulePackInvalid.
    """
    numbers = {*registers.numbers(of.pack, of.since, of.end), *active}
    return reconciliation.reconcile(registers.histories(sorted(numbers)), region.rules_of, of)


def render(proof: Document) -> dict[str, bytes]:
    """The documents by kind."""
    return {"json": document.to_bytes(proof), "csv": table.to_bytes(proof), "html": page.to_bytes(proof)}


def place(pack: str, day: date) -> str:
    """Where the proof of a day lies, without the kind of the document. Text order is time order."""
    return f"{PROOFS}{pack}/{day.isoformat()}"


def _written(registers: Registers, shelf: Shelf, region: Region, of: Period, now: datetime) -> Document:
    """The document of a day as it stands, be it of an earlier run."""
    key = f"{place(of.pack, of.day)}.json"
    body = shelf.find(key)
    if body is None:
        active = shelf.active(of.start.date(), now.date())
        found = reconcile(registers, region, of, active)
        body = shelf.keep(key, document.to_bytes(document.of(found)), MEDIA["json"])
    return document.read(body)


def _before(shelf: Shelf, pack: str, day: date) -> Before | None:
    """What the day after a day names of its proof."""
    body = shelf.find(f"{place(pack, day)}.json")
    return Before(day.isoformat(), journal.sha256(body)) if body is not None else None


def _sign(shelf: Shelf, signer: Signer, of: Period, proof: Document, before: Before | None) -> Before:
    """Write what is made of the document, and sign what stands, and what it follows: what the next follows.

    Of two signatures the first stands.
    """
    at = place(of.pack, of.day)
    bodies = render(proof)
    for kind in ("csv", "html"):
        bodies[kind] = shelf.keep(f"{at}.{kind}", bodies[kind], MEDIA[kind])
    name = of.day.isoformat()
    statement = manifest.manifest(name, proof, bodies, shelf.digest(), signer.key(), before)
    signature = signer.sign(document.to_bytes(statement))
    shelf.keep(f"{at}.{SIGNATURE}", manifest.signed(statement, signature), MEDIA["json"])
    return Before(name, journal.sha256(bodies["json"]))
