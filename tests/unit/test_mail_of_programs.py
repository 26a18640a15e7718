"""Mail that programs send to a complaint's own address: never answered.

A person sees whatever says more than that somebody is away.
"""

import pytest

from redress.domain import commands as c
from redress.domain.complaint import CHECK_MAIL
from redress.domain.mail_decisions import MOST_AUTOMATIC, MOST_HELD
from redress.mailroom import read
from redress.mailroom.incoming import Automatic
from redress.usecases.mail_ports import Verdicts
from tests.support.complaints import SYSTEM, TRIAGE
from tests.support.mail import FORGED, PASSED, Postbox, signed, written


@pytest.mark.parametrize("verdicts", [PASSED, FORGED])
def test_that_somebody_is_away_changes_nothing(post: Postbox, number: str, verdicts: Verdicts) -> None:
    before = post.complaint(number)
    away = written("I am away.", automatic=Automatic.REPLY)
    [came] = post.arrives(away, signed(number), verdicts=verdicts)
    assert came.taken_as == "automatic"
    assert post.names(number)[-1] == "MailReceived"
    assert post.complaint(number).letters == before.letters
    assert CHECK_MAIL not in post.tasks(number)


@pytest.mark.parametrize(
    ("kind", "reason"),
    [(Automatic.BOUNCE, "bounce"), (Automatic.LIST, "automatic"), (Automatic.GENERATED, "automatic")],
)
def test_what_other_programs_send_is_seen_by_a_person_and_never_answered(
    post: Postbox, number: str, kind: Automatic, reason: str
) -> None:
    letters = post.complaint(number).letters
    [came] = post.arrives(written("User unknown.", automatic=kind), signed(number))
    assert came.taken_as == "held"
    assert post.mail(number).reasons == (reason,)
    assert CHECK_MAIL in post.tasks(number)
    assert post.complaint(number).letters == letters
    assert "PlayerReplied" not in post.names(number)


def test_what_speaks_against_it_beside_that_is_told_too(post: Postbox, number: str) -> None:
    post.arrives(written("User unknown.", automatic=Automatic.BOUNCE), signed(number), verdicts=FORGED)
    assert post.mail(number).reasons == ("dmarc", "bounce")


@pytest.mark.parametrize(
    "header", ["X-Auto-Response-Suppress: All", "Precedence: bulk", "List-Unsubscribe: <https://example.com>"]
)
def test_the_answer_of_a_player_whose_company_marks_all_its_mail_counts_once_a_person_has_seen_it(
    post: Postbox, number: str, header: str
) -> None:
    post.office.do(number, TRIAGE, SYSTEM)
    post.office.do(number, c.RequestInformation(content={"text": "Which card?"}))
    head = f"From: player@example.com\r\nSubject: Re: Which card?\r\n{header}\r\n\r\n"
    post.arrives(read(f"{head}The blue one.\r\n".encode()), signed(number))
    assert post.complaint(number).waiting_for_player
    post.accepted(number)
    assert not post.complaint(number).waiting_for_player
    assert post.content(number, "PlayerReplied") == {"text": "The blue one."}


@pytest.mark.parametrize(("kind", "signals"), [(Automatic.BOUNCE, False), (Automatic.GENERATED, True)])
def test_what_a_bounce_quotes_of_harm_is_our_own_letter(
    post: Postbox, number: str, kind: Automatic, *, signals: bool
) -> None:
    post.office.do(number, TRIAGE, SYSTEM)
    text = "I cannot stop gambling and I want to kill myself."
    post.arrives(written(text, automatic=kind), signed(number))
    assert ("HarmSignalled" in post.names(number)) == signals


def test_a_program_cannot_fill_a_complaint(post: Postbox, number: str) -> None:
    told = []
    for turn in range(MOST_AUTOMATIC + 10):
        away = written(f"Away {turn}.", automatic=Automatic.REPLY)
        told += [one.taken_as for one in post.arrives(away, signed(number))]
    assert told == ["automatic"] * MOST_AUTOMATIC + ["set_aside"] * 10
    assert post.names(number).count("MailReceived") == MOST_AUTOMATIC


def test_a_mail_is_not_said_to_wait_that_is_on_no_record(post: Postbox, number: str) -> None:
    for turn in range(MOST_HELD):
        post.arrives(written(f"Forged {turn}."), signed(number), verdicts=FORGED)
    one_more = post.put(written("Mine, really."), signed(number), verdicts=FORGED)
    [came] = post.tell(one_more)
    assert (came.taken_as, came.number) == ("set_aside", number)
    first, *_ = post.complaint(number).held_mails
    post.office.do(number, c.RejectMail(received=first.seq, content={"reason": "Forged."}))
    [came] = post.tell(one_more)
    assert came.taken_as == "held", "it is still in the bucket, and there is room for it now"
