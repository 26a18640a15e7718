"""A mail of any bytes as an `Incoming`."""

from redress.mailroom import automatic, headers, plain, quotes, tongue
from redress.mailroom.bodies import Bodies
from redress.mailroom.incoming import LONGEST_SUBJECT, MOST_CHARACTERS, Incoming
from redress.mailroom.mime import Part


def read(raw: bytes) -> Incoming:
    """What a mail says. Total: of hostile or broken bytes it takes what it can, and never raises.

    Pure: it opens, loads and sends nothing, and files stay bytes. Its work is bounded by its size.
    """
    mail = Part(raw)
    bodies = Bodies(mail)
    sender = headers.sender(mail)
    whole, whole_cut = plain.cut(bodies.whole, MOST_CHARACTERS)
    text, text_cut = plain.cut(quotes.written_now(bodies.text) or bodies.whole, MOST_CHARACTERS)
    return Incoming(
        message_id=headers.message_id(mail),
        references=headers.references(mail),
        sender=sender.address,
        sender_name=sender.name,
        reply_to=tuple(headers.addresses(mail.all("Reply-To"))),
        subject=headers.subject(mail, LONGEST_SUBJECT),
        text=text,
        whole=whole,
        text_cut=whole_cut or text_cut,
        language=tongue.guess(text),
        automatic=automatic.kind(mail),
        attachments=tuple(bodies.attachments),
        left_out=bodies.left_out,
    )
