"""What a letter may say, taken from the complaint, its rule packs and the region file."""

from collections.abc import Callable, Iterator, Mapping
from copy import replace
from typing import TYPE_CHECKING, Any, cast

from redress.domain import promises
from redress.domain.causes import milestone_behind
from redress.domain.complaint import Complaint
from redress.domain.correspondence import TO_STAFF, LetterKind
from redress.domain.events import ClockPaused, DuplicateLinked, Reopened
from redress.domain.parts import Extension, Pause
from redress.domain.promises import FINAL, REVIEW, TARGET, Promise
from redress.domain.rulepack import Deadline, Length, StageKey, Unit
from redress.domain.stages import UNDECIDED
from redress.domain.values import Value
from redress.letters import outside, plain, staff
from redress.letters.blocks import LetterIncomplete
from redress.letters.case import Case, Moment, law
from redress.usecases.contacts import contacts

if TYPE_CHECKING:
    from redress.letters.missing import Missing

BY_MAIL = "email"  # the channel of complaints that came by mail, or that an application took from one
DEEMED_ACCEPTED = "deemed_accepted"

type Facts = Mapping[str, Any]


class Standstill(Value):
    """A pause: which of the operator's answer and the way out it holds up, by which laws.

    `limit` is when the clocks go on by themselves at the latest, `ended` when they did.
    """

    reason: str
    since: Moment
    ended: Moment | None
    limit: Moment | None
    answer: bool
    route: bool
    laws: tuple[str, ...]


def addressee(case: Case) -> str:
    """The mailbox: the player's, that of staff; for practice always the one for training.

    Raises LetterIncomplete when the player's address is not there (erased, say), or no mailbox for practice.
    """
    if case.file.complaint.training:
        if not case.region.training_mailbox:
            raise LetterIncomplete(case.id, ["training_mailbox"])
        return case.region.training_mailbox
    if case.letter.kind in TO_STAFF:
        return staff.addressee(case)
    known = contacts(case.file)
    if not known:
        raise LetterIncomplete(case.id, ["email"])
    return known[case.letter.contact]


def facts_of(case: Case) -> Facts:
    """The values that the template of the letter uses."""
    complaint = case.file.complaint
    common = {
        "number": complaint.number,
        "brand": case.brand,
        "ink": ink_on(case.brand.colour),
        "category": complaint.category,
        "today": case.moment(case.now),
        "training": complaint.training,
        "language": case.language,
    }
    if case.letter.kind in TO_STAFF:
        return common | staff.facts(case)
    more = _OF_KIND.get(case.letter.kind)
    return common | _for_player(case) | (more(case) if more else {})


def _for_player(case: Case) -> dict[str, Any]:
    complaint = case.file.complaint
    return {
        "link": case.link,
        "answers_read": case.answers_read,
        "name": plain.name(str(case.received.get("name") or "")),
        "received": case.moment(complaint.received_at),
        "final": _date(case, promises.governing(_promises(case), _answer(complaint))),
        "standing": _standing(case),
        "waiting": complaint.waiting_for_player,
        "undecided": complaint.stage in UNDECIDED,
        "again": complaint.review is not None,
        "bodies": outside.bodies(case),
    }


def _promises(case: Case) -> list[Promise]:
    return promises.promises(case.rules, case.file.complaint)


def _date(case: Case, promise: Promise | None) -> Moment | None:
    """The date of a promise as its own pack counts it; None while its clock stands still."""
    return case.moment(promise.due_at, promise.zone) if promise and promise.due_at else None


def _deadline(promise: Promise | None) -> Deadline | None:
    return promise.rule.value if promise else None


def _answer(complaint: Complaint) -> str:
    """The clock of the answer that the player waits for."""
    return REVIEW if complaint.review else FINAL


def _standing(case: Case) -> str | None:
    """What the final response waits for while its clock stands still."""
    finals = {f"{pack.id}:final" for pack in case.rules.packs}
    still = (one for one in case.file.complaint.pauses if one.ended_at is None and finals & set(one.clocks))
    return next((one.reason for one in still), None)


def _acknowledgement(case: Case) -> dict[str, Any]:
    return {**_procedure(case), "missing": _missing(case)}


