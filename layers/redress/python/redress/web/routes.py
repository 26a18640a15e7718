"""The routes of the portal: parse, call one use case, answer with a page.

No GET changes anything. Every POST that did something answers with a redirect, so that reloading asks for
nothing. Links lead on from the page they are on: the pages work under any base path.
"""

from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import Any
from urllib.parse import quote

from aws_lambda_powertools import Logger

from redress.domain import player
from redress.domain.errors import (
    Conflict,
    FieldProblem,
    IdempotencyKeyReused,
    IllegalTransition,
    InvalidInput,
    NotFound,
)
from redress.usecases.change import change
from redress.usecases.ports import CaseFile
from redress.usecases.submit_complaint import Intake, submit_complaint
from redress.web import forms, pages, style, words
from redress.web.complaint_form import complaint_form, told
from redress.web.forms import Fields, UnreadableForm
from redress.web.pages import Page
from redress.web.tracking import tracking
from redress.web.visit import Portal, Visit

ACTOR, CHANNEL = "player", "form"
FIRST_LINK_VERSION = 1

type Act = Callable[..., Page]

logger = Logger()


def show_form(visit: Visit) -> Page:
    """The empty form, with the brand that the address asks for."""
    brand = visit.query("brand")
    path = visit.event["requestContext"]["path"]
    if visit.root == "./" and not path.endswith(("/", "/complaints")):
        # Relative links need the slash after the stage name.
        return pages.see_other(f"{path.rpartition('/')[2]}/" + (f"?brand={quote(brand)}" if brand else ""))
    return _form(visit, 200, {"brand": brand})


def submit(visit: Visit) -> Page:
    """A complaint comes in. The same form twice is one complaint, with the same confirmation."""
    from redress.http.intake import read_form  # noqa: PLC0415 - brings pydantic, which no page to read needs

    desk, sent = visit.desk, visit.submission()
    now = desk.now()
    request = sent.request("submit", now)
    if request is None:
        return _form(visit, 400, sent.fields, notice=words.FORM_EXPIRED)
    try:
        complaint = read_form(told(sent.fields), desk.region, now)
        command = complaint.to_command(CHANNEL, words.LANGUAGE, desk.region, now)
        who = player.index_key(
            visit.portal.player_secret(), complaint.brand, complaint.account, complaint.email
        )
        done = submit_complaint(
            Intake(desk=desk, random_bits=visit.portal.random_bits), command, ACTOR, request, who
        )
    except InvalidInput as invalid:
        return _form(visit, 422, sent.fields, problems=invalid.problems)
    except IdempotencyKeyReused:
        return _form(visit, 409, sent.fields, notice=words.FORM_USED)
    except Conflict as busy:
        return _form(visit, 503, sent.fields, notice=words.BUSY, retry_after=busy.retry_after)
    logger.info("complaint received", extra={"number": done.number, "replayed": done.replayed})
    version = desk.store.load(done.number).link_version if done.replayed else FIRST_LINK_VERSION
    key = visit.new_key(done.number, version)
    return pages.see_other(f"{visit.complaint_path(done.number, key)}/received")


def confirm(visit: Visit, number: str, key: str) -> Page:
    """The confirmation: number, private link, what happens next."""
    case = visit.open(number, key)
    view = tracking(case, visit.desk.region, visit.desk.now())
    link = f"{visit.address}/complaints/{view.number}/{key}"
    here = visit.complaint_path(view.number, key)
    return visit.page(200, "confirmation", view.brand, complaint=view, link=link, here=here)


def track(visit: Visit, number: str, key: str) -> Page:
    """The tracking page, after something was done with a word about it."""
    case = visit.open(number, key)
    return _tracking(visit, 200, case, key=key, done=words.DONE.get(visit.query("done")))


def reply(visit: Visit, number: str, key: str) -> Page:
    """The player writes."""
    return _change(visit, number, key, "reply")


def withdraw(visit: Visit, number: str, key: str) -> Page:
    """The player takes the complaint back."""
    return _change(visit, number, key, "withdraw")


def feedback(visit: Visit, number: str, key: str) -> Page:
    """The player rates the handling."""
    return _change(visit, number, key, "feedback")


def back(visit: Visit, number: str, key: str) -> Page:
    """Someone opens the address of a form's answer: to the tracking page, whatever number and key are."""
    return pages.see_other(visit.complaint_path(number, key))


def stylesheet(visit: Visit, name: str) -> Page:
    """The stylesheet of a brand; a name from before a deployment gets the present one, kept briefly."""
    brand = visit.desk.region.brand(name.partition(".")[0])
    if brand is None or not name.endswith(".css"):
        raise NotFound(name)
    return pages.css(style.stylesheet(brand.colour), forever=name == style.name(brand.id, brand.colour))


