"""The rules of a pack in words, as they hold for every complaint: how long, from when on, what may change it.

The words for one complaint, with its dates, are in `explanations`; what holds for both is said in its words.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from redress.domain.promises import ACK, ADR_DECISION, ADR_REPLY, ADR_WINDOW, FINAL, GATEWAY, NOTICE
from redress.domain.rulepack import Deadline, ExternalBody, Length, RulePack, Sourced, StageKey
from redress.domain.values import Value
from redress.language import Language, msg
from redress.web import explanations, words

STAGES: Mapping[StageKey, str] = {"ack": ACK, "interim": NOTICE, "final": FINAL}
SINCE: Mapping[str, str] = {  # by anchor
    "received": msg("It counts from when we receive your complaint."),
    "registered": msg("It counts from when we register your complaint."),
    "sent_by_player": msg("It counts from when you send your complaint."),
    "operator_aware": msg("It counts from when we learn of your complaint."),
    "platform_posted": msg("It counts from when your complaint is posted on the official platform."),
    "incident": msg("It counts from the day on which it happened."),
    "event_settled": msg("It counts from when the game or bet is settled."),
    "stage_entered": msg("It counts from when we write you that we need longer."),
    "acknowledged": msg("It counts from when we confirm your complaint."),
    "info_request_answered": msg("It counts from when you answer our question."),
    "reopened": msg("It counts from when we begin to look at it again."),
    "final_response_sent": msg("It counts from when we send you our final answer."),
    "complete_file_at_adr": msg("It counts from when the independent body has all it needs."),
    "period_end": msg("It counts from the end of the period."),
}
PAUSES: Mapping[str, str] = {
    "awaiting_player_info": msg("The clock stands still while we wait for your answer to a question."),
    "court": msg("The clock stands still while a court deals with it."),
    "police": msg("The clock stands still while the police deal with it."),
    "regulator": msg("The clock stands still while the regulator deals with it."),
}
STANDS_AT_MOST = msg("Longest time it may stand still: {length}.")
LONGER = msg("We may take more time: {length}.")
LONGER_ABOUT = msg(
    "We may take more time for complaints about some things. Longer by: {length}. They are: {categories}."
)
TOLD_BEFORE = msg("If we do, you hear from us in writing before the time is over.")
OPENS_EARLY: Mapping[str, str] = {
    "deadlock": msg("It opens before that once we tell you that we will not agree."),
    "final_response": msg("It opens before that once you have our final answer."),
}
OPENS_ON: Mapping[str, str] = {
    "deadlock": msg("It opens once we tell you that we will not agree."),
    "final_response": msg("It opens once you have our final answer."),
}
TARGETS: Mapping[str, str] = {
    ACK: msg("Our own aim for confirming that we have your complaint"),
    NOTICE: msg("Our own aim for telling you when our answer comes"),
    FINAL: msg("Our own aim for our final answer"),
}
FILING = msg("Your time to complain to us")
PROGRESS, REVIEW = msg("You hear from us while we look into it"), words.PROMISES["review"]
AT_LEAST_EVERY = msg("At least once in each such time.")


class Rule(Value):
    """A rule in words: what it is about, how long, for which complaints if not for all, where it can be read.

    `time` is empty of a way that opens with a letter and at no time.
    """

    name: str
    time: str
    sentences: Sequence[str]
    about: str | None = None
    url: str = ""


def duties(language: Language, pack: RulePack) -> Iterator[Rule]:
    """What the operator owes, in the order of the process: by law first, then by its own promise."""
    for stage, clock in STAGES.items():
        name = language.say(words.PROMISES[clock])
        for categories in ((), *(one.match for one in pack.categories if stage in one.stages)):
            rule = pack.owed(stage, next(iter(categories), ""))
            if rule.value:
                more = _changes(language, pack, stage, categories)
                yield _rule(language, name, rule, more, about=_about(language, categories))
        target = pack.house.targets.get(stage)
        if target and pack.rule(stage).value:
            yield _rule(language, language.say(TARGETS[clock]), Sourced(value=target), ())


def own_promises(language: Language, pack: RulePack) -> Iterator[Rule]:
    """What the operator promises beside its answer: to be heard from meanwhile, and to look again."""
    say, house, since_reopened = language.say, pack.house, SINCE["reopened"]
    promise = say(explanations.OWN_PROMISE)
    every, within = length(language, house.progress_every), length(language, house.review_within)
    yield Rule(name=say(PROGRESS), time=every, sentences=(say(AT_LEAST_EVERY), promise))
    yield Rule(name=say(REVIEW), time=within, sentences=(say(since_reopened), promise))


def filing(language: Language, pack: RulePack) -> Rule | None:
    """Until when a complaint may be made, None where no rule says."""
    rule = pack.intake.filing_window
    return _rule(language, language.say(FILING), rule, ()) if rule.value else None


def of_body(language: Language, pack: RulePack, body: ExternalBody, name: str) -> Iterator[Rule]:
    """When an outside body, called `name`, opens, until when, and how long everybody has there."""
    say = language.say
    ways = [say(OPENS_EARLY[letter]) for letter in body.opens_early_on]
    stops = _stops(language, pack, body.key)
    rules = (
        (GATEWAY, body.opens_when, (*ways, *stops)),
        (ADR_WINDOW, body.referral_limit, ()),
        (ADR_REPLY, body.operator_reply, ()),
        (ADR_DECISION, body.decision_time, ()),
    )
    for clock, rule, more in rules:
        named = _capital(say(words.PROMISES[clock], body=name))
        if rule.value:
            yield _rule(language, named, rule, more)
        elif clock == GATEWAY and body.opens_early_on:
            only = [say(OPENS_ON[letter]) for letter in body.opens_early_on]
            yield Rule(name=named, time="", sentences=only)


def length(language: Language, some: Length) -> str:
    """`8 weeks`."""
    return explanations.length(language, some.amount, some.unit)


def _rule(
    language: Language, name: str, rule: Sourced[Deadline], more: Iterable[str], *, about: str | None = None
) -> Rule:
    source = rule.source
    official = rule.confidence == "sourced_official"
    return Rule(
        name=name,
        time=length(language, rule.value.length) if rule.value else "",
        about=about,
        sentences=[*_count(language, rule), *more, _binding(language, rule)],
        url=source.url if source and official else "",
    )


def _count(language: Language, rule: Sourced[Deadline]) -> Iterator[str]:
    deadline, say = rule.value, language.say
    if deadline is None:
        return
    yield say(SINCE[deadline.anchor])
    counts = "" if deadline.elapsed else explanations.COUNTS[deadline.count_start]
    working = explanations.WORKING_DAYS if deadline.unit == "business_days" else ""
    for sentence in (counts, working, explanations.KINDS[deadline.kind]):
        if sentence:
            yield say(sentence)


def _binding(language: Language, rule: Sourced[Deadline]) -> str:
    """By what the rule holds: the law by its name, guidance, or the operator's own word."""
    if rule.source is None:
        return language.say(explanations.OWN_PROMISE)
    return language.say(explanations.RULES[rule.strength], rule=rule.source.law)


