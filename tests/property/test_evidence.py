"""Whatever is sent, in whatever order: files stay within their bounds, and no bytes break the check."""

from collections.abc import Mapping

from hypothesis import given
from hypothesis import strategies as st

from redress.domain import commands as c
from redress.domain import complaint as complaints
from redress.domain import evidence
from redress.domain.commands import Command
from redress.domain.errors import IllegalTransition
from redress.domain.evidence import KINDS, MOST_FILES, MOST_REFUSED, Refusal, Verdict
from redress.domain.file_kinds import NotTaken, media_type
from redress.domain.parts import Evidence
from redress.domain.stages import Stage
from tests.support.complaints import PLAYER, at_stage
from tests.support.evidence import SAMPLES, added

IDS = st.integers(0, 40).map(lambda number: f"e{number}")
SENDING: st.SearchStrategy[Command] = st.one_of(
    IDS.map(added),
    IDS.map(lambda one: added(one, scanned=False)),
    st.builds(lambda one, why: c.RefuseEvidence(evidence=one, reason=why), IDS, st.sampled_from(Refusal)),
    st.builds(lambda one, said: c.RecordScan(evidence=one, verdict=said), IDS, st.sampled_from(Verdict)),
)
BEGINNINGS = st.sampled_from([b"", *(sample[:24] for sample in SAMPLES.values()), b"PK\x03\x04", b"From: a"])


@given(st.lists(SENDING, max_size=80))
def test_files_stay_within_their_bounds(sent: list[Command]) -> None:
    case = at_stage(Stage.INVESTIGATING)
    for command in sent:
        before = dict(case.complaint.evidence)
        try:
            changes = case.do(command, PLAYER)
        except IllegalTransition:
            continue
        if not changes:
            assert case.complaint.evidence == before
        _hold(case.complaint.evidence, before)
    assert complaints.fold(case.records) == case.complaint


def _hold(now: Mapping[str, Evidence], before: Mapping[str, Evidence]) -> None:
    """What holds after each command."""
    refused = [one for one in now.values() if one.refused]
    assert evidence.kept(now) <= MOST_FILES
    assert len(refused) <= MOST_REFUSED
    assert list(now)[: len(before)] == list(before)
    for name, one in before.items():
        assert now[name].refused == one.refused
        assert one.verdict in {None, now[name].verdict} or now[name].verdict == Verdict.INFECTED
    assert not any(evidence.is_released(one) for one in refused)


@given(BEGINNINGS, st.binary(max_size=300), BEGINNINGS)
def test_every_file_is_of_a_kind_that_is_taken_or_is_refused_with_a_reason(
    begins: bytes, then: bytes, ends: bytes
) -> None:
    try:
        found = media_type(begins + then + ends)
    except NotTaken as refused:
        found = refused.why
    assert found in KINDS or found in Refusal
