"""The call of a webhook against real endpoints on this machine: whatever they do, and wherever they lead."""

import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from redress.adapters import webhook_post
from redress.adapters.webhook_post import Poster, addresses_of
from redress.usecases.webhook_ports import Outcome

pytestmark = pytest.mark.allow_hosts(["127.0.0.1", "::1"])

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
BODY = b'{"id":"R7K3-9QXM-3-1"}'
HEADERS = {"content-type": "application/json", "webhook-id": "R7K3-9QXM-3-1"}
SHORT, LONG = 0.3, 10.0  # seconds: a deadline that is to pass, and one that is not

type Talk = Callable[[socket.socket], None]


class Endpoint:
    """A server that answers each connection as a test says, and remembers what it was sent."""

    def __init__(self, talk: Talk, tls: ssl.SSLContext | None = None) -> None:
        self._talk, self._tls = talk, tls
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self.requests: list[bytes] = []
        self._thread = threading.Thread(target=self._serve)
        self._thread.start()

    def _serve(self) -> None:
        with suppress(OSError):
            while True:
                plain, _ = self._listener.accept()
                with plain, suppress(OSError):
                    connection = self._tls.wrap_socket(plain, server_side=True) if self._tls else plain
                    with connection:
                        self.requests.append(_whole_request(connection))
                        self._talk(connection)

    def close(self) -> None:
        """Stop, once the connection that is open has ended."""
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join()


def _whole_request(connection: socket.socket) -> bytes:
    received = b""
    while not received.endswith(BODY):
        if not (more := connection.recv(65_536)):
            return received
        received += more
    return received


def answers(text: str) -> Talk:
    """An endpoint that answers at once."""
    return lambda connection: connection.sendall(text.replace("\n", "\r\n").encode())


def hangs(connection: socket.socket) -> None:
    """An endpoint that never answers: it waits until the caller hangs up."""
    connection.recv(1)


def drips(text: bytes, connection: socket.socket) -> None:
    """An endpoint that sends a byte now and then, for ever, each well within any timeout of a single read."""
    connection.sendall(text)
    while True:
        connection.sendall(b"x")
        time.sleep(0.02)


@contextmanager
def endpoint(talk: Talk, tls: ssl.SSLContext | None = None) -> Iterator[Endpoint]:
    """An endpoint for the time of a test."""
    server = Endpoint(talk, tls)
    try:
        yield server
    finally:
        server.close()


def resolving(*addresses: str) -> Callable[[str, int], Sequence[str]]:
    """A resolver that knows every name, as these addresses."""
    return lambda _host, _port: addresses


def call(
    port: int,
    *,
    seconds: float = LONG,
    host: str = "hooks.example.com",
    resolve: webhook_post.Resolve | None = None,
) -> Outcome:
    """Call an endpoint of this machine by a name, over plain HTTP."""
    poster = Poster(
        now=lambda: NOW,
        allow_private=True,
        resolve=resolve or resolving("127.0.0.1"),
        connect_seconds=seconds,
        seconds=seconds,
    )
    return poster.post(f"http://{host}:{port}/redress?of=us", HEADERS, BODY)


def test_a_message_arrives_as_it_was_made() -> None:
    with endpoint(answers("HTTP/1.1 204 No Content\n\n")) as server:
        assert call(server.port) == Outcome(why=None)
    [request] = server.requests
    head, _, body = request.partition(b"\r\n\r\n")
    assert body == BODY
    assert head.decode().split("\r\n") == [
        "POST /redress?of=us HTTP/1.1",
        f"host: hooks.example.com:{server.port}",
        "connection: close",
        f"content-length: {len(BODY)}",
        "content-type: application/json",
        "webhook-id: R7K3-9QXM-3-1",
    ]


@pytest.mark.parametrize("status", [200, 201, 202, 204, 299])
def test_every_status_of_success_is_one(status: int) -> None:
    with endpoint(answers(f"HTTP/1.1 {status} Fine\n\n")) as server:
        assert call(server.port).why is None


