"""Anonymous consultations: somebody asks without a name, the operator answers, a complaint may come of it.

Nothing here asks for or keeps a name, an address or an account.
"""

from collections.abc import Callable, Sequence
from copy import replace
from datetime import date, datetime

from redress.domain import clock, consultation, consultation_key, instants
from redress.domain.commands import Submit
from redress.domain.consultation import Consultation, Converted, Event, Record
from redress.domain.errors import (
    Conflict,
    ConsultationOver,
    IdempotencyKeyReused,
    NoSuchConsultation,
    StaleVersion,
)
from redress.domain.keys_in_texts import without_keys
from redress.domain.signals import find
from redress.domain.values import Value
from redress.usecases.change import ATTEMPTS, Changed, Desk, is_of, replay
from redress.usecases.consultation_ports import ConsultationChange
from redress.usecases.ports import Answer, Cap, Request, RequestSeen, VersionConflict
from redress.usecases.submit_complaint import Intake, submit_complaint

type Choose = Callable[[Consultation], tuple[Event, str | None]]
"""What is done about a consultation as it stands, and what is written with it."""


class Question(Value):
    """What somebody asks: of which brand, in which language (BCP 47), about what, under which rule pack."""

    brand: str
    language: str
    text: str
    category: str | None = None
    jurisdiction: str | None = None


class Opened(Value):
    """A new consultation, and the key that opens it; whether the answer repeats an earlier one."""

    number: str
    key: str
    version: int
    replayed: bool = False


def ask(intake: Intake, secret: bytes, question: Question, actor: str, request: Request) -> Opened:
    """Store a new consultation in one transaction; the same request gets the same number and key again.

    Raises IdempotencyKeyReused when the request's key was used for another question.
    """
    desk = intake.desk
    for _ in range(ATTEMPTS):
        number = consultation_key.from_random(intake.random_bits(consultation_key.RANDOM_BITS))
        key = consultation_key.make_key(secret, number)
        asked = _asked(desk, question, consultation_key.hashed(key))
        text = without_keys(question.text)
        record = Record(seq=1, at=desk.now(), actor=actor, event=asked, text=text)
        try:
            desk.store.consultations.append(_change(desk, consultation.fold(number, [record]), request))
        except VersionConflict:
            continue
        except RequestSeen as seen:
            known = _checked(request, seen.answer)
            again = consultation_key.make_key(secret, known.number)
            return Opened(number=known.number, key=again, version=known.seq, replayed=True)
        return Opened(number=number, key=key, version=1)
    raise Conflict("new")


def open_with(desk: Desk, number: str, key: str) -> Consultation:
    """The consultation that a key opens. Raises NoSuchConsultation: for no such number as for a wrong key."""
    canonical = consultation_key.parse(number)
    if canonical is None:
        raise NoSuchConsultation(number)
    known = desk.store.consultations.load(canonical, desk.now())
    if not consultation_key.opens(key, known.key_hash):
        raise NoSuchConsultation(canonical)
    return known


def change(
    desk: Desk,
    number: str,
    choose: Choose,
    actor: str,
    request: Request,
    *,
    check: Callable[[Consultation], None] = lambda _: None,
    expected_version: int | None = None,
) -> Changed:
    """Do what `choose` makes of the consultation as it stands, or raise what it raises, `check` first.

    With `expected_version` it is decided on that version alone, otherwise on whatever is newest. Raises
    NoSuchConsultation, ConsultationOver, StaleVersion, IdempotencyKeyReused, and Conflict when others kept
    winning. Whatever is raised, nothing was stored.
    """
    if answer := desk.store.answer(request.client, request.key, desk.now()):
        return replay(request, answer)
    for attempt in range(ATTEMPTS):
        desk.pause(attempt)
        known = desk.store.consultations.load(number, desk.now())
        check(known)
        if expected_version not in {None, known.version}:
            raise StaleVersion(number, known.version)
        event, text = choose(known)
        after = _after(known, event, desk.now(), actor, text)
        try:
            desk.store.consultations.append(_change(desk, after, request))
        except VersionConflict:
            continue
        except RequestSeen as seen:
            return replay(request, seen.answer)
        return Changed(number=number, version=after.version)
    raise Conflict(number)


