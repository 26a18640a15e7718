"""What the pages say of evidence."""

from collections.abc import Mapping

from redress.domain.evidence import Refusal, Verdict
from redress.language import msg

# What a player may send, as they would say it.
KINDS = msg(
    "A photo or picture (JPEG, PNG, HEIC, WebP, GIF), a PDF, a text file, a saved e-mail (EML), or a "
    "document of Word, Excel or OpenDocument without macros."
)

WITH_KILOBYTES = msg("File {place}: {kind}, {size} KB")
WITH_MEGABYTES = msg("File {place}: {kind}, {size} MB")
NAMELESS = msg("File {place}")

STATES: Mapping[str, str] = {
    "checking": msg("We have it. Nobody opens it before it was scanned for malware."),
    Verdict.CLEAN: msg("We have it."),
    Verdict.NOT_SCANNED: msg("We have it."),
    Verdict.UNSCANNABLE: msg(
        "We have it, but our scan for malware could not read it, so nobody has opened it. Please send it in "
        "another form, for example as a picture."
    ),
    Verdict.INFECTED: msg(
        "We deleted it, because our scan found malware in it. Please have your device checked, then send the "
        "file again."
    ),
}
REFUSED: Mapping[str, str] = {
    Refusal.EMPTY: msg("We could not take it, because there was nothing in it."),
    Refusal.TOO_LARGE: msg("We could not take it, because it is larger than 10 MB."),
    Refusal.KIND: msg(
        "We could not take it, because of what it is: only the kinds of file that are named where you add "
        "one can be sent. We look at what is in a file, not at its name."
    ),
    Refusal.MIXED: msg("We could not take it, because another file is hidden in it."),
    Refusal.MACROS: msg(
        "We could not take it, because there are macros or programs in it. Please send it as a PDF."
    ),
    Refusal.TOO_MANY: msg("We could not take it, because there were ten files already."),
    Refusal.CLOSED: msg("We could not take it, because the complaint was closed."),
}

ARRIVED = msg("Your file has arrived. It is in the list below in a few seconds, with what came of it.")
