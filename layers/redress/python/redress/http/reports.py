"""What the complaints of a period say, in the operator's API. Imported when the first request comes."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING

from redress.http.answer import Answer
from redress.http.changing import refuse
from redress.http.requests import Call
from redress.usecases import insight

if TYPE_CHECKING:  # it brings pydantic: the resolver imports the one that a request is read with
    from redress.http import report_bodies as bodies


def get_report(call: Call, asked: bodies.ReportQuery) -> Answer:
    """Show the figures of a licence and a period, of the caller's brands."""
    brands = _brands(call, asked.pack, asked.brand)
    now = call.desk.now()
    first, last = _days(call, asked, now)
    made = insight.report(call.insight(), call.desk.region, asked.pack, brands, first, last, now)
    return Answer(body={**made})


def _brands(call: Call, pack: str, brand: str | None) -> tuple[str, ...]:
    """The caller's brands under the licence. Raises InvalidInput."""
    visible = call.caller.visible(call.desk.region).brands
    packs = sorted({one for each in visible for one in each.jurisdictions})
    if pack not in packs:
        refuse("pack", "unknown_pack", f"Choose one of: {', '.join(packs)}.")
    licensed = tuple(one.id for one in visible if pack in one.jurisdictions)
    if brand is None:
        return licensed
    if brand not in licensed:
        refuse("brand", "unknown_brand", f"Choose one of: {', '.join(licensed)}.")
    return (brand,)


def _days(call: Call, asked: bodies.ReportQuery, now: datetime) -> tuple[date, date]:
    """The period, which has begun by `now` (UTC). Raises InvalidInput."""
    first, last = date.fromisoformat(asked.first), date.fromisoformat(asked.last)
    today = insight.today(call.desk.region, asked.pack, now)
    if not insight.EARLIEST <= first <= today:
        rule = "date_in_future" if first > today else "date_too_early"
        refuse("from", rule, f"Give a day from {insight.EARLIEST} to {today}.")
    if last < first:
        refuse("to", "date_too_early", "Give a day that is not before from.")
    if len(insight.months(first, min(last, today))) > insight.LONGEST:
        refuse("to", "period_length", f"Give a period that touches at most {insight.LONGEST} months.")
    return first, last