@pytest.mark.parametrize("status", [300, 301, 302, 303, 304, 307, 308, 400, 401, 404, 410, 500, 503])
def test_every_other_status_is_a_failure_that_is_told_by_its_number(status: int) -> None:
    with endpoint(answers(f"HTTP/1.1 {status} Oh\n\n")) as server:
        assert call(server.port).why == f"status-{status}"


def test_a_redirect_to_the_metadata_address_is_not_followed() -> None:
    asked: list[str] = []

    def resolve(host: str, _port: int) -> Sequence[str]:
        asked.append(host)
        return ("127.0.0.1",)

    moved = "HTTP/1.1 307 Moved\nLocation: http://169.254.169.254/latest/meta-data/iam/\n\n"
    with endpoint(answers(moved)) as server:
        assert call(server.port, resolve=resolve).why == "status-307"
    assert (asked, len(server.requests)) == (["hooks.example.com"], 1)


class TestTime:
    def test_an_endpoint_that_hangs_is_left_at_the_deadline(self) -> None:
        with endpoint(hangs) as server:
            assert call(server.port, seconds=SHORT).why == "too-slow"

    @pytest.mark.parametrize(
        "begins", [b"", b"HTTP/1.1 200", b"HTTP/1.1 200 Fine\r\nX-Long: "], ids=["status", "reason", "header"]
    )
    def test_an_endpoint_that_drips_is_left_at_the_deadline(self, begins: bytes) -> None:
        with endpoint(partial(drips, begins)) as server:
            assert call(server.port, seconds=SHORT).why in {"too-slow", "no-http"}

    def test_one_that_says_continue_for_ever_is_left_at_the_deadline(self) -> None:
        def continues(connection: socket.socket) -> None:
            while True:
                connection.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
                time.sleep(0.01)

        with endpoint(continues) as server:
            assert call(server.port, seconds=SHORT).why == "too-slow"

    def test_the_body_of_an_answer_is_not_waited_for(self) -> None:
        fine = b"HTTP/1.1 200 Fine\r\nContent-Length: 1000000\r\n\r\n"
        with endpoint(partial(drips, fine)) as server:
            assert call(server.port).why is None

    def test_a_name_that_is_looked_up_for_ever_is_left_at_the_deadline(self) -> None:
        released = threading.Event()

        def resolve(_host: str, _port: int) -> Sequence[str]:
            released.wait()
            return ()

        assert call(1, seconds=SHORT, resolve=resolve).why == "too-slow"
        released.set()

    @pytest.mark.parametrize("status", [429, 503])
    def test_it_may_say_how_long_to_leave_it_alone(self, status: int) -> None:
        with endpoint(answers(f"HTTP/1.1 {status} Later\nRetry-After: 120\n\n")) as server:
            assert call(server.port) == Outcome(why=f"status-{status}", retry_after=120)

    def test_or_until_when(self) -> None:
        with endpoint(
            answers("HTTP/1.1 503 Later\nRetry-After: Mon, 02 Mar 2026 12:05:00 GMT\n\n")
        ) as server:
            assert call(server.port).retry_after == 300

    @pytest.mark.parametrize("asked", ["soon", "-5", "", "Mon, 02 Mar 2026 12:05:00", "٣"])
    def test_what_cannot_be_read_says_nothing(self, asked: str) -> None:
        with endpoint(answers(f"HTTP/1.1 503 Later\nRetry-After: {asked}\n\n")) as server:
            assert call(server.port) == Outcome(why="status-503", retry_after=None)

    def test_another_status_may_not_ask_for_it(self) -> None:
        with endpoint(answers("HTTP/1.1 500 Oh\nRetry-After: 120\n\n")) as server:
            assert call(server.port).retry_after is None


