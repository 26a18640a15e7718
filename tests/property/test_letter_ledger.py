"""The letter ledger (`usecases/send_letter.py`): no letter is lost, none is doubled but in its one window.

Twice: every interleaving of a small model of it, and of the real use cases, stopped before each of their
calls. Both are looked at with the same properties, which stand in words in
`tests/support/ledger_model.py`, and both are shown to notice when a rule is left out.
"""

import sys
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from copy import replace
from dataclasses import fields
from datetime import UTC, datetime, timedelta
from functools import reduce
from unittest.mock import patch

import pytest

from redress.domain import complaint, correspondence, decisions, mail_decisions, next_step
from redress.domain.changes import Change
from redress.domain.commands import RecordLetterRefused, RecordLetterSent
from redress.domain.correspondence import Letter, LetterStatus
from redress.domain.stages import Stage
from redress.usecases import plan_next, send_letter
from redress.usecases.change import Desk, change
from redress.usecases.ports import Batch, CaseFile
from tests.support import ledger_model as model
from tests.support import ledger_world as real
from tests.support.complaints import SYSTEM
from tests.support.interleavings import search
from tests.support.memory_store import MemoryStore

# Every interleaving of a small model

TROUBLES = {
    "others write and withdraw": model.World(starts=3, others=2, ticks=2, withdrawals=1),
    "an answer is lost and a sender dies": model.World(starts=3, losses=1, crashes=1, ticks=4, withdrawals=1),
    "refusals": model.World(starts=3, refusals=1, rejections=2, crashes=1, contacts=2, ticks=2),
    "mails come back": model.World(starts=3, losses=1, tellings=2, contacts=2, ticks=2),
    "mails come back again and again": model.World(starts=4, tellings=3, contacts=4),
    "a refusal is heard late": model.World(starts=4, refusals=1, tellings=1, contacts=2, ticks=2),
}
KINDS = {"a statutory letter": True, "another letter": False}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("trouble", TROUBLES)
def test_no_interleaving_loses_a_letter_or_doubles_it(trouble: str, kind: str) -> None:
    ledger = model.Ledger()
    worlds, way = search(replace(TROUBLES[trouble], statutory=KINDS[kind]), ledger.steps, ledger.flaw)
    assert not way, " → ".join(way)
    assert worlds > 1_000  # it did look


OTHERS, LOST, REFUSALS, BACK, AGAIN, LATE = TROUBLES
WITHOUT = {
    "claim_needs_version": (OTHERS, True, model.NOT_WHEN_CLOSED),
    "closing_is_seen_at_sending": (OTHERS, True, model.NOT_WHEN_CLOSED),
    "claim_is_seen_at_sending": (OTHERS, True, model.ONLY_A_NO_RELEASES),
    "mail_goes_before_the_record": (LOST, True, model.NEVER_LOST),
    "unknown_outcome_keeps_the_claim": (LOST, True, model.ONLY_A_NO_RELEASES),
    "refusal_releases_the_claim": (REFUSALS, True, model.A_NO_RELEASES_AT_ONCE),
    "refusal_is_of_its_own_claim": (LATE, True, model.ONLY_A_NO_RELEASES),
    "refusal_for_good_asks_a_person": (REFUSALS, True, model.NEVER_LOST),
    "claim_runs_out": (LOST, True, model.NEVER_LOST),
    "claim_outlives_its_sender": (LOST, True, model.ONLY_A_NO_RELEASES),
    "sdk_sends_once": (LOST, True, model.ONE_PER_CLAIM),
    "statutory_goes_again": (LOST, True, model.NEVER_LOST),
    "others_ask_a_person": (LOST, False, model.NOT_DOUBLED),
    "workflow_goes_by_the_record": (LOST, True, model.NEVER_LOST),
    "telling_counts_as_record": (BACK, True, model.IS_ON_RECORD),
    "returned_is_remembered": (AGAIN, True, model.ONLY_A_NO_RELEASES),
    "returned_asks_a_person": (BACK, True, model.NEVER_LOST),
    "closing_leaves_no_claim": (LOST, True, model.CLAIM_ENDS),
}