def _missing(case: Case) -> "Missing | None":
    """What the player's mail leaves open; None for a complaint that came otherwise."""
    if case.file.complaint.channel != BY_MAIL:
        return None
    from redress.letters.missing import missing  # noqa: PLC0415 - few letters ask

    return missing(case.file.complaint, case.received)


def _procedure(case: Case) -> dict[str, Any]:
    dates = _promises(case)
    finals = [one for one in dates if one.clock == FINAL]
    return {
        "ack_within": _deadline(promises.governing(dates, promises.ACK)),
        "notice_within": _deadline(promises.governing(dates, promises.NOTICE)),
        "final_within": _deadline(promises.governing(dates, FINAL)),
        "deemed": any(one.kind == "deemed_outcome" for one in finals),
        "progress_every": case.rules.house.progress_every,
    }


def _question(case: Case) -> dict[str, Any]:
    """The question, and the pause that begins with it: recorded right after, and announced by this letter."""
    records, cause = case.file.records, case.letter.cause
    follows = records[cause].event if cause < len(records) else None
    paused = isinstance(follows, ClockPaused) and follows.notice == LetterKind.INFORMATION_REQUEST
    return {
        "question": case.content(cause, "question"),
        "pause": _standstill(case, cause + 1) if paused else None,
    }


def _pause(case: Case) -> dict[str, Any]:
    cause = case.letter.cause
    return {"explanation": case.content(cause, "explanation"), "pause": _standstill(case, cause)}


def _standstill(case: Case, seq: int) -> Standstill:
    """The pause that event `seq` began."""
    complaint = case.file.complaint
    pause = next(one for one in complaint.pauses if one.seq == seq)
    names = {name.partition(":")[2] for name in pause.clocks}
    return Standstill(
        reason=pause.reason,
        since=case.moment(pause.started_at),
        ended=case.moment(pause.ended_at) if pause.ended_at else None,
        limit=case.moment(pause.ends_at) if pause.ends_at else None,
        answer="final" in names,
        route=bool(names - set(promises.STAGES.values())),
        laws=tuple(dict.fromkeys(_laws_of(case, pause))),
    )


def _laws_of(case: Case, pause: Pause) -> Iterator[str]:
    for pack_id, _, name in (clock_name.partition(":") for clock_name in pause.clocks):
        pack = case.rules.pack(pack_id)
        rule = pack.pause(name, pause.reason) if pack else None
        cited = law(rule.allowed.source) if rule else None
        if cited:
            yield cited


def _extension(case: Case) -> dict[str, Any]:
    """The longer time, its date as it will stand once the letter is sent, and the date until then."""
    complaint, seq = case.file.complaint, case.letter.cause
    extension = next(one for one in complaint.extensions if one.seq == seq)
    others = tuple(one for one in complaint.extensions if one.seq != seq)
    holding = replace(extension, holds_since=extension.holds_since or case.now)
    without = replace(complaint, extensions=others)
    _check_in_time(case, holding, without)
    name = next(name for name, stage in promises.STAGES.items() if stage == extension.stage)
    extended = replace(complaint, extensions=(*others, holding))
    before, after = (
        _date(case, promises.governing(promises.promises(case.rules, one), name))
        for one in (without, extended)
    )
    pack = case.rules.pack(extension.pack)
    rule = pack.extension(cast("StageKey", extension.stage), complaint.category) if pack else None
    return {
        "reasons": case.content(seq, "reasons"),
        "longer_by": Length(amount=extension.amount, unit=cast("Unit", extension.unit)),
        "before": before,
        "after": after,
        "law": law(rule.by.source) if rule else None,
    }


def _check_in_time(case: Case, extension: Extension, without: Complaint) -> None:
    """Raise LetterIncomplete for an extension that came too late to hold: there is no new date to tell."""
    pack = case.rules.pack(extension.pack)
    due = promises.stage_due(pack, without, cast("StageKey", extension.stage)) if pack else None
    due_at, since = due.due_at if due else None, extension.holds_since
    if extension.before_due and due_at and since and due_at <= since:
        raise LetterIncomplete(case.id, ["new_date"])


def _holding(case: Case) -> dict[str, Any]:
    return {
        "expected": _date(case, _expected(case)),
        "authorities": outside.regulators(case.rules.packs),
    }


