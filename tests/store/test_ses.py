"""SES gets each letter once, as mail that every program reads; each of its answers has one meaning."""

import email
import email.policy
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from email.message import EmailMessage
from typing import Any, cast

import boto3
import pytest
from botocore.exceptions import (
    ConnectionClosedError,
    ConnectTimeoutError,
    EndpointConnectionError,
    HTTPClientError,
    ReadTimeoutError,
)
from botocore.httpsession import URLLib3Session
from botocore.stub import Stubber
from moto import mock_aws
from moto.core import DEFAULT_ACCOUNT_ID
from moto.ses.models import ses_backends

from redress.adapters.clients import client
from redress.adapters.ses import Ses
from redress.domain import commands
from redress.domain.correspondence import Letter, LetterKind
from redress.domain.rulepack import load_pack
from redress.letters.render import render
from redress.store.table import Table
from redress.usecases.change import change
from redress.usecases.ports import CaseFile, Mail, MailRefused
from redress.usecases.send_letter import Outcome, send_letter
from tests.support import tables
from tests.support.letters import KEY, PORTAL, Story, sample

REGION = "eu-west-2"
NOW = datetime(2026, 5, 4, 14, 5, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _credentials(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("AWS_DEFAULT_REGION", REGION)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "testing")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "testing")
    client.cache_clear()
    yield
    client.cache_clear()


def ses() -> Ses:
    """The adapter with the client that the handler gives it."""
    return Ses(client("sesv2", attempts=1), "letters", lambda: NOW)


def sent(mail: Mail) -> tuple[EmailMessage, str, Any]:
    """The message that reached SES, its text on the wire, and what moto noted of it."""
    with mock_aws():
        boto3.client("sesv2").create_email_identity(EmailIdentity="mail.example.test")
        assert ses().send(mail)
        [noted] = ses_backends[DEFAULT_ACCOUNT_ID][REGION].sent_messages
    raw = noted.raw_data
    parsed = email.message_from_string(raw, policy=email.policy.default)
    return cast("EmailMessage", parsed), raw, noted


def body(message: EmailMessage, kind: str) -> str:
    part = message.get_body((kind,))
    assert part is not None
    return cast("str", part.get_content())


# --- What reaches SES ----------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", LetterKind)
def test_both_forms_arrive_as_they_were_written(kind: LetterKind) -> None:
    mail = sample(kind)
    message, _, noted = sent(mail)
    assert body(message, "plain").replace("\r\n", "\n") == mail.text
    assert body(message, "html").replace("\r\n", "\n") == mail.html
    assert noted.destinations == [mail.to]
    assert noted.source == "complaints@mail.example.test"


def test_the_headers_say_who_writes_about_what_and_that_a_machine_did() -> None:
    message, _, _ = sent(sample(LetterKind.ACKNOWLEDGEMENT))
    assert dict(message.items()) | {"Content-Type": "", "MIME-Version": ""} == {
        "From": "Northlight Casino <complaints@mail.example.test>",
        "To": "player@example.com",
        "Subject": "Complaint 2WK9-7AJW-T: we have received it",
        "References": "<c.2WK9-7AJW-T@mail.example.test>",
        "Auto-Submitted": "auto-generated",
        "X-Redress-Letter": "2WK9-7AJW-T/acknowledgement-1",
        "Date": "Mon, 04 May 2026 14:05:00 +0000",
        "Content-Type": "",
        "MIME-Version": "",
    }


def test_all_letters_of_a_complaint_belong_to_one_thread() -> None:
    references = {sent(sample(kind))[0]["References"] for kind in LetterKind}
    assert len(references) == 1


def test_a_long_letter_in_any_script_is_ascii_with_short_lines_on_the_wire() -> None:
    long = replace(sample(LetterKind.ACKNOWLEDGEMENT), text="Жалоба🙂" * 1_500 + "\n")
    message, raw, _ = sent(long)
    assert raw.isascii()
    assert max(len(line) for line in raw.splitlines()) <= 78
    assert body(message, "plain").replace("\r\n", "\n") == long.text


