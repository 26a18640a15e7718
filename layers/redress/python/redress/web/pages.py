"""Pages from templates, each with the headers that keep a private page private."""

from collections.abc import Mapping

from aws_lambda_powertools.event_handler import Response

from redress.templating import environment

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


def page(status: int, template: str, view: Mapping[str, object], headers: Mapping[str, str]) -> Response[str]:
    """A page: an HTTP status, a template with what it shows, and headers beside those of every page."""
    body = environment("pages").get_template(f"{template}.html").render(view)
    return Response(
        status_code=status,
        content_type="text/html; charset=utf-8",
        body=body,
        headers={**PAGE_HEADERS, **headers},
    )


def see_other(location: str) -> Response[str]:
    """After a POST: the browser goes to `location` (relative, so that it works under any base path)."""
    return Response(status_code=303, body="", headers={**PAGE_HEADERS, "Location": location})


def css(text: str, *, forever: bool) -> Response[str]:
    """A stylesheet, kept by browsers for good if its name tells its content."""
    return Response(
        status_code=200,
        content_type="text/css; charset=utf-8",
        body=text,
        headers={**_EVERYWHERE, "Cache-Control": FOREVER if forever else BRIEFLY},
    )
