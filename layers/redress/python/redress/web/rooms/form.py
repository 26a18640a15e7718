"""The complaint form: first what it is about, then the form, sent, and shown again with what is wrong."""

from collections.abc import Iterable
from functools import partial
from urllib.parse import urlencode

from aws_lambda_powertools import Logger

from redress.domain import player
from redress.domain.errors import (
    Conflict,
    ConsultationOver,
    FieldProblem,
    IdempotencyKeyReused,
    InvalidInput,
)
from redress.region import Brand
from redress.usecases.ports import SentBefore
from redress.usecases.submit_complaint import Intake
from redress.web import asked, conversion, entry, form_words, forms, offers, pages, prefill
from redress.web.complaint_form import categories, complaint_form, told
from redress.web.forms import Fields
from redress.web.pages import Page
from redress.web.prefill import Confirmed, Prefilled
from redress.web.visit import Visit

ACTOR, CHANNEL = "player", "form"
FIRST_LINK_VERSION = 1

logger = Logger()


def show_form(visit: Visit) -> Page:
    """The empty form of the category that the address names, and for its brand; else the choice of one."""
    asks = {name: told for name in ("brand", "category", entry.PREFILL) if (told := visit.query(name))}
    begun = entry.begun(visit)
    path = visit.event["requestContext"]["path"]
    if visit.root == "./" and not path.endswith(("/", "/complaints")):
        # Relative links need the slash after the stage name.
        return pages.see_other(f"{path.rpartition('/')[2]}/" + (f"?{urlencode(asks)}" if asks else ""))
    if begun and begun.language and not visit.chosen:
        return pages.see_other(f"{visit.base}{begun.language}/complaints?{urlencode(asks)}")
    if begun:
        asks = {**asks, **{name: told for name, told in begun.fields.items() if not asks.get(name)}}
    if asks.get("category") in asked.ASKED:
        return _form(visit, 200, asks, confirmed=begun.confirmed if begun else None)
    return _choice(visit, begun)


def filled(visit: Visit, fields: Fields) -> Page:
    """The form with what was told elsewhere: to be looked through, and sent by whoever told it."""
    return _form(visit, 200, fields)


def submit(visit: Visit) -> Page:
    """A complaint comes in. The same form twice is one complaint, with the same confirmation."""
    from redress.http.intake import read_form  # noqa: PLC0415 - brings pydantic, which no page to read needs

    desk, sent = visit.desk, visit.submission()
    now = desk.now()
    request = sent.request("submit", now)
    confirmed = entry.carried(visit, sent.fields)
    again = partial(_form, visit, before=sent.nonce, confirmed=confirmed)
    if request is None:
        return again(400, sent.fields, notice=form_words.FORM_EXPIRED)
    try:
        fields = told(visit.language, prefill.applied(sent.fields, confirmed), now)
        complaint = read_form(fields, desk.region, now)
        origin = conversion.origin(visit, sent.fields)
        received_at = conversion.received_at(visit, origin, complaint.occurred_on)
        command = complaint.to_command(CHANNEL, visit.language.code, desk.region, received_at)
        command, caps = entry.weighed(visit, sent, command, complaint, confirmed)
        who = player.index_key(
            visit.portal.player_secret(), complaint.brand, complaint.account, complaint.email
        )
        intake = Intake(desk=desk, random_bits=visit.portal.random_bits)
        done = conversion.submit(intake, origin, command, ACTOR, request, who, caps)
    except InvalidInput as invalid:
        return again(422, sent.fields, problems=invalid.problems)
    except IdempotencyKeyReused:
        return again(409, sent.fields, notice=form_words.FORM_USED)
    except SentBefore:
        return again(409, {**sent.fields, entry.AGAIN: "yes"}, notice=form_words.SENT_BEFORE)
    except ConsultationOver:
        return again(409, conversion.apart(sent.fields), notice=conversion.ALREADY)
    except Conflict as busy:
        return again(503, sent.fields, notice=form_words.BUSY, retry_after=busy.retry_after)
    logger.info("complaint received", extra={"number": done.number, "replayed": done.replayed})
    version = desk.store.load(done.number).link_version if done.replayed else FIRST_LINK_VERSION
    key = visit.new_key(done.number, version)
    return pages.see_other(f"{visit.complaint_path(done.number, key)}/received")


def _choice(visit: Visit, begun: Prefilled | None) -> Page:
    """What a complaint can be about: each leads to the form for it."""
    brand = (begun and visit.desk.region.brand(begun.confirmed.brand)) or visit.brand
    named = categories(visit.language).items()
    return visit.page(
        200, "category", brand, choices={_start(visit, brand, category=one): name for one, name in named}
    )


def _start(visit: Visit, brand: Brand, **asks: str) -> str:
    """The relative way to where a complaint to a brand begins, with what the operator's site said."""
    first = {} if brand == visit.desk.region.brands[0] else {"brand": brand.id}
    said = visit.query(entry.PREFILL)
    query = urlencode({**first, **asks, **({entry.PREFILL: said} if said else {})})
    return f"{visit.root}complaints" + (f"?{query}" if query else "")


def _form(
    visit: Visit,
    status: int,
    fields: Fields,
    *,
    problems: Iterable[FieldProblem] = (),
    notice: str | None = None,
    retry_after: int | None = None,
    before: str | None = None,
    confirmed: Confirmed | None = None,
) -> Page:
    """The form with what was typed. It always carries a fresh nonce: what it repeats was not stored.

    `before` is the nonce under which that was sent, `confirmed` what the operator's site said.
    """
    desk, nonce = visit.desk, forms.fresh_nonce()
    form = complaint_form(
        visit.language,
        desk.region,
        prefill.locked(fields, confirmed),
        nonce,
        desk.now(),
        since=conversion.since(visit, fields, told(visit.language, fields, desk.now()).get("occurred_on")),
        problems=problems,
        notice=notice,
    )
    fitting = offers.offers(visit, form.brand, form.category, "") if form.category else ()
    return visit.page(
        status,
        "form",
        form.brand,
        form=form,
        guard=entry.guarded(visit, nonce, fields, before, confirmed),
        offers=fitting,
        change=_start(visit, form.brand),
        headers=pages.retry_after(retry_after),
    )
