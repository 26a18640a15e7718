"""The states of the page of a complaint's files."""

from redress.domain import commands as c
from redress.domain.evidence import MOST_FILES, Refusal, Verdict
from tests.browser.complaint_stories import investigated
from tests.browser.story import Shown, state
from tests.support.portal import Visitor


def add(visitor: Visitor, path: str, place: int, kind: str = "image/png", size: int = 1_363_149) -> None:
    """The player has sent a file, which is of a kind that is taken."""
    sent = c.AddEvidence(evidence=f"f{place}", media_type=kind, size=size, content={"sha256": "0"})
    visitor.operator(path, sent, actor="player")


@state
def _evidence(visitor: Visitor) -> Shown:
    return Shown(path=f"{investigated(visitor)}/evidence")


@state
def _evidence_arrived(visitor: Visitor) -> Shown:
    path = investigated(visitor)
    add(visitor, path, 1)
    return Shown(path=f"{path}/evidence/sent?bucket=b&key=k&etag=e")


@state
def _evidence_with_all_that_can_become_of_a_file(visitor: Visitor) -> Shown:
    path = investigated(visitor)
    for place, verdict in enumerate([Verdict.CLEAN, Verdict.UNSCANNABLE, Verdict.INFECTED]):
        add(visitor, path, place, "application/pdf", 48_213)
        visitor.operator(path, c.RecordScan(evidence=f"f{place}", verdict=verdict))
    for place, reason in enumerate(Refusal, start=10):
        refused = c.RefuseEvidence(evidence=f"f{place}", reason=reason)
        visitor.operator(path, refused, actor="player")
    return Shown(path=f"{path}/evidence")


@state
def _evidence_with_as_many_files_as_may_be(visitor: Visitor) -> Shown:
    path = investigated(visitor)
    for place in range(MOST_FILES):
        add(visitor, path, place)
    return Shown(path=f"{path}/evidence")


@state
def _evidence_of_a_complaint_that_is_closed(visitor: Visitor) -> Shown:
    path = investigated(visitor)
    add(visitor, path, 1)
    visitor.operator(path, c.Withdraw())
    return Shown(path=f"{path}/evidence")
