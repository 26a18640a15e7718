"""SES: the DNS records of an identity, and a view of the mail for people."""

import html
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from ministack import app
from ministack.services import ses_v2
from ministack.services.cloudformation import provisioners

from . import AnyFunction, Json, around

PAGE = """<!doctype html>
<html lang="en">
<meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Mail sent on this machine</title>
<style>
body { font: 1rem/1.5 system-ui, sans-serif; max-width: 50rem; margin: 2rem auto; padding: 0 1rem }
iframe { width: 100%; height: 32rem; border: 1px solid #ccc }
summary { cursor: pointer; padding: .4rem 0 }
</style>
<h1>Mail sent on this machine</h1>
ARTICLES
</html>"""

DOMAIN_TOKENS = 3
IDENTITY = provisioners._RESOURCE_HANDLERS["AWS::SES::EmailIdentity"]


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


@around(app, "_handle_ses_messages_request")
async def mail_as_a_page(list_mail: AnyFunction, method: str, path: str, headers: Json, query: Json) -> Any:
    """What AWS has not: the mail that was sent. A browser gets a page, a program the platform's own JSON."""
    answer = await list_mail(method, path, headers, query)
    if answer is None or "text/html" not in headers.get("accept", ""):
        return answer
    accounts = json.loads(answer[2])["messages"].values()
    newest_first = sorted((mail for mails in accounts for mail in mails), key=lambda mail: -mail["Timestamp"])
    return 200, {"Content-Type": "text/html; charset=utf-8"}, mail_page(newest_first).encode()


def mail_page(mails: list[Json]) -> str:
    """All mail on one page. A message is shown in a frame that may run nothing; its links open beside it."""
    articles = "".join(map(mail_article, mails)) or "<p>No mail has been sent yet.</p>"
    return PAGE.replace("ARTICLES", articles)


def mail_article(mail: Json) -> str:
    """One message, closed until somebody opens it."""
    at = datetime.fromtimestamp(mail["Timestamp"], UTC).strftime("%H:%M:%S UTC")
    to = html.escape(", ".join(mail["To"]))
    body = html.escape(mail["BodyHtml"] or f"<pre>{html.escape(mail['BodyText'] or '')}</pre>")
    return (
        f"<details><summary>{at} to {to}: <b>{html.escape(mail['Subject'])}</b></summary>"
        f'<iframe sandbox="allow-popups" title="Message" srcdoc="{body}"></iframe></details>'
    )
