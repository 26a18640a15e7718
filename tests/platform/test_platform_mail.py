"""Each patch of infra/local/patches/ses.py about sent mail is needed, and does what AWS does.

As in `test_platform_contract.py`: a probe holds on the patched platform, and fails on MiniStack as installed.
"""

import json
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from botocore.exceptions import ClientError

from tests.platform.lab import ARN, Lab, until

TOLD = ("DELIVERY", "BOUNCE", "COMPLAINT")
LETTER = (
    "From: Northlight Casino <us@{domain}>\r\nTo: player@example.test\r\nReply-To: c+1.mac@{domain}\r\n"
    "Subject: We have your complaint\r\nContent-Type: text/html\r\n\r\n"
    "<!doctype html><html><head></head><body><p>Dear Player Example</p></body></html>"
)

type Probe = Callable[[Lab], None]

PROBES: dict[str, Probe] = {}


def probe(check: Probe) -> Probe:
    """Run this check with and without the patches."""
    PROBES[check.__name__] = check
    return check


def told_to(lab: Lab, name: str, events: tuple[str, ...] = TOLD) -> str:
    """A queue that is told of the mail of configuration set `name`, and of no other mail; its URL."""
    mail, bus = lab.client("sesv2"), lab.client("events")
    url, arn = lab.queue(name)
    mail.create_email_identity(EmailIdentity=f"{name}.example.test")
    mail.create_configuration_set(ConfigurationSetName=name)
    mail.create_configuration_set_event_destination(
        ConfigurationSetName=name,
        EventDestinationName="bus",
        EventDestination={
            "Enabled": True,
            "MatchingEventTypes": list(events),
            "EventBridgeDestination": {"EventBusArn": f"arn:aws:events:{ARN}:event-bus/default"},
        },
    )
    detail = {"mail": {"tags": {"ses:configuration-set": [name]}}}
    bus.put_rule(Name=name, EventPattern=json.dumps({"source": ["aws.ses"], "detail": detail}))
    bus.put_targets(Rule=name, Targets=[{"Id": "queue", "Arn": arn}])
    return url


def send(lab: Lab, name: str, to: str = "player@example.test", sent_as: str | None = None) -> str:
    """A letter from a domain, with its tags, through configuration set `sent_as` or its own; its id."""
    answer = lab.client("sesv2").send_email(
        FromEmailAddress=f"us@{name}.example.test",
        Destination={"ToAddresses": [to]},
        Content={"Raw": {"Data": LETTER.format(domain=f"{name}.example.test").encode()}},
        ConfigurationSetName=sent_as or name,
        EmailTags=[{"Name": "complaint", "Value": "R7K3-9QXM-2"}, {"Name": "letter", "Value": "pause-9"}],
    )
    return str(answer["MessageId"])


def received(lab: Lab, queue: str, seconds: int = 3) -> dict[str, Any]:
    """The next event, which leaves its queue."""
    sqs = lab.client("sqs")
    [message] = sqs.receive_message(QueueUrl=queue, WaitTimeSeconds=seconds)["Messages"]
    sqs.delete_message(QueueUrl=queue, ReceiptHandle=message["ReceiptHandle"])
    event: dict[str, Any] = json.loads(message["Body"])
    return event


@probe
def a_delivery_is_told_with_the_tags_of_its_mail(lab: Lab) -> None:
    queue = told_to(lab, "delivered")
    sent = send(lab, "delivered")
    event = received(lab, queue)
    assert (event["source"], event["detail-type"]) == ("aws.ses", "Email Delivered")
    detail = event["detail"]
    assert (detail["eventType"], detail["mail"]["messageId"]) == ("Delivery", sent)
    assert detail["delivery"]["recipients"] == ["player@example.test"]
    assert detail["mail"]["tags"] == {
        "ses:configuration-set": ["delivered"],
        "complaint": ["R7K3-9QXM-2"],
        "letter": ["pause-9"],
    }


@probe
def what_bounces_at_the_mailbox_simulator_is_told_with_its_type(lab: Lab) -> None:
    queue = told_to(lab, "bounced")
    for address, subtype in (("bounce", "General"), ("suppressionlist", "Suppressed")):
        send(lab, "bounced", f"{address}+label@simulator.amazonses.com")
        event = received(lab, queue)
        bounce = event["detail"]["bounce"]
        assert event["detail-type"] == "Email Bounced"
        assert (bounce["bounceType"], bounce["bounceSubType"]) == ("Permanent", subtype)


@probe
def a_complaint_follows_its_delivery(lab: Lab) -> None:
    queue = told_to(lab, "complained")
    send(lab, "complained", "complaint@simulator.amazonses.com")
    assert [received(lab, queue)["detail-type"] for _ in range(2)] == [
        "Email Delivered",
        "Email Complaint Received",
    ]


@probe
def whoever_answers_automatically_has_the_mail(lab: Lab) -> None:
    queue = told_to(lab, "automatic")
    for address in ("ooto", "success"):
        send(lab, "automatic", f"{address}@simulator.amazonses.com")
        assert received(lab, queue)["detail-type"] == "Email Delivered"


@probe
def only_what_was_asked_for_is_told(lab: Lab) -> None:
    queue = told_to(lab, "asked", ("BOUNCE",))
    send(lab, "asked", "player@example.test")
    send(lab, "asked", "bounce@simulator.amazonses.com")
    assert received(lab, queue)["detail-type"] == "Email Bounced"


@probe
def a_program_sees_the_headers_of_a_mail_and_what_became_of_it(lab: Lab) -> None:
    lab.client("sesv2").create_email_identity(EmailIdentity="seen.example.test")
    sent = send(lab, "seen", "bounce@simulator.amazonses.com", "none")

    def found() -> dict[str, Any]:
        accounts = httpx.get(f"{lab.platform.endpoint}/_ministack/ses/messages").json()["messages"].values()
        return next(one for mails in accounts for one in mails if one["MessageId"] == sent)

    assert until(found, lambda mail: bool(mail["Told"]))["Told"] == ["bounced"]
    assert found()["Headers"]["Reply-To"] == "c+1.mac@seen.example.test"


@probe
def a_person_sees_a_letter_as_its_reader_does(lab: Lab) -> None:
    lab.client("sesv2").create_email_identity(EmailIdentity="page-of.example.test")
    send(lab, "page-of", sent_as="none")
    page = httpx.get(f"{lab.platform.endpoint}/_ministack/ses/messages", headers={"Accept": "text/html"})
    for shown in ("Northlight Casino &lt;us@page-of.example.test&gt;", "c+1.mac@page-of.example.test"):
        assert f"<dd>{shown}</dd>" in page.text
    assert "&lt;p&gt;Dear Player Example&lt;/p&gt;" in page.text


@pytest.mark.parametrize("name", PROBES)
def test_the_patched_platform_does_what_aws_does(patched: Lab, name: str) -> None:
    PROBES[name](patched)


@pytest.mark.parametrize("name", PROBES)
def test_ministack_as_installed_does_not(stock: Lab, name: str) -> None:
    with pytest.raises((AssertionError, ClientError, KeyError, pytest.fail.Exception)):
        PROBES[name](stock)
