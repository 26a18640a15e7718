"""What is signed: the hashes of a day's documents, bound to the chain of the journal and to the key."""

import base64
import hashlib
import re
from collections.abc import Mapping
from typing import Any, NamedTuple

from redress.domain.journal import DIGESTS
from redress.proofs.document import DAY, PACK, Document, NoProof, read_canonical, to_bytes

FORMAT = "redress-proof-signature/2"
UNCHAINED = "redress-proof-signature/1"
"""Of before: such a statement says nothing of the day before its own."""
ALGORITHM = "ECDSA_SHA_256"
KINDS = ("json", "csv", "html")
SIGNATURE = "sig.json"
SHA256 = "[0-9a-f]{64}"


class Before(NamedTuple):
    """The proof that a day follows: its local day, and the SHA-256 (hex) of its JSON document.

    Of the document, and not of the signature, of which no two are alike: a proof that was made again, with
    the same facts, is still the one before.
    """

    day: str
    sha256: str


class Key(NamedTuple):
    """The key that signs: its id, which names no account, and its public half as PEM."""

    id: str
    public: str


def manifest(
    name: str,
    document: Document,
    bodies: Mapping[str, bytes],
    digest: tuple[str, str] | None,
    key: Key,
    before: Before | None,
) -> Document:
    """What a signature is over. `bodies` are the documents by kind, `digest` place and hash of the journal's
    last digest, `name` what the files are called before their kind, `before` the proof that it follows.
    """
    return {
        "format": FORMAT,
        "pack": document["pack"],
        "day": document["day"],
        "documents": {f"{name}.{kind}": hashlib.sha256(bodies[kind]).hexdigest() for kind in KINDS},
        "journal": {"digest": digest[0], "sha256": digest[1]} if digest else None,
        "previous": before._asdict() if before else None,
        "algorithm": ALGORITHM,
        "key": key.id,
        "public_key": key.public,
    }


def signed(document: Document, signature: bytes) -> bytes:
    """The signature's file: the manifest, and the signature (DER) over its canonical bytes."""
    return to_bytes({"manifest": document, "signature": base64.b64encode(signature).decode()})


def read(body: bytes) -> tuple[Document, bytes]:
    """Manifest and signature of a file. Raises NoProof for what Redress did not write."""
    document = read_canonical(body)
    try:
        found, signature = document["manifest"], base64.b64decode(document["signature"], validate=True)
        fits = _is_statement(found)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise NoProof("it is no signature of a proof") from error
    if not fits or document.keys() != {"manifest", "signature"}:
        raise NoProof(f"it is no signature of the format {FORMAT}")
    return found, signature


def before(statement: Document) -> Before | None:
    """The proof that a day follows, as its statement has it. None: it was the first, or is of `UNCHAINED`."""
    found = statement.get("previous")
    return Before(**found) if found else None


def _is_statement(found: Mapping[str, Any]) -> bool:
    """Whether each value is as `manifest` writes it: whoever has a key can sign anything, and what it says
    is printed, and the file of its digest read."""
    documents = found["documents"]
    links = {"journal": _DIGEST} | ({} if found["format"] == UNCHAINED else {"previous": _BEFORE})
    named = sorted(documents) == sorted(f"{found['day']}.{kind}" for kind in KINDS)
    return (
        found.keys() == {*_TEXTS, "documents", *links}
        and named
        and _fit(_TEXTS, found)
        and _fit(dict.fromkeys(documents, SHA256), documents)
        and all(_is_link(found[name], patterns) for name, patterns in links.items())
    )


def _is_link(found: Mapping[str, Any] | None, patterns: Mapping[str, str]) -> bool:
    return found is None or (found.keys() == patterns.keys() and _fit(patterns, found))


def _fit(patterns: Mapping[str, str], found: Mapping[str, Any]) -> bool:
    return all(re.fullmatch(pattern, found[name]) for name, pattern in patterns.items())


_TEXTS: Mapping[str, str] = {
    "format": f"{re.escape(FORMAT)}|{re.escape(UNCHAINED)}",
    "algorithm": ALGORITHM,
    "pack": PACK,
    "day": DAY,
    "key": "[A-Za-z0-9-]{1,100}",
    "public_key": "[ -~\n]{1,2000}",
}
_DIGEST: Mapping[str, str] = {"digest": rf"{DIGESTS}{DAY}\.json", "sha256": SHA256}
_BEFORE: Mapping[str, str] = {"day": DAY, "sha256": SHA256}


def pem(public: bytes) -> str:
    """A public key (SubjectPublicKeyInfo, DER) as PEM."""
    text = base64.b64encode(public).decode()
    lines = [text[at : at + 64] for at in range(0, len(text), 64)]
    return "\n".join(["-----BEGIN PUBLIC KEY-----", *lines, "-----END PUBLIC KEY-----", ""])
