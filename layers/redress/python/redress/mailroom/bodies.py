"""The text and the files of a mail, from however its parts are put together."""

import re
from collections.abc import Iterator

from redress.mailroom import charsets, headers, plain
from redress.mailroom.incoming import LARGEST_ATTACHMENT, LONGEST_SUBJECT, MOST_ATTACHMENTS, Attachment
from redress.mailroom.mime import DEEPEST, MOST_PARTS, Part

TINY_PICTURE = 4_096  # bytes: a logo, a spacer, a pixel that tells when it was looked at
_TEXT_BYTES = plain.MOST_LOOKED_AT * 4
_HTML_BYTES = 1_500_000
_RICHER = 5  # by how much HTML has to say more than plain text that only asks to look at the HTML
_STUB = 400  # characters of such a text at most
_WORD = re.compile(r"\w+")
_LINK = re.compile(r"https?://\S+")  # plain text writes them out

_WRAPPED = {"application/ms-tnef", "application/vnd.ms-tnef"}
_MAILS = {"message/rfc822", "message/global"}
_TOLD = {"message/delivery-status", "message/disposition-notification", "message/global-delivery-status"} | {
    "text/rfc822-headers"
}
_NOTHING = {
    *("application/pgp-signature", "application/pkcs7-signature", "application/x-pkcs7-signature"),
    *("text/x-amp-html", "text/watch-html", "message/partial", "message/external-body"),
}


class Bodies:
    """What was found in a mail: its own text, that of mails within it, its files."""

    def __init__(self, mail: Part) -> None:
        self.attachments: list[Attachment] = []
        self.left_out = 0
        self._parts_left = MOST_PARTS
        self._too_deep = False
        self._within: list[str] = []
        own: list[str] = []
        self._walk(mail, own)
        if (
            not own and self._too_deep
        ):  # its beginning as it came, for a person to see that there is something
            own.append(plain.clean(charsets.decode(mail.content(_TEXT_BYTES))))
        self.text = _joined(own)
        self.whole = _joined([self.text, *self._within])

    def _walk(self, part: Part, into: list[str]) -> None:
        """Adds the text of a part to `into`, and its files to the others."""
        self._parts_left -= 1
        self._too_deep = self._too_deep or part.depth >= DEEPEST
        if self._parts_left < 0 or part.depth >= DEEPEST or part.media_type in _NOTHING:
            return
        if part.kind == "multipart":
            self._multipart(part, into)
        elif part.media_type in _MAILS:
            mail = part.message()
            self._within.append(headers.subject(mail, LONGEST_SUBJECT))
            self._walk(mail, self._within)
        elif part.media_type in _TOLD:
            self._within.append(_text(part))
        elif part.media_type in {"text/plain", "text/html"} and not part.is_attached:
            into.append(_text(part))
        elif part.media_type in _WRAPPED or _file_name(part) == "winmail.dat":
            self._unpack(part, into)
        else:
            self._attach(part)

    def _multipart(self, part: Part, into: list[str]) -> None:
        if part.media_type != "multipart/alternative":
            for child in self._children(part):
                self._walk(child, into)
            return
        ways: list[str] = []
        for child in self._children(part):
            said: list[str] = []
            self._walk(child, said)
            ways.append(_joined(said))
        into.append(_best([one for one in ways if one.strip()]))

    def _children(self, part: Part) -> Iterator[Part]:
        for child in part.children():
            if self._parts_left <= 0:
                return
            yield child

    def _attach(self, part: Part) -> None:
        # Base 64 adds a third, and line ends: what is larger than that encoded is larger decoded.
        if part.encoded_size() > LARGEST_ATTACHMENT * 3 // 2 or len(self.attachments) >= MOST_ATTACHMENTS:
            self.left_out += 1
            return
        content = part.content()
        spacer = part.kind == "image" and part.is_inline and len(content) < TINY_PICTURE
        if not spacer:
            self._keep(content, part.media_type)

    def _keep(self, content: bytes, media_type: str) -> None:
        if len(content) > LARGEST_ATTACHMENT or (content and len(self.attachments) >= MOST_ATTACHMENTS):
            self.left_out += 1
        elif content:
            self.attachments.append(Attachment(content=content, media_type=media_type))

    def _unpack(self, part: Part, into: list[str]) -> None:
        """The text and the files of winmail.dat; itself as a file if it cannot be read."""
        from redress.mailroom import winmail  # noqa: PLC0415 - few mails have one

        unpacked = (
            winmail.unpack(part.content()) if part.encoded_size() <= LARGEST_ATTACHMENT * 3 // 2 else None
        )
        if unpacked is None:
            self._attach(part)
            return
        if not _joined(into):  # mostly the text stands in the mail, too
            text = charsets.decode(unpacked.plain[:_TEXT_BYTES], unpacked.charset)
            html = charsets.decode(unpacked.html[:_HTML_BYTES], unpacked.charset)
            into.append(text if text.strip() else _seen(html))
        for content, media_type in unpacked.files:
            self._keep(content, media_type or "application/octet-stream")


def _text(part: Part) -> str:
    """The text of a part that is one, as a reader would see it."""
    if part.media_type == "text/html":
        return _seen(charsets.decode(part.content(_HTML_BYTES), part.parameter("charset")))
    text = charsets.decode(part.content(_TEXT_BYTES), part.parameter("charset"))
    if part.parameter("format").lower() == "flowed":
        text = plain.unflow(text, delete_space=part.parameter("delsp").lower() == "yes")
    return plain.clean(text)


def _seen(html: str) -> str:
    from redress.mailroom import hypertext  # noqa: PLC0415 - most mails have plain text, too

    return plain.clean(hypertext.to_text(html))


def _best(ways: list[str]) -> str:
    """The way of saying a mail that says most: the plain one, unless it says hardly anything.

    Plain text that says something else than the HTML stands below it: mostly it asks to look at the HTML.
    """
    if not ways:
        return ""
    first, last = ways[0], ways[-1]
    if len(first) <= _STUB and len(last) >= len(first) * _RICHER + _STUB:
        return last
    return _joined([last, first]) if _says_something_else(first, last) else first


def _says_something_else(one: str, other: str) -> bool:
    """Whether at most half of the words of one text stand in the other, and the other has more to say."""
    words, others = (set(_WORD.findall(_LINK.sub(" ", text.casefold()))) for text in (one, other))
    return 2 * len(words & others) <= len(words) and bool(others - words)


def _joined(texts: list[str]) -> str:
    return "\n\n".join(text.strip("\n") for text in texts if text.strip())


def _file_name(part: Part) -> str:
    named = part.parameter("filename", "Content-Disposition") or part.parameter("name")
    return named.strip().lower()