@pytest.mark.parametrize("rule_name", [field.name for field in fields(model.Rules)])
def test_every_rule_of_the_ledger_is_needed(rule_name: str) -> None:
    trouble, statutory, flaw = WITHOUT[rule_name]
    ledger = model.Ledger(replace(model.Rules(), **{rule_name: False}))
    _, way = search(replace(TROUBLES[trouble], statutory=statutory), ledger.steps, ledger.flaw)
    sys.stdout.write(" → ".join(way))  # pytest -rP shows it
    assert way
    assert way[-1] == flaw


# The real use cases

LIVES = {
    "a withdrawal": model.World(starts=2, others=1, withdrawals=1, ticks=1),
    "a lost answer": model.World(starts=2, losses=1, ticks=2),
    "a sender that dies": model.World(starts=2, crashes=1, ticks=2),
    "a withdrawal while a sender dies": model.World(starts=2, withdrawals=1, crashes=1, ticks=2),
    "refusals": model.World(starts=2, refusals=1, rejections=1, contacts=2),
    "a mail that comes back": model.World(starts=2, tellings=2, contacts=2),
}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("life", LIVES)
def test_no_interleaving_of_the_real_senders_loses_a_letter_or_doubles_it(life: str, kind: str) -> None:
    worlds, way = explored(replace(LIVES[life], statutory=KINDS[kind]))
    assert not way, " → ".join(way)
    assert worlds > 50  # it did look


def explored(truth: model.World, prefix: Sequence[str] = ()) -> tuple[int, list[str]]:
    """Every interleaving of the real senders, after some first steps: the worlds, and a way to a flaw."""
    ledger = real.Ledger()
    first = reduce(lambda world, step: dict(ledger.steps(world))[step], prefix, real.begin(truth))
    return search(first, ledger.steps, ledger.flaw, lambda world: world.key)


# What the test above says of code that breaks a rule

APPEND, SEND_LETTER, SEND = MemoryStore.append, send_letter.send_letter, real.Calls._send


def append_on_any_version(self: MemoryStore, batch: Batch) -> None:
    before = self.states.get(batch.number)
    APPEND(self, replace(batch, expected_version=before.version if before else 0))


def a_plan_that_is_trusted(complaint_: object, letter: Letter, *_: object) -> bool:
    return complaint.is_live(complaint_, letter)  # type: ignore[arg-type]  # a stand-in knows no more


def blind_to_closing(_complaint: object, letter: Letter) -> bool:
    return letter.is_live(Stage.RECEIVED)


def recorded_first(desk: Desk, mailer: real.Calls, *others: object) -> object:
    number, key = str(others[-2]), str(others[-1])
    letter = desk.store.load(number).complaint.letters[key]
    if letter.status is LetterStatus.OWED:
        change(desk, number, RecordLetterSent(letter=key, message_id="message 1"), SYSTEM)
        mailer.send(replace(MAIL, subject=str(letter.attempt + 1)))
    return None


MAIL = real._written(Letter(key="", kind=correspondence.LetterKind.ACKNOWLEDGEMENT, cause=1), None)  # type: ignore[arg-type]  # it does not look


def released_in_the_dark(desk: Desk, mailer: real.Calls, *others: object) -> object:
    number, key = str(others[-2]), str(others[-1])
    try:
        return SEND_LETTER(desk, mailer, *others)  # type: ignore[arg-type]  # as it came
    except real.AnswerLost:
        unknown = RecordLetterRefused(letter=key, reason="unknown", permanent=False)
        return change(desk, number, unknown, SYSTEM)


def sent_by_the_sdk_again(self: real.Calls, mail: object) -> real.Answer:
    answer = SEND(self, mail)  # type: ignore[arg-type]  # as it came
    if isinstance(answer, real.AnswerLost):
        self.fate = real.TAKEN
        return SEND(self, mail)  # type: ignore[arg-type]
    return answer


def refusal_that_keeps_the_claim(*_: object) -> list[Change]:
    return []


def claim_for_ever(self: Letter, _claim_expiry: timedelta) -> datetime | None:
    return datetime.max.replace(tzinfo=UTC) if self.status is LetterStatus.CLAIMED else None


def claim_for_a_moment(self: Letter, claim_expiry: timedelta) -> datetime | None:
    claimed = self.status is LetterStatus.CLAIMED and self.changed_at
    return self.changed_at + claim_expiry / 2 if claimed and self.changed_at else None