def follow_up(desk: Desk, number: str, text: str, actor: str, request: Request) -> Changed:
    """The player asks on; an answer is owed anew. Raises what `change` raises."""
    signals = find(text)

    def choose(known: Consultation) -> tuple[Event, str | None]:
        return consultation.follow_up(known, _due(desk, known.brand, known.jurisdiction), signals), text

    return change(desk, number, choose, actor, request)


def convert(
    intake: Intake,
    known: Consultation,
    command: Submit,
    actor: str,
    request: Request,
    player: str,
    caps: Sequence[Cap] = (),
) -> Changed:
    """Make it a complaint, received when `counts_from` says, in one transaction with the consultation.

    Sent twice it is one complaint. Raises ConsultationOver when it has become another one meanwhile, and what
    `submit_complaint` raises.
    """
    desk = intake.desk
    since = instants.to_text(counts_from(desk, known, command.occurred_on))
    told = replace(command, received_at=since, sent_at=since, consultation=known.number)

    def conversion(complaint: str, now: datetime) -> ConsultationChange:
        newest = desk.store.consultations.load(known.number, now)
        event: Converted = consultation.convert(newest, complaint)
        return _change(desk, _after(newest, event, now, actor, None), None)

    try:
        return submit_complaint(intake, told, actor, request, player, caps, conversion)
    except ConsultationOver:
        answer = desk.store.answer(request.client, request.key, desk.now())
        if answer is None:
            raise
        return replay(request, answer)


def counts_from(desk: Desk, known: Consultation, occurred_on: str | None) -> datetime:
    """When a complaint made of it was received (UTC): when it was asked.

    Nobody can have asked about what happened (local date) only later: that was received now.
    """
    asked_on = clock.local_day(known.asked_at, zone(desk, known.brand, known.jurisdiction))
    is_later = occurred_on is not None and date.fromisoformat(occurred_on) > asked_on
    return desk.now() if is_later else known.asked_at


def _asked(desk: Desk, question: Question, key_hash: str) -> consultation.Asked:
    return consultation.Asked(
        brand=question.brand,
        language=question.language,
        team=desk.region.team_for(question.category or "").id,
        due_at=instants.to_text(_due(desk, question.brand, question.jurisdiction)),
        key_hash=key_hash,
        category=question.category,
        jurisdiction=question.jurisdiction,
        signals=find(question.text),
    )


def zone(desk: Desk, brand: str, jurisdiction: str | None) -> str:
    """The IANA zone of the days that a consultation counts: its rule pack's, or that of its brand's first."""
    found = desk.region.brand(brand)
    first = next(iter(found.jurisdictions)) if found else None
    pack = jurisdiction or first
    return desk.region.pack(pack).timezone if pack else "UTC"


def _due(desk: Desk, brand: str, jurisdiction: str | None) -> datetime:
    return consultation.due(desk.now(), desk.region.consultation_days, zone(desk, brand, jurisdiction))


def _after(known: Consultation, event: Event, now: datetime, actor: str, text: str | None) -> Consultation:
    kept = without_keys(text) if text else text
    record = Record(seq=known.version + 1, at=now, actor=actor, event=event, text=kept)
    return consultation.evolve(known, record)


def _change(desk: Desk, after: Consultation, request: Request | None) -> ConsultationChange:
    kept_until = after.kept_until(desk.region.consultation_kept_days)
    return ConsultationChange(after=after, kept_until=kept_until, request=request)


def _checked(request: Request, answer: Answer) -> Answer:
    if not is_of(request, answer):
        raise IdempotencyKeyReused(request.key)
    return answer
