"""`redress verify FILE`: whether a day's proof is what was signed, and what the journal tells. No AWS.

`redress verify FOLDER`: the same of every day in it, and whether each follows the one before.
"""

import hashlib
import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from copy import replace
from datetime import date
from itertools import chain
from pathlib import Path

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.types import PublicKeyTypes

from infra import settings
from infra.ops import shown
from infra.ops.asked import UsageError, first_bytes
from infra.ops.journal import MOST_DIGEST, PLACE, Journal, JournalBroken, event_bytes
from redress.domain import audit, journal
from redress.domain.audit import ChainBroken
from redress.domain.history import History
from redress.domain.reading import RulePackInvalid
from redress.domain.reconciliation import Period, reconcile
from redress.domain.reconciliation.span import Span, span
from redress.domain.values import Value
from redress.proofs import document, manifest
from redress.proofs.document import Document, NoProof
from redress.proofs.manifest import KINDS, SIGNATURE, Before
from redress.region import Region
from redress.usecases.reconcile import period

MOST = {SIGNATURE: 2**16, **dict.fromkeys(KINDS, 2**29)}
"""Bytes of a file of a proof: that of fifty thousand complaints has some 200 MB. `verify` reads no more."""

FILE = re.compile(rf"({document.DAY})\.({'|'.join(re.escape(kind) for kind in (*KINDS, SIGNATURE))})")


class Question(Value):
    """The file of a proof, or the folder of a pack's; a public key kept elsewhere; a copy of the journal, and
    the operator's rules.
    """

    file: Path
    key: Path | None
    journal: Path | None
    region_file: Path | None


def print_verdict(question: Question) -> int:
    """Print every flaw, or that there is none; 1 when there is one. Raises UsageError."""
    if question.journal and not question.region_file:
        raise UsageError(
            "--journal beside a proof needs --region-file: dates follow from the operator's rules"
        )
    if question.file.is_dir():
        return _print_days(question)
    proof, copy = _Proof(question.file), _copy(question)
    flaws = [*proof.flaws(question.key)]
    if copy and proof.document:
        flaws += [*copy.flaws(), *copy.against(proof)]
    for flaw in flaws:
        print(f"BROKEN: {shown.plain(flaw)}")
    if flaws:
        return 1
    for line in _said(proof, question):
        print(shown.plain(line))
    return 0


def _print_days(question: Question) -> int:
    """The same of each day of a folder, and of what lies between them. Raises UsageError."""
    days, copy, flaws = _Days(question.file), _copy(question), 0
    for flaw in chain(copy.flaws() if copy else (), days.flaws(question.key, copy)):
        print(f"BROKEN: {shown.plain(flaw)}")
        flaws += 1
    if not flaws:
        for line in days.said(question):
            print(shown.plain(line))
    return 1 if flaws else 0