class TestWhatIsNoHttp:
    @pytest.mark.parametrize("text", ["SSH-2.0-OpenSSH_9.6\n", "HTTP/1.1 abc Fine\n\n", "\n\n\n", ""])
    def test_another_protocol_is_a_failure(self, text: str) -> None:
        with endpoint(answers(text)) as server:
            assert call(server.port).why == "no-http"

    def test_headers_without_end_are_a_failure(self) -> None:
        many = "HTTP/1.1 200 Fine\n" + "".join(f"X-{n}: y\n" for n in range(200)) + "\n"
        with endpoint(answers(many)) as server:
            assert call(server.port).why == "no-http"

    def test_a_connection_that_is_reset_is_a_failure(self) -> None:
        def resets(connection: socket.socket) -> None:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\0\0\0\0\0\0\0")

        with endpoint(resets) as server:
            assert call(server.port).why in {"unreachable", "no-http"}

    def test_a_closed_port_is_a_failure(self) -> None:
        with endpoint(hangs) as server:
            port = server.port
        assert call(port).why == "unreachable"


class TestWhereItLeads:
    def test_the_address_that_was_checked_is_the_one_that_is_called(self) -> None:
        """A name that changes between the check and the connection is looked up once only."""
        told = iter([("127.0.0.1",), ("169.254.169.254",)])
        with endpoint(answers("HTTP/1.1 200 Fine\n\n")) as server:
            assert call(server.port, resolve=lambda _host, _port: next(told)).why is None
        assert next(told) == ("169.254.169.254",)

    def test_the_next_address_is_tried_when_one_takes_no_connection(self) -> None:
        with endpoint(answers("HTTP/1.1 200 Fine\n\n")) as server:
            assert call(server.port, resolve=resolving("::1", "127.0.0.1")).why is None

    def test_a_name_without_an_address_is_a_failure(self) -> None:
        assert call(443, resolve=resolving()).why == "unknown-name"

    def test_without_leave_no_private_address_is_called_whatever_the_name_says(self) -> None:
        poster = Poster(now=lambda: NOW, resolve=resolving("93.184.215.14", "127.0.0.1"), seconds=LONG)
        with endpoint(answers("HTTP/1.1 200 Fine\n\n")) as server:
            outcome = poster.post(f"https://hooks.example.com:{server.port}/", HEADERS, BODY)
        assert (outcome.why, server.requests) == ("private-address", [])

    def test_the_resolver_of_the_machine_gives_every_address_once(self) -> None:
        assert set(addresses_of("localhost", 443)) <= {"127.0.0.1", "::1"}
        assert addresses_of("127.0.0.1", 443) == ("127.0.0.1",)


class TestTls:
    def call(self, host: str, certificate: Path) -> str | None:
        """Call an endpoint that has the certificate by a name, and say what went wrong."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
        with endpoint(answers("HTTP/1.1 200 Fine\n\n"), context) as server:
            poster = Poster(now=lambda: NOW, allow_private=True, resolve=resolving("127.0.0.1"), seconds=LONG)
            return poster.post(f"https://{host}:{server.port}/", HEADERS, BODY).why

    @pytest.fixture
    def trusted(self, certificate: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
        """The certificate, which the caller believes in this test."""
        believed = ssl.create_default_context(cafile=certificate)
        monkeypatch.setattr(webhook_post, "_trust", lambda: believed)
        return certificate

    def test_a_certificate_for_the_name_is_believed(self, trusted: Path) -> None:
        assert self.call("hooks.example.com", trusted) is None

    def test_one_for_another_name_is_not(self, trusted: Path) -> None:
        assert self.call("other.example.com", trusted) == "tls"

    def test_one_that_nobody_known_has_signed_is_not(self, certificate: Path) -> None:
        assert self.call("hooks.example.com", certificate) == "tls"

    def test_an_endpoint_that_hangs_in_the_handshake_is_left_at_the_deadline(self) -> None:
        with endpoint(hangs) as server:
            poster = Poster(
                now=lambda: NOW, allow_private=True, resolve=resolving("127.0.0.1"), seconds=SHORT
            )
            assert poster.post(f"https://hooks.example.com:{server.port}/", HEADERS, BODY).why == "too-slow"


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate for hooks.example.com, signed by itself, with its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "hooks.example.com")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("hooks.example.com")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    file = tmp_path_factory.mktemp("certificate") / "endpoint.pem"
    file.write_bytes(made.public_bytes(Encoding.PEM) + pem)
    return file
