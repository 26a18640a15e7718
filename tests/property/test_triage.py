"""What holds for every complaint that is triaged, and for every text that is screened."""

from copy import replace
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from redress.domain.categories import Category
from redress.domain.signals import KINDS, find
from redress.domain.triage import SEVERITIES, Condition, Facts, Outcome, TriageRule, assess, rules
from tests.support.harm_sentences import HARM
from tests.support.ordinary_sentences import ORDINARY

OURS = rules(())
MISSING = ("account", "occurred_on", "amount_minor", "transaction_references")
VALIDITY = ("out_of_time", "outside_licence", "outside_jurisdiction", "incomplete")


def some(*values: str) -> st.SearchStrategy[tuple[str, ...]]:
    """Any of the values, each at most once."""
    return st.lists(st.sampled_from(values), unique=True).map(tuple)


places = st.sampled_from(["GB", "GB-SCT", "US", "US-MI", "FR", "JP"])
facts = st.builds(
    Facts,
    category=st.sampled_from([str(category) for category in Category]),
    brand=st.sampled_from(["northlight", "southlight"]),
    jurisdiction=st.sampled_from(["gb-ukgc", "us-mi-mgcb", "mt"]),
    channel=st.sampled_from(["form", "api"]),
    language=st.sampled_from(["en", "pl"]),
    residence=st.none() | places,
    amount_minor=st.none() | st.integers(1, 10**15 - 1),
    currency=st.sampled_from(["GBP", "JPY", "KWD"]),
    occurred_on=st.just("2026-03-01"),
    age_days=st.none() | st.integers(0, 4_000),
    earlier=st.integers(0, 40),
    open_alike=some("R7K3-9QXM-2", "T2HN-4WPA-7"),
    missing=some(*MISSING),
    filing_window_passed=st.booleans(),
    vulnerable=st.booleans(),
    signals=some(*KINDS),
)
conditions = st.builds(
    Condition,
    category=some("bonuses", "account"),
    residence_not=places.map(lambda place: (place,)),
    earlier_at_least=st.none() | st.integers(1, 3),
    missing=some(*MISSING),
    signals=some(*KINDS),
)
outcomes = st.builds(
    Outcome,
    team=st.none() | st.sampled_from(["vip", "payments"]),
    severity=st.none() | st.sampled_from(SEVERITIES),
    priority=st.none() | st.integers(1, 4),
    nature=st.sampled_from([None, "complaint", "dispute"]),
    validity=some(*VALIDITY),
    needs_human=st.booleans(),
)
own_rules = st.lists(
    st.builds(
        TriageRule,
        id=st.sampled_from(["one", "two", "three"]),
        why=st.just("Seen: {signals}, {missing}, {amount}, {residence}."),
        when=conditions,
        then=outcomes,
    ),
    unique_by=lambda rule: rule.id,
    max_size=3,
)


@given(facts, own_rules)
def test_every_complaint_is_assessed_and_every_reason_explained(seen: Facts, own: list[TriageRule]) -> None:
    found = assess(seen, (*OURS, *own))
    assert found.severity in SEVERITIES
    assert 1 <= found.priority <= 4
    assert found.nature in ("complaint", "dispute")
    assert set(found.validity) <= set(VALIDITY)
    assert len(found.reasons) == len(found.explanation) == len(set(found.reasons)) > 0
    assert not any("{" in sentence for sentence in found.explanation)


@given(facts, own_rules)
def test_no_rule_of_a_region_takes_the_fast_lane_away(seen: Facts, own: list[TriageRule]) -> None:
    found = assess(seen, (*own, *OURS))
    if seen.signals:
        assert (found.needs_human, found.severity, found.priority) == (True, "critical", 1)
        assert found.reasons.count("duty_of_care") == 1


@given(facts, own_rules, st.randoms(use_true_random=False))
def test_the_order_of_rules_changes_nothing_but_team_and_the_order_of_reasons(
    seen: Facts, own: list[TriageRule], random: Any
) -> None:
    def weighed(order: list[TriageRule]) -> tuple[object, ...]:
        found = assess(seen, order)
        return (
            *(found.severity, found.priority, found.nature, found.needs_human),
            *(set(found.validity), set(found.reasons)),
        )

    shuffled = [*OURS, *own]
    random.shuffle(shuffled)
    assert weighed(shuffled) == weighed([*OURS, *own])


@given(facts)
def test_one_more_ground_for_care_never_makes_a_complaint_less_urgent(seen: Facts) -> None:
    before = assess(seen, OURS)
    for worse in (
        replace(seen, vulnerable=True),
        replace(seen, signals=KINDS),
        replace(seen, earlier=seen.earlier + 5),
        replace(seen, amount_minor=10**15 - 1, missing=()),
        replace(seen, age_days=5_000),
    ):
        after = assess(worse, OURS)
        assert SEVERITIES.index(after.severity) >= SEVERITIES.index(before.severity)
        assert after.priority <= before.priority


@given(facts)
def test_reasons_never_tell_which_harm_was_signalled(seen: Facts) -> None:
    told = {assess(replace(seen, signals=(kind,)), OURS).reasons for kind in KINDS}
    assert len(told) == 1


harmful = st.sampled_from(
    [
        (kind, sentence)
        for kinds in HARM.values()
        for kind, sentences in kinds.items()
        for sentence in sentences
    ]
)
ordinary = st.sampled_from([sentence for sentences in ORDINARY.values() for sentence in sentences])
invisible = st.sampled_from("\u200b\u200c\u200d\u2060\ufeff\u00ad\u034f\ufe0f\U000e0041")
LOOK_ALIKES = dict(zip("aceopxyiACEOPXYTHKMB", "асеорхуіАСЕОРХУТНКМВ", strict=True))


@given(harmful, ordinary, ordinary)
def test_a_signal_is_found_among_other_sentences(signal: tuple[str, str], before: str, after: str) -> None:
    kind, sentence = signal
    assert kind in find(f"{before}\n{sentence}\n{after}")


@given(harmful, ordinary)
def test_a_signal_is_found_however_its_sentence_ends(signal: tuple[str, str], after: str) -> None:
    kind, sentence = signal
    assert kind in find(f"{sentence.rstrip('.!?')}! {after}")
    assert kind in find(f"{sentence.rstrip('.!?')}.\r\n\r\n{after}")


@given(harmful, st.data())
def test_a_signal_is_found_whatever_is_hidden_between_its_letters(
    signal: tuple[str, str], data: st.DataObject
) -> None:
    kind, sentence = signal
    at = data.draw(st.integers(0, len(sentence)))
    assert kind in find(sentence[:at] + data.draw(invisible) + sentence[at:])


@given(harmful, st.data())
def test_a_signal_is_found_with_letters_of_the_other_alphabet(
    signal: tuple[str, str], data: st.DataObject
) -> None:
    kind, sentence = signal
    swapped = [data.draw(st.sampled_from([one, LOOK_ALIKES.get(one, one)])) for one in sentence]
    assert kind in find("".join(swapped))


@given(harmful)
def test_a_signal_is_found_in_capitals(signal: tuple[str, str]) -> None:
    kind, sentence = signal
    assert kind in find(sentence.upper())


@given(st.text(max_size=10_000))
def test_any_text_is_screened(text: str) -> None:
    assert find(text) == tuple(kind for kind in KINDS if kind in find(text))
