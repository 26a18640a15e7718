"""The states of a complaint's pages after its answer, of its letters, and of one that is checked first."""

from copy import replace
from datetime import timedelta

from redress.domain import commands as c
from redress.domain.correspondence import LetterKind
from tests.browser.complaint_stories import HANDLER, answered, complained, investigated
from tests.browser.story import Shown, state
from tests.support.complaints import submit
from tests.support.portal import Visitor

WHY = "You counted one of the two withdrawals alone."


@state
def _tracking_second_look_asked_for(visitor: Visitor) -> Shown:
    path = answered(visitor)
    return Shown(path=path, to=f"{path}/dispute", fields={"ground": "disputed", "why": WHY})


@state
def _tracking_second_look_left_empty(visitor: Visitor) -> Shown:
    path = answered(visitor)
    return Shown(path=path, to=f"{path}/dispute", fields={"why": " "}, status=422)


@state
def _tracking_second_look_too_late(visitor: Visitor) -> Shown:
    path = answered(visitor)
    nonce = visitor.get(path).nonce("dispute")
    visitor.now += timedelta(days=60)
    fields = {"nonce": nonce, "ground": "new_information", "why": WHY}
    return Shown(path=path, to=f"{path}/dispute", fields=fields, status=409)


@state
def _tracking_rated_after_closing(visitor: Visitor) -> Shown:
    path = answered(visitor)
    visitor.operator(path, c.Close(reason="feedback_window_ended"))
    return Shown(path=path, to=f"{path}/feedback", fields={"score": "2", "comment": "It took long."})


@state
def _tracking_in_another_language(visitor: Visitor) -> Shown:
    path = visitor.passed_on(replace(submit("gb-ukgc"), language="nl"))
    visitor.operator(path, c.Reply(content={"text": "Dank u."}))
    return Shown(path=path)


@state
def _tracking_with_files(visitor: Visitor) -> Shown:
    path = investigated(visitor)
    for evidence, kind in (("f1", "image/png"), ("f2", "application/pdf")):
        sent = c.AddEvidence(evidence=evidence, media_type=kind, size=1_363_149, content={"sha256": "0"})
        visitor.operator(path, sent, actor="player")
    visitor.operator(path, c.RecordScan(evidence="f1", verdict="clean"))
    refused = c.RefuseEvidence(evidence="f3", reason="kind_not_taken")
    visitor.operator(path, refused, actor="player")
    return Shown(path=path)


@state
def _tracking_led_to_another_complaint(visitor: Visitor) -> Shown:
    primary = visitor.passed_on(replace(submit("gb-ukgc"), verified=True)).split("/")[2]
    visitor.now += timedelta(minutes=1)
    path = visitor.passed_on(replace(submit("gb-ukgc"), verified=True))
    linked = c.LinkAsDuplicate(primary=primary, content={"reason": "The same."})
    visitor.operator(path, linked, actor=HANDLER)
    return Shown(path=path)


def held(visitor: Visitor) -> str:
    """The tracking page of a complaint that may be spam."""
    return visitor.passed_on(replace(submit("gb-ukgc"), suspicions=("too_fast",)))


@state
def _tracking_held(visitor: Visitor) -> Shown:
    return Shown(path=held(visitor))


@state
def _confirmation_held(visitor: Visitor) -> Shown:
    return Shown(path=f"{held(visitor)}/received")


@state
def _tracking_taken_for_spam(visitor: Visitor) -> Shown:
    path = held(visitor)
    visitor.operator(path, c.RejectAsSpam(content={"reason": "One of forty."}), actor=HANDLER)
    return Shown(path=path)


@state
def _letter(visitor: Visitor) -> Shown:
    path = answered(visitor)
    letters = visitor.complaint(path).letters.values()
    [key] = [one.key for one in letters if one.kind is LetterKind.FINAL_RESPONSE]
    return Shown(path=f"{path}/letters/{key}")


@state
def _letter_that_was_not_sent(visitor: Visitor) -> Shown:
    return Shown(path=f"{complained(visitor)}/letters/acknowledgement-1", status=404)
