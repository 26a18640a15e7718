"""The proof of a day as it is filed, with its key and a copy of the journal."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from infra import settings
from infra.ops import cli
from redress.domain import journal, reconciliation
from redress.domain.correspondence import LetterKind
from redress.domain.history import History
from redress.proofs import document, manifest
from redress.usecases.reconcile import period, render
from tests.support.complaints import SYSTEM, TRIAGE, Case, submit
from tests.support.journals import MemoryObjects

REGION_FILE = Path(cli.__file__).parent.parent / "regions" / "local.toml"
RECEIVED = datetime(2026, 3, 2, 12, tzinfo=UTC)
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
THE_DAY = "2026-03-03"


class Filed:
    """The files of a day's proof, its key, and a copy of the journal."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.journal = folder / "proofs", folder / "journal"
        self.private = ec.generate_private_key(ec.SECP256R1())
        case = Case(submit("gb-ukgc"), RECEIVED)
        case.send(LetterKind.ACKNOWLEDGEMENT, at=RECEIVED + MINUTE)
        case.do(TRIAGE, SYSTEM)
        self.case = case
        objects = MemoryObjects()
        objects.write(case.records)
        objects.digest(RECEIVED + 2 * DAY)
        objects.sync(self.journal)
        region = settings.load(REGION_FILE).operator
        of = period(region, "gb-ukgc", date.fromisoformat(THE_DAY))
        found = History(number=case.complaint.number, records=tuple(case.records), head=case.head)
        self.document = document.of(reconciliation.reconcile([found], region.rules_of, of))
        self.sign(self.document)

    @property
    def file(self) -> str:
        """Its first document."""
        return str(self.path("json"))

    @property
    def against(self) -> tuple[str, ...]:
        """What it may be held against: the journal, and the operator's rules."""
        return ("--journal", str(self.journal), "--region-file", str(REGION_FILE))

    def path(self, kind: str) -> Path:
        """One of its files."""
        return self.folder / f"{THE_DAY}.{kind}"

    def sign(
        self,
        told: document.Document,
        private: ec.EllipticCurvePrivateKey | None = None,
        bodies: Mapping[str, bytes] | None = None,
        before: manifest.Before | None = None,
        of_day: str = THE_DAY,
        **changes: object,
    ) -> None:
        """Write all four files, as the function does, with this key or another.

        Whoever has a key may sign anything: `bodies` that were not made of the document, another statement.
        """
        self.folder.mkdir(exist_ok=True)
        bodies = bodies or render(told)
        digests = sorted((self.journal / "digests").iterdir())
        last = (f"digests/{digests[-1].name}", journal.sha256(digests[-1].read_bytes()))
        key = private or self.private
        named = manifest.Key("key-1", manifest.pem(der(key)))
        statement = {**manifest.manifest(of_day, told, bodies, last, named, before), **changes}
        for kind, body in bodies.items():
            (self.folder / f"{of_day}.{kind}").write_bytes(body)
        self.put_signature(statement, key, of_day)

    def put_signature(
        self,
        statement: document.Document,
        private: ec.EllipticCurvePrivateKey | None = None,
        of_day: str = THE_DAY,
    ) -> None:
        """Sign any statement as that of a day."""
        key = private or self.private
        signature = key.sign(document.to_bytes(statement), ec.ECDSA(hashes.SHA256()))
        (self.folder / f"{of_day}.sig.json").write_bytes(manifest.signed(statement, signature))

    def kept_key(self) -> str:
        """The public key, kept elsewhere."""
        path = self.folder.parent / "kept.pem"
        path.write_text(manifest.pem(der(self.private)))
        return str(path)


def der(key: ec.EllipticCurvePrivateKey) -> bytes:
    """The public half."""
    form = serialization.PublicFormat.SubjectPublicKeyInfo
    return key.public_key().public_bytes(serialization.Encoding.DER, form)
