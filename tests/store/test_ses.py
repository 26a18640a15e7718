"""SES gets each letter once, as mail that every program reads; each of its answers has one meaning."""

import email
import email.policy
from collections.abc import Iterator
from copy import replace
from datetime import UTC, datetime
from email.message import EmailMessage
from typing import TYPE_CHECKING, Any, cast

import boto3
import pytest
from botocore.exceptions import (
    ClientError,
    ConnectionClosedError,
    ConnectTimeoutError,
    EndpointConnectionError,
    HTTPClientError,
    ReadTimeoutError,
)
from botocore.httpsession import URLLib3Session
from botocore.stub import Stubber
from moto.core.models import DEFAULT_ACCOUNT_ID
from moto.ses.models import RawMessage, ses_backends

from redress.adapters.clients import client
from redress.adapters.ses import Ses
from redress.domain import commands
from redress.domain.correspondence import Letter, LetterKind
from redress.domain.packs import load_pack
from redress.domain.rules import Rules
from redress.letters.render import render
from redress.store.table import Table
from redress.usecases.change import change
from redress.usecases.ports import CaseFile, Mail, MailRefused
from redress.usecases.send_letter import Outcome, send_letter
from tests.support.letters import KEY, PORTAL, Story, sample

if TYPE_CHECKING:
    from mypy_boto3_sesv2 import SESV2Client

REGION = "eu-west-2"
NOW = datetime(2026, 5, 4, 14, 5, tzinfo=UTC)

type Post = list[RawMessage]
type Answering = tuple["SESV2Client", Stubber]


@pytest.fixture
def post(aws: None) -> Post:  # noqa: ARG001 - the order of fixtures
    """What reaches SES in a test."""
    client("sesv2", attempts=1).create_email_identity(EmailIdentity="mail.example.test")
    reached: Post = ses_backends[DEFAULT_ACCOUNT_ID][REGION].sent_messages
    return reached


def ses() -> Ses:
    """The adapter with the client that the handler gives it."""
    return Ses(client("sesv2", attempts=1), "letters", lambda: NOW)


def sent(mail: Mail, post: Post) -> tuple[EmailMessage, RawMessage]:
    """Send a mail: the message as a mail program reads it, and as it reached SES."""
    assert ses().send(mail)
    parsed = email.message_from_string(post[-1].raw_data, policy=email.policy.default)
    return parsed, post[-1]


def body(message: EmailMessage, kind: str) -> str:
    part = message.get_body((kind,))
    assert part is not None
    return cast("str", part.get_content())


# --- What reaches SES ----------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", LetterKind)
def test_both_forms_arrive_as_they_were_written(post: Post, kind: LetterKind) -> None:
    mail = sample(kind)
    message, noted = sent(mail, post)
    assert body(message, "plain").replace("\r\n", "\n") == mail.text
    assert body(message, "html").replace("\r\n", "\n") == mail.html
    assert set(noted.destinations) == {mail.to}
    assert noted.source == "complaints@mail.example.test"


def test_the_headers_say_who_writes_about_what_and_that_a_machine_did(post: Post) -> None:
    message, _ = sent(sample(LetterKind.ACKNOWLEDGEMENT), post)
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


def test_all_letters_of_a_complaint_belong_to_one_thread(post: Post) -> None:
    references = {sent(sample(kind), post)[0]["References"] for kind in LetterKind}
    assert len(references) == 1


def test_a_long_letter_in_any_script_is_ascii_with_short_lines_on_the_wire(post: Post) -> None:
    long = replace(sample(LetterKind.ACKNOWLEDGEMENT), text="Жалоба🙂" * 1_500 + "\n")
    message, reached = sent(long, post)
    raw = reached.raw_data
    assert raw.isascii()
    assert max(len(line) for line in raw.splitlines()) <= 78
    assert body(message, "plain").replace("\r\n", "\n") == long.text


@pytest.mark.parametrize("name", ["Café Royal", "Bets, Games & More", 'The "Lucky" One', "Удача", "A" * 120])
def test_a_brand_of_any_name_signs_as_itself(post: Post, name: str) -> None:
    mail = replace(sample(LetterKind.ACKNOWLEDGEMENT), sender=f"{name} <complaints@mail.example.test>")
    message, reached = sent(mail, post)
    assert message["From"].addresses[0].display_name == name
    assert message["From"].addresses[0].addr_spec == "complaints@mail.example.test"
    assert reached.raw_data.isascii()


def test_ses_is_told_configuration_set_and_kind_of_letter_and_no_more(post: Post) -> None:
    adapter = ses()
    told: dict[str, Any] = {}
    adapter.client.meta.events.register(
        "provide-client-params.sesv2.SendEmail", lambda params, **_: told.update(params)
    )
    adapter.send(sample(LetterKind.FINAL_RESPONSE))
    assert len(post) == 1
    assert told["ConfigurationSetName"] == "letters"
    assert told["EmailTags"] == [{"Name": "letter", "Value": "final_response"}]


