"""Whatever a mail is and whatever the mail service found: what must hold of every one of them."""

from copy import replace

from hypothesis import given
from hypothesis import strategies as st

from redress.domain import reply_address
from redress.mailroom.incoming import Automatic, Incoming
from redress.usecases.mail_ports import Verdicts
from tests.support.mail import (
    COMPLAINTS,
    PDF_FILE,
    PLAYER_MAIL,
    QUESTIONS,
    STRANGER_MAIL,
    Postbox,
    signed,
    written,
)

FOUND = st.sampled_from(["pass", "fail", "gray", "processing_failed", "disabled"])
VERDICTS = st.builds(Verdicts, spf=FOUND, dkim=FOUND, dmarc=FOUND, spam=FOUND, virus=FOUND)
MAILS = st.builds(
    written,
    st.text(max_size=20),
    sender=st.sampled_from([PLAYER_MAIL, STRANGER_MAIL, ""]),
    subject=st.text(max_size=10),
    automatic=st.none() | st.sampled_from(Automatic),
    attachments=st.sampled_from([(), (PDF_FILE,)]),
    left_out=st.integers(0, 3),
    text_cut=st.booleans(),
    language=st.none() | st.sampled_from(["en", "ru"]),
)
PURPOSES = st.sampled_from([reply_address.REPLY, reply_address.DECLINE_SURVEY])
SOURCES = st.sampled_from([PLAYER_MAIL, "forger@attacker.example.test", ""])
TRUSTED = frozenset({"reply", "survey_declined"})


@given(MAILS, VERDICTS, PURPOSES, st.sampled_from(["recipient", "thread"]), SOURCES)
def test_only_a_mail_that_is_vouched_for_and_that_a_person_wrote_changes_a_complaint(
    mail: Incoming, verdicts: Verdicts, purpose: str, named_as: str, source: str
) -> None:
    post = Postbox()
    number = post.complained()
    before = post.complaint(number)
    address = signed(number, purpose)
    if named_as == "thread":
        threaded = replace(mail, references=(f"<{address}>",))
        came = post.arrives(threaded, COMPLAINTS, verdicts=verdicts, source=source)
    else:
        came = post.arrives(mail, address, verdicts=verdicts, source=source)
    known = mail.sender == PLAYER_MAIL
    if named_as == "thread" and not known and not mail.automatic:  # a letter that was passed on
        assert number not in {one.number for one in came}
        assert post.complaint(number) == before
        return
    assert [one.number for one in came] == [number]
    after = post.complaint(number)
    assert after.letters == before.letters  # no mail is answered by a letter of its own
    assert after.stage is before.stage
    no_policy = verdicts.dmarc in {"gray", "disabled"}
    at_home = source.endswith("@example.com")
    vouched = verdicts.dmarc == "pass" or (no_policy and known and at_home and verdicts.spf == "pass")
    if post.mail(number).taken_as in TRUSTED:
        assert vouched
        assert "fail" not in {verdicts.spam, verdicts.virus}
    else:
        assert "PlayerReplied" not in post.names(number)
        assert post.files == {}
    if mail.automatic:
        assert "PlayerReplied" not in post.names(number)


@given(
    MAILS,
    VERDICTS,
    st.sampled_from([(COMPLAINTS,), (QUESTIONS,), (COMPLAINTS, QUESTIONS), ("x@mail.example.test",)]),
)
def test_no_other_mail_touches_a_complaint_and_none_is_lost(
    mail: Incoming, verdicts: Verdicts, to: tuple[str, ...]
) -> None:
    post = Postbox()
    number = post.complained()
    before = post.store.records[number]
    arrived = post.put(mail, *to, verdicts=verdicts)
    [came] = post.tell(arrived)
    assert post.tell(arrived)[0] == came
    assert post.store.records[number] == before
    made = len(post.store.complaints) - 1 + len(post.store.consultations.kept)
    assert made == (0 if came.taken_as == "set_aside" else 1)
    assert (came.taken_as == "set_aside") == (
        mail.automatic in {Automatic.BOUNCE, Automatic.REPLY, Automatic.LIST}
    )
    assert {one.to for one in post.notices} <= {mail.sender}
