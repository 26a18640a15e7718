"""The files of a mail: into quarantine, as if sent by a form; of a mail that waits, once it is accepted."""

import hashlib
from copy import replace

import pytest

from redress.domain import commands as c
from redress.domain.evidence import MOST_FILES, Refusal, Verdict
from redress.mailroom.incoming import Attachment, Automatic
from redress.usecases.collect_evidence import Collector, collect
from redress.usecases.evidence_ports import Sent
from redress.usecases.receive_mail import Came, accept
from tests.support.evidence import PNG, MemoryFiles
from tests.support.mail import FORGED, PASSED, PDF_FILE, Postbox, signed, written

PNG_FILE = Attachment(content=PNG, media_type="image/png")
WITH_FILES = written(attachments=(PDF_FILE, PNG_FILE))


def collected(post: Postbox, *, scanned: bool = False) -> dict[str, str | None]:
    """What the function of outcomes makes of the quarantine: the verdict or refusal of each file."""
    files = MemoryFiles()
    collector = Collector(desk=post.desk, files=files, scanned=scanned)
    for (number, one), (content, by) in post.files.items():
        files.came[number, one] = Sent(by=by, content=content)
        collect(collector, number, one)
    [number] = {number for number, _ in post.files}
    return {name: one.refused or one.verdict for name, one in post.complaint(number).evidence.items()}


def test_files_of_a_reply_go_into_quarantine_as_the_players(post: Postbox, number: str) -> None:
    [came] = post.arrives(WITH_FILES, signed(number))
    assert came.files == 2
    assert sorted(post.files.values()) == sorted([(PDF_FILE.content, "player"), (PNG, "player")])
    assert set(collected(post).values()) == {Verdict.NOT_SCANNED}


def test_files_of_a_mail_that_complains_go_into_quarantine(post: Postbox) -> None:
    [came] = post.arrives(WITH_FILES)
    assert {number for number, _ in post.files} == {came.number}
    assert set(collected(post, scanned=True).values()) == {None}


def test_a_mail_that_is_told_again_brings_the_same_files(post: Postbox, number: str) -> None:
    arrived = post.put(WITH_FILES, signed(number))
    post.tell(arrived)
    before = dict(post.files)
    collected(post)
    post.tell(arrived)
    assert post.files == before
    assert len(collected(post)) == 2


def test_a_file_is_named_like_any_other_so_that_nobody_guesses_it(post: Postbox, number: str) -> None:
    post.arrives(WITH_FILES, signed(number))
    for _, one in post.files:
        assert len(one) == 32
        assert int(one, 16)


def test_files_of_a_held_mail_wait_with_it(post: Postbox, number: str) -> None:
    [came] = post.arrives(WITH_FILES, signed(number), verdicts=FORGED)
    assert (came.files, post.files) == (0, {})
    assert post.accepted(number).files == 2
    assert len(collected(post)) == 2


def test_files_of_a_rejected_mail_are_never_taken(post: Postbox, number: str) -> None:
    arrived = post.put(WITH_FILES, signed(number), verdicts=FORGED)
    post.tell(arrived)
    post.office.do(number, c.RejectMail(received=post.mail(number).seq, content={"reason": "Forged."}))
    post.tell(arrived)
    assert post.files == {}


def test_files_of_a_mail_to_a_closed_complaint_are_not_taken(post: Postbox, number: str) -> None:
    post.office.do(number, c.Withdraw())
    post.arrives(WITH_FILES, signed(number))
    assert post.files == {}


@pytest.mark.parametrize("accept", [False, True])
def test_no_file_is_taken_of_a_mail_with_a_virus(post: Postbox, number: str, *, accept: bool) -> None:
    post.arrives(WITH_FILES, signed(number), verdicts=replace(PASSED, virus="fail"))
    if accept:
        post.accepted(number)
    assert post.files == {}


