"""What the pages of anonymous consultations offer and say, made from region and consultation."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from redress.domain import clock, consultation, consultation_key
from redress.domain.consultation import Consultation, Record, State
from redress.domain.errors import FieldProblem
from redress.domain.values import Value
from redress.language import Language, msg
from redress.language import known as known_language
from redress.region import Brand
from redress.usecases.consultations import zone
from redress.web import words
from redress.web.forms import Fields, shown_again
from redress.web.visit import Visit

ASKED = ("text", "category", "brand", "jurisdiction")
# The fields of the page in its order; its summary of problems keeps it.
ORDER = (*ASKED, "number", "key")

STATES: Mapping[State, tuple[str, str]] = {
    State.OPEN: (
        msg("We have your question"),
        msg("Somebody of our team reads it and answers here. Come back with your link or your key."),
    ),
    State.ANSWERED: (
        msg("We have answered"),
        msg("Read the answer below. If something is still unclear, ask on: nobody asks you for your name."),
    ),
    State.CLOSED: (
        msg("This question is closed"),
        msg("You can still read it, and make it a complaint if you want us to decide something."),
    ),
    State.CONVERTED: (
        msg("You have made this a complaint"),
        msg("It goes on there: use the private link of the complaint to follow it and to write to us."),
    ),
}
QUESTION_USED = msg(
    "This form was sent before, with other content. What you wrote is still here: if it is a new question,"
    " check it and send it again."
)
MESSAGE_USED = msg(
    "This form was sent before, with other content. What you wrote is still here: check it and send it again."
)
OVER = msg("Your message could not be added. See below where your question stands.")
ALREADY = msg("You have made this question a complaint already. What you wrote here was not sent.")
DONE: Mapping[str, str] = {"follow-up": msg("Your message has reached us.")}

_KINDS: Mapping[type[consultation.Event], str] = {
    consultation.Asked: msg("Your question"),
    consultation.Answered: msg("Our answer"),
    consultation.FollowedUp: msg("You asked a further question"),
    consultation.Closed: msg("We closed the question"),
    consultation.Converted: msg("You made it a complaint"),
}
_MINE = (consultation.Asked, consultation.FollowedUp, consultation.Converted)

_PROBLEMS: Mapping[tuple[str, str], str] = {
    ("text", "required"): msg("Write what you want to ask"),
    ("text", "text_length"): msg("Your text is too long: shorten it to 10,000 characters"),
    ("text", "control_character"): msg(
        "This contained invisible control characters. We have taken them out: check it and send it again"
    ),
    ("category", "unknown_category"): msg("Choose what it is about from the list"),
    ("brand", "required"): msg("Choose whom you want to ask"),
    ("brand", "unknown_brand"): msg("Choose whom you want to ask from the list"),
    ("jurisdiction", "unknown_jurisdiction"): msg("Choose a place that belongs to that brand"),
    ("number", "number"): msg("Write the number as it was shown to you, such as Q-R7K3-9QXM-3"),
    ("key", "key"): msg("Write the whole key: seven groups of four letters and figures"),
    ("key", "no_match"): msg("There is no question with this number and this key. Check both"),
}


class AskForm(Value):
    """The page that takes a question. `brands`, `jurisdictions` and `categories` map ids to names."""

    brand: Brand
    brands: Mapping[str, str]
    jurisdictions: Mapping[str, str]
    categories: Mapping[str, str]
    values: Fields
    problems: Mapping[str, str]
    days: int

    @property
    def asks_brand(self) -> bool:
        """Whether the player has to choose a brand."""
        return len(self.brands) > 1 or "brand" in self.problems

    @property
    def summary(self) -> Sequence[tuple[str, str]]:
        """The problems as pairs of field and text, in the order of the page."""
        return [(name, self.problems[name]) for name in ORDER if name in self.problems]

    def value(self, name: str) -> str:
        """What was typed in a field."""
        return shown_again(self.values.get(name, ""))


class Said(Value):
    """One entry of a consultation: who did what, when, and what was written; None where nothing was."""

    kind: str
    mine: bool
    when: str
    machine_time: str
    text: str | None


class ConsultationPage(Value):
    """A consultation as its player sees it. `answer_by`: until when, and whether that is over.

    `written` is the language of its texts where the page speaks another one.
    """

    number: str
    brand: Brand
    title: str
    lead: str
    is_open: bool
    answer_by: str | None
    is_late: bool
    said: Sequence[Said]
    zone: str
    written: str | None
    may_follow_up: bool
    is_full: bool
    may_convert: bool
    complaint: str | None
    asked_on: str
    kept_until: str | None


def form(visit: Visit, values: Fields, problems: Iterable[FieldProblem] = ()) -> AskForm:
    """The form of a region, filled with `values`."""
    region, language = visit.desk.region, visit.language
    chosen = region.brand(values.get("brand", "")) or visit.brand
    packs = {pack for brand in region.brands for pack in brand.jurisdictions}
    return AskForm(
        brand=chosen,
        brands={brand.id: brand.name for brand in region.brands},
        jurisdictions={pack: region.pack(pack).name or pack for pack in sorted(packs)},
        categories={one: language.say(name) for one, name in words.CATEGORIES.items()},
        values=values,
        problems={one.field: problem(language, one) for one in problems},
        days=region.consultation_days,
    )


def shown(visit: Visit, known: Consultation) -> ConsultationPage:
    """The page of a consultation, in the language of the visit."""
    desk, language, now = visit.desk, visit.language, visit.desk.now()
    place = zone(desk, known.brand, known.jurisdiction)
    title, lead = STATES[known.state]
    goes_on = known.state in {State.OPEN, State.ANSWERED}
    kept_until = known.kept_until(desk.region.consultation_kept_days)
    return ConsultationPage(
        number=known.number,
        brand=desk.region.brand(known.brand) or visit.brand,
        title=language.say(title),
        lead=language.say(lead),
        is_open=known.state is State.OPEN,
        answer_by=_last_day(language, known.due_at, place) if known.due_at else None,
        is_late=known.due_at is not None and known.due_at <= now,
        said=[_said(language, record, place) for record in known.records],
        zone=place,
        written=known.language if known_language(known.language) != language.code else None,
        may_follow_up=goes_on and known.messages < consultation.MOST_MESSAGES,
        is_full=goes_on and known.messages >= consultation.MOST_MESSAGES,
        may_convert=known.state is not State.CONVERTED,
        complaint=known.complaint,
        asked_on=language.short_day(known.asked_at.astimezone(ZoneInfo(place))),
        kept_until=language.short_day(kept_until.astimezone(ZoneInfo(place))) if kept_until else None,
    )


def told(fields: Fields) -> dict[str, str]:
    """The fields as a question is read: one left blank was not given, others are the form's own."""
    return {name: fields[name] for name in ASKED if fields.get(name, "").strip()}


def only_text(fields: Fields) -> dict[str, str]:
    """The one field of a message."""
    return {"text": fields["text"]} if fields.get("text", "").strip() else {}


def unreadable(number: str, key: str) -> list[FieldProblem]:
    """What cannot be a number or a key, of what somebody typed."""
    parsed = {"number": consultation_key.parse(number), "key": consultation_key.parse_key(key)}
    return [FieldProblem(name, name, "") for name, found in parsed.items() if found is None]


def problem(language: Language, one: FieldProblem) -> str:
    """What to tell about a field that breaks a rule."""
    return language.say(_PROBLEMS.get((one.field, one.rule)) or msg("Check this field"))


def _last_day(language: Language, due_at: datetime, place: str) -> str:
    """Due instants are exclusive: the local day of the last instant before."""
    return language.day(clock.local_day(due_at - clock.TICK, place))


def _said(language: Language, record: Record, place: str) -> Said:
    return Said(
        kind=language.say(_KINDS[type(record.event)]),
        mine=isinstance(record.event, _MINE),
        when=language.moment(record.at, place),
        machine_time=record.at.isoformat(),
        text=record.text,
    )
