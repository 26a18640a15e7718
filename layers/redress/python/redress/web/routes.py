"""The routes of the portal: parse, call one use case, answer with a page.

No GET changes anything. Every POST that did something answers with a redirect, so that reloading asks for
nothing. All links are relative: the pages work under any base path.
"""

from collections.abc import Callable, Iterable, Mapping
from urllib.parse import quote

from aws_lambda_powertools import Logger
from aws_lambda_powertools.event_handler import APIGatewayRestResolver, Response
from aws_lambda_powertools.event_handler.exceptions import NotFoundError

from redress.domain import player
from redress.domain.commands import Command
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
from redress.web.tracking import tracking
from redress.web.visit import Portal, Visit

ACTOR, CHANNEL = "player", "form"

type Page = Response[str]
type Act = Callable[..., Page]

logger = Logger()


def show_form(visit: Visit) -> Page:
    """The empty form, with the brand that the address asks for."""
    brand = visit.query("brand")
    path = visit.event.request_context.path
    if visit.event.path in {"", "/"} and not path.endswith("/"):
        # Relative links need the slash after the stage name.
        return pages.see_other(f"{path.rpartition('/')[2]}/" + (f"?brand={quote(brand)}" if brand else ""))
    return _form(visit, 200, {"brand": brand})


def submit(visit: Visit) -> Page:
    """A complaint comes in. The same form twice is one complaint, with the same confirmation."""
    from redress.web.submissions import read_form  # noqa: PLC0415 - pydantic only when a form arrives

    desk, sent = visit.desk, visit.submission()
    now = desk.now()
    request = sent.request("submit", now)
    if request is None:
        return _form(visit, 400, sent.fields, notice=words.FORM_EXPIRED)
    try:
        complaint = read_form(told(sent.fields), desk.region, now)
        command = complaint.to_command(CHANNEL, words.LANGUAGE)
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
    logger.info("complaint received", complaint=done.number, replayed=done.replayed)
    key = visit.new_key(done.number, done.replayed)
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
    return _tracking(visit, 200, case, key, done=words.DONE.get(visit.query("done")))


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
    """The stylesheet of a brand. A name from before a deployment gets the present content, for a short time."""
    brand = visit.desk.region.brand(name.partition(".")[0])
    if brand is None or not name.endswith(".css"):
        raise NotFound(name)
    return pages.css(style.stylesheet(brand.colour), forever=name == style.name(brand.id, brand.colour))


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
_METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")


def resolver(portal: Portal) -> APIGatewayRestResolver:
    """The portal as a resolver of API Gateway REST proxy events."""
    app = APIGatewayRestResolver()
    for rule, acts in ROUTES.items():
        for method in _METHODS:
            act = acts.get("GET" if method == "HEAD" else method) or _refusal(acts)
            app.route(rule, method=method)(_answering(app, portal, act))

    @app.not_found
    def nowhere(_: NotFoundError) -> Page:
        return _not_found(Visit(portal=portal, event=app.current_event))

    return app


def _answering(app: APIGatewayRestResolver, portal: Portal, act: Act) -> Act:
    def answer(**path: str) -> Page:
        visit = Visit(portal=portal, event=app.current_event)
        try:
            return act(visit, **path)
        except NotFound:
            return _not_found(visit)
        except UnreadableForm as unreadable:
            return visit.page(unreadable.status, "refusal", visit.brand, words=words.REFUSALS["unreadable"])

    return answer


def _refusal(acts: Mapping[str, Act]) -> Act:
    allowed = ", ".join(["HEAD", *acts] if "GET" in acts else acts)

    def refuse(visit: Visit, **_: str) -> Page:
        headers = {"Allow": allowed}
        return visit.page(405, "refusal", visit.brand, words=words.REFUSALS["method"], headers=headers)

    return refuse


def _not_found(visit: Visit) -> Page:
    return visit.page(404, "refusal", visit.brand, words=words.REFUSALS["not_found"])
