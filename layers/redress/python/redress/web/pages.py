"""Pages from templates, each with the headers that keep a private page private."""

from collections.abc import Mapping
from typing import Any

from redress.domain.values import Value
from redress.language import Language

_EVERYWHERE: Mapping[str, str] = {
    "Strict-Transport-Security": "max-age=63072000",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}
_POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src 'self' data:; "
    "form-action {forms}; frame-ancestors 'none'; base-uri 'none'"
)
PAGE_HEADERS: Mapping[str, str] = {
    **_EVERYWHERE,
    "Content-Security-Policy": _POLICY.format(forms="'self'"),
    "Cache-Control": "no-store",
}
# For a file that is opened as a page of its own, as a drawing can be: it may show itself and do nothing.
_FILE_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'none'; sandbox"
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


def page(
    status: int, template: str, language: Language, view: Mapping[str, object], headers: Mapping[str, str]
) -> Page:
    """A page: an HTTP status, a template with what it shows, and headers beside those of every page."""
    from redress.templating import environment, spoken  # noqa: PLC0415 - brings Jinja, which no redirect needs

    kind = {"Content-Type": "text/html; charset=utf-8"}
    body = environment("pages").get_template(f"{template}.html").render({**spoken(language), **view})
    return Page(status=status, headers={**kind, **PAGE_HEADERS, **headers}, body=body)


def see_other(location: str) -> Page:
    """After a POST: the browser goes to `location` (relative, so that it works under any base path)."""
    return Page(status=303, headers={**PAGE_HEADERS, "Location": location})


def unchanged(headers: Mapping[str, str]) -> Page:
    """The browser has the page already; `headers` are those that the page would have come with."""
    return Page(status=304, headers={**PAGE_HEADERS, **headers})


def file(media_type: str, text: str, *, forever: bool) -> Page:
    """A file of the portal, kept by browsers for good if its name tells its content."""
    return Page(
        status=200,
        headers={
            "Content-Type": media_type,
            **_EVERYWHERE,
            "Content-Security-Policy": _FILE_POLICY,
            "Cache-Control": FOREVER if forever else BRIEFLY,
        },
        body=text,
    )


def forms_may_go_to(origin: str) -> Mapping[str, str]:
    """The header of a page whose forms may be sent to one other origin, too."""
    return {"Content-Security-Policy": _POLICY.format(forms=f"'self' {origin}")}


def retry_after(seconds: int | None) -> Mapping[str, str]:
    """The header that says when to come again."""
    return {} if seconds is None else {"Retry-After": str(seconds)}
