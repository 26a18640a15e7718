"""What a jurisdiction asks of a complaint process, as data: deadlines, pauses, outside routes, letters.

These classes are the schema of the TOML files in `redress/rulepacks`; `packs` reads them. Every rule carries
its source, how sure it is (confidence) and how binding (strength). Unknown is not zero: `not_found` is a
value. `House` holds what the operator promises on its own account.
"""

from collections.abc import Iterable, Mapping
from copy import replace
from datetime import date, time
from typing import Literal

from redress.domain import calendars
from redress.domain.categories import present
from redress.domain.reading import refuse
from redress.domain.values import Value

ELAPSED = frozenset({"seconds", "hours"})  # units counted on the time line, not on the calendar
LONGEST = 10_000  # of any unit: beyond this a typing error is likelier than a rule

Confidence = Literal["sourced_official", "sourced_secondary", "recalled", "not_found"]
Strength = Literal["must", "should", "house"]
Unit = Literal["seconds", "hours", "calendar_days", "business_days", "weeks", "months"]
Kind = Literal["duty", "notice_trigger", "gateway", "deemed_outcome", "player_limit", "external_body"]
Anchor = Literal[
    "received",
    "registered",
    "sent_by_player",
    "operator_aware",
    "platform_posted",
    "incident",
    "event_settled",
    "stage_entered",
    "acknowledged",
    "info_request_answered",
    "reopened",
    "final_response_sent",
    "complete_file_at_adr",
    "period_end",
]
CountStart = Literal["exclude_anchor_day", "include_anchor_day", "exact_instant"]
EndAt = Literal["end_of_local_day", "close_of_business", "exact_instant"]
Rollover = Literal["none", "next_business_day", "previous_business_day"]
MonthOverflow = Literal["clamp_last_day", "next_month_first"]
OnBreach = Literal[
    "notify_owner",
    "notify_compliance",
    "open_adr",
    "send_holding_letter",
    "mark_deemed_accepted",
    "report_regulator",
]
StageKey = Literal["ack", "interim", "stage1", "stage2", "final", "adr", "regulator"]
LetterKind = Literal[
    "ack", "holding", "extension", "pause", "final_upheld", "final_rejected", "deadlock", "resolved_summary"
]
Block = Literal[
    "case_reference",
    "process_explained",
    "expected_date",
    "procedure_copy",
    "decision",
    "reasons",
    "contract_clause",
    "measure_and_scope",
    "redress",
    "end_of_internal_process",
    "external_body_name",
    "external_body_contact",
    "external_body_url",
    "external_scope_limits",
    "external_is_free",
    "external_effect",
    "referral_deadline",
    "court_right",
    "regulator_route",
    "odr_link",
]
PauseReason = Literal["awaiting_player_info", "court", "police", "regulator"]
AWAITING_PLAYER: PauseReason = "awaiting_player_info"
Product = Literal["casino", "betting", "poker", "lottery", "bingo"]


class Source(Value):
    """Where a rule can be read. `seen_on` is the day someone of the project read it there."""

    law: str
    section: str = ""
    url: str = ""
    seen_on: date | None = None

    @property
    def citation(self) -> str:
        """Law and section in one line."""
        return f"{self.law}, {self.section}" if self.section else self.law


class Length(Value):
    """A positive amount of a unit. Seconds are for the sandbox pack only."""

    amount: int
    unit: Unit

    def __post_init__(self) -> None:
        if not 1 <= self.amount <= LONGEST:
            raise refuse("amount", f"{self.amount} is not between 1 and {LONGEST}", "Correct the amount")

    def __str__(self) -> str:
        words = self.unit.replace("_", " ")
        return f"{self.amount} {words if self.amount != 1 else words.removesuffix('s')}"