class _Days:
    """The proofs of a pack in a folder, day by day; no two are held in memory but those of two days."""

    def __init__(self, folder: Path) -> None:
        found = (FILE.fullmatch(path.name) for path in folder.iterdir())
        self.folder = folder
        self.days = sorted({one[1] for one in found if one})
        self.totals: Counter[str] = Counter()
        self.keys: set[str] = set()
        self.packs: set[str] = set()
        self.chained = 0
        self.follows: Before | None = None
        if not self.days:
            raise UsageError(f"{folder}: no proof in it; give the folder of one pack, such as proofs/gb-ukgc")

    def flaws(self, kept: Path | None, copy: "_Copy | None") -> Iterator[str]:
        """Whatever is not as it was signed, in the order of days, and every day without a proof.

        With a copy of the journal also the first fact of each day in which that tells otherwise.
        """
        earlier = None
        for day in self.days:
            if earlier and earlier.day != _day_before(day):
                yield f"{self.folder} has no proof of any day after {earlier.day} and before {day}"
            proof = _Proof(self.folder / f"{day}.{SIGNATURE}")
            yield from proof.flaws(kept)
            yield from _unlinked(earlier, proof)
            yield from copy.against(proof) if copy else ()
            self._count(proof)
            earlier = proof
        if len(self.packs) > 1:
            yield f"{self.folder} has proofs of several packs: {', '.join(sorted(self.packs))}"

    def _count(self, proof: "_Proof") -> None:
        signed = proof.manifest
        if signed and proof.key and proof.document:
            before = manifest.before(signed)
            self.follows = before if proof.day == self.days[0] else self.follows
            self.chained += before is not None
            self.packs.add(signed["pack"])
            self.keys.add(fingerprint(_der(proof.key)))
            self.totals.update({name: proof.document["totals"][name] for name in document.COUNTED})

    def said(self, question: Question) -> Iterator[str]:
        """What holds, where nothing is wrong."""
        first, last, count = self.days[0], self.days[-1], len(self.days)
        yield f"{', '.join(self.packs)} {first} to {last}: {count} days, none missing, each as it was signed"
        yield f"{self.chained} name the proof that they follow" + (
            f", the first that of {self.follows.day}, SHA-256 {self.follows.sha256}" if self.follows else ""
        )
        words = f"as in {question.key}" if question.key else "compare with the one you keep, or give --key"
        yield from (f"key {key}: {words}" for key in sorted(self.keys))
        if question.journal:
            yield f"{question.journal} tells the same of each day"
        due, in_time, gaps = (self.totals[name] for name in document.COUNTED)
        yield f"duties of law or licence {due}, in time {in_time}; gaps {gaps}"


def _day_before(day: str) -> str | None:
    """The day before one (ISO); None where there is none, or the name of a file is no day's."""
    try:
        return date.fromordinal(date.fromisoformat(day).toordinal() - 1).isoformat()
    except ValueError:
        return None


def _unlinked(earlier: "_Proof | None", proof: "_Proof") -> Iterator[str]:
    """Whether a proof follows another than that of the day before. One of before the chain names none."""
    signed, day_before = proof.manifest, _day_before(proof.day)
    if signed is None or signed["format"] == manifest.UNCHAINED:
        return
    before, where = manifest.before(signed), proof.folder / f"{proof.day}.{SIGNATURE}"
    if before and before.day != day_before:
        yield f"{where} follows {before.day}, which is not the day before"
    elif earlier is None or earlier.day != day_before:
        return
    elif before is None:
        yield f"{where} says that it is the first, and there is one of {earlier.day}"
    elif (body := earlier.bodies["json"]) is not None and journal.sha256(body) != before.sha256:
        yield (
            f"{where} does not follow {earlier.folder / earlier.day}.json, which was replaced:"
            f" it names SHA-256 {before.sha256}"
        )


