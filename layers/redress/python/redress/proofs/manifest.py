"""What is signed: the hashes of a day's documents, bound to the chain of the journal and to the key."""

import base64
import hashlib
from collections.abc import Mapping
from typing import NamedTuple

from redress.proofs.document import Document, NoProof, read_canonical, to_bytes

FORMAT = "redress-proof-signature/1"
ALGORITHM = "ECDSA_SHA_256"
KINDS = ("json", "csv", "html")
SIGNATURE = "sig.json"


class Key(NamedTuple):
    """The key that signs: its id, which names no account, and its public half as PEM."""

    id: str
    public: str


def manifest(
    name: str, document: Document, bodies: Mapping[str, bytes], digest: tuple[str, str] | None, key: Key
) -> Document:
    """What a signature is over. `bodies` are the documents by kind, `digest` place and hash of the journal's
    last digest, `name` what the files are called before their kind.
    """
    return {
        "format": FORMAT,
        "pack": document["pack"],
        "day": document["day"],
        "documents": {f"{name}.{kind}": hashlib.sha256(bodies[kind]).hexdigest() for kind in KINDS},
        "journal": {"digest": digest[0], "sha256": digest[1]} if digest else None,
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
        strange = found["format"] != FORMAT or found["algorithm"] != ALGORITHM
        listed = len(found["documents"])
    except (KeyError, TypeError, ValueError) as error:
        raise NoProof("it is no signature of a proof") from error
    if strange or listed != len(KINDS):
        raise NoProof(f"it is no signature of the format {FORMAT}")
    return found, signature


def pem(public: bytes) -> str:
    """A public key (SubjectPublicKeyInfo, DER) as PEM."""
    text = base64.b64encode(public).decode()
    lines = [text[at : at + 64] for at in range(0, len(text), 64)]
    return "\n".join(["-----BEGIN PUBLIC KEY-----", *lines, "-----END PUBLIC KEY-----", ""])
