"""`redress verify FILE`: whether a day's proof is what was signed, and what the journal tells. No AWS."""

import hashlib
from collections import defaultdict
from collections.abc import Iterator, Mapping
from copy import replace
from pathlib import Path

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.types import PublicKeyTypes

from infra import settings
from infra.ops import shown
from infra.ops.asked import UsageError
from infra.ops.journal import PLACE, Journal, JournalBroken
from redress.domain import audit, journal
from redress.domain.audit import ChainBroken
from redress.domain.history import History
from redress.domain.reading import RulePackInvalid
from redress.domain.reconciliation import reconcile
from redress.domain.values import Value
from redress.proofs import document, manifest
from redress.proofs.document import Document, NoProof
from redress.proofs.manifest import KINDS, SIGNATURE
from redress.region import Region
from redress.usecases.reconcile import period


class Question(Value):
    """The file of a proof; a public key kept elsewhere; a copy of the journal, and the operator's rules."""

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
    proof = _Proof(question.file)
    flaws = [*proof.flaws(question.key)]
    if question.journal and question.region_file and proof.document:
        flaws += _against(proof, question.journal, _region(question.region_file))
    for flaw in flaws:
        print(f"BROKEN: {shown.plain(flaw)}")
    if flaws:
        return 1
    for line in _said(proof, question):
        print(shown.plain(line))
    return 0


class _Proof:
    """The files of a day, as far as they can be read."""

    def __init__(self, file: Path) -> None:
        kind = next((one for one in (SIGNATURE, *KINDS) if file.name.endswith(f".{one}")), None)
        if kind is None:
            words = ", ".join(f".{one}" for one in (*KINDS, SIGNATURE))
            raise UsageError(f"{file}: is no file of a proof: their names end in {words}")
        self.day = file.name.removesuffix(f".{kind}")
        self.folder = file.parent
        self.bodies = {kind: _read(self._path(kind)) for kind in (*KINDS, SIGNATURE)}
        if all(body is None for body in self.bodies.values()):
            raise UsageError(f"{file}: there is no such file, and no other of that proof beside it")
        self.broken: list[str] = []
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
        if body is None:
            self.broken.append(f"{self._path(SIGNATURE)} is missing: the proof is not signed")
            return None, b""
        try:
            return manifest.read(body)
        except NoProof as error:
            self.broken.append(f"{self._path(SIGNATURE)}: {error}")
            return None, b""

    def _changed(self, signed: Document) -> Iterator[str]:
        for kind in KINDS:
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


def _against(proof: _Proof, folder: Path, region: Region) -> Iterator[str]:
    """What a copy of the journal tells otherwise."""
    copy = Journal(folder)
    yield from _flaws_of(copy)
    yield from _unknown_digest(proof, folder)
    if proof.document is None:
        return
    try:
        claimed = document.period(proof.document)
        # The day is that of the operator's rules; which complaints were looked through the proof may say.
        of = replace(period(region, claimed.pack, claimed.day), since=claimed.since)
    except (NoProof, RulePackInvalid) as error:
        yield f"{proof.day}.json: {error}"
        return
    except OverflowError:
        yield f"{proof.day}.json: it is about a day that no calendar has"
        return
    told = document.of(reconcile(_histories(copy), region.rules_of, of))
    difference = document.first_difference(dict(proof.document), dict(told))
    if difference:
        yield f"{proof.day}.json says otherwise than the journal: {difference}"


def _flaws_of(copy: Journal) -> Iterator[str]:
    if copy.digests.broken:
        yield str(copy.digests.broken)
    try:
        copy.check_events()
    except (ChainBroken, JournalBroken) as broken:
        yield str(broken)


def _unknown_digest(proof: _Proof, folder: Path) -> Iterator[str]:
    """The chain of digests that the signature saw has to be the one of the copy."""
    named = proof.manifest["journal"] if proof.manifest else None
    if not named:
        return
    body = _read(folder / str(named["digest"]))
    if body is None:
        yield f"{named['digest']}, which the signature names, is missing in the copy of the journal"
    elif journal.sha256(body) != named["sha256"]:
        yield f"{named['digest']} is not the one that the signature names: it was replaced"


def _histories(copy: Journal) -> Iterator[History]:
    """The records of each complaint; what cannot be read was told of above."""
    found: Mapping[str, list[tuple[int, Path]]] = defaultdict(list)
    for key, path in copy.events.items():
        if place := PLACE.fullmatch(key):
            found[place[1]].append((int(place[2]), path))
    for number, paths in found.items():
        try:
            records = tuple(audit.read(path.read_text(encoding="utf-8")) for _, path in sorted(paths))
        except (KeyError, TypeError, ValueError, RecursionError):
            yield History(number=number, records=(), unread="an object of the journal is no event")
        else:
            yield History(number=number, records=records)


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
    body = _read(path)
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


def _read(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise UsageError(f"{path}: cannot be read: {error.strerror}") from error


def _region(path: Path) -> Region:
    try:
        return settings.load(path).operator
    except settings.SettingsError as error:
        raise UsageError("; ".join(str(error).splitlines())) from error
