"""Anonymous consultation: ask without a name, read the answer with a key, ask on, make it a complaint."""

from collections.abc import Iterable
from urllib.parse import quote

from aws_lambda_powertools import Logger

from redress.domain import consultation_key
from redress.domain.consultation import Consultation
from redress.domain.errors import (
    Conflict,
    ConsultationOver,
    FieldProblem,
    IdempotencyKeyReused,
    InvalidInput,
    NoSuchConsultation,
    NotFound,
)
from redress.usecases import consultations
from redress.usecases.submit_complaint import Intake
from redress.web import consulting, conversion, form_words, forms, pages
from redress.web.forms import Fields
from redress.web.pages import Page
from redress.web.rooms import form
from redress.web.visit import Visit

ACTOR = "player"

logger = Logger()


def show(visit: Visit) -> Page:
    """What an anonymous question is, the form for one, and the way to its answer."""
    return _ask(visit, 200, {"brand": visit.query("brand")})


def ask(visit: Visit) -> Page:
    """Somebody asks. The same form twice is one consultation, with the same key."""
    from redress.http.consultation_bodies import Question  # noqa: PLC0415 - brings pydantic

    desk, sent = visit.desk, visit.submission()
    request = sent.request("ask", desk.now())
    if request is None:
        return _ask(visit, 400, sent.fields, notice=form_words.FORM_EXPIRED)
    try:
        asked = Question.read(consulting.told(sent.fields), region=desk.region, now=desk.now())
        question = consultations.Question(
            brand=asked.brand,
            language=visit.language.code,
            text=asked.text,
            category=asked.category.value if asked.category else None,
            jurisdiction=asked.jurisdiction,
        )
        intake = Intake(desk=desk, random_bits=visit.portal.random_bits)
        opened = consultations.ask(intake, visit.portal.player_secret(), question, ACTOR, request)
    except InvalidInput as invalid:
        return _ask(visit, 422, sent.fields, problems=invalid.problems)
    except IdempotencyKeyReused:
        return _ask(visit, 409, sent.fields, notice=consulting.QUESTION_USED)
    except Conflict as busy:
        return _ask(visit, 503, sent.fields, notice=form_words.BUSY, retry_after=busy.retry_after)
    logger.info("consultation asked", extra={"consultation": opened.number, "replayed": opened.replayed})
    return pages.see_other(f"{_path(visit, opened.number, opened.key)}/received")


def find(visit: Visit) -> Page:
    """Somebody types number and key: to the consultation that they open. Nothing is changed."""
    sent = visit.submission().fields
    number, key = sent.get("number", ""), sent.get("key", "")
    problems = consulting.unreadable(number, key)
    if problems:
        return _ask(visit, 422, sent, problems=problems)
    try:
        known = consultations.open_with(visit.desk, number, key)
    except NoSuchConsultation:
        return _ask(visit, 422, sent, problems=[FieldProblem("key", "no_match", "")])
    return pages.see_other(_path(visit, known.number, consultation_key.parse_key(key) or key))


def confirm(visit: Visit, number: str, key: str) -> Page:
    """The confirmation: number and key, to be kept, and until when there is an answer."""
    visit, known, key = _enter(visit, number, key)
    view = consulting.shown(visit, known)
    link = f"{visit.address}/consultations/{known.number}/{key}"
    here = _path(visit, known.number, key)
    return visit.page(
        200, "consultation_asked", view.brand, consultation=view, key=key, private_link=link, here=here
    )


def read(visit: Visit, number: str, key: str) -> Page:
    """The question, the answers, and what can be done."""
    visit, known, key = _enter(visit, number, key)
    done = consulting.DONE.get(visit.query("done"))
    return _show(visit, 200, known, key, done=visit.language.say(done) if done else None)


def follow_up(visit: Visit, number: str, key: str) -> Page:
    """The player asks on."""
    from redress.http.consultation_bodies import ConsultationAnswer  # noqa: PLC0415 - brings pydantic

    (visit, known, key), sent = _enter(visit, number, key), visit.submission()
    request = sent.request(f"follow up {known.number}", visit.desk.now())
    if request is None:
        return _show(visit, 400, known, key, sent.fields, notice=form_words.FORM_EXPIRED)
    try:
        text = ConsultationAnswer.read(consulting.only_text(sent.fields)).text
        done = consultations.follow_up(visit.desk, known.number, text, ACTOR, request)
    except InvalidInput as invalid:
        return _show(visit, 422, known, key, sent.fields, problems=invalid.problems)
    except IdempotencyKeyReused:
        return _show(visit, 409, known, key, sent.fields, notice=consulting.MESSAGE_USED)
    except ConsultationOver:
        newest = consultations.open_with(visit.desk, number, key)
        return _show(visit, 409, newest, key, sent.fields, notice=consulting.OVER)
    except Conflict as busy:
        notice, seconds = form_words.BUSY, busy.retry_after
        return _show(visit, 503, known, key, sent.fields, notice=notice, retry_after=seconds)
    logger.info("consultation asked on", extra={"consultation": known.number, "version": done.version})
    return pages.see_other(f"{_path(visit, known.number, key)}?done=follow-up")


def complain(visit: Visit, number: str, key: str) -> Page:
    """The complaint form, filled with what was asked."""
    visit, known, key = _enter(visit, number, key)
    if known.complaint:
        return pages.see_other(_path(visit, known.number, key))
    return form.filled(visit, conversion.prefilled(known, key))


def back(visit: Visit, number: str, key: str) -> Page:
    """Someone opens the address of a form's answer: to the consultation, whatever number and key are."""
    return pages.see_other(_path(visit, number, key))


def _enter(visit: Visit, number: str, key: str) -> tuple[Visit, Consultation, str]:
    """The visit in the language of the consultation that a key opens, and both; else NotFound is raised."""
    try:
        known = consultations.open_with(visit.desk, number, key)
    except NoSuchConsultation as none:
        raise NotFound(none.number) from none
    return visit.speaking(known.language), known, consultation_key.parse_key(key) or key


def _path(visit: Visit, number: str, key: str) -> str:
    """The relative way from this page to a consultation."""
    return f"{visit.root}consultations/{quote(number)}/{quote(key)}"


def _ask(
    visit: Visit,
    status: int,
    fields: Fields,
    *,
    problems: Iterable[FieldProblem] = (),
    notice: str | None = None,
    retry_after: int | None = None,
) -> Page:
    """The form with what was typed. It always carries a fresh nonce: what it repeats was not stored."""
    form = consulting.form(visit, fields, problems)
    return visit.page(
        status,
        "consultation_ask",
        form.brand,
        form=form,
        nonce=forms.fresh_nonce(),
        notice=visit.language.say(notice) if notice else None,
        headers=pages.retry_after(retry_after),
    )


def _show(
    visit: Visit,
    status: int,
    known: Consultation,
    key: str,
    fields: Fields | None = None,
    *,
    problems: Iterable[FieldProblem] = (),
    notice: str | None = None,
    done: str | None = None,
    retry_after: int | None = None,
) -> Page:
    view = consulting.shown(visit, known)
    return visit.page(
        status,
        "consultation",
        view.brand,
        consultation=view,
        here=_path(visit, known.number, key),
        typed=forms.shown_again((fields or {}).get("text", "")),
        problems={one.field: consulting.problem(visit.language, one) for one in problems},
        notice=visit.language.say(notice) if notice else None,
        done=done,
        nonce=forms.fresh_nonce(),
        headers=pages.retry_after(retry_after),
    )