class Deadline(Value):
    """One period and how it is counted. Impossible mixes are refused when it is made.

    `close_time` is local time of the pack's zone. `source` is filled from the rule that holds the deadline.
    """

    kind: Kind
    amount: int
    unit: Unit
    anchor: Anchor
    count_start: CountStart = "exclude_anchor_day"
    end_at: EndAt = "end_of_local_day"
    close_time: time | None = None
    rollover: Rollover = "none"
    month_overflow: MonthOverflow = "clamp_last_day"
    satisfied_by: Literal["sent", "received", "decided"] | None = None
    on_breach: tuple[OnBreach, ...] = ()
    source: str = "house rule"

    def __post_init__(self) -> None:
        _ = self.length
        if self.elapsed:
            self._check_elapsed()
        else:
            self._check_calendar()
        if (self.close_time is None) == (self.end_at == "close_of_business"):
            raise refuse("close_time", "close_time and close_of_business go together", "Give both or neither")

    @property
    def length(self) -> Length:
        """Amount and unit."""
        return Length(amount=self.amount, unit=self.unit)

    @property
    def elapsed(self) -> bool:
        """Whether it is counted on the time line (hours, seconds) and not by local days."""
        return self.unit in ELAPSED

    def _check_elapsed(self) -> None:
        if self.count_start != "exact_instant" or self.end_at != "exact_instant":
            raise refuse(
                "unit", f"{self.unit} run from instant to instant", "Set count_start and end_at exact_instant"
            )
        if self.rollover != "none":
            raise refuse("rollover", f"{self.unit} never roll over", "Set rollover none")

    def _check_calendar(self) -> None:
        if "exact_instant" in (self.count_start, self.end_at):
            raise refuse(
                "unit", f"{self.unit} run by local days", "Use hours, or drop exact_instant at both ends"
            )
        if self.count_start == "include_anchor_day" and self.unit not in ("calendar_days", "weeks"):
            raise refuse(
                "count_start",
                f"include_anchor_day is not defined for {self.unit}",
                "Only calendar_days and weeks can count the anchor day: use exclude_anchor_day",
            )


class Sourced[T](Value):
    """A value and why it holds. No value means: looked for and not found.

    Strength `house` with confidence `not_found` is the operator's own value where the law is silent. An
    `operator_defined` value is one that the law makes the operator set: the region file gives it.
    """

    value: T | None = None
    confidence: Confidence = "not_found"
    strength: Strength = "house"
    source: Source | None = None
    conflicts: tuple[str, ...] = ()
    operator_defined: bool = False
    verified_by: str = ""
    verified_on: date | None = None

    def __post_init__(self) -> None:
        found = self.confidence != "not_found"
        if found and self.value is None:
            raise refuse("value", f"{self.confidence}, but no value", "Give the value or say not_found")
        if not (found or self.operator_defined) and self.value is not None and self.strength != "house":
            raise refuse("confidence", "a value that nobody found", "Give a source, or strength house")
        if self.confidence.startswith("sourced") and self.source is None:
            raise refuse("source", f"{self.confidence}, but no source", "Name a key of [sources]")
        if isinstance(self.value, Deadline) and self.source is not None:
            object.__setattr__(self, "value", replace(self.value, source=self.source.citation))


class Stage(Value):
    """One step of the process and the deadline it owes."""

    deadline: Sourced[Deadline]
    counts_toward_total: bool = True
    next: StageKey | None = None
    exit_letter: LetterKind | None = None


class Pause(Value):
    """When a clock may stop. `applies_to` names stages and external bodies whose clocks it stops."""

    allowed: Sourced[bool]
    reasons: tuple[PauseReason, ...]
    applies_to: tuple[str, ...]
    must_notify_player: Sourced[bool] = Sourced()
    max_single: Sourced[Length] = Sourced()
    max_total: Sourced[Length] = Sourced()
    resume_on: tuple[Literal["player_reply", "max_reached"], ...] = ("player_reply",)


class Extension(Value):
    """How the clock of stage `of` may be made longer: for some categories, or for those no other rule names.

    With a written notice among its `needs` it holds from the moment the letter is sent.
    """

    of: StageKey
    by: Sourced[Length]
    categories: tuple[str, ...] = ()
    max_times: int = 1
    needs: tuple[Literal["written_notice", "reasons", "new_date"], ...] = ()
    must_be_sent_before_due: bool = True


class Scope(Value):
    """What an external body takes: amounts in minor units of `currency`."""

    min_amount_minor: int | None = None
    max_binding_amount_minor: int | None = None
    currency: str = ""
    categories: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()