def _form(
    visit: Visit,
    status: int,
    fields: Fields,
    *,
    problems: Iterable[FieldProblem] = (),
    notice: str | None = None,
    retry_after: int | None = None,
) -> Page:
    """The form with what was typed. It always carries a fresh nonce: what it repeats was not stored."""
    desk = visit.desk
    form = complaint_form(
        desk.region, fields, forms.fresh_nonce(), desk.now().year, problems=problems, notice=notice
    )
    return visit.page(status, "form", form.brand, form=form, headers=_retry(retry_after))


def _change(visit: Visit, number: str, key: str, purpose: str) -> Page:
    """Apply what a form of the tracking page asks for, or show the page again and why it was not done."""
    from redress.web import submissions  # noqa: PLC0415 - brings pydantic, which no page to read needs

    case, sent = visit.open(number, key), visit.submission()
    number = case.complaint.number
    again = partial(_tracking, visit, key=key, fields=sent.fields)
    request = sent.request(f"{purpose} {number}", visit.desk.now())
    if request is None:
        return again(400, case, notice=words.FORM_EXPIRED)
    try:
        command = submissions.COMMANDS[purpose](sent.fields)
        done = change(visit.desk, number, command, ACTOR, request=request)
    except InvalidInput as invalid:
        return again(422, case, problems=invalid.problems)
    except IdempotencyKeyReused:
        return again(409, case, notice=words.REPLY_USED)
    except IllegalTransition:
        return again(409, visit.open(number, key), notice=words.NOT_POSSIBLE[purpose])
    except Conflict as busy:
        return again(503, case, notice=words.BUSY, retry_after=busy.retry_after)
    logger.info("player wrote", extra={"number": number, "purpose": purpose, "version": done.version})
    return pages.see_other(f"{visit.complaint_path(number, key)}?done={purpose}")


def _tracking(
    visit: Visit,
    status: int,
    case: CaseFile,
    *,
    key: str,
    fields: Fields | None = None,
    problems: Iterable[FieldProblem] = (),
    notice: str | None = None,
    done: str | None = None,
    retry_after: int | None = None,
) -> Page:
    view = tracking(case, visit.desk.region, visit.desk.now())
    return visit.page(
        status,
        "tracking",
        view.brand,
        complaint=view,
        here=visit.complaint_path(view.number, key),
        typed={name: forms.shown_again(text) for name, text in (fields or {}).items()},
        problems={one.field: words.problem(one.field, one.rule) for one in problems},
        notice=notice,
        done=done,
        nonce=forms.fresh_nonce,
        scores=words.SCORES,
        headers=_retry(retry_after),
    )


def _retry(seconds: int | None) -> Mapping[str, str]:
    return {} if seconds is None else {"Retry-After": str(seconds)}


_COMPLAINT = "/complaints/<number>/<key>"
ROUTES: Mapping[str, Mapping[str, Act]] = {
    "/": {"GET": show_form, "POST": submit},
    "/complaints": {"GET": show_form, "POST": submit},
    _COMPLAINT: {"GET": track},
    f"{_COMPLAINT}/received": {"GET": confirm},
    f"{_COMPLAINT}/reply": {"GET": back, "POST": reply},
    f"{_COMPLAINT}/withdraw": {"GET": back, "POST": withdraw},
    f"{_COMPLAINT}/feedback": {"GET": back, "POST": feedback},
    "/static/<name>": {"GET": stylesheet},
}


def answer(portal: Portal, event: Mapping[str, Any]) -> Page:
    """What the portal says to a request, which is one that a REST API hands to a proxy integration."""
    visit = Visit(portal=portal, event=event)
    method = event["httpMethod"]
    try:
        acts, named = _find(event["path"])
        act = acts.get("GET" if method == "HEAD" else method)
        return act(visit, **named) if act else _not_allowed(visit, acts)
    except NotFound:
        return visit.page(404, "refusal", visit.brand, words=words.REFUSALS["not_found"])
    except UnreadableForm as unreadable:
        return visit.page(unreadable.status, "refusal", visit.brand, words=words.REFUSALS["unreadable"])


def _find(path: str) -> tuple[Mapping[str, Act], dict[str, str]]:
    """What can be done at a path, and what stands in its named places. Raises NotFound."""
    parts = path.rstrip("/").split("/")
    for route, acts in ROUTES.items():
        places = route.rstrip("/").split("/")
        if len(places) == len(parts) and all(map(_fits, places, parts)):
            pairs = zip(places, parts, strict=True)
            return acts, {place[1:-1]: part for place, part in pairs if _is_name(place)}
    raise NotFound(path)


def _fits(place: str, part: str) -> bool:
    return place == part or (_is_name(place) and part != "")


def _is_name(place: str) -> bool:
    return place.startswith("<")


def _not_allowed(visit: Visit, acts: Mapping[str, Act]) -> Page:
    headers = {"Allow": ", ".join(["HEAD", *acts] if "GET" in acts else acts)}
    return visit.page(405, "refusal", visit.brand, words=words.REFUSALS["method"], headers=headers)