def _changes(
    language: Language, pack: RulePack, stage: StageKey, categories: tuple[str, ...]
) -> Iterator[str]:
    """What may make the operator's time longer, or stop it.

    An extension for the categories that have a time of their own is told with that time.
    """
    apart = [one.match for one in pack.categories if stage in one.stages]
    for one in pack.extensions:
        elsewhere = one.categories != categories if categories else one.categories in apart
        if one.of != stage or one.by.value is None or elsewhere:
            continue
        longer = length(language, one.by.value)
        named = None if categories else _about(language, one.categories)
        yield (
            language.say(LONGER_ABOUT, length=longer, categories=named)
            if named
            else language.say(LONGER, length=longer)
        )
        yield language.say_many("At most {count} time.", "At most {count} times.", one.max_times)
        if "written_notice" in one.needs and one.must_be_sent_before_due:
            yield language.say(TOLD_BEFORE)
    yield from _stops(language, pack, stage)


def _stops(language: Language, pack: RulePack, clock: str) -> Iterator[str]:
    for reason, sentence in PAUSES.items():
        pause = pack.pause(clock, reason)
        if pause is None:
            continue
        yield language.say(sentence)
        longest = pause.max_total.value or pause.max_single.value
        if longest:
            yield language.say(STANDS_AT_MOST, length=length(language, longest))


def _about(language: Language, categories: Sequence[str]) -> str | None:
    """The categories of complaint by the names that players know; a regulator's own words are left out."""
    named = [language.say(words.CATEGORIES[one]) for one in categories if one in words.CATEGORIES]
    return language.listed(named) if named else None


def _capital(name: str) -> str:
    return name[:1].upper() + name[1:]