@pytest.mark.parametrize("name", ["Café Royal", "Bets, Games & More", 'The "Lucky" One', "Удача", "A" * 120])
def test_a_brand_of_any_name_signs_as_itself(name: str) -> None:
    mail = replace(sample(LetterKind.ACKNOWLEDGEMENT), sender=f"{name} <complaints@mail.example.test>")
    message, raw, _ = sent(mail)
    assert message["From"].addresses[0].display_name == name
    assert message["From"].addresses[0].addr_spec == "complaints@mail.example.test"
    assert raw.isascii()


def test_ses_is_told_configuration_set_and_kind_of_letter_and_no_more() -> None:
    adapter = ses()
    told: dict[str, Any] = {}
    adapter.client.meta.events.register(
        "provide-client-params.sesv2.SendEmail", lambda params, **_: told.update(params)
    )
    with mock_aws():
        boto3.client("sesv2").create_email_identity(EmailIdentity="mail.example.test")
        adapter.send(sample(LetterKind.FINAL_RESPONSE))
    assert told["ConfigurationSetName"] == "letters"
    assert told["EmailTags"] == [{"Name": "letter", "Value": "final_response"}]


# --- Addresses -----------------------------------------------------------------------------------------


def test_a_domain_in_another_script_is_written_in_its_ascii_form() -> None:
    mail = replace(sample(LetterKind.ACKNOWLEDGEMENT), to="player@пример.example")
    assert sent(mail)[2].destinations == ["player@xn--e1afmkfd.example"]


@pytest.mark.parametrize(
    "to",
    [
        "",
        "player",
        "@example.com",
        "player@",
        "player@example..com",
        "игрок@example.com",
        "player@example.com\r\nBcc: victim@example.com",
        "player@example.com, victim@example.com",
        "one@two@example.com",
        f"{'x' * 250}@example.com",
        f"player@{'x' * 64}.example",
    ],
)
def test_an_address_that_is_none_is_refused_for_good_before_anything_is_sent(to: str) -> None:
    with mock_aws():
        with pytest.raises(MailRefused) as refused:
            ses().send(replace(sample(LetterKind.ACKNOWLEDGEMENT), to=to))
        assert ses_backends[DEFAULT_ACCOUNT_ID][REGION].sent_messages == []
    assert refused.value.permanent


# --- What an answer means ------------------------------------------------------------------------------


def answered(code: str, status: int) -> MailRefused:
    adapter = ses()
    with Stubber(adapter.client) as stub:
        stub.add_client_error("send_email", service_error_code=code, http_status_code=status)
        with pytest.raises(MailRefused) as refused:
            adapter.send(sample(LetterKind.ACKNOWLEDGEMENT))
    return refused.value


@pytest.mark.parametrize(
    ("code", "status"),
    [
        ("TooManyRequestsException", 429),
        ("LimitExceededException", 400),
        ("SendingPausedException", 400),
        ("MailFromDomainNotVerifiedException", 400),
        ("AccountSuspendedException", 400),
        ("MessageRejected", 400),
        ("NotFoundException", 404),
        ("AccessDeniedException", 403),
        ("ExpiredTokenException", 403),
        ("ThrottlingException", 400),
    ],
)
def test_a_refusal_that_may_pass_leaves_the_letter_owed(code: str, status: int) -> None:
    refused = answered(code, status)
    assert (refused.reason, refused.permanent) == (code, False)


@pytest.mark.parametrize("code", ["BadRequestException", "InvalidParameterValue"])
def test_a_mail_that_ses_will_never_take_is_refused_for_good(code: str) -> None:
    assert answered(code, 400).permanent


@pytest.mark.parametrize("code", ["InternalFailure", "ServiceUnavailable", "InternalServiceErrorException"])
def test_a_fault_inside_ses_leaves_the_outcome_unknown(code: str) -> None:
    adapter = ses()
    with Stubber(adapter.client) as stub:
        stub.add_client_error("send_email", service_error_code=code, http_status_code=500)
        with pytest.raises(adapter.client.exceptions.ClientError):
            adapter.send(sample(LetterKind.ACKNOWLEDGEMENT))


