"""The private link that somebody lost, or that has expired: it goes to the address on record alone."""

from collections.abc import Mapping
from types import MappingProxyType

from aws_lambda_powertools import Logger

from redress.domain import number as complaint_number
from redress.domain.errors import Conflict, IdempotencyKeyReused, InvalidInput
from redress.language import Language, msg
from redress.web import form_words, forms, pages
from redress.web.forms import Fields
from redress.web.pages import Page
from redress.web.visit import Visit

logger = Logger()

NO_NUMBER = msg("Write the number of your complaint")
WRONG_NUMBER = msg("Check the number: it has nine letters and digits, such as R7K3-9QXM-3")
SEND_AGAIN = msg("This could not be sent. Please send it once more.")


def ask(visit: Visit) -> Page:
    """For which complaint, and to whom? Or, after that was sent, what happens now."""
    if visit.query("sent"):
        return visit.page(200, "link_sent", visit.brand)
    return _form(visit, 200, {"number": visit.query("number")})


def send(visit: Visit) -> Page:
    """The link is asked for: answered alike, whether or not there is such a complaint."""
    from redress.usecases.resend_link import resend_link  # noqa: PLC0415 - decides, which no page to read does

    sent = visit.submission()
    request = sent.request("link", visit.desk.now())
    if request is None:
        return _form(visit, 400, sent.fields, notice=SEND_AGAIN)
    number = complaint_number.parse(sent.fields.get("number", ""))
    email, problems = _email(visit.language, sent.fields)
    if number is None or problems:
        wrong = {} if number else {"number": visit.language.say(_wrong(sent.fields))}
        return _form(visit, 422, sent.fields, problems={**wrong, **problems})
    try:
        resend_link(visit.desk, number, email, request)
    except IdempotencyKeyReused:
        return _form(visit, 409, sent.fields, notice=SEND_AGAIN)
    except Conflict as busy:
        return _form(visit, 503, sent.fields, notice=form_words.BUSY, retry_after=busy.retry_after)
    logger.info("private link asked for")
    here = visit.link(visit.brand, "lost-link")
    return pages.see_other(f"{here}{'&' if '?' in here else '?'}sent=1")


def expired(visit: Visit, number: str) -> Page:
    """A link that once opened the complaint of that number, and does so no more."""
    return _form(visit, 410, {"number": number}, expired=True)


def _email(language: Language, sent: Fields) -> tuple[str, Mapping[str, str]]:
    """The address, or what is wrong with it."""
    from redress.web.submissions import LostLink  # noqa: PLC0415 - brings pydantic, which no page to read needs

    try:
        return LostLink.of(sent).email, {}
    except InvalidInput as invalid:
        return "", {one.field: form_words.problem(language, one.field, one.rule) for one in invalid.problems}


def _wrong(sent: Fields) -> str:
    return WRONG_NUMBER if sent.get("number", "").strip() else NO_NUMBER


def _form(
    visit: Visit,
    status: int,
    sent: Fields,
    *,
    problems: Mapping[str, str] = MappingProxyType({}),
    notice: str | None = None,
    expired: bool = False,
    retry_after: int | None = None,
) -> Page:
    return visit.page(
        status,
        "lost_link",
        visit.brand,
        typed={name: forms.shown_again(sent.get(name, "")) for name in ("number", "email")},
        problems=problems,
        notice=visit.language.say(notice) if notice else None,
        expired=expired,
        nonce=forms.fresh_nonce(),
        headers=pages.retry_after(retry_after),
    )
