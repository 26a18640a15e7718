"""Letters leave through SES, once each: the SDK must not send again by itself when an answer is lost.

What an error means for the letter:

- *Refused for now*: SES answered that it did not take the mail (any 4xx), or it was never asked: no
  connection, no credentials. That includes what is wrong with the account (suspended, paused, unverified) and
  with the brand's own address: people mend those, and the letter stays owed.
- *Refused for good*: only what is wrong with this mail and stays wrong, an address that is none.
- *Unknown*, every other error (a lost answer, a 5xx): it is raised as it came; the mail may have left.
"""

from dataclasses import dataclass
from email.errors import HeaderParseError
from email.headerregistry import Address, HeaderRegistry, UnstructuredHeader
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from typing import TYPE_CHECKING

from botocore.exceptions import (
    ClientError,
    ConnectTimeoutError,
    CredentialRetrievalError,
    EndpointConnectionError,
    EndpointProviderError,
    NoCredentialsError,
    NoRegionError,
    PartialCredentialsError,
    ProxyConnectionError,
)

from redress.adapters.ses_tags import COMPLAINT_TAG, LETTER_TAG
from redress.domain.correspondence import INVALID_ADDRESS
from redress.usecases.ports import Mail, MailRefused, Now

if TYPE_CHECKING:
    from email.policy import Policy

    from mypy_boto3_sesv2 import SESV2Client
    from mypy_boto3_sesv2.type_defs import MessageTagTypeDef

REFUSED_FOR_GOOD = frozenset({"BadRequestException", "InvalidParameterValue"})
NEVER_ASKED = (
    ConnectTimeoutError,
    CredentialRetrievalError,
    EndpointConnectionError,
    EndpointProviderError,
    NoCredentialsError,
    NoRegionError,
    PartialCredentialsError,
    ProxyConnectionError,
)
INVALID_SENDER = "InvalidSender"
LONGEST_ADDRESS = 254  # RFC 5321, 4.5.3.1.3, without the angle brackets


@dataclass(frozen=True)
class Ses:
    """The mail service. `client` is a boto3 SES v2 client that tries once (`total_max_attempts` 1)."""

    client: "SESV2Client"
    configuration_set: str
    now: Now

    def send(self, mail: Mail) -> str:
        """Send once; the message id of SES. Raises MailRefused; after any other error the fate is unknown."""
        name, _, sent_from = mail.sender.rpartition(" ")
        to = _recipient(mail.to)
        sender = _own(sent_from.strip("<>"), name)
        message = _message(mail, sender, to)
        message["Date"] = format_datetime(self.now())
        try:
            answer = self.client.send_email(
                FromEmailAddress=sender.addr_spec,
                Destination={"ToAddresses": [to.addr_spec]},
                Content={"Raw": {"Data": message.as_bytes()}},
                ConfigurationSetName=self.configuration_set,
                EmailTags=_tags(mail.letter_id),
            )
        except NEVER_ASKED as error:
            raise MailRefused(type(error).__name__, permanent=False) from error
        except ClientError as error:
            raise _refusal(error) or error from error
        finally:
            # Lambda freezes between letters; a connection kept through that fails as if an answer were lost.
            self.client.close()
        return answer["MessageId"]


def _refusal(error: ClientError) -> MailRefused | None:
    """What SES's answer means; None when the mail may have left all the same."""
    status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 500)
    code = error.response.get("Error", {}).get("Code", "unknown")
    if not 400 <= status < 500:
        return None
    return MailRefused(code, permanent=code in REFUSED_FOR_GOOD)


class _Words(UnstructuredHeader):
    """Message ids and the like, each on a line of its own: by itself the library encodes what is long."""

    def fold(self, *, policy: "Policy") -> str:
        """The lines of the header."""
        name, value = self.name, str(self)  # type: ignore[attr-defined]  # of the base the registry adds
        return f"{name}: {f'{policy.linesep} '.join(value.split())}{policy.linesep}"


def _policy() -> "Policy":
    headers = HeaderRegistry()
    for name in ("references", "in-reply-to", "list-unsubscribe"):
        headers.map_to_type(name, _Words)  # type: ignore[arg-type]  # it becomes one there
    return SMTP.clone(header_factory=headers)


_POLICY = _policy()


def _message(mail: Mail, sender: Address, to: Address) -> EmailMessage:
    """The MIME message: text and HTML side by side, in ASCII on the wire."""
    message = EmailMessage(policy=_POLICY)
    message["From"] = sender
    message["To"] = to
    message["Subject"] = mail.subject
    if mail.references:
        message["References"] = " ".join(mail.references)
        message["In-Reply-To"] = mail.references[-1]
    if mail.reply_to:
        message["Reply-To"] = _own(mail.reply_to)
    if mail.unsubscribe:
        message["List-Unsubscribe"] = f"<mailto:{mail.unsubscribe}>"
    message["Auto-Submitted"] = "auto-generated"
    message["X-Redress-Letter"] = mail.letter_id
    message.set_content(mail.text, cte="quoted-printable")
    message.add_alternative(mail.html, subtype="html", cte="quoted-printable")
    return message


def _recipient(mailbox: str) -> Address:
    """The player's or a team's mailbox. Raises MailRefused, for good, when SES cannot write to it."""
    address = _address(mailbox)
    if address is None:
        raise MailRefused(INVALID_ADDRESS, permanent=True)
    return address


def writable(mailbox: str) -> str | None:
    """A mailbox as SES is asked to write to it, its domain in ASCII; None when it cannot."""
    address = _address(mailbox)
    return address.addr_spec if address else None


def _own(mailbox: str, name: str = "") -> Address:
    """A mailbox of the brand. Raises MailRefused until the region file is mended."""
    address = _address(mailbox, name)
    if address is None:
        raise MailRefused(INVALID_SENDER, permanent=False)
    return address


def _address(mailbox: str, name: str = "") -> Address | None:
    """A mailbox and its display name, as a header holds them; None when SES cannot write to it.

    SES takes ASCII before the @ only, and domains in their ASCII form.
    """
    local, _, domain = mailbox.rpartition("@")
    try:
        address = Address(name, addr_spec=f"{local}@{domain.encode('idna').decode()}")
    except (HeaderParseError, ValueError, IndexError):
        return None
    writable = address.username.isascii() and address.domain and len(address.addr_spec) <= LONGEST_ADDRESS
    return address if writable else None


def _tags(letter_id: str) -> "list[MessageTagTypeDef]":
    """What SES tells of the letter whenever it tells what became of it: which one, of which complaint."""
    number, _, letter = letter_id.rpartition("/")
    return [{"Name": COMPLAINT_TAG, "Value": number}, {"Name": LETTER_TAG, "Value": letter}]
