"""Many at once through the real doors: each is answered, and what was accepted is there exactly once."""

import threading
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from uuid import uuid4

import httpx

from redress.domain import milestones
from redress.domain.stages import Stage
from tests.platform.torture.lives import Door, told
from tests.platform.torture.witness import Witness, until
from tests.torture.tally import tally

WRITERS, SENDERS = 100, 50
LATE = frozenset({409, 412, 429, 503})


def at_once[T](count: int, act: Callable[[int], T]) -> list[T]:
    """What each of so many threads returned; none begins before all are ready."""
    ready = threading.Barrier(count)

    def one(at: int) -> T:
        ready.wait(30)
        return act(at)

    with ThreadPoolExecutor(count) as threads:
        return list(threads.map(one, range(count)))


def complain(door: Door, witness: Witness, jurisdiction: str = "gb-ukgc") -> str:
    """A new complaint that was triaged; one of Great Britain has weeks, so that nothing else writes."""
    number = str(door.insist("complaints", {**told(0), "jurisdiction": jurisdiction})["number"])
    witness.accepted.append(number)

    def waits() -> bool:
        state = witness.table.state(number)
        return bool(state and state.token) and "Triaged" in types(witness, number)

    assert until(waits)
    return number


def types(witness: Witness, number: str) -> Counter[str]:
    return Counter(type(one.event).__name__ for one in witness.table.load(number).records)


def test_of_a_hundred_writers_at_once_each_that_was_accepted_is_there_once(
    door: Door, witness: Witness
) -> None:
    number = complain(door, witness)
    texts = [f"note {at} of {uuid4()}" for at in range(WRITERS)]

    def write(at: int) -> httpx.Response:
        return door.post(f"complaints/{number}/notes", {"text": texts[at]}, f"agent-{at}")

    answers = at_once(WRITERS, write)
    accepted = [text for text, answer in zip(texts, answers, strict=True) if answer.is_success]
    contents = witness.table.load(number).contents.values()
    stored = Counter(str(one["text"]) for one in contents if one.get("text") in set(texts))
    assert stored == Counter(accepted)
    assert accepted
    refused = [answer for answer in answers if not answer.is_success]
    assert {answer.status_code for answer in refused} <= LATE
    assert all(
        int(answer.headers["Retry-After"]) > 0 for answer in refused if answer.status_code in {429, 503}
    )
    tally("platform: races", WRITERS, len(answers) + witness.settled())


def test_one_request_sent_fifty_times_at_once_is_one_complaint_and_one_answer(
    door: Door, witness: Witness
) -> None:
    key, body = str(uuid4()), told(0)
    answers = at_once(SENDERS, lambda _: door.post("complaints", body, **{"Idempotency-Key": key}))
    taken = [answer for answer in answers if answer.is_success]
    assert len({(answer.status_code, answer.text) for answer in taken}) == 1
    assert {answer.status_code for answer in answers} - {201} <= LATE
    assert [answer.headers.get("Idempotency-Replayed") for answer in taken].count(None) <= 1
    again = door.post("complaints", body, **{"Idempotency-Key": key})
    assert (again.text, again.headers["Idempotency-Replayed"]) == (taken[0].text, "true")
    witness.accepted.append(taken[0].json()["number"])
    tally("platform: races", SENDERS, len(answers) + witness.settled())


def test_whoever_decides_in_the_second_of_the_deadlock_wins_or_is_told_why_not(
    door: Door, witness: Witness
) -> None:
    """Either the decision stands and its letter goes, or the referral: never both, never none."""
    number = complain(door, witness, "sandbox")
    place = f"complaints/{number}"
    instant = deadlock_of(witness, number)
    while (ahead := (instant - datetime.now(UTC)).total_seconds()) > 0.4:
        time.sleep(min(ahead - 0.3, 1))

    def decide(at: int) -> httpx.Response:
        time.sleep(0.02 * at)
        seen = witness.table.state(number)
        version = seen.version if seen else 0
        reasons = f"The transfer had arrived, says {at}."
        body = {"outcome": "rejected", "reasons": reasons, "cause": "no_fault_found"}
        return door.post(f"{place}/decision", body, f"agent-{at}", **{"If-Match": f'"{version}"'})

    answers = at_once(WRITERS // 4, decide)
    assert {answer.status_code for answer in answers} <= LATE | {200}
    happened = until(lambda: closed_with(witness, number))
    assert happened["DecisionProposed"] == sum(answer.is_success for answer in answers)
    assert happened["DeadlockDeclared"] == 1  # nobody approved: what is only proposed stops no clock
    tally("platform: races", len(answers), len(answers) + witness.settled())


def test_whoever_writes_while_a_person_is_forgotten_is_before_it_or_refused(
    door: Door, witness: Witness
) -> None:
    """What was written before is gone with the rest; nothing is written after."""
    number = complain(door, witness)
    place = f"complaints/{number}"
    door.insist(f"{place}/withdrawal", {})

    def act(at: int) -> httpx.Response:
        if at:
            return door.post(f"{place}/notes", {"text": f"note {at}"}, f"agent-{at}")
        return forgotten(door, witness, number)

    answers = at_once(WRITERS // 4, act)
    assert answers[0].is_success, answers[0].text
    accepted = [answer for answer in answers[1:] if answer.is_success]
    assert {answer.status_code for answer in answers} <= LATE | {200}
    assert until(lambda: witness.table.load(number).complaint.erased_at)
    assert types(witness, number)["NoteAdded"] == len(accepted)
    assert witness.table.load(number).contents == {}
    late = door.post(f"{place}/notes", {"text": "one more"})
    assert late.status_code == httpx.codes.CONFLICT
    tally("platform: races", len(answers), len(answers) + 3)


def forgotten(door: Door, witness: Witness, number: str) -> httpx.Response:
    """The answer to an order of erasure that is repeated on the newest version, until it is taken."""

    def order() -> httpx.Response | None:
        seen = witness.table.state(number)
        version = {"If-Match": f'"{seen.version if seen else 0}"'}
        answer = door.post(f"complaints/{number}/erasure", {"reason": "request"}, **version)
        return answer if answer.status_code not in LATE else None

    answer = until(order)
    assert answer
    return answer


def deadlock_of(witness: Witness, number: str) -> datetime:
    """The instant at which the complaint's deadlock is declared, which is before its final date."""
    complaint = witness.table.load(number).complaint
    ahead = milestones.milestones(witness.region.rules_of(complaint), complaint)
    return next(one.at for one in ahead if one.name == milestones.DEADLOCK)


def closed_with(witness: Witness, number: str) -> Counter[str]:
    """What happened to a complaint, once it is closed."""
    stage = witness.table.load(number).complaint.stage
    return types(witness, number) if stage is Stage.CLOSED else Counter()
