"""A table is lost while complaints are under way: it is restored, rebuilt, and the workflow goes on."""

import threading
from collections import Counter
from pathlib import Path
from typing import Any

from moto.ses.models import ses_backends

from infra.ops import rebuild
from redress.adapters import wiring
from redress.domain.correspondence import LetterStatus
from redress.domain.events import LetterSent, MilestoneReached
from redress.store.rebuild import STRIDE
from tests.support import restores, tables
from tests.support.complaints import REGION
from tests.support.moto_workflow import ACCOUNT, Function
from tests.workflow.conftest import Stage
from tests.workflow.test_lives import REPLY, closed


def test_a_complaint_under_way_goes_on_from_a_restored_table_and_nothing_happens_twice(
    stage: Stage, tmp_path: Path
) -> None:
    client = wiring.table().client
    off = threading.Lock()  # while it is taken, no function of the deployment does anything
    stage.plan, stage.letters = behind(off, stage.plan), behind(off, stage.letters)
    stage.open()
    early = restores.dump(client)  # before its acknowledgement left
    stage.until(lambda complaint: complaint.acknowledged_at is not None)
    with off:
        stage.do(REPLY, "player")
        before = stage.complaint
        records = restores.events_of(restores.dump(client))
        bench = restores.restore(client, early, tables.NAME)
        stage.machine.taken = 0  # the table has a stream of its own
        journal, report = restores.sync(records, tmp_path / "journal"), tmp_path / "report"
        assert rebuild.print_rebuild(bench, REGION, journal, report, wiring.now, dry_run=False) == 0
    stage.until(closed, seconds=60)
    stage.machine.wait(lambda: stage.status(1 + STRIDE) == "SUCCEEDED", seconds=5)

    events = [record.event for record in wiring.table().load(stage.number).records]
    letters = Counter(one.letter for one in events if isinstance(one, LetterSent))
    sent = {key for key, one in before.letters.items() if one.status is LetterStatus.SENT}
    assert sent
    assert sent <= letters.keys()
    assert set(letters.values()) == {1}
    assert len(ses_backends[ACCOUNT]["eu-west-2"].sent_messages) == len(letters)
    reached = Counter(
        (one.clock, one.milestone, one.deadline_version)
        for one in events
        if isinstance(one, MilestoneReached)
    )
    assert len(reached) > len(before.fired)
    assert set(reached.values()) == {1}


def behind(off: threading.Lock, function: Function) -> Function:
    """A function that waits while the deployment is switched off."""

    def wait_and_do(event: dict[str, Any]) -> object:
        with off:
            return function(event)

    return wait_and_do