class _Proof:
    """The files of a day, as far as they can be read."""

    def __init__(self, file: Path) -> None:
        kind = next((one for one in (SIGNATURE, *KINDS) if file.name.endswith(f".{one}")), None)
        if kind is None:
            words = ", ".join(f".{one}" for one in (*KINDS, SIGNATURE))
            raise UsageError(f"{file}: is no file of a proof: their names end in {words}")
        self.day = file.name.removesuffix(f".{kind}")
        self.folder = file.parent
        self.bodies = {kind: _read(self._path(kind), MOST[kind]) for kind in (*KINDS, SIGNATURE)}
        if all(body is None for body in self.bodies.values()):
            raise UsageError(f"{file}: there is no such file, and no other of that proof beside it")
        self.too_long = [kind for kind, body in self.bodies.items() if body and len(body) > MOST[kind]]
        self.broken = [
            f"{self._path(kind)} has more than {MOST[kind]:,} bytes, as none of Redress: it was changed"
            for kind in self.too_long
        ]
        self.document = self._document()
        self.manifest, self.signature = self._manifest()

    @property
    def key(self) -> ec.EllipticCurvePublicKey | None:
        """The key that the manifest names, if it is one."""
        found = _key(str(self.manifest.get("public_key", "")).encode()) if self.manifest else None
        return found if isinstance(found, ec.EllipticCurvePublicKey) else None

    def flaws(self, kept: Path | None) -> Iterator[str]:
        """Whatever is not as it was signed."""
        yield from self.broken
        if self.manifest is None:
            return
        yield from self._changed(self.manifest)
        yield from self._forged(self.manifest, kept)

    def _path(self, kind: str) -> Path:
        return self.folder / f"{self.day}.{kind}"

    def _document(self) -> Document | None:
        if "json" in self.too_long:
            return None
        try:
            body = self.bodies["json"]
            found = document.read(body) if body is not None else None
        except NoProof as error:
            self.broken.append(f"{self._path('json')}: {error}")
            return None
        if found is None:
            self.broken.append(f"{self._path('json')} is missing")
        return found

    def _manifest(self) -> tuple[Document | None, bytes]:
        body = self.bodies[SIGNATURE]
        if SIGNATURE in self.too_long:
            return None, b""
        if body is None:
            self.broken.append(f"{self._path(SIGNATURE)} is missing: the proof is not signed")
            return None, b""
        try:
            return manifest.read(body)
        except NoProof as error:
            self.broken.append(f"{self._path(SIGNATURE)}: {error}")
            return None, b""

    def _changed(self, signed: Document) -> Iterator[str]:
        for kind in (one for one in KINDS if one not in self.too_long):
            path, body = self._path(kind), self.bodies[kind]
            listed = signed["documents"].get(path.name)
            if listed is None:
                yield f"{path} is not what was signed, which is {', '.join(sorted(signed['documents']))}"
            elif body is None:
                yield from () if kind == "json" else (f"{path} is missing",)
            elif hashlib.sha256(body).hexdigest() != listed:
                yield f"{path} was changed: the signature is over SHA-256 {listed}"
        about = {name: signed.get(name) for name in ("pack", "day")}
        if self.document and any(self.document.get(name) != value for name, value in about.items()):
            yield f"{self._path('json')} is of another pack or day than its signature"

    def _forged(self, signed: Document, kept: Path | None) -> Iterator[str]:
        key = self.key
        if key is None:
            yield f"{self._path(SIGNATURE)}: its public key is none"
            return
        if kept and (own := _kept(kept)) != _der(key):
            yield (
                f"{self._path(SIGNATURE)} was signed with another key than {kept}: {fingerprint(_der(key))},"
                f" and not {fingerprint(own)}"
            )
        try:
            key.verify(self.signature, document.to_bytes(signed), ec.ECDSA(hashes.SHA256()))
        except InvalidSignature:
            yield f"{self._path(SIGNATURE)}: the signature is not that of its key over this statement"


class _Copy:
    """A copy of the journal, and the operator's rules. Raises UsageError."""

    def __init__(self, folder: Path, region: Region) -> None:
        self.folder, self.region = folder, region
        self.journal = Journal(folder)
        self.objects = _objects(self.journal)
        self.spans: dict[str, Span | None] = {}

    def flaws(self) -> Iterator[str]:
        """Its own: the first of the digests, and the first of the events."""
        if self.journal.digests.broken:
            yield str(self.journal.digests.broken)
        try:
            self.journal.check_events()
        except (ChainBroken, JournalBroken) as broken:
            yield str(broken)

    def against(self, proof: _Proof) -> Iterator[str]:
        """What it tells otherwise than a proof. The day is made again in the form that it was signed in."""
        yield from _unknown_digest(proof, self.folder)
        if proof.document is None:
            return
        try:
            claimed = document.period(proof.document)
            # The day is that of the operator's rules; which complaints were looked through the proof may say.
            of = replace(period(self.region, claimed.pack, claimed.day), since=claimed.since)
        except (NoProof, RulePackInvalid) as error:
            yield f"{proof.day}.json: {error}"
            return
        except OverflowError:
            yield f"{proof.day}.json: it is about a day that no calendar has"
            return
        found = reconcile(self._histories(of), self.region.rules_of, of)
        told = document.of(found, proof.document["format"])
        difference = document.first_difference(dict(proof.document), dict(told))
        if difference:
            yield f"{proof.day}.json says otherwise than the journal: {difference}"

    def _histories(self, of: Period) -> Iterator[History]:
        """The complaints that may have a part in a day: of a year of days each is read for its own alone."""
        for number, objects in self.objects.items():
            known = self.spans.get(number)
            if known is None or known.touches(of):
                history = _history(number, objects)
                self.spans[number] = span(history, self.region.rules_of)
                yield history