@pytest.fixture
def wire(monkeypatch: pytest.MonkeyPatch) -> list[Exception]:
    """Errors of the connection: each attempt to send takes one, and one attempt too many fails the test."""
    errors: list[Exception] = []

    def send(*_: object) -> None:
        raise errors.pop()

    monkeypatch.setattr(URLLib3Session, "send", send)
    return errors


@pytest.mark.parametrize(
    "error",
    [ConnectTimeoutError(endpoint_url="x"), EndpointConnectionError(endpoint_url="x", error="refused")],
)
def test_no_connection_means_that_nothing_was_sent(wire: list[Exception], error: Exception) -> None:
    wire.append(error)
    with pytest.raises(MailRefused) as refused:
        ses().send(sample(LetterKind.ACKNOWLEDGEMENT))
    assert not refused.value.permanent


@pytest.mark.parametrize(
    "error",
    [
        ReadTimeoutError(endpoint_url="x"),
        ConnectionClosedError(endpoint_url="x"),
        HTTPClientError(error="reset"),
    ],
)
def test_a_lost_answer_is_unknown_and_the_sdk_does_not_try_again(
    wire: list[Exception], error: Exception
) -> None:
    wire.append(error)
    with pytest.raises(type(error)):
        ses().send(sample(LetterKind.ACKNOWLEDGEMENT))
    assert wire == []


def test_no_connection_outlives_its_letter(monkeypatch: pytest.MonkeyPatch) -> None:
    closed: list[bool] = []
    monkeypatch.setattr(URLLib3Session, "close", lambda _: closed.append(True))
    sent(sample(LetterKind.ACKNOWLEDGEMENT))
    assert closed == [True]


# --- Two senders on one table --------------------------------------------------------------------------


class Post:
    """Counts what reaches the mail service."""

    def __init__(self) -> None:
        self.reached: list[str] = []

    def send(self, mail: Mail) -> str:
        self.reached.append(mail.letter_id)
        return f"message-{len(self.reached)}"


@pytest.fixture
def story() -> Iterator[Story]:
    """A complaint in the real table's form."""
    with mock_aws():
        tables.make(boto3.client("dynamodb"))
        table = Table(boto3.client("dynamodb"), tables.NAME)
        yield Story(store=table)


def test_of_two_senders_that_read_the_same_complaint_one_sends(story: Story) -> None:
    post = Post()
    second: list[Outcome] = []

    def write(letter: Letter, case: CaseFile) -> Mail:
        return render(letter, case, story.desk.region, load_pack("gb-ukgc"), PORTAL, KEY, story.now)

    def overtaken(letter: Letter, case: CaseFile) -> Mail:
        """Between reading and claiming of the first, the second does all of it."""
        if not second:
            second.append(send_letter(story.desk, post, write, story.number, letter.key))
        return write(letter, case)

    first = send_letter(story.desk, post, overtaken, story.number, "acknowledgement-1")
    assert (first, second) == (Outcome.NOT_OWED, [Outcome.SENT])
    assert post.reached == [f"{story.number}/acknowledgement-1"]


def test_of_two_claims_on_one_version_one_holds(story: Story) -> None:
    case = story.case
    rounds: list[Outcome] = []
    post = Post()

    def claimed_meanwhile(letter: Letter, seen: CaseFile) -> Mail:
        if seen.complaint.version == case.complaint.version:
            change(story.desk, story.number, commands.ClaimLetter(letter=letter.key), "system")
        return sample(LetterKind.ACKNOWLEDGEMENT)

    rounds.append(send_letter(story.desk, post, claimed_meanwhile, story.number, "acknowledgement-1"))
    assert rounds == [Outcome.IN_FLIGHT]
    assert post.reached == []