def test_files_of_programs_are_not_taken(post: Postbox, number: str) -> None:
    post.arrives(replace(WITH_FILES, automatic=Automatic.REPLY), signed(number))
    assert post.files == {}


def test_what_was_too_large_is_on_record_as_refused(post: Postbox, number: str) -> None:
    post.arrives(written(attachments=(PDF_FILE,), left_out=2), signed(number))
    refused = [one.refused for one in post.complaint(number).evidence.values()]
    assert refused == [Refusal.TOO_LARGE] * 2


def test_what_was_too_much_is_on_record_and_no_mail_fills_it(post: Postbox, number: str) -> None:
    many = tuple(Attachment(content=PNG + bytes([n]), media_type="image/png") for n in range(MOST_FILES))
    arrived = post.put(written(attachments=many, left_out=10_000), signed(number))
    post.tell(arrived)
    post.tell(arrived)
    refused = [one.refused for one in post.complaint(number).evidence.values()]
    assert refused == [Refusal.TOO_MANY] * MOST_FILES


def test_the_same_words_with_another_file_are_another_complaint(post: Postbox) -> None:
    post.arrives(written())
    post.arrives(written(attachments=(PDF_FILE,)))
    [again] = post.arrives(written(attachments=(PDF_FILE,)))
    assert again.taken_as == "sent_before"
    assert len(post.store.complaints) == 2


def test_a_mail_too_long_to_be_told_in_full_comes_along_as_a_file(post: Postbox, number: str) -> None:
    arrived = post.put(written("It began in March.", text_cut=True), signed(number))
    [came] = post.tell(arrived)
    assert came.files == 1
    assert list(post.files.values()) == [(arrived.mail.encode(), "player")]


def test_no_two_mails_share_a_file(post: Postbox, number: str) -> None:
    for text in ("One.", "Two."):
        post.arrives(replace(WITH_FILES, text=text), signed(number))
    assert len(post.files) == 4
    assert len({hashlib.sha256(content).digest() for content, _ in post.files.values()}) == 2


def heard(post: Postbox, monkeypatch: pytest.MonkeyPatch, number: str, mail: str) -> Came:
    """What comes of it when the bus says that a mail was accepted, and that mail is not to be opened."""
    monkeypatch.setattr(type(post.room.mails), "raw", lambda *_: pytest.fail("the mail was opened"))
    return accept(post.room, number, mail)


def test_a_mail_of_another_complaint_is_not_opened_for_whoever_says_that_it_was_accepted(
    post: Postbox, number: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who may put events on the bus could say so of any mail and complaint: the table alone is believed."""
    other = post.complained("other@example.com", key="key-2")
    post.arrives(WITH_FILES, signed(other), verdicts=FORGED)
    post.accepted(other)
    before, files = post.events(number), dict(post.files)
    [mail] = [one.mail for one in post.complaint(other).mails.values()]
    assert heard(post, monkeypatch, number, mail) == Came(taken_as="not_accepted")
    assert (post.events(number), post.files) == (before, files)


def test_a_held_mail_is_not_opened_before_its_complaint_says_that_it_was_accepted(
    post: Postbox, number: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    post.arrives(WITH_FILES, signed(number), verdicts=FORGED)
    waits = post.mail(number)
    assert heard(post, monkeypatch, number, waits.mail) == Came(taken_as="not_accepted")
    post.office.do(number, c.RejectMail(received=waits.seq, content={"reason": "not theirs"}))
    assert heard(post, monkeypatch, number, waits.mail) == Came(taken_as="not_accepted")
    assert post.files == {}


def test_a_mail_that_never_waited_was_never_accepted(
    post: Postbox, number: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    post.arrives(WITH_FILES, signed(number))
    assert heard(post, monkeypatch, number, post.mail(number).mail) == Came(taken_as="not_accepted")


def test_what_is_said_of_no_complaint_of_ours_does_not_come_again(
    post: Postbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert heard(post, monkeypatch, "R7K3-9QXM-3", "ses-1") == Came(taken_as="not_accepted")
