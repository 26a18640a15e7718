"""The platform goes down in the middle of lives and comes back: what was written is there, and goes on.

Executions that ran are gone then, as their tokens are; nothing but the table says what is owed.
"""

from collections import Counter

from infra.local.describe import LocalStack
from redress.domain.correspondence import LetterStatus
from tests.platform.faults import Faults
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
    local: LocalStack, ear: Ear, door: Door, faults: Faults
) -> None:
    witness = Remembering(local, ear)
    lives = begin(door, COMPLAINTS)
    numbers = [life.number for life in lives]
    witness.accepted += numbers
    assert until(lambda: all(is_under_way(witness, number) for number in numbers))
    faults.inject("ses", None, error={"code": "TooManyRequestsException", "status": 429})
    assert until(lambda: not any(may_be_leaving(witness, number) for number in numbers))
    witness.remember()  # no letter leaves from here on until the platform is back
    running = [name for name in executions(local, "RUNNING") if name.partition("_")[0] in numbers]
    deployed().platform.restart()
    faults.clear()
    assert executions(local, "RUNNING") == []
    left = lead(door, witness.table, lives)
    checks = witness.settled()
    assert left == []
    assert running
    tally("platform: restart", len(running), checks)


def is_under_way(witness: Witness, number: str) -> bool:
    """Whether a complaint was triaged, and its first letter has arrived."""
    happened = {type(record.event).__name__ for record in witness.table.load(number).records}
    return happened >= {"Triaged", "LetterDelivered"}


def may_be_leaving(witness: Witness, number: str) -> bool:
    """Whether a letter is claimed, so that nobody can tell whether it has left."""
    letters = witness.table.load(number).complaint.letters.values()
    return any(letter.status is LetterStatus.CLAIMED for letter in letters)
