"""Whoever guesses a key learns nothing from how long the answer takes, and nobody compares one any other way.

Shown twice: by a spy, that `hmac.compare_digest` alone decides at each door; and by reading the source, that
no key, token, signature or fingerprint is compared with `==` anywhere.
"""

import ast
import hmac
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import jwt
import pytest

import redress
from redress.domain import consultation_key, private_link, reply_address
from redress.region import Client
from redress.usecases.change import is_of
from redress.usecases.ports import Answer, Request
from redress.web import guard, prefill
from tests.support.complaints import REGION

SECRETS, NUMBER, NONCE = (
    (b"present secret" * 5, b"previous secret" * 5),
    "2WK9-7AJW-T",
    "a-nonce-of-a-form-0001",
)
NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
YEAR = timedelta(days=365)
SECONDS = int(NOW.timestamp())
OPERATOR = replace(REGION, clients=(Client(id="back-office", brands=("northlight",), scopes=("read",)),))
PREFILLING = {
    "iss": "back-office",
    "aud": prefill.AUDIENCE,
    "brand": "northlight",
    "account": "player-1",
    "iat": SECONDS,
    "exp": SECONDS + 60,
}


def link(secret: bytes) -> bool:
    """A private link."""
    key = private_link.make(secret, NUMBER, 1, NOW, YEAR)
    return private_link.opens(SECRETS, key, NUMBER, 1, NOW)


def expired_link(secret: bytes) -> bool:
    """A private link that once opened, which is told so."""
    return private_link.opened_once(
        SECRETS, private_link.make(secret, NUMBER, 1, NOW - YEAR, YEAR), NUMBER, 1
    )


def address(secret: bytes) -> bool:
    """The address that a letter is answered to."""
    return reply_address.read(SECRETS, f"{reply_address.make(secret, NUMBER)}@mail.example.test") is not None


def consultation(secret: bytes) -> bool:
    """The key of an anonymous question, of which its hash is kept."""
    kept = consultation_key.hashed(consultation_key.make_key(SECRETS[0], NUMBER))
    return consultation_key.opens(consultation_key.make_key(secret, NUMBER), kept)


def form(secret: bytes) -> bool:
    """What a form carries to show its age."""
    sent = {guard.TOKEN: guard.token((secret,), NONCE, NOW)}
    return guard.suspicions(SECRETS, sent, NONCE, NOW, timedelta()) == ()


def facts(secret: bytes) -> bool:
    """What a form carries that the operator's site confirmed."""
    return guard.signed(SECRETS, guard.sign((secret,), {}, NOW + YEAR), NOW) is not None


def prefilled(secret: bytes) -> bool:
    """A link of the operator's site to a filled-in form."""
    token = jwt.encode(PREFILLING, secret, "HS256")
    return prefill.read(SECRETS, token, OPERATOR, NOW) is not None


def repeated(secret: bytes) -> bool:
    """A request that was sent before, by the fingerprint of what was sent."""
    sent = Request(client="app", key="key", fingerprint=secret.hex(), expires_at=NOW)
    return is_of(sent, Answer(number=NUMBER, seq=1, fingerprint=SECRETS[0].hex()))


DOORS = [link, expired_link, address, consultation, form, facts, prefilled, repeated]


class TestWhatDecides:
    @pytest.mark.parametrize("opens", DOORS)
    def test_the_right_secret_opens_and_another_does_not(self, opens: Callable[[bytes], bool]) -> None:
        assert opens(SECRETS[0])
        assert not opens(b"another secret" * 5)

    @pytest.mark.parametrize("opens", DOORS)
    @pytest.mark.parametrize("verdict", [True, False])
    def test_the_comparison_in_constant_time_alone_decides(
        self,
        opens: Callable[[bytes], bool],
        verdict: bool,  # noqa: FBT001
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        monkeypatch.setattr(hmac, "compare_digest", lambda _one, _other: verdict)
        assert opens(SECRETS[0]) is verdict
        assert opens(b"another secret" * 5) is verdict


PACKAGE = Path(redress.__file__).parent
FUNCTIONS = PACKAGE.parents[3] / "functions"
SECRET_WORDS = frozenset(
    {
        *("mac", "hmac", "signature", "fingerprint", "hashed", "key_hash"),
        *("token", "nonce", "secret", "password", "passphrase", "credential"),
    }
)


def comparisons(text: str) -> Iterator[tuple[int, str]]:
    """Lines of a module that compare something secret by its name with `==` or `!=`, and the name."""
    for node in ast.walk(ast.parse(text)):
        if not isinstance(node, ast.Compare):
            continue
        sides = [node.left, *node.comparators]
        if any(_is_literal(one) for one in sides):
            continue
        pairs = zip(node.ops, sides, sides[1:], strict=False)
        for operator, one, other in pairs:
            if isinstance(operator, ast.Eq | ast.NotEq):
                yield from (
                    (node.lineno, name) for name in (_name(one), _name(other)) if name in SECRET_WORDS
                )


def _is_literal(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant)


def _name(node: ast.expr) -> str:
    """What a value is called: a variable, a field, what a call makes, what a subscript names.

    A constant of a module has no name here: whoever reads the source knows it.
    """
    match node:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return "" if name.isupper() else name.strip("_").lower()
        case ast.Call(func=made):
            return _name(made)
        case ast.Subscript(slice=ast.Constant(value=str(name))):
            return name.lower()
        case ast.Subscript(value=inner):
            return _name(inner)
        case _:
            return ""


def modules() -> list[Path]:
    """Every module that runs."""
    return sorted([*PACKAGE.rglob("*.py"), *FUNCTIONS.rglob("*.py")])


class TestTheSource:
    def test_nothing_secret_is_compared_with_an_equals_sign(self) -> None:
        read = modules()
        assert len(read) > 150
        found = [
            f"{path.name}:{line}: {name}"
            for path in read
            for line, name in comparisons(path.read_text(encoding="utf-8"))
        ]
        assert found == []

    @pytest.mark.parametrize(
        "line",
        [
            "mac == made",
            "sent['token'] != kept.token",
            "_mac(one, two) == found[3]",
            "answer.fingerprint == request.fingerprint",
            "a < b == self.secret",
        ],
    )
    def test_the_reading_finds_what_it_looks_for(self, line: str) -> None:
        assert list(comparisons(line))

    @pytest.mark.parametrize(
        "line", ["token is None", "nonce == ''", "seq == other.seq", "key in known", "found == SIGNATURE"]
    )
    def test_and_nothing_else(self, line: str) -> None:
        assert list(comparisons(line)) == []
