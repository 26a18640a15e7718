"""SES: the DNS records of an identity, what becomes of a mail, and a view of the mail for people."""

import asyncio
import base64
import email
import email.policy
import json
from collections.abc import Iterator, Mapping, Sequence
from email.utils import parseaddr
from typing import Any

from ministack import app
from ministack.core.responses import get_account_id, get_region
from ministack.services import eventbridge, ses, ses_v2
from ministack.services.cloudformation import provisioners

from infra.local import mail_page

from . import AnyFunction, Json, around

DOMAIN_TOKENS = 3
IDENTITY = provisioners._RESOURCE_HANDLERS["AWS::SES::EmailIdentity"]

SOON = 0.3
"""Seconds until it is told what became of a mail, and between two things that are told."""

DELIVERED: tuple[str, str | None] = ("Delivery", None)
KINDS: Mapping[str, tuple[str, str, str]] = {
    "Delivery": ("DELIVERY", "Email Delivered", "delivered"),
    "Bounce": ("BOUNCE", "Email Bounced", "bounced"),
    "Complaint": ("COMPLAINT", "Email Complaint Received", "marked as spam"),
}
"""By the type of an event: what an event destination calls it, EventBridge, and the mail view."""


def create_with_records(logical_id: str, properties: Json, stack: str) -> tuple[str, Json]:
    """AWS gives a domain's three DKIM records as attributes, which the stack reads; stock gives none."""
    name, attributes = stock_create(logical_id, properties, stack)
    return name, attributes | dict(dkim_records(name))


def update_with_records(physical_id: str, old: Json, new: Json, *rest: Any) -> tuple[str, Json]:
    """Goes with `create_with_records`."""
    name, attributes = stock_update(physical_id, old, new, *rest)
    return name, attributes | dict(dkim_records(name))


def dkim_records(domain: str) -> Iterator[tuple[str, str]]:
    """The attributes of the records that prove a domain."""
    tokens = ses_v2._easy_dkim_attributes(domain, "DOMAIN", {})["Tokens"]
    for number, token in enumerate(tokens[:DOMAIN_TOKENS], start=1):
        yield f"DkimDNSTokenName{number}", f"{token}._domainkey.{domain}"
        yield f"DkimDNSTokenValue{number}", f"{token}.dkim.amazonses.com"


stock_create, stock_update = IDENTITY["create"], IDENTITY["update"]
IDENTITY.update(create=create_with_records, update=update_with_records)


@around(ses_v2, "handle_request")
async def what_becomes_of_a_mail_is_told(
    handle: AnyFunction, method: str, path: str, headers: Json, body: bytes, query: Json
) -> Any:
    """AWS tells the event destinations of a mail's configuration set what became of it; stock tells nobody.

    The mailbox simulator's addresses bounce, complain or are suppressed as they do on AWS, every other
    address takes its mail.
    """
    answer = await handle(method, path, headers, body, query)
    if method == "POST" and path.rstrip("/").endswith("/outbound-emails") and answer[0] == 200:
        accepted(json.loads(body), json.loads(answer[2])["MessageId"])
    return answer


def accepted(request: Json, message_id: str) -> None:
    """Keep what the mail view shows, and tell the outcome of each recipient in a while, in this context."""
    [record] = [one for one in ses._sent_emails_list() if one["MessageId"] == message_id]
    record.update(Headers=headers_of(request), Told=[])
    loop, turn = asyncio.get_running_loop(), 0
    for recipient in (parseaddr(one)[1] for one in record["To"] + record["CC"] + record["BCC"]):
        for kind, why in outcomes_of(recipient):
            turn += 1
            loop.call_later(turn * SOON, tell, record, request, recipient, kind, why)


def headers_of(request: Json) -> dict[str, str]:
    """The headers of a message; stock keeps none of them."""
    raw = request.get("Content", {}).get("Raw", {}).get("Data")
    if not raw:
        return {}
    message = email.message_from_bytes(base64.b64decode(raw), policy=email.policy.default)
    return {name: str(value) for name, value in message.items()}


def outcomes_of(recipient: str) -> Sequence[tuple[str, str | None]]:
    """What becomes of a mail to an address: types of events, and the subtype of a bounce."""
    local, _, domain = recipient.lower().partition("@")
    if domain != ses._SIMULATOR_DOMAIN:
        return (DELIVERED,)
    simulated: Sequence[tuple[str, str | None]] = ses._SIMULATOR_OUTCOMES.get(
        local.partition("+")[0], (DELIVERED,)
    )
    return simulated


def tell(record: Json, request: Json, recipient: str, kind: str, why: str | None) -> None:
    """Note one outcome for the mail view, and put its event on the default bus for who asked for it."""
    asked_as, detail_type, shown = KINDS[kind]
    record["Told"].append(shown)
    name = request.get("ConfigurationSetName", "")
    destinations = ses_v2._config_sets.get(name, {}).get("EventDestinations") or {}
    if not any(is_asked(one, asked_as) for one in destinations.values()):
        return
    about = {"eventType": kind, "mail": mail_of(record, request, name)}
    detail = about | ses._notification_detail(kind, recipient, ses._iso_now(), why)
    entry = {
        "Source": "aws.ses",
        "DetailType": detail_type,
        "Resources": [f"arn:aws:ses:{get_region()}:{get_account_id()}:configuration-set/{name}"],
        "Detail": json.dumps(detail),
    }
    eventbridge._put_events({"Entries": [entry]}, allow_aws_source=True)


def is_asked(destination: Json, kind: str) -> bool:
    """Whether an event destination is the bus, on, and wants events of that kind."""
    is_bus = "EventBridgeDestination" in destination
    return is_bus and destination["Enabled"] and kind in destination["MatchingEventTypes"]


def mail_of(record: Json, request: Json, configuration_set: str) -> Json:
    """What an event says of the mail."""
    tags = {"ses:configuration-set": [configuration_set]}
    return {
        "timestamp": ses._iso_now(),
        "source": parseaddr(record["Source"])[1],
        "sendingAccountId": get_account_id(),
        "messageId": record["MessageId"],
        "destination": record["To"],
        "headersTruncated": False,
        "headers": [{"name": name, "value": value} for name, value in record["Headers"].items()],
        "commonHeaders": {"to": record["To"], "subject": record["Subject"]},
        "tags": tags | {one["Name"]: [one["Value"]] for one in request.get("EmailTags") or []},
    }


@around(app, "_handle_ses_messages_request")
async def mail_as_a_page(list_mail: AnyFunction, method: str, path: str, headers: Json, query: Json) -> Any:
    """What AWS has not: the mail that was sent. A browser gets a page, a program the platform's own JSON.

    Both with the headers of each message, and what was told of it.
    """
    answer = await list_mail(method, path, headers, query)
    if answer is None or answer[0] != 200:
        return answer
    listed = json.loads(answer[2])
    kept = {one["MessageId"]: one for mails in ses._sent_emails.to_dict().values() for one in mails}
    mails = [mail for account in listed["messages"].values() for mail in account]
    for mail in mails:
        mail.update({name: kept[mail["MessageId"]].get(name) for name in ("Headers", "Told")})
    if "text/html" not in headers.get("accept", ""):
        return answer[0], answer[1], json.dumps(listed).encode()
    return 200, {"Content-Type": "text/html; charset=utf-8"}, mail_page.page(mails).encode()