class ExternalBody(Value):
    """A route outside the operator. Name and url are empty where each brand has its own body."""

    key: str
    type: Literal["adr", "ombudsman", "mediator", "regulator", "consumer_platform", "court"]
    name: str = ""
    url: str = ""
    free: Sourced[bool] = Sourced()
    valid_from: date | None = None
    valid_to: date | None = None
    scope: Sourced[Scope] = Sourced()
    opens_when: Sourced[Deadline] = Sourced()
    opens_early_on: tuple[Literal["deadlock", "final_response"], ...] = ()
    referral_limit: Sourced[Deadline] = Sourced()
    operator_reply: Sourced[Deadline] = Sourced()
    decision_time: Sourced[Deadline] = Sourced()
    binding: Literal["operator", "both", "none"] | None = None
    premature_is: Literal["rejected", "archived", "allowed"] | None = None


class LetterRule(Value):
    """What a letter must and must not say. `also_contain` and `also_avoid` are the house's own choice."""

    medium: Sourced[Literal["writing", "durable_medium"]] = Sourced()
    languages: tuple[str, ...] = ()
    must_contain: Sourced[tuple[Block, ...]] = Sourced()
    must_not_contain: Sourced[tuple[Block, ...]] = Sourced()
    also_contain: tuple[Block, ...] = ()
    also_avoid: tuple[Block, ...] = ()

    @property
    def blocks(self) -> tuple[Block, ...]:
        """Every block the letter has to show, the law's first."""
        return (self.must_contain.value or ()) + self.also_contain

    @property
    def banned(self) -> tuple[Block, ...]:
        """Every block the letter must not show."""
        return (self.must_not_contain.value or ()) + self.also_avoid


class Report(Value):
    """What is told to an authority, and when."""

    to: str
    cadence: Literal["event", "on_return", "monthly", "quarterly", "half_yearly", "yearly", "on_request"]
    content: Sourced[tuple[str, ...]]
    due: Sourced[Deadline] = Sourced()


class AppliesTo(Value):
    """Whose complaints the pack governs."""

    licence: tuple[str, ...]
    player_residence: tuple[str, ...]
    product: tuple[Product, ...]


class Taxonomy(Value):
    """What counts as a complaint and what as a dispute."""

    distinguishes_dispute: Sourced[bool] = Sourced()
    complaint_definition: str = ""
    dispute_definition: str = ""
    excluded: tuple[str, ...] = ()
    quick_resolution: Sourced[Deadline] = Sourced()


class Intake(Value):
    """How and until when a player may complain."""

    filing_window: Sourced[Deadline] = Sourced()
    may_reject_if_incomplete: Sourced[bool] = Sourced()
    writing_required: Sourced[bool] = Sourced()
    channels: tuple[str, ...] = ()
    exclusive_channel: bool = False
    required_fields: tuple[str, ...] = ()


class CategoryRule(Value):
    """Stages that differ for some categories of complaint."""

    match: tuple[str, ...]
    stages: Mapping[StageKey, Stage]


class Retention(Value):
    """How long records are kept, `since` what."""

    amount: int
    unit: Literal["years", "months"]
    since: Literal["receipt", "closure", "last_contact"]


class Records(Value):
    """What is kept, and how long."""

    retention: Sourced[Retention] = Sourced()
    fields: tuple[str, ...] = ()


class Languages(Value):
    """Which languages the process must offer."""

    must_offer: tuple[str, ...] = ()
    rule: Sourced[Literal["official", "marketing_languages", "player_preference"]] = Sourced()
    external_body_only: tuple[str, ...] = ()


class Signoff(Value):
    """Who vouched for the pack, and when."""

    counsel: str
    date: date


class Mark(Value):
    """A point of a running clock: at `percent` of it, or `before` its end. Exactly one of them."""

    percent: int | None = None
    before: Length | None = None

    def __post_init__(self) -> None:
        if (self.percent is None) == (self.before is None):
            raise refuse("percent", "a point is either percent or before", "Give exactly one")
        if self.percent is not None and not 1 <= self.percent <= 99:
            raise refuse("percent", f"{self.percent} is not between 1 and 99", "Correct the percentage")


class EscalationLevel(Value):
    """When an unfinished complaint goes up to a level of supervisors, 1 being the first."""

    level: int
    at: Mark


class House(Value):
    """What the operator promises itself, strength `house` throughout.

    A target is the deadline of a stage where the law has none, and one more clock where it has one. Warnings
    and escalation levels count towards the earliest of a stage's dates, the latter towards the final one. A
    player may reopen a complaint `reopen_within` of the answer, and hears again `review_within` of that.
    """

    deadlock_before: Length
    feedback_window: Length
    progress_every: Length
    review_within: Length = Length(amount=14, unit="calendar_days")
    reopen_within: Length = Length(amount=30, unit="calendar_days")
    targets: Mapping[StageKey, Deadline] = {}
    warnings: Mapping[StageKey, tuple[Mark, ...]] = {}
    escalations: tuple[EscalationLevel, ...] = ()