def _copy(question: Question) -> _Copy | None:
    if question.journal is None or question.region_file is None:
        return None
    return _Copy(question.journal, _region(question.region_file))


def _unknown_digest(proof: _Proof, folder: Path) -> Iterator[str]:
    """The chain of digests that the signature saw has to be the one of the copy."""
    named = proof.manifest["journal"] if proof.manifest else None
    if not named:
        return
    body = _read(folder / str(named["digest"]), MOST_DIGEST)
    if body is None:
        yield f"{named['digest']}, which the signature names, is missing in the copy of the journal"
    elif journal.sha256(body) != named["sha256"]:
        yield f"{named['digest']} is not the one that the signature names: it was replaced"


def _objects(copy: Journal) -> Mapping[str, Sequence[tuple[int, Path]]]:
    """The numbers and objects of the events of each complaint, in their order."""
    found: Mapping[str, list[tuple[int, Path]]] = defaultdict(list)
    for key, path in copy.events.items():
        if place := PLACE.fullmatch(key):
            found[place[1]].append((int(place[2]), path))
    return {number: sorted(objects) for number, objects in found.items()}


def _history(number: str, objects: Sequence[tuple[int, Path]]) -> History:
    """The records of a complaint; what cannot be read was told of before."""
    records = []
    for seq, path in objects:
        try:
            records.append(audit.read(event_bytes(path).decode()))
        except audit.UNREADABLE:
            unread = "an object of the journal is no event"
            return History(number=number, records=(), unread=unread, unread_at=seq)
    return History(number=number, records=tuple(records))


def _said(proof: _Proof, question: Question) -> Iterator[str]:
    """What holds, for a proof without a flaw."""
    key, signed = proof.key, proof.manifest
    if key is None or signed is None or proof.document is None:
        raise TypeError("a proof without a flaw has all its parts")
    totals = proof.document["totals"]
    yield f"{signed['pack']} {signed['day']}: the documents are those that were signed"
    yield f"key {fingerprint(_der(key))}" + (
        f", as in {question.key}" if question.key else ": compare it with the one you keep, or give --key"
    )
    if before := manifest.before(signed):
        yield f"follows {before.day}, SHA-256 {before.sha256}"
    if signed["journal"]:
        yield f"journal then {signed['journal']['digest']}, SHA-256 {signed['journal']['sha256']}"
    if question.journal:
        yield f"{question.journal} tells the same"
    due, in_time = totals["statutory_due"], totals["statutory_in_time"]
    yield f"duties of law or licence {due}, in time {in_time}; gaps {totals['gaps']}"


def fingerprint(der: bytes) -> str:
    """SHA-256 of a public key (SubjectPublicKeyInfo, DER)."""
    return f"SHA-256 {hashlib.sha256(der).hexdigest()}"


def _kept(path: Path) -> bytes:
    body = _read(path, MOST[SIGNATURE])
    key = _key(body) if body else None
    if key is None:
        raise UsageError(f"--key {path}: cannot be read as a public key in PEM")
    return _der(key)


def _key(body: bytes) -> PublicKeyTypes | None:
    try:
        return serialization.load_pem_public_key(body)
    except (ValueError, UnsupportedAlgorithm):
        return None


def _der(key: PublicKeyTypes) -> bytes:
    return key.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)


def _read(path: Path, most: int) -> bytes | None:
    """A file, or what shows that it has more than so many bytes; None where there is none."""
    try:
        return first_bytes(path, most)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise UsageError(f"{path}: cannot be read: {error.strerror}") from error


def _region(path: Path) -> Region:
    try:
        return settings.load(path).operator
    except settings.SettingsError as error:
        raise UsageError("; ".join(str(error).splitlines())) from error
