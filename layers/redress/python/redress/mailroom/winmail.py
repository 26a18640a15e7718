"""winmail.dat: what Outlook wraps a mail in for its own kind (Microsoft's MS-OXTNEF, 2.1.3 and 2.1.4).

The stream is a list of objects, and is read as one. The library for it, tnefparse, copies the rest of the
stream for each object and believes every count of its property lists: a few bytes keep it busy for hours.
"""

import struct
from collections.abc import Iterator, Mapping
from typing import NamedTuple

_SIGNATURE = 0x223E9F78
_MOST_OBJECTS = 2_000
_MOST_PROPERTIES = 2_000
_MOST_VALUES = 200

_BODY, _FILE_BEGINS, _FILE_DATA, _PROPERTIES, _FILE_PROPERTIES = 0x800C, 0x9002, 0x800F, 0x9003, 0x9005
_CODE_PAGE = 0x9007
_PLAIN, _HTML, _INTERNET_CODE_PAGE, _FILE_OBJECT, _FILE_MEDIA_TYPE = 0x1000, 0x1013, 0x3FDE, 0x3701, 0x370E

_SIZES: Mapping[int, int] = {
    **dict.fromkeys((0x02, 0x03, 0x04, 0x0A, 0x0B), 4),
    **dict.fromkeys((0x05, 0x06, 0x07, 0x14, 0x40), 8),
    0x48: 16,
}
_COUNTED = {0x0D, 0x1E, 0x1F, 0x102}
_UNICODE, _LONG, _SEVERAL, _NAMED = 0x1F, 0x03, 0x1000, 0x8000
_INTERFACE = 16  # bytes of an identifier before an embedded object


class File(NamedTuple):
    """A file in it, with the media type it is given, if any."""

    content: bytes
    media_type: str


class Unpacked(NamedTuple):
    """What it holds: texts as bytes, with the charset they are in."""

    plain: bytes
    html: bytes
    charset: str
    files: list[File]


class _Broken(Exception):
    """The stream ends in the middle of something, or is none."""


def unpack(stream: bytes) -> Unpacked | None:
    """What winmail.dat holds, as far as it can be read; None if it is none, or holds nothing."""
    plain = html = b""
    charset = "cp1252"
    files: list[File] = []
    for name, data in _objects(stream):
        if name == _CODE_PAGE and len(data) >= 4:
            charset = f"cp{int.from_bytes(data[:4], 'little')}"
        elif name == _BODY:
            plain = plain or data.rstrip(b"\0")
        elif name == _PROPERTIES:
            found = dict(_properties(data))
            plain = found.get(_PLAIN, plain)
            html = found.get(_HTML, html)
            charset = _charset(found.get(_INTERNET_CODE_PAGE), charset)
        else:
            _file(files, name, data)
    files = [one for one in files if one.content]
    return Unpacked(plain, html, charset, files) if plain or html or files else None


def _file(files: list[File], name: int, data: bytes) -> None:
    """Adds to the list what an object says about a file."""
    if name == _FILE_BEGINS:
        files.append(File(b"", ""))
    elif name == _FILE_DATA and files:
        files[-1] = files[-1]._replace(content=data)
    elif name == _FILE_PROPERTIES and files:
        found = dict(_properties(data))
        media_type = found.get(_FILE_MEDIA_TYPE, b"").decode("ascii", "replace").strip("\0 ").lower()
        content = files[-1].content or found.get(_FILE_OBJECT, b"")[_INTERFACE:]
        files[-1] = File(content, media_type)


def _objects(stream: bytes) -> Iterator[tuple[int, bytes]]:
    """Name and data of each object."""
    if len(stream) < 6 or int.from_bytes(stream[:4], "little") != _SIGNATURE:
        return
    place = 6
    for _ in range(_MOST_OBJECTS):
        if place + 11 > len(stream):
            return
        name, length = struct.unpack_from("<xHxxI", stream, place)
        yield name, stream[place + 9 : place + 9 + length]
        place += 9 + length + 2


def _properties(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Name and first value of each property, as far as they can be read; texts come in UTF-8 or bytes."""
    reader = _Reader(data)
    try:
        for _ in range(min(reader.number(), _MOST_PROPERTIES)):
            yield _property(reader)
    except _Broken:
        return


def _property(reader: "_Reader") -> tuple[int, bytes]:
    kind, name = reader.number(2), reader.number(2)
    if name >= _NAMED:
        reader.take(16)
        if reader.number():
            reader.padded()
        else:
            reader.number()
    base = kind & ~_SEVERAL
    count = reader.number() if kind & _SEVERAL or base in _COUNTED else 1
    if count > _MOST_VALUES:
        raise _Broken
    values = [reader.value(base) for _ in range(count)]
    value = values[0] if values else b""
    if base == _UNICODE:
        value = value.decode("utf-16-le", "replace").rstrip("\0").encode()
    elif base == 0x1E:
        value = value.rstrip(b"\0")
    return name, value


class _Reader:
    """Takes a property list from its beginning to its end."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._place = 0

    def take(self, length: int) -> bytes:
        """The next bytes. Raises _Broken where there are fewer."""
        end = self._place + length
        if end > len(self._data):
            raise _Broken
        taken = self._data[self._place : end]
        self._place = end
        return taken

    def number(self, length: int = 4) -> int:
        """The next unsigned number. Raises _Broken."""
        return int.from_bytes(self.take(length), "little")

    def padded(self) -> bytes:
        """Bytes that come after their length, and fill four at a time. Raises _Broken."""
        length = self.number()
        value = self.take(length)
        self._place += -length % 4
        return value

    def value(self, kind: int) -> bytes:
        """One value of a kind. Raises _Broken for a kind that is none."""
        if kind in _COUNTED:
            return self.padded()
        if kind not in _SIZES:
            raise _Broken
        return self.take(_SIZES[kind])


def _charset(code_page: bytes | None, otherwise: str) -> str:
    if code_page is None:
        return otherwise
    number = int.from_bytes(code_page[:4], "little")
    return {65001: "utf-8", 20127: "ascii", 20866: "koi8-r", 28591: "iso-8859-1", 28592: "iso-8859-2"}.get(
        number, f"cp{number}"
    )
