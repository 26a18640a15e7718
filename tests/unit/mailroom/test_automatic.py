"""Mails that a program wrote are known for it, and mails of people are not."""

import pytest

from redress.mailroom import Automatic, read
from tests.support.mails import made, mail, names


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("bounce", Automatic.BOUNCE),
        ("read-receipt", Automatic.BOUNCE),
        ("vacation", Automatic.REPLY),
        ("list", Automatic.LIST),
        ("no-reply", Automatic.GENERATED),
    ],
)
def test_mail_of_a_program_is_known_for_its_kind(name: str, kind: Automatic) -> None:
    assert read(mail(f"built/{name}")).automatic is kind


@pytest.mark.parametrize("name", names("replies"))
def test_a_reply_of_a_person_is_not_automatic(name: str) -> None:
    assert read(mail(f"replies/{name}")).automatic is None


def test_a_bounce_says_in_its_whole_what_could_not_be_delivered() -> None:
    assert "nobody@example.com" in read(mail("built/bounce")).whole


@pytest.mark.parametrize(
    ("header", "value", "kind"),
    [
        ("return_path", "<>", Automatic.BOUNCE),
        ("x_failed_recipients", "nobody@example.com", Automatic.BOUNCE),
        ("auto_submitted", "auto-replied", Automatic.REPLY),
        ("auto_submitted", "Auto-Replied; owner-email=x", Automatic.REPLY),
        ("x_autoreply", "yes", Automatic.REPLY),
        ("x_autorespond", "1", Automatic.REPLY),
        ("precedence", "auto_reply", Automatic.REPLY),
        ("precedence", "bulk", Automatic.LIST),
        ("precedence", "junk", Automatic.LIST),
        ("list_id", "<players.example.com>", Automatic.LIST),
        ("list_unsubscribe", "<https://example.com/leave>", Automatic.LIST),
        ("auto_submitted", "auto-generated", Automatic.GENERATED),
        ("auto_submitted", "auto-notified", Automatic.GENERATED),
        ("x_auto_response_suppress", "All", Automatic.GENERATED),
        ("auto_submitted", "no", None),
        ("auto_submitted", "No (a person)", None),
        ("x_auto_response_suppress", "None", None),
        ("precedence", "first-class", None),
        ("return_path", "<player@example.com>", None),
    ],
)
def test_a_header_tells_who_wrote(header: str, value: str, kind: Automatic | None) -> None:
    assert read(made(**{header: value})).automatic is kind


@pytest.mark.parametrize(
    "subject",
    [
        "Automatic reply: Your complaint",
        "Auto: Your complaint",
        "Out of Office: Your complaint",
        "Réponse automatique : Votre réclamation",
        "Odpowiedź automatyczna: Reklamacja",
        "Автоматический ответ: Жалоба",
        "Automatische Antwort: Ihre Beschwerde",
        "Abwesenheitsnotiz: Ihre Beschwerde",
        "Respuesta automática: Su reclamación",
        "Risposta automatica: Il suo reclamo",
        "Resposta automática: A sua reclamação",
        "Automatiskt svar: Ditt klagomål",
        "Autosvar: Ditt klagomål",
    ],
)
def test_a_subject_that_programs_write_is_known_in_every_language(subject: str) -> None:
    assert read(made(subject=subject)).automatic is Automatic.GENERATED
    for proof in ({"return_path": "<>"}, {"auto_submitted": "auto-generated"}):
        assert read(made(subject=subject, **proof)).automatic is Automatic.REPLY


@pytest.mark.parametrize(
    "subject",
    [
        "Automatic response is all I ever get from you",
        "Out of office hours nobody pays out",
        "Frånvaro av utbetalning",
        "Auto: my bet on the race",
    ],
)
@pytest.mark.parametrize("suppress", ["None", "All"])
def test_what_a_person_may_have_written_is_never_taken_for_an_automatic_answer(
    subject: str, suppress: str
) -> None:
    """Not by its subject, nor with the header that a few companies put on all their mail: a person looks."""
    mail = made(subject=subject, return_path="<player@example.com>", x_auto_response_suppress=suppress)
    assert read(mail).automatic is Automatic.GENERATED


@pytest.mark.parametrize(
    "subject",
    [
        "Your automatic reply is no answer",
        "I was out of office when you wrote",
        "Autoplay",
        "Re: Your complaint",
        "",
    ],
)
def test_a_subject_of_a_person_is_none_of_them(subject: str) -> None:
    assert read(made(subject=subject)).automatic is None


@pytest.mark.parametrize(
    "sender", ["mailer-daemon@example.com", "MAILER-DAEMON@example.com", "Post <postmaster@example.com>"]
)
def test_the_mail_system_itself_is_known_by_its_address(sender: str) -> None:
    """A person may write from the mailbox of a postmaster; what comes back has no return path."""
    assert read(made(sender=sender)).automatic is Automatic.GENERATED
    assert read(made(sender=sender, return_path="<>")).automatic is Automatic.BOUNCE
    assert read(made(sender=sender, auto_submitted="auto-replied")).automatic is Automatic.BOUNCE


@pytest.mark.parametrize(
    "sender",
    [
        *(
            "noreply@example.com",
            "no-reply@example.com",
            "NoReply+7@example.com",
            "x.no_reply@example.com",
        ),
        *("do-not-reply@example.com", "donotreply@example.com", "nicht-antworten@example.com"),
    ],
)
def test_an_address_that_wants_no_answer_is_known(sender: str) -> None:
    assert read(made(sender=sender)).automatic is Automatic.GENERATED


@pytest.mark.parametrize(
    "sender", ["nora.reply@example.com", "noreplyson@example.com", "postmasters@example.com"]
)
def test_an_address_that_only_looks_like_one_is_a_persons(sender: str) -> None:
    assert read(made(sender=sender)).automatic is None


def test_an_automatic_answer_without_a_return_path_is_an_answer_and_no_bounce() -> None:
    found = read(made(return_path="<>", auto_submitted="auto-replied")).automatic
    assert found is Automatic.REPLY
