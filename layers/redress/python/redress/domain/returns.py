"""What a licence owes its authority about a period, from the complaints as they stood at an instant.

The same question about the same instant has the same answer, whatever happened since: only what was on
record before `as_of` is looked at, and a digest says what that was.
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime, timedelta
from typing import NamedTuple

from redress.domain import (
    clock,
    instants,
    periods,
    return_adr,
    return_complaints,
    return_lives,
    return_outside,
    return_records,
    return_unresolved,
)
from redress.domain.history import History
from redress.domain.periods import Span
from redress.domain.return_figures import Basis, Section
from redress.domain.return_lives import Life, NothingOwed, ReturnRefused, RulesOf
from redress.domain.rulepack import Report, RulePack
from redress.domain.values import Value

FORMAT = "redress-return/1"
DEFINITIONS = "2"
"""The version of what is counted how. A change that moves any figure raises it."""
PERIODIC = frozenset({"monthly", "quarterly", "half_yearly", "yearly", "on_return"})

type PackOn = Callable[[date], RulePack]  # the version of the licence's pack that holds on a local day

CONTENT: Mapping[str, Callable[[Basis], Section]] = {
    section.__name__: section
    for section in (
        return_complaints.formal_complaints,
        return_complaints.of_which_disputes,
        return_complaints.of_which_to_adr,
        return_complaints.volumes,
        return_complaints.outcomes,
        return_records.records_of_complaints,
        return_adr.adr,
        return_adr.disputes,
        return_adr.conclusions,
        return_unresolved.disputes_unresolved_for_90_days,
        return_unresolved.details,
        return_unresolved.age,
        return_unresolved.unresolved_complaint,
        return_unresolved.response,
        *return_outside.SECTIONS,
    )
}
"""What a report's content id asks for, by that id."""


class Asked(Value):
    """Which report of a pack (counted from 1), about which period, as known before which instant (UTC).

    `pack` is the version that holds on the period's last day. A `draft` may be of a period that is not over.
    """

    pack: RulePack
    number: int
    report: Report
    of: Span
    as_of: datetime
    draft: bool


class Later(NamedTuple):
    """What came on record of a complaint since an earlier return: seq, type and instant of each event."""

    number: str
    events: tuple[tuple[int, str, datetime], ...]


class Return(Value):
    """The answer. `inputs` are number, seq and head of every complaint that it is of; `digest` is theirs.

    `versions` says how many of them run by which version of the pack. `due` is the last local day for it and
    the instant (exclusive), where the pack counts from the end of the period. `later` is for corrections.
    """

    asked: Asked
    sections: tuple[Section, ...]
    inputs: tuple[tuple[str, int, str], ...]
    digest: str
    versions: Mapping[str, int]
    due: tuple[date, datetime] | None
    later: tuple[Later, ...] = ()


def ask(
    pack_on: PackOn, pack_id: str, number: int | None, text: str, as_of: datetime, *, draft: bool
) -> Asked:
    """The question, checked. Raises NotAPeriod, ReturnRefused, RulePackInvalid."""
    as_of = instants.from_text(instants.to_text(as_of))  # as the document tells it, and not finer
    period = periods.parse(text)
    of = periods.span(period, lambda day: pack_on(day).timezone)
    pack = pack_on(period.last)
    place, report = _chosen(pack, pack_id, number)
    periods.check_fits(period, report.cadence)
    if of.start >= as_of:
        raise ReturnRefused(f"{text} has not begun: there is nothing to tell of it")
    if not draft and not periods.is_over(of, as_of):
        raise ReturnRefused(
            f"{text} is not over at {as_of:%Y-%m-%dT%H:%MZ}: it ends before {of.end:%Y-%m-%dT%H:%MZ}"
            f" ({of.end_zone}). Ask after that, or for a draft"
        )
    return Asked(pack=pack, number=place, report=report, of=of, as_of=as_of, draft=draft)


def make(
    asked: Asked,
    histories: Iterable[History],
    rules_of: RulesOf,
    since: datetime | None = None,
    known: frozenset[str] = frozenset(),
) -> Return:
    """The return. `since` is when an earlier one was made, `known` the complaints that it was made of.

    Raises ReturnRefused where a complaint cannot be read, and RulePackInvalid.
    """
    of, as_of = asked.of, asked.as_of
    told = return_lives.lives(histories, rules_of, asked.pack.id, of, as_of, since)
    found = sorted(
        (one for one in told if one.number in known or return_lives.concerns(one, of)),
        key=lambda one: one.number,
    )
    concerned = tuple(one for one in found if return_lives.concerns(one, of))
    basis = Basis(
        pack=asked.pack, of=of, as_of=as_of, at=min(of.end, as_of), zone=of.end_zone, lives=concerned
    )
    return Return(
        asked=asked,
        sections=tuple(CONTENT[part](basis) for part in asked.report.content.value or ()),
        inputs=tuple((one.number, one.seq, one.head) for one in concerned),
        digest=return_lives.digest(concerned),
        versions=_versions(concerned),
        due=due(asked),
        later=tuple(Later(one.number, one.later) for one in found if one.later),
    )


def due(asked: Asked) -> tuple[date, datetime] | None:
    """Until when it is owed: the last local day, and the first instant (UTC) that is too late."""
    deadline = asked.report.due.value
    if deadline is None or deadline.anchor != "period_end":
        return None
    pack = asked.pack
    last_instant = asked.of.end - timedelta(microseconds=1)
    found = clock.due(deadline, last_instant, zone=asked.of.end_zone, calendar=pack.calendar)
    return (found.last_day, found.due_at) if found.due_at else None


def is_periodic(report: Report) -> bool:
    """Whether a report is owed for each period, rather than for an event or on request."""
    return report.cadence in PERIODIC


def _chosen(pack: RulePack, pack_id: str, number: int | None) -> tuple[int, Report]:
    reports = pack.reports
    if not reports:
        raise NothingOwed(
            f"Rule pack {pack_id} names no report to any authority: there is no return to make;"
            " redress register exports the complaints"
        )
    if number is None:
        periodic = [place for place, one in enumerate(reports, start=1) if is_periodic(one)]
        if len(periodic) != 1:
            words = "has no periodic report" if not periodic else "has several periodic reports"
            raise ReturnRefused(f"Rule pack {pack_id} {words}: say which, 1 to {len(reports)}")
        number = periodic[0]
    if not 1 <= number <= len(reports):
        raise ReturnRefused(f"Rule pack {pack_id} has no report {number}: say which, 1 to {len(reports)}")
    return number, reports[number - 1]


def _versions(found: Iterable[Life]) -> dict[str, int]:
    counts: dict[str, int] = {}
    for one in found:
        version = one.complaint.pack_version
        counts[version] = counts.get(version, 0) + 1
    return dict(sorted(counts.items()))
