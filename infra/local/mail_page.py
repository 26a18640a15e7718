"""The mail that was sent on this machine as a page for people: each letter as its reader sees it."""

import html
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

type Record = Mapping[str, Any]
"""What the platform keeps of a mail, with what `patches/ses.py` adds: Headers and Told."""

PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Mail sent on this machine</title>
<style>
:root { color-scheme: light dark }
body { font: 1rem/1.5 system-ui, sans-serif; max-width: 50rem; margin: 2rem auto; padding: 0 1rem }
article { border-top: 1px solid color-mix(in srgb, currentcolor 25%, transparent) }
summary { cursor: pointer; padding: .5rem 0; overflow-wrap: anywhere }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .1rem 1rem; margin: .25rem 0 .75rem }
dt { opacity: .75 }
dd { margin: 0; overflow-wrap: anywhere }
iframe { width: 100%; height: 40rem; resize: vertical; border: 1px solid #8888; background: canvas }
pre { white-space: pre-wrap; overflow-wrap: anywhere; font: inherit }
body:has(#light:checked) iframe { color-scheme: light }
body:has(#dark:checked) iframe { color-scheme: dark }
.bounced, .marked { font-weight: 600; color: light-dark(#a4161a, #ff8f8f) }
</style>
</head>
<body>
<h1>Mail sent on this machine</h1>
<p>Show letters <label><input type="radio" name="shown" checked> as this browser does</label>
<label><input type="radio" name="shown" id="light"> light</label>
<label><input type="radio" name="shown" id="dark"> dark</label></p>
ARTICLES
</body>
</html>"""

EMPTY = "<p>No mail has been sent yet.</p>"
ON_ITS_WAY = "sent"
ANSWERED = "Reply-To"
BESIDE = '<head><base target="_blank">'  # a link opens beside the frame, which may go nowhere


def page(mails: Sequence[Record]) -> str:
    """All mail on one page, the newest first."""
    newest_first = sorted(mails, key=lambda mail: -mail["Timestamp"])
    return PAGE.replace("ARTICLES", "\n".join(map(_article, newest_first)) or EMPTY)


def state(mail: Record) -> str:
    """The last that was told of a mail, in a word or a few."""
    return str((mail.get("Told") or [ON_ITS_WAY])[-1])


def _article(mail: Record) -> str:
    """One message, closed until somebody opens it. Its HTML lies in a frame that may run nothing."""
    at = datetime.fromtimestamp(mail["Timestamp"], UTC).strftime("%H:%M:%S UTC")
    to, text = _written(", ".join(mail["To"])), mail["BodyText"] or ""
    shown = (mail["BodyHtml"] or f"<pre>{html.escape(text)}</pre>").replace("<head>", BESIDE, 1)
    facts = "".join(f"<dt>{_written(name)}</dt><dd>{_written(value)}</dd>" for name, value in _facts(mail))
    return (
        f"<article><details><summary>{at} to {to}: <b>{_written(mail['Subject'])}</b>"
        f' <span class="{_written(state(mail).partition(" ")[0])}">({_written(state(mail))})</span></summary>'
        f"<dl>{facts}</dl>"
        f'<iframe sandbox="allow-popups allow-popups-to-escape-sandbox" title="Message" loading="lazy"'
        f' srcdoc="{_written(shown)}"></iframe>'
        f"<details><summary>As plain text</summary><pre>{_written(text)}</pre></details></details></article>"
    )


def _facts(mail: Record) -> Iterator[tuple[str, str]]:
    """The lines above a message, as mail programs show them, and what became of it."""
    headers = mail.get("Headers") or {}
    yield "From", headers.get("From") or mail["Source"]
    yield "To", headers.get("To") or ", ".join(mail["To"])
    if ANSWERED in headers:
        yield "Answers go to", headers[ANSWERED]
    yield "Subject", mail["Subject"]
    yield "Date", headers.get("Date") or datetime.fromtimestamp(mail["Timestamp"], UTC).ctime()
    yield "Delivery", ", then ".join(mail.get("Told") or [ON_ITS_WAY])


def _written(text: object) -> str:
    return html.escape(str(text))
