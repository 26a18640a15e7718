"""What a file is, told from its bytes alone: neither a name nor what a browser says about it counts.

Signatures: those of the formats' own specifications (JFIF and ISO 10918-1, PNG third edition section 5.2,
GIF89a, RIFF/WebP, ISO/IEC 23008-12 for HEIC, ISO 32000-1 section 7.5.2, PKWARE APPNOTE 4.3, ECMA-376 part 2,
OpenDocument 1.3 part 2, RFC 5322).
"""

import re
import zipfile
from collections.abc import Iterable
from io import BytesIO

from redress.domain.evidence import LARGEST_BYTES, Refusal

_OOXML = "application/vnd.openxmlformats-officedocument."
_OPEN_DOCUMENT = "application/vnd.oasis.opendocument."
_OFFICE_PARTS = {
    "word/document.xml": f"{_OOXML}wordprocessingml.document",
    "xl/workbook.xml": f"{_OOXML}spreadsheetml.sheet",
}
_OPEN_DOCUMENTS = {f"{_OPEN_DOCUMENT}{kind}" for kind in ("text", "spreadsheet")}
_SIGNATURES = {
    "image/jpeg": re.compile(rb"\xff\xd8\xff"),
    "image/png": re.compile(rb"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR"),
    "image/gif": re.compile(rb"GIF8[79]a"),
    "image/webp": re.compile(rb"RIFF.{4}WEBP", re.DOTALL),
    # The brands of a still image, or a burst of them, coded as HEVC.
    "image/heic": re.compile(rb".{4}ftyp(hei[cxms]|hev[cx]|mif1|msf1)", re.DOTALL),
    "application/pdf": re.compile(rb"%PDF-[12]\."),
}

_MOST_MEMBERS = 2000
_LONGEST_MIMETYPE = 100
# Of a document that does something by itself, or carries a program.
_MACROS = re.compile(r"vba(project|data)|^basic/|^scripts/|/activex/|^meta-inf/manifest\.mf$", re.IGNORECASE)
_PROGRAM = re.compile(
    r"\.(exe|dll|com|scr|msi|bat|cmd|ps1|vbs?|jse?|wsf|hta|jar|class|lnk|sh|py)$", re.IGNORECASE
)

_CONTROLS = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f]")
_RUNS_AS_TEXT = (b"<", b"#!", b"%!", b"{\\rtf", b"MIME-Version:")
_HEADER = re.compile(rb"[!-9;-~]+:[^\r\n]*(\r?\n[ \t][^\r\n]*)*\r?\n")
_SENDER, _MADE = (
    re.compile(rb"^from:", re.IGNORECASE),
    re.compile(rb"^(date|received|message-id):", re.IGNORECASE),
)


class NotTaken(Exception):
    """A file that is no evidence; `why` says what stands in the way."""

    def __init__(self, why: Refusal) -> None:
        self.why = why
        super().__init__(why)


def media_type(content: bytes) -> str:
    """The media type of a file, one of `evidence.KINDS`. Raises NotTaken."""
    if not content:
        raise NotTaken(Refusal.EMPTY)
    if len(content) > LARGEST_BYTES:
        raise NotTaken(Refusal.TOO_LARGE)
    if content.startswith(b"PK\x03\x04"):
        return _office(content)
    found = _signed(content)
    if found is None:
        return _text(content)
    if _members(content):  # programs hide behind a picture or a PDF, which are read from their beginning
        raise NotTaken(Refusal.MIXED)
    return found


def _signed(content: bytes) -> str | None:
    """The kind that a file begins as."""
    return next((kind for kind, begins in _SIGNATURES.items() if begins.match(content)), None)


def _members(content: bytes) -> list[zipfile.ZipInfo]:
    """What is in an archive, as its end lists it; nothing if it is no archive."""
    try:
        with zipfile.ZipFile(BytesIO(content)) as archive:
            return archive.infolist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OverflowError, EOFError):
        return []


def _office(content: bytes) -> str:
    """The kind of a document that is an archive of parts. Raises NotTaken for any other archive."""
    members = _members(content)
    if not 0 < len(members) <= _MOST_MEMBERS:
        raise NotTaken(Refusal.KIND)
    if min(one.header_offset for one in members):  # something stands before it: another archive, perhaps
        raise NotTaken(Refusal.MIXED)
    names = [one.filename for one in members]
    if any(_MACROS.search(name) or _PROGRAM.search(name) for name in names):
        raise NotTaken(Refusal.MACROS)
    found = _ooxml(names) or _open_document(content, members[0])
    if found is None:
        raise NotTaken(Refusal.KIND)
    return found


def _ooxml(names: Iterable[str]) -> str | None:
    held = set(names)
    if "[Content_Types].xml" not in held:
        return None
    return next((kind for part, kind in _OFFICE_PARTS.items() if part in held), None)


def _open_document(content: bytes, first: zipfile.ZipInfo) -> str | None:
    """OpenDocument 1.3 part 2, section 3.3: the first member is `mimetype`, and is not compressed."""
    stored = first.compress_type == zipfile.ZIP_STORED and first.file_size <= _LONGEST_MIMETYPE
    if first.filename != "mimetype" or not stored:
        return None
    try:
        with zipfile.ZipFile(BytesIO(content)) as archive:
            said = archive.read(first).decode("ascii", "replace").strip()
    except (zipfile.BadZipFile, RuntimeError, EOFError, ValueError):  # a name that is no text, say
        return None
    return said if said in _OPEN_DOCUMENTS else None


def _text(content: bytes) -> str:
    """A letter or plain text. Raises NotTaken for what is neither, or what a program would run."""
    if _CONTROLS.search(content):
        raise NotTaken(Refusal.KIND)
    if _is_mail(content):
        return "message/rfc822"
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        raise NotTaken(Refusal.KIND) from None
    begins = content.removeprefix(b"\xef\xbb\xbf").lstrip()
    if not begins:
        raise NotTaken(Refusal.EMPTY)
    if begins.startswith(_RUNS_AS_TEXT):
        raise NotTaken(Refusal.KIND)
    return "text/plain"


def _is_mail(content: bytes) -> bool:
    """Whether it begins with the header of a mail (RFC 5322, section 2.2): a sender, and when or by what."""
    names: list[bytes] = []
    place = 0
    while found := _HEADER.match(content, place):
        names.append(found[0])
        place = found.end()
    ends = content[place : place + 2]
    whole = ends.startswith(b"\n") or ends == b"\r\n"
    return whole and any(map(_SENDER.match, names)) and any(map(_MADE.match, names))
