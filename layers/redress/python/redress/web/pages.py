"""Pages from templates, each with the headers that keep a private page private."""

from collections.abc import Mapping
from typing import Any

from redress.domain.values import Value

_EVERYWHERE: Mapping[str, str] = {
    "Strict-Transport-Security": "max-age=63072000",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}
PAGE_HEADERS: Mapping[str, str] = {
    **_EVERYWHERE,
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; img-src 'self' data:; form-action 'self'; "
        "frame-ancestors 'none'; base-uri 'none'"
    ),
    "Cache-Control": "no-store",
}
FOREVER = "public, max-age=31536000, immutable"
BRIEFLY = "no-cache"


class Page(Value):
    """What a browser gets: a page, a stylesheet, or the way to another page."""

    status: int
    headers: Mapping[str, str]
    body: str = ""

    def to_gateway(self) -> dict[str, Any]:
        """The answer as REST APIs take it from a proxy integration."""
        return {
            "statusCode": self.status,
            "headers": dict(self.headers),
            "body": self.body,
            "isBase64Encoded": False,
        }


def page(status: int, template: str, view: Mapping[str, object], headers: Mapping[str, str]) -> Page:
    """A page: an HTTP status, a template with what it shows, and headers beside those of every page."""
    from redress.templating import environment  # noqa: PLC0415 - brings Jinja, which no redirect needs

    kind = {"Content-Type": "text/html; charset=utf-8"}
    body = environment("pages").get_template(f"{template}.html").render(view)
    return Page(status=status, headers={**kind, **PAGE_HEADERS, **headers}, body=body)


def see_other(location: str) -> Page:
    """After a POST: the browser goes to `location` (relative, so that it works under any base path)."""
    return Page(status=303, headers={**PAGE_HEADERS, "Location": location})


def css(text: str, *, forever: bool) -> Page:
    """A stylesheet, kept by browsers for good if its name tells its content."""
    kind = {"Content-Type": "text/css; charset=utf-8"}
    return Page(
        status=200,
        headers={**kind, **_EVERYWHERE, "Cache-Control": FOREVER if forever else BRIEFLY},
        body=text,
    )