# --- Addresses -----------------------------------------------------------------------------------------


def test_a_domain_in_another_script_is_written_in_its_ascii_form(post: Post) -> None:
    mail = replace(sample(LetterKind.ACKNOWLEDGEMENT), to="player@пример.example")
    assert set(sent(mail, post)[1].destinations) == {"player@xn--e1afmkfd.example"}


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
def test_an_address_that_is_none_is_refused_for_good_without_asking_ses(to: str) -> None:
    unreachable = Ses(cast("Any", None), "letters", lambda: NOW)
    with pytest.raises(MailRefused) as refused:
        unreachable.send(replace(sample(LetterKind.ACKNOWLEDGEMENT), to=to))
    assert refused.value.permanent


# --- What an answer means ------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def answering() -> Iterator[Answering]:
    """A client whose answers the tests give, and what gives them."""
    ses = boto3.client("sesv2")
    with Stubber(ses) as stubber:
        yield ses, stubber


def send_and_get(answering: Answering, code: str, status: int) -> None:
    """Send a letter and be answered with an error."""
    ses, stubber = answering
    stubber.add_client_error("send_email", service_error_code=code, http_status_code=status)
    Ses(ses, "letters", lambda: NOW).send(sample(LetterKind.ACKNOWLEDGEMENT))


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
def test_a_refusal_that_may_pass_leaves_the_letter_owed(answering: Answering, code: str, status: int) -> None:
    with pytest.raises(MailRefused) as refused:
        send_and_get(answering, code, status)
    assert (refused.value.reason, refused.value.permanent) == (code, False)


@pytest.mark.parametrize("code", ["BadRequestException", "InvalidParameterValue"])
def test_a_mail_that_ses_will_never_take_is_refused_for_good(answering: Answering, code: str) -> None:
    with pytest.raises(MailRefused) as refused:
        send_and_get(answering, code, 400)
    assert refused.value.permanent


@pytest.mark.parametrize("code", ["InternalFailure", "ServiceUnavailable", "InternalServiceErrorException"])
def test_a_fault_inside_ses_leaves_the_outcome_unknown(answering: Answering, code: str) -> None:
    with pytest.raises(ClientError):
        send_and_get(answering, code, 500)


@pytest.fixture
def wire(aws: None) -> list[Exception]:  # noqa: ARG001 - the order of fixtures
    """Errors of the connection: each attempt to send takes one, and one attempt too many fails the test."""
    errors: list[Exception] = []

    def send(**_: object) -> None:
        raise errors.pop()

    client("sesv2", attempts=1).meta.events.register_first("before-send.sesv2.SendEmail", send)
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


def test_no_connection_outlives_its_letter(post: Post, monkeypatch: pytest.MonkeyPatch) -> None:
    closed: list[bool] = []
    monkeypatch.setattr(URLLib3Session, "close", lambda _: closed.append(True))
    sent(sample(LetterKind.ACKNOWLEDGEMENT), post)
    assert closed == [True]


# --- Two senders on one table --------------------------------------------------------------------------


class Postbox:
    """Notes what reaches the mail service."""

    def __init__(self) -> None:
        self.reached: list[str] = []

    def send(self, mail: Mail) -> str:
        self.reached.append(mail.letter_id)
        return f"message-{len(self.reached)}"


@pytest.fixture
def story(table: Table) -> Story:
    """A complaint in the real store."""
    return Story(store=table)


def test_of_two_senders_that_read_the_same_complaint_one_sends(story: Story) -> None:
    postbox = Postbox()
    second: list[Outcome] = []

    def write(letter: Letter, case: CaseFile) -> Mail:
        return render(letter, case, story.desk.region, Rules((load_pack("gb-ukgc"),)), PORTAL, KEY, story.now)

    def overtaken(letter: Letter, case: CaseFile) -> Mail:
        """Between reading and claiming of the first, the second does all of it."""
        if not second:
            second.append(send_letter(story.desk, postbox, write, story.number, letter.key))
        return write(letter, case)

    first = send_letter(story.desk, postbox, overtaken, story.number, "acknowledgement-1")
    assert (first, second) == (Outcome.NOT_OWED, [Outcome.SENT])
    assert postbox.reached == [f"{story.number}/acknowledgement-1"]


def test_of_two_claims_on_one_version_one_holds(story: Story) -> None:
    case = story.case
    postbox = Postbox()

    def claimed_meanwhile(letter: Letter, seen: CaseFile) -> Mail:
        if seen.complaint.version == case.complaint.version:
            change(story.desk, story.number, commands.ClaimLetter(letter=letter.key), "system")
        return sample(LetterKind.ACKNOWLEDGEMENT)

    outcome = send_letter(story.desk, postbox, claimed_meanwhile, story.number, "acknowledgement-1")
    assert outcome is Outcome.IN_FLIGHT
    assert postbox.reached == []
