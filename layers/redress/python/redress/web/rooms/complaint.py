"""The page of a complaint behind its private link: where it stands, and what the player does about it."""

from collections.abc import Iterable
from functools import partial

from aws_lambda_powertools import Logger

from redress.domain.errors import (
    Conflict,
    FieldProblem,
    IdempotencyKeyReused,
    IllegalTransition,
    InvalidInput,
    NotFound,
)
from redress.usecases.ports import CaseFile
from redress.web import form_words, forms, pages, words
from redress.web.forms import Fields
from redress.web.pages import Page
from redress.web.rooms.evidence import files_of
from redress.web.tracking import tracking
from redress.web.visit import Visit

logger = Logger()


def confirm(visit: Visit, number: str, key: str) -> Page:
    """The confirmation: number, private link, what happens next."""
    visit, case = visit.enter(number, key)
    view = tracking(visit.language, case, visit.desk.region, visit.desk.now())
    link = f"{visit.address}/complaints/{view.number}/{key}"
    here = visit.complaint_path(view.number, key)
    return visit.page(200, "confirmation", view.brand, complaint=view, private_link=link, here=here)


def track(visit: Visit, number: str, key: str) -> Page:
    """The tracking page, after something was done with a word about it."""
    visit, case = visit.enter(number, key)
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


def dispute(visit: Visit, number: str, key: str) -> Page:
    """The player asks for a second look at the answer."""
    return _change(visit, number, key, "dispute")


def back(visit: Visit, number: str, key: str) -> Page:
    """Someone opens the address of a form's answer: to the tracking page, whatever number and key are."""
    return pages.see_other(visit.complaint_path(number, key))


def _change(visit: Visit, number: str, key: str, purpose: str) -> Page:
    """Apply what a form of the tracking page asks for, or show the page again and why it was not done."""
    from redress.web import submissions  # noqa: PLC0415 - brings pydantic, which no page to read needs

    (visit, case), sent = visit.enter(number, key), visit.submission()
    number = case.complaint.number
    again = partial(_tracking, visit, key=key, fields=sent.fields)
    request = sent.request(f"{purpose} {number}", visit.desk.now())
    if request is None:
        return again(400, case, notice=form_words.FORM_EXPIRED)
    try:
        done = submissions.ACTIONS[purpose](visit.desk, number, sent.fields, request)
    except InvalidInput as invalid:
        return again(422, case, problems=invalid.problems)
    except IdempotencyKeyReused:
        return again(409, case, notice=words.REPLY_USED)
    except IllegalTransition:
        return again(409, visit.open(number, key), notice=words.NOT_POSSIBLE[purpose])
    except Conflict as busy:
        return again(503, case, notice=form_words.BUSY, retry_after=busy.retry_after)
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
    """The page; `notice` and `done` are messages."""
    language = visit.language
    view = tracking(language, case, visit.desk.region, visit.desk.now())
    return visit.page(
        status,
        "tracking",
        view.brand,
        complaint=view,
        here=visit.complaint_path(view.number, key),
        primary=_primary(visit, case),
        evidence=files_of(case, language, view.zone),
        typed={name: forms.shown_again(text) for name, text in (fields or {}).items()},
        problems={one.field: form_words.problem(language, one.field, one.rule) for one in problems},
        notice=language.say(notice) if notice else None,
        done=language.say(done) if done else None,
        nonce=forms.fresh_nonce,
        scores={score: language.say(name) for score, name in words.SCORES.items()},
        grounds={ground: language.say(name) for ground, name in words.GROUNDS.items()},
        headers=pages.retry_after(retry_after),
    )


def _primary(visit: Visit, case: CaseFile) -> str | None:
    """The way to the page of the complaint that this one goes on in, where it surely is the same player's.

    Account and address that somebody typed prove nothing: who names another's gets their key otherwise. So
    the operator's own site has to have said of both complaints whose they are.
    """
    number = case.complaint.primary
    if number is None or not case.complaint.verified or case.player is None:
        return None
    try:
        other = visit.desk.store.load(number)
    except NotFound:
        return None
    same = other.complaint.verified and other.player == case.player
    return visit.complaint_path(number, visit.new_key(number, other.link_version)) if same else None
