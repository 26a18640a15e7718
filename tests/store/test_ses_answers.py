"""Each answer of SES, and each failure to ask it, has one meaning: refused for now, for good, or unknown."""

import inspect
from collections.abc import Iterator
from typing import TYPE_CHECKING

import boto3
import botocore.exceptions
import pytest
from botocore.exceptions import BotoCoreError, ClientError
from botocore.parsers import ResponseParserError
from botocore.stub import Stubber

from redress.adapters.clients import client
from redress.adapters.ses import Ses
from redress.domain.correspondence import LetterKind
from redress.usecases.ports import MailRefused
from tests.support.complaints import T0
from tests.support.letters import sample

if TYPE_CHECKING:
    from mypy_boto3_sesv2 import SESV2Client

type Answering = tuple["SESV2Client", Stubber]

ACK = sample(LetterKind.ACKNOWLEDGEMENT)

# The errors of SendEmail, and those that every action of AWS shares, with the status each comes with:
# https://docs.aws.amazon.com/ses/latest/APIReference-V2/API_SendEmail.html and CommonErrors.html there.
SHARED = {
    "AccessDeniedException": 403,
    "ExpiredTokenException": 403,
    "IncompleteSignature": 403,
    "InternalFailure": 500,
    "MalformedHttpRequestException": 400,
    "NotAuthorized": 401,
    "OptInRequired": 403,
    "RequestAbortedException": 400,
    "RequestEntityTooLargeException": 413,
    "RequestExpired": 400,
    "RequestTimeoutException": 408,
    "ServiceUnavailable": 503,
    "ThrottlingException": 400,
    "UnrecognizedClientException": 403,
    "UnknownOperationException": 404,
    "ValidationError": 400,
}
FOR_GOOD = {"BadRequestException", "InvalidParameterValue"}


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
    Ses(ses, "letters", lambda: T0).send(ACK)


def documented() -> dict[str, int]:
    """The errors that SES says SendEmail has."""
    operation = boto3.client("sesv2").meta.service_model.operation_model("SendEmail")
    return {shape.name: shape.metadata["error"]["httpStatusCode"] for shape in operation.error_shapes}


def test_the_service_documents_what_this_table_knows() -> None:
    assert set(documented()) == {
        "AccountSuspendedException",
        "BadRequestException",
        "LimitExceededException",
        "MailFromDomainNotVerifiedException",
        "MessageRejected",
        "NotFoundException",
        "SendingPausedException",
        "TooManyRequestsException",
    }


REFUSALS = sorted((SHARED | documented() | {"InvalidParameterValue": 400}).items())


@pytest.mark.parametrize(("code", "status"), [one for one in REFUSALS if one[1] < 500])
def test_what_ses_says_it_did_not_take_leaves_the_letter_owed_or_ends_it(
    answering: Answering, code: str, status: int
) -> None:
    with pytest.raises(MailRefused) as refused:
        send_and_get(answering, code, status)
    assert (refused.value.reason, refused.value.permanent) == (code, code in FOR_GOOD)


@pytest.mark.parametrize(
    ("code", "status"),
    [*(one for one in REFUSALS if one[1] >= 500), ("InternalServiceErrorException", 500), ("", 502)],
)
def test_a_fault_inside_ses_leaves_the_outcome_unknown(answering: Answering, code: str, status: int) -> None:
    with pytest.raises(ClientError):
        send_and_get(answering, code, status)


# --- No answer at all ------------------------------------------------------------------------------------

NEVER_ASKED = {
    "ConnectTimeoutError",
    "CredentialRetrievalError",
    "EndpointConnectionError",
    "EndpointProviderError",
    "EndpointResolutionError",
    "NoCredentialsError",
    "NoRegionError",
    "PartialCredentialsError",
    "ProxyConnectionError",
    "UnknownEndpointResolutionBuiltInName",
}
KINDS = [
    kind
    for _, kind in inspect.getmembers(botocore.exceptions, inspect.isclass)
    if issubclass(kind, BotoCoreError)
]


@pytest.fixture
def wire(aws: None) -> list[Exception]:  # noqa: ARG001 - the order of fixtures
    """Errors on the way to SES: each attempt to send takes one, and one attempt too many fails the test."""
    errors: list[Exception] = []

    def send(**_: object) -> None:
        raise errors.pop()

    client("sesv2", attempts=1).meta.events.register_first("before-send.sesv2.SendEmail", send)
    return errors


def ses() -> Ses:
    """The adapter with the client that the handler gives it."""
    return Ses(client("sesv2", attempts=1), "letters", lambda: T0)


def made(kind: type[Exception]) -> Exception:
    """An error of a kind, whatever it takes to make one."""
    error = kind.__new__(kind)
    Exception.__init__(error, kind.__name__)
    return error


def test_the_sdk_tries_once() -> None:
    retries = client("sesv2", attempts=1).meta.config.retries
    assert retries["total_max_attempts"] == 1


@pytest.mark.parametrize("kind", [one for one in KINDS if one.__name__ in NEVER_ASKED])
def test_where_ses_was_never_asked_nothing_was_sent(wire: list[Exception], kind: type[Exception]) -> None:
    wire.append(made(kind))
    with pytest.raises(MailRefused) as refused:
        ses().send(ACK)
    assert (refused.value.reason, refused.value.permanent) == (kind.__name__, False)
    assert wire == []


UNKNOWN = [
    *(one for one in KINDS if one.__name__ not in NEVER_ASKED),
    ResponseParserError,
    ConnectionResetError,
    OSError,
]


@pytest.mark.parametrize("kind", UNKNOWN)
def test_after_any_other_failure_nobody_knows_and_the_sdk_does_not_try_again(
    wire: list[Exception], kind: type[Exception]
) -> None:
    wire.append(made(kind))
    with pytest.raises(kind):
        ses().send(ACK)
    assert wire == []


def test_the_table_of_failures_names_none_that_is_not_there() -> None:
    assert {one.__name__ for one in KINDS} >= NEVER_ASKED