def _expected(case: Case) -> Promise | None:
    """When the decision can be expected: the first date still ahead, that which this letter sets included.

    None while the clock stands still.
    """
    told = replace(case.file.complaint, holding_sent_at=case.now)
    dates = promises.promises(case.rules, told)
    ahead = [one for one in dates if one.due_at and one.due_at > case.now]
    if told.review:
        return promises.governing(ahead, REVIEW)
    return promises.governing(ahead, FINAL, FINAL + TARGET, promises.ANNOUNCED)


def _decision(case: Case) -> dict[str, Any]:
    decision = case.file.complaint.decision
    if decision is None:
        raise LetterIncomplete(case.id, ["decision"])
    amount, currency = decision.redress_minor, decision.currency
    deemed = decision.outcome == DEEMED_ACCEPTED
    clause = case.file.contents.get(decision.seq, {}).get("clause")
    return {
        "outcome": decision.outcome,
        "reasons": None if deemed else case.content(decision.seq, "reasons"),
        "silence": _silence(case) if deemed else None,
        "clause": plain.text(str(clause or "")),
        "redress": case.language.money(amount, currency) if amount and currency else None,
        "redress_kind": decision.redress_kind,
        "first_answer": _first_answer(case),
        "confirms": _confirms(case.file.complaint),
        **_referral(case),
    }


def _first_answer(case: Case) -> Moment | None:
    """When the answer left that a second one stands beside."""
    complaint = case.file.complaint
    sent_at = complaint.final_response_sent_at if complaint.review else None
    return case.moment(sent_at) if sent_at else None


def _confirms(complaint: Complaint) -> bool:
    """Whether the second answer gives the player what the first one did."""
    first = complaint.review.first_decision if complaint.review else None
    given = [(one.outcome, one.redress_minor, one.currency) for one in (first, complaint.decision) if one]
    return len(given) > 1 and given[0] == given[1]


def _deadlock(case: Case) -> dict[str, Any]:
    """The ways out; and where a person declared it, why, in the words for the player."""
    cause = case.letter.cause
    by_clock = milestone_behind(case.file.records, cause) is not None
    return {
        "reasons": None if by_clock else case.content(cause, "reason"),
        "first_answer": _first_answer(case),
        **_referral(case),
    }


def _message(case: Case) -> dict[str, Any]:
    return {"message": case.content(case.letter.cause, "text")}


def _reopened(case: Case) -> dict[str, Any]:
    event = case.file.records[case.letter.cause - 1].event
    if not isinstance(event, Reopened):
        raise LetterIncomplete(case.id, ["review"])
    return {"ground": event.ground, "first_answer": _first_answer(case)}


def _duplicate(case: Case) -> dict[str, Any]:
    event = case.file.records[case.letter.cause - 1].event
    if not isinstance(event, DuplicateLinked):
        raise LetterIncomplete(case.id, ["duplicate"])
    return {"duplicate": event.duplicate}


def _silence(case: Case) -> dict[str, Any]:
    """The date that passed without our answer, and the law that takes it for acceptance."""
    found = [one for one in _promises(case) if (one.clock, one.kind) == (FINAL, "deemed_outcome")]
    first = promises.governing(found, FINAL)
    return {"due": _date(case, first), "law": law(first.rule.source) if first else None}


def _referral(case: Case) -> dict[str, Any]:
    """The ways out besides the brand's own bodies."""
    return {"authorities": outside.authorities(case, outside.bodies(case))}


_OF_KIND: Mapping[LetterKind, Callable[[Case], dict[str, Any]]] = {
    LetterKind.ACKNOWLEDGEMENT: _acknowledgement,
    LetterKind.INFORMATION_REQUEST: _question,
    LetterKind.PAUSE: _pause,
    LetterKind.EXTENSION: _extension,
    LetterKind.HOLDING: _holding,
    LetterKind.FINAL_RESPONSE: _decision,
    LetterKind.DEADLOCK: _deadlock,
    LetterKind.MESSAGE: _message,
    LetterKind.REOPENED: _reopened,
    LetterKind.DUPLICATE: _duplicate,
}


def ink_on(colour: str) -> str:
    """Black or white, whichever reads better on a colour (relative luminance, WCAG 2.2)."""
    red, green, blue = (int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5))
    linear = [
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in (red, green, blue)
    ]
    luminance = 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
    return "#ffffff" if luminance < 0.179 else "#000000"
