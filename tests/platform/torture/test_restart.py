"""The platform goes down in the middle of lives and comes back: what was written is there, and goes on.

Executions that ran are gone then, as their tokens are; nothing but the table says what is owed.
"""

from collections import Counter

from infra.local.describe import LocalStack
from tests.platform.session import deployed
from tests.platform.torture.conftest import LONG
from tests.platform.torture.lives import Door, begin, lead
from tests.platform.torture.witness import Ear, Witness, executions, until
from tests.torture.tally import tally

COMPLAINTS = 30 if LONG else 4


class Remembering(Witness):
    """The platform forgets on a restart which mails it has sent; whoever looks does not."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self.sent_before: Counter[tuple[str, str]] = Counter()

    def remember(self) -> None:
        """Everything that was sent up to now is on record here."""
        self.sent_before = super().left()

    def left(self) -> Counter[tuple[str, str]]:
        """Every mail, those from before the restart included."""
        return self.sent_before + super().left()


def test_after_a_restart_in_the_middle_every_life_goes_on_to_its_end(
    local: LocalStack, ear: Ear, door: Door
) -> None:
    witness = Remembering(local, ear)
    lives = begin(door, COMPLAINTS)
    witness.accepted += [life.number for life in lives]
    assert until(lambda: all(waits(witness, life.number) for life in lives))
    running = len(executions(local, "RUNNING"))
    witness.remember()
    deployed().platform.restart()
    assert executions(local, "RUNNING") == []
    left = lead(door, witness.table, lives)
    checks = witness.settled()
    assert left == []
    assert running >= COMPLAINTS
    tally("platform: restart", running, checks)


def waits(witness: Witness, number: str) -> bool:
    """Whether a complaint was acknowledged and triaged, and nothing of it is under way."""
    state, case = witness.table.state(number), witness.table.load(number)
    happened = {type(record.event).__name__ for record in case.records}
    return bool(state and state.token) and happened >= {"Triaged", "LetterDelivered"}
