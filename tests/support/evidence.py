"""Files as players send them, a bucket in memory, and the door that signs for it."""

import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from io import BytesIO

from botocore.credentials import Credentials

from redress.adapters.s3 import SigningDoor
from redress.domain import commands
from redress.usecases.evidence_ports import Sent

BUCKET_URL = "https://evidence.example.test"
CREDENTIALS = Credentials("AKIDEXAMPLE", "secret", "session-token").get_frozen_credentials()
DOOR = SigningDoor(bucket="evidence", url=BUCKET_URL, region="eu-west-2", credentials=lambda: CREDENTIALS)

_OOXML = "application/vnd.openxmlformats-officedocument."
_OPEN_DOCUMENT = "application/vnd.oasis.opendocument."


def archive(members: Mapping[str, bytes], *, compressed: bool = True) -> bytes:
    """A ZIP archive."""
    held = BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED if compressed else zipfile.ZIP_STORED) as made:
        for name, content in members.items():
            made.writestr(name, content)
    return held.getvalue()


PROGRAM = (
    b"MZ\x90\x00\x03\x00\x00\x00\x04\x00\x00\x00\xff\xff\x00\x00" + bytes(64) + b"PE\x00\x00" + bytes(200)
)
PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x02" + bytes(40)
PDF = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"
DOCX = archive({"[Content_Types].xml": b"<Types/>", "word/document.xml": b"<document/>"})
JAR = archive({"META-INF/MANIFEST.MF": b"Main-Class: Run", "Run.class": b"\xca\xfe\xba\xbe"})
MAIL = (
    b"From: Player Example <player@example.test>\r\nTo: help@example.test\r\n"
    b"Subject: My\r\n withdrawal\r\nDate: Mon, 2 Mar 2026 12:00:00 +0000\r\n\r\nWhere is my money?\r\n"
)
# One file of each kind that is taken, by its media type.
SAMPLES: Mapping[str, bytes] = {
    "image/jpeg": b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01" + bytes(40) + b"\xff\xd9",
    "image/png": PNG,
    "image/heic": b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic" + bytes(40),
    "image/webp": b"RIFF\x24\x00\x00\x00WEBPVP8 " + bytes(40),
    "image/gif": b"GIF89a\x01\x00\x01\x00" + bytes(40),
    "application/pdf": PDF,
    "text/plain": "Чат, 2 марта: «деньги придут завтра».\n".encode(),
    "message/rfc822": MAIL,
    f"{_OOXML}wordprocessingml.document": DOCX,
    f"{_OOXML}spreadsheetml.sheet": archive(
        {"[Content_Types].xml": b"<Types/>", "xl/workbook.xml": b"<workbook/>"}
    ),
    f"{_OPEN_DOCUMENT}text": archive(
        {"mimetype": b"application/vnd.oasis.opendocument.text", "content.xml": b"<x/>"}, compressed=False
    ),
    f"{_OPEN_DOCUMENT}spreadsheet": archive(
        {"mimetype": b"application/vnd.oasis.opendocument.spreadsheet", "content.xml": b"<x/>"},
        compressed=False,
    ),
}


@dataclass
class MemoryFiles:
    """The files of evidence, in memory, by complaint and id."""

    came: dict[tuple[str, str], Sent] = field(default_factory=dict)
    kept: dict[tuple[str, str], tuple[bytes, str]] = field(default_factory=dict)

    def sent(self, number: str, evidence: str) -> Sent | None:
        """A file that came in."""
        return self.came.get((number, evidence))

    def keep(self, number: str, evidence: str, content: bytes, media_type: str) -> None:
        """Keep the bytes."""
        self.kept[number, evidence] = (content, media_type)

    def clear(self, number: str, evidence: str) -> None:
        """What came in goes."""
        self.came.pop((number, evidence), None)

    def remove(self, number: str, evidence: str) -> None:
        """What was kept goes."""
        self.kept.pop((number, evidence), None)


def added(evidence: str = "e1", *, scanned: bool = True, size: int = 348_000) -> commands.AddEvidence:
    """A PDF that was taken."""
    return commands.AddEvidence(
        evidence=evidence,
        media_type="application/pdf",
        size=size,
        content={"sha256": "0" * 64},
        scanned=scanned,
    )