class RulePack(Value):
    """All rules of one jurisdiction, from `valid_from` to `valid_to` (local dates, both included)."""

    id: str
    version: str
    valid_from: date
    applies_to: AppliesTo
    timezone: str
    stages: Mapping[StageKey, Stage]
    house: House
    name: str = ""
    sources: Mapping[str, Source] = {}
    valid_to: date | None = None
    holiday_calendar: str | None = None
    weekend: tuple[int, ...] = calendars.WEEKEND
    taxonomy: Taxonomy = Taxonomy()
    intake: Intake = Intake()
    categories: tuple[CategoryRule, ...] = ()
    pauses: tuple[Pause, ...] = ()
    extensions: tuple[Extension, ...] = ()
    external_bodies: tuple[ExternalBody, ...] = ()
    letters: Mapping[LetterKind, LetterRule] = {}
    reports: tuple[Report, ...] = ()
    records: Records = Records()
    languages: Languages = Languages()
    silence_effect: Literal["none", "gateway_opens", "deemed_accepted", "regulator_may_be_told"] = "none"
    signoff: Signoff | None = None

    @property
    def calendar(self) -> calendars.Calendar:
        """The calendar the pack counts by; without one, its weekend and no holidays."""
        if self.holiday_calendar is None:
            return calendars.Calendar(name="no holidays", weekend=self.weekend, holidays={})
        return calendars.load(self.holiday_calendar, self.weekend)

    def rule(self, stage: StageKey, category: str = "") -> Sourced[Deadline]:
        """What the law sets for a stage and a category of complaint; without a value where it is silent."""
        found = self.stages.get(stage)
        for track in self.categories:
            if _names(track.match, category) and stage in track.stages:
                found = track.stages[stage]
        return found.deadline if found else Sourced()

    def owed(self, stage: StageKey, category: str = "") -> Sourced[Deadline]:
        """The deadline of a stage: the law's, or where it is silent the operator's own target."""
        rule = self.rule(stage, category)
        return rule if rule.value else Sourced(value=self.house.targets.get(stage))

    def deadline(self, stage: StageKey, category: str = "") -> Deadline | None:
        """The deadline that is owed for a stage, or None where there is none."""
        return self.owed(stage, category).value

    def extension(self, stage: StageKey, category: str = "") -> Extension | None:
        """How the deadline of a stage may be extended for a category, or None: then it may not."""
        found = [one for one in self.extensions if one.of == stage and one.by.value]
        named = [one for one in found if _names(one.categories, category)]
        return next(iter(named or [one for one in found if not one.categories]), None)

    def external_body(self, key: str) -> ExternalBody | None:
        """The external body of that key, or None."""
        return next((body for body in self.external_bodies if body.key == key), None)

    @property
    def route(self) -> ExternalBody | None:
        """The outside route that letters name: the first of the external bodies."""
        return next(iter(self.external_bodies), None)

    @property
    def deadlock_opens(self) -> bool:
        """Whether the outside route opens as soon as the operator says that it will not agree."""
        return self.route is not None and "deadlock" in self.route.opens_early_on

    def letter(self, kind: str) -> LetterRule:
        """The rule of a letter; without one in the pack, a rule that asks nothing."""
        return self.letters.get(kind, LetterRule())  # type: ignore[call-overload,no-any-return]

    def pause(self, clock: str, reason: str) -> Pause | None:
        """The rule by which a stage's or body's clock stops for a reason, or None: then it may not."""
        allowed = (one for one in self.pauses if one.allowed.value and reason in one.reasons)
        return next((one for one in allowed if clock in one.applies_to), None)

    def paused_clocks(self, reason: str) -> frozenset[str]:
        """The stages and external bodies whose clocks stop for a reason. Unknown means: not allowed."""
        return frozenset(
            clock for one in self.pauses for clock in one.applies_to if self.pause(clock, reason)
        )


def _names(terms: Iterable[str], category: str) -> bool:
    """Whether a list of terms has a category, by the id of today or by one that it had."""
    return any(present(term) == category for term in terms)
