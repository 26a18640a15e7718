"""Whose mail it is: what is believed of a sender whose domain has no policy to check by (DMARC)."""

from copy import replace

import pytest

from redress.usecases.mail_ports import Verdicts
from tests.support.mail import (
    NO_POLICY,
    PASSED,
    PLAYER_MAIL,
    STRANGER_MAIL,
    Postbox,
    signed,
    written,
)

AT_HOME = "bounces@example.com"


@pytest.mark.parametrize(
    ("verdicts", "sender", "taken_as"),
    [
        (NO_POLICY, PLAYER_MAIL, "reply"),
        (NO_POLICY, PLAYER_MAIL.upper(), "reply"),
        (replace(NO_POLICY, dmarc="disabled"), PLAYER_MAIL, "reply"),
        (replace(NO_POLICY, spf="fail", dkim="pass"), PLAYER_MAIL, "held"),
        (replace(NO_POLICY, spf="gray", dkim="pass"), PLAYER_MAIL, "held"),
        (NO_POLICY, STRANGER_MAIL, "held"),
        (NO_POLICY, "", "held"),
    ],
)
def test_without_a_policy_spf_has_to_hold_and_the_complaint_has_to_know_the_sender(
    post: Postbox, verdicts: Verdicts, sender: str, taken_as: str
) -> None:
    number = post.complained()
    [came] = post.arrives(written(sender=sender), signed(number), verdicts=verdicts)
    assert came.taken_as == taken_as


@pytest.mark.parametrize(
    ("sender", "source", "taken_as"),
    [
        (PLAYER_MAIL, AT_HOME, "reply"),
        (PLAYER_MAIL, "bounces@EXAMPLE.COM", "reply"),
        (PLAYER_MAIL, "bounces@mail.example.com", "reply"),
        ("player@mail.example.com", AT_HOME, "reply"),
        (PLAYER_MAIL, "forger@attacker.example.test", "held"),
        (PLAYER_MAIL, "forger@notexample.com", "held"),
        (PLAYER_MAIL, "forger@example.com.attacker.example.test", "held"),
        (PLAYER_MAIL, '"player@example.com"@attacker.example.test', "held"),
        (PLAYER_MAIL, "registry@com", "held"),
        (PLAYER_MAIL, "example.com", "held"),
        (PLAYER_MAIL, "", "held"),
    ],
)
def test_spf_vouches_only_for_the_domain_that_it_checked(
    post: Postbox, sender: str, source: str, taken_as: str
) -> None:
    number = post.complained(email=sender)
    [came] = post.arrives(written(sender=sender), signed(number), verdicts=NO_POLICY, source=source)
    assert came.taken_as == taken_as
    assert post.mail(number).reasons == (() if taken_as == "reply" else ("dmarc",))


@pytest.mark.parametrize(
    ("source", "suspicions"), [(AT_HOME, ()), ("forger@attacker.example.test", ("unauthenticated",))]
)
def test_a_new_complaint_is_believed_by_the_same_rule(
    post: Postbox, source: str, suspicions: tuple[str, ...]
) -> None:
    [came] = post.arrives(written(), verdicts=NO_POLICY, source=source)
    assert post.complaint(str(came.number)).suspicions == suspicions


def test_nobody_else_gets_the_key_of_a_question(post: Postbox) -> None:
    post.arrives(written(), "questions@mail.example.test", verdicts=NO_POLICY, source="forger@example.test")
    assert post.notices == []


def test_where_a_policy_is_kept_the_envelope_may_name_another_house(post: Postbox) -> None:
    """Whoever sends for a company does: DMARC has compared the signature with the sender that people see."""
    number = post.complained()
    [came] = post.arrives(written(), signed(number), verdicts=PASSED, source="bounces@sender.example.test")
    assert came.taken_as == "reply"