def done_when_claimed(self: Letter, _stage: Stage) -> bool:
    return self.status in {LetterStatus.OWED, LetterStatus.REFUSED}


def failure_that_ends_any_claim(_desk: Desk, case: CaseFile, key: str | None) -> RecordLetterRefused:
    assert key in case.complaint.letters
    return RecordLetterRefused(letter=str(key), reason="not_written", permanent=False)


DELIVERY = mail_decisions._delivery


def telling_that_is_no_record(complaint_: complaint.Complaint, command: object) -> list[Change]:
    letter = complaint_.letters[command.letter]  # type: ignore[attr-defined]  # RecordDelivery
    sent = letter.status is LetterStatus.SENT
    return DELIVERY(complaint_, command) if sent else []  # type: ignore[arg-type]


type Break = tuple[object, str, object]
GOES_AGAIN = ("start", "load", "append", "send", "tick", "start", "tick", "load", "append", "refuse")
BROKEN: Mapping[str, tuple[Sequence[Break], model.World, Sequence[str]]] = {
    "an append on any version": (
        [(MemoryStore, "append", append_on_any_version)],
        LIVES["a withdrawal"],
        (),
    ),
    "a plan that is trusted": (
        [
            (send_letter, "may_claim", a_plan_that_is_trusted),
            (decisions, "may_claim", a_plan_that_is_trusted),
        ],
        LIVES["a withdrawal"],
        (),
    ),
    "a sender blind to closing": (
        [(send_letter, "is_live", blind_to_closing), (complaint, "is_live", blind_to_closing)],
        LIVES["a withdrawal"],
        (),
    ),
    "a record before the mail": ([(real, "send_letter", recorded_first)], LIVES["a sender that dies"], ()),
    "a claim released in the dark": (
        [(real, "send_letter", released_in_the_dark)],
        LIVES["a lost answer"],
        (),
    ),
    "an SDK that sends again": ([(real.Calls, "_send", sent_by_the_sdk_again)], LIVES["a lost answer"], ()),
    "a refusal that keeps the claim": (
        [(decisions, "_refused", refusal_that_keeps_the_claim)],
        LIVES["refusals"],
        (),
    ),
    "a claim for ever": ([(Letter, "next_attempt_at", claim_for_ever)], LIVES["a lost answer"], ()),
    "a claim for a moment": (
        [(Letter, "next_attempt_at", claim_for_a_moment)],
        LIVES["a sender that dies"],
        (),
    ),
    "a statutory letter that does not go again": ([(Letter, "statutory", False)], LIVES["a lost answer"], ()),
    "another letter that goes again": (
        [(Letter, "statutory", True)],
        replace(LIVES["a lost answer"], statutory=False),
        (),
    ),
    "a step that is complete before its record": (
        [(Letter, "is_live", done_when_claimed)],
        LIVES["a sender that dies"],
        (),
    ),
    "a failure that ends any claim": (
        [(plan_next, "_note_failed", failure_that_ends_any_claim)],
        LIVES["a withdrawal"],
        (),
    ),
    "a closing that forgets a claim": (
        [(next_step, "_is_unsettled", complaint.is_live)],
        LIVES["a withdrawal while a sender dies"],
        (),
    ),
    "a telling that is no record": (
        [(mail_decisions, "_delivery", telling_that_is_no_record)],
        LIVES["a mail that comes back"],
        (),
    ),
    "a late refusal that releases the claim of another": (
        [(decisions, "_is_overtaken", lambda *_: False)],
        model.World(starts=4, ticks=3, tellings=1, refusals=1, contacts=2),
        (*GOES_AGAIN, "mail 1 bounced", "start", "load", "append"),
    ),
}


@pytest.mark.parametrize("broken", BROKEN)
def test_code_that_breaks_a_rule_is_found_out(broken: str) -> None:
    replacements, truth, prefix = BROKEN[broken]
    with ExitStack() as patched:
        for where, name, replacement in replacements:
            patched.enter_context(patch.object(where, name, replacement))
        _, way = explored(truth, prefix)
    sys.stdout.write(" → ".join(way))  # pytest -rP shows it
    assert way
