"""Which mails were written by a program (RFC 3834, RFC 3464, RFC 2919), by their headers."""

import re

from redress.mailroom import headers
from redress.mailroom.incoming import LONGEST_SUBJECT, Automatic
from redress.mailroom.mime import Part

_BOUNCING = re.compile(r"(mailer-daemon|postmaster|mail-daemon|mdaemon)\b", re.IGNORECASE)
_NO_REPLY = re.compile(
    r"(?:^|[._+-])(?:no[._-]?repl(?:y|ies)|do[._-]?not[._-]?reply|dont[._-]?reply|nicht[._-]?antworten"
    r"|ne[._-]?pas[._-]?repondre|no[._-]?responder|nao[._-]?responda|non[._-]?rispondere"
    r"|nie[._-]?odpowiadaj|svara[._-]?inte|notifications?|auto-?confirm)(?:$|[._+-])",
    re.IGNORECASE,
)
_REPLYING = ("X-Autoreply", "X-Autorespond", "X-Autoresponder", "X-Auto-Reply", "X-Autoreply-From")
_LISTED = ("List-Id", "List-Unsubscribe", "List-Post", "Mailing-List", "X-Mailing-List")
# How programs begin the subject of an automatic answer, in the languages of players.
_AWAY = re.compile(
    r"\W*(?:auto(?:matic)?[ -]?(?:reply|response)|out of (?:the )?office|vacation (?:reply|response)"
    r"|auto:|automatische (?:antwort|abwesenheitsnotiz)|abwesenheitsnotiz|abwesend:"
    r"|réponse automatique|absence du bureau|odpowiedź automatyczna|automatyczna odpowiedź"
    r"|автоматический ответ|автоответ|respuesta automática|fuera de (?:la )?oficina"
    r"|risposta automatica|fuori sede|resposta automática|automatiskt? svar|autosvar|frånvaro)",
    re.IGNORECASE,
)


def kind(mail: Part) -> Automatic | None:
    """Why a mail counts as automatic; None if nothing says so.

    REPLY and BOUNCE want a header that programs alone write, for of such mails a person may see nothing:
    a subject or an address, which people write and have, too, makes a mail GENERATED, which is kept.
    """
    if _is_bounce(mail):
        return Automatic.BOUNCE
    if _is_reply(mail):
        return Automatic.REPLY
    if _came_from_nowhere(mail):
        return Automatic.BOUNCE
    if mail.has(*_LISTED) or _word(mail, "Precedence") in {"list", "bulk", "junk"}:
        return Automatic.LIST
    return Automatic.GENERATED if _is_generated(mail) else None


def _is_bounce(mail: Part) -> bool:
    reported = mail.media_type == "multipart/report" or mail.has("X-Failed-Recipients")
    return reported or (_is_mail_system(mail) and _is_a_programs(mail))


def _is_reply(mail: Part) -> bool:
    answered = _word(mail, "Auto-Submitted").startswith("auto-repl") or mail.has(*_REPLYING)
    return (
        answered or _word(mail, "Precedence") == "auto_reply" or (_says_away(mail) and _is_a_programs(mail))
    )


def _is_generated(mail: Part) -> bool:
    # It asks others to send no automatic answer: programs do, and a few companies for all they send. A
    # complaint of theirs is kept and waits for a person, while an automatic answer would be set aside.
    suppressed = _word(mail, "X-Auto-Response-Suppress") not in {"", "none"}
    unanswerable = bool(_NO_REPLY.search(_local(mail)))
    looks_it = unanswerable or _says_away(mail) or _is_mail_system(mail)
    return _is_submitted_by_a_program(mail) or suppressed or looks_it


def _is_a_programs(mail: Part) -> bool:
    """Whether a program wrote it by a header that people's programs never write."""
    return _came_from_nowhere(mail) or _is_submitted_by_a_program(mail)


def _came_from_nowhere(mail: Part) -> bool:
    """Whether nothing shall come back (RFC 5321, section 4.5.5): the mail service writes it on top."""
    return mail.first("Return-Path").strip() == "<>"


def _is_submitted_by_a_program(mail: Part) -> bool:
    return _word(mail, "Auto-Submitted") not in {"", "no"}


def _says_away(mail: Part) -> bool:
    return bool(_AWAY.match(headers.subject(mail, LONGEST_SUBJECT)))


def _is_mail_system(mail: Part) -> bool:
    return bool(_BOUNCING.match(_local(mail)))


def _local(mail: Part) -> str:
    return headers.sender(mail).address.partition("@")[0]


def _word(mail: Part, name: str) -> str:
    """The first word of a header, in lower case, without parameters and comments."""
    return re.split(r"[;\s(,]", mail.first(name).strip().lower(), maxsplit=1)[0]
