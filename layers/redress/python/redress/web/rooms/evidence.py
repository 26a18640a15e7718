"""Evidence: what the player has sent, and a form that goes straight to the store of files.

The page signs a form for one file; showing it changes nothing. The store sends the browser back to `sent`,
which changes nothing either: what became of the file is read from the complaint.
"""

from redress.domain import actors, evidence
from redress.domain.parts import Evidence
from redress.domain.stages import Stage
from redress.domain.values import Value
from redress.language import Language, msg
from redress.usecases.ports import CaseFile
from redress.web import evidence_words as words
from redress.web import pages
from redress.web.pages import Page
from redress.web.visit import Visit

_KILOBYTE, _MEGABYTE = 1024, 1024 * 1024


class File(Value):
    """A file in the list: what it is, when it came from whom, and what came of it (`kind` of the news)."""

    name: str
    when: str
    machine_time: str
    news: str
    kind: str


class EvidenceView(Value):
    """The files of a complaint, and how many `more` may be sent."""

    files: tuple[File, ...]
    more: int


def show(visit: Visit, number: str, key: str) -> Page:
    """The files, and the form for one more."""
    return _page(visit, number, key, None)


def sent(visit: Visit, number: str, key: str) -> Page:
    """The same, after a file has arrived; what the store adds to the address is not read."""
    return _page(visit, number, key, words.ARRIVED)


def files_of(case: CaseFile, language: Language, zone: str) -> EvidenceView:
    """The files of a complaint as its player sees them, instants in the IANA zone."""
    known = case.complaint.evidence
    shown = (_file(place, one, language, zone) for place, one in enumerate(known.values(), 1))
    open_ = case.complaint.stage is not Stage.CLOSED
    return EvidenceView(files=tuple(shown), more=evidence.room(known) if open_ else 0)


def _page(visit: Visit, number: str, key: str, arrived: str | None) -> Page:
    visit, case = visit.enter(number, key)
    region, one = visit.desk.region, case.complaint
    brand = region.brand(one.brand) or region.brands[0]
    view = files_of(case, visit.language, region.rules_of(one).zone)
    door = visit.portal.evidence()
    upload = None
    if view.more:
        new = f"{visit.portal.random_bits(evidence.ID_BITS):0{evidence.ID_BITS // 4}x}"
        chosen = f"/{visit.chosen}" if visit.chosen else ""
        back = f"{visit.address}{chosen}/complaints/{one.number}/{key}/evidence/sent"
        upload = door.upload(one.number, new, actors.PLAYER, visit.desk.now(), back)
    return visit.page(
        200,
        "evidence",
        brand,
        complaint=one,
        evidence=view,
        upload=upload,
        here=visit.complaint_path(one.number, key),
        arrived=visit.language.say(arrived) if arrived else None,
        kinds=visit.language.say(words.KINDS),
        largest=evidence.LARGEST_BYTES,
        headers=pages.forms_may_go_to(door.origin),
    )


def _file(place: int, one: Evidence, language: Language, zone: str) -> File:
    refused = words.REFUSED[one.refused] if one.refused else None
    state = evidence.state(one)
    return File(
        name=_name(place, one, language),
        when=_when(one, language, zone),
        machine_time=one.added_at.isoformat(),
        news=language.say(refused or words.STATES[state]),
        kind="missed" if refused or state in evidence.TASKS else "kept",
    )


def _when(one: Evidence, language: Language, zone: str) -> str:
    moment = language.moment(one.added_at, zone)
    if one.added_by == actors.PLAYER:
        return language.say(msg("You sent it on {moment}"), moment=moment)
    return language.say(msg("We added it on {moment}"), moment=moment)


def _name(place: int, one: Evidence, language: Language) -> str:
    if one.media_type is None or one.size is None:
        return language.say(words.NAMELESS, place=place)
    kind = evidence.KINDS[one.media_type].name
    if one.size < _MEGABYTE:
        kilobytes = language.number(-(-one.size // _KILOBYTE))
        return language.say(words.WITH_KILOBYTES, place=place, kind=kind, size=kilobytes)
    whole, tenths = divmod(one.size * 10 // _MEGABYTE, 10)
    megabytes = f"{language.number(whole)}{language.cldr['decimal']}{tenths}"
    return language.say(words.WITH_MEGABYTES, place=place, kind=kind, size=megabytes)
