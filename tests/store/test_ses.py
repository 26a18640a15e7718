"""SES gets each letter once, as mail that every program reads."""

import email
import email.policy
from copy import replace
from datetime import UTC, datetime
from email.message import EmailMessage
from typing import TYPE_CHECKING, Any, cast

import pytest
from botocore.httpsession import URLLib3Session
from botocore.stub import Stubber
from moto.core.models import DEFAULT_ACCOUNT_ID
from moto.ses.models import RawMessage, ses_backends

from redress.adapters.clients import client
from redress.adapters.ses import INVALID_SENDER, Ses
from redress.domain import commands
from redress.domain.correspondence import INVALID_ADDRESS, Letter, LetterKind
from redress.store.table import Table
from redress.usecases.change import change
from redress.usecases.ports import CaseFile, Mail, MailRefused
from redress.usecases.send_letter import Outcome
from tests.support.letters import Story, sample
from tests.support.senders import Mailer, sender, writer

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


ROOT = "<c+2wk97ajwt.abcdefghijklmnopqrstuvwxyz@mail.example.test>"


def threaded(**fields: Any) -> Mail:
    """An acknowledgement with the headers of its thread."""
    return replace(sample(LetterKind.ACKNOWLEDGEMENT), **{"references": (ROOT,), **fields})


def test_the_headers_say_who_writes_about_what_and_that_a_machine_did(post: Post) -> None:
    mail = threaded(references=(ROOT, "<1@example.com>"), reply_to=ROOT.strip("<>"))
    message, _ = sent(mail, post)
    assert dict(message.items()) | {"Content-Type": "", "MIME-Version": ""} == {
        "From": "Northlight Casino <complaints@mail.example.test>",
        "To": "player@example.com",
        "Subject": "Complaint 2WK9-7AJW-T: we have received it",
        "References": f"{ROOT} <1@example.com>",
        "In-Reply-To": "<1@example.com>",
        "Reply-To": ROOT.strip("<>"),
        "Auto-Submitted": "auto-generated",
        "X-Redress-Letter": "2WK9-7AJW-T/acknowledgement-1",
        "Date": "Mon, 04 May 2026 14:05:00 +0000",
        "Content-Type": "",
        "MIME-Version": "",
    }


def test_what_can_be_declined_says_where(post: Post) -> None:
    message, _ = sent(threaded(unsubscribe="u+2wk97ajwt.x@mail.example.test"), post)
    assert message["List-Unsubscribe"] == "<mailto:u+2wk97ajwt.x@mail.example.test>"


@pytest.mark.parametrize("length", [1, 60, 80, 200, 900])
def test_message_ids_of_any_length_go_as_they_are(post: Post, length: int) -> None:
    """What is encoded or broken matches nothing in the player's mail program."""
    theirs = f"<{'x' * length}@example.com>"
    long = f"u+2wk97ajwt.abcdefghijklmnopqrstuvwxyz@{'a-long-name.' * 6}example.test"
    message, reached = sent(threaded(references=(ROOT, theirs), unsubscribe=long), post)
    raw = reached.raw_data.replace("\r\n", "\n")
    assert f"References: {ROOT}\n {theirs}\nIn-Reply-To: {theirs}\n" in raw
    assert f"List-Unsubscribe: <mailto:{long}>\n" in raw
    assert (message["References"].split(), message["In-Reply-To"]) == ([ROOT, theirs], theirs)


@pytest.mark.parametrize("field", ["references", "unsubscribe"])
def test_no_header_holds_a_second_one(post: Post, field: str) -> None:
    hostile = "<1@example.com>\r\nBcc: victim@example.com"
    with pytest.raises(ValueError, match="linefeed"):
        sent(threaded(**{field: (hostile,) if field == "references" else hostile}), post)
    assert post == []


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


def test_ses_is_told_configuration_set_complaint_and_letter_and_no_more(post: Post) -> None:
    adapter = ses()
    told: dict[str, Any] = {}
    adapter.client.meta.events.register(
        "provide-client-params.sesv2.SendEmail", lambda params, **_: told.update(params)
    )
    adapter.send(sample(LetterKind.FINAL_RESPONSE))
    assert len(post) == 1
    assert told["ConfigurationSetName"] == "letters"
    assert told["EmailTags"] == [
        {"Name": "complaint", "Value": "2WK9-7AJW-T"},
        {"Name": "letter", "Value": told["EmailTags"][1]["Value"]},
    ]
    assert told["EmailTags"][1]["Value"].startswith("final_response-")


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
    assert (refused.value.reason, refused.value.permanent) == (INVALID_ADDRESS, True)


@pytest.mark.parametrize(
    "fields",
    [
        {"sender": "Northlight <nowhere>"},
        {"sender": "North\r\nlight <a@example.test>"},
        {"reply_to": "nowhere"},
    ],
)
def test_a_mistake_in_the_brands_own_address_is_mended_and_is_not_the_players(fields: dict[str, str]) -> None:
    unreachable = Ses(cast("Any", None), "letters", lambda: NOW)
    with pytest.raises(MailRefused) as refused:
        unreachable.send(threaded(**fields))
    assert (refused.value.reason, refused.value.permanent) == (INVALID_SENDER, False)


def test_no_connection_outlives_its_letter(post: Post, monkeypatch: pytest.MonkeyPatch) -> None:
    closed: list[bool] = []
    monkeypatch.setattr(URLLib3Session, "close", lambda _: closed.append(True))
    sent(sample(LetterKind.ACKNOWLEDGEMENT), post)
    assert closed == [True]


# --- Two senders on one table --------------------------------------------------------------------------


@pytest.fixture
def story(table: Table) -> Story:
    """A complaint in the real store."""
    return Story(store=table)


def test_of_two_senders_that_read_the_same_complaint_one_sends(story: Story) -> None:
    mailer, write = Mailer(), writer(story)
    second: list[Outcome] = []

    def overtaken(letter: Letter, case: CaseFile) -> Mail:
        """Between reading and claiming of the first, the second does all of it."""
        if not second:
            second.append(sender(story, mailer)(story.number, letter.key))
        return write(letter, case)

    first = sender(story, mailer, overtaken)(story.number, "acknowledgement-1")
    assert (first, second) == (Outcome.NOT_OWED, [Outcome.SENT])
    assert [mail.letter_id for mail in mailer.reached] == [f"{story.number}/acknowledgement-1"]


def test_of_two_claims_on_one_version_one_holds(story: Story) -> None:
    case, mailer = story.case, Mailer()

    def claimed_meanwhile(letter: Letter, seen: CaseFile) -> Mail:
        if seen.complaint.version == case.complaint.version:
            change(story.desk, story.number, commands.ClaimLetter(letter=letter.key), "system")
        return sample(LetterKind.ACKNOWLEDGEMENT)

    outcome = sender(story, mailer, claimed_meanwhile)(story.number, "acknowledgement-1")
    assert outcome is Outcome.IN_FLIGHT
    assert mailer.reached == []
