"""A complaint may lie at an outside body for years: the workflow outlives its executions."""

from datetime import timedelta

from redress.domain import commands as c
from redress.domain import instants
from redress.domain.stages import Stage
from tests.support.complaints import APPROVE, APPROVER, HANDLER, PROPOSE
from tests.support.wake_world import World

YEAR = timedelta(days=365)
MONTH = timedelta(days=30)


def test_after_two_years_at_an_outside_body_it_still_waits_and_ends_with_the_outcome() -> None:
    world = World(pack="gb-ukgc")
    world.at_once()
    world.people(HANDLER, PROPOSE)
    world.people(APPROVER, APPROVE)
    world.at_once()
    complete = instants.to_text(world.now)
    world.people(HANDLER, c.ReferToAdr(body="adr", complete_file_at=complete))
    world.people(HANDLER, c.AnswerAdr())
    world.at_once()
    until = world.now + 2 * YEAR
    while world.now < until:
        world.pass_time(world.now + MONTH)
        world.at_once()
    assert world.complaint.stage is not Stage.CLOSED
    assert world.case.generation >= 3  # an execution lives 300 days at most
    assert world.live
    assert world.live.parked

    world.people(HANDLER, c.RecordAdrOutcome(outcome="upheld", redress_minor=5000, currency="GBP"))
    paid_on = world.now.date().isoformat()
    world.people(HANDLER, c.RecordRedressPaid(amount_minor=5000, currency="GBP", paid_on=paid_on))
    world.at_once()
    assert world.complaint.closed_because == "adr_decided"
    world.check_quiet()
