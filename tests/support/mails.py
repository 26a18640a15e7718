"""Mails to read: files as mail programs write them (`unit/mailroom/mails`), and small ones made at once."""

from pathlib import Path

FOLDER = Path(__file__).parent.parent / "unit/mailroom/mails"
PLAYER = "Player Example <player@example.com>"

OWN_WORDS = {
    "en": "I still have not been paid, and nobody has told me why.\n"
    "Please look at it again, because the money is mine.",
    "fr": "Je n'ai toujours pas reçu mon argent, et personne ne m'a dit pourquoi.\n"
    "Merci de regarder encore une fois ce qui s'est passé.",
    "pl": "Nadal nie otrzymałem moich pieniędzy i nikt mi nie powiedział, dlaczego.\n"
    "Proszę sprawdzić to jeszcze raz, bo to są moje środki.",
    "ru": "Я до сих пор не получил свои деньги, и никто не сказал мне почему.\n"
    "Посмотрите, пожалуйста, ещё раз, что с ними случилось.",
    "de": "Ich habe mein Geld noch immer nicht bekommen, und niemand hat mir gesagt, warum.\n"
    "Bitte prüfen Sie das noch einmal.",
    "es": "Todavía no he recibido mi dinero y nadie me ha dicho por qué.\n"
    "Por favor, miren otra vez lo que ha pasado.",
    "it": "Non ho ancora ricevuto i miei soldi e nessuno mi ha detto perché.\n"
    "Per favore controllate ancora una volta che cosa è successo.",
    "pt": "Ainda não recebi o meu dinheiro e ninguém me disse porquê.\n"
    "Por favor vejam outra vez o que aconteceu com ele.",
    "sv": "Jag har fortfarande inte fått mina pengar och ingen har sagt varför.\n"
    "Titta på det en gång till, för det är mina pengar.",
}
"""What the player wrote in each reply of `mails/replies`, by language."""

COMPLAINT = "I have not been paid my withdrawal of 250 euros, and nobody tells me why."
"""What the player wrote in the mails of `mails/built`."""


def mail(name: str) -> bytes:
    """A mail of the corpus, such as `built/winmail`."""
    return (FOLDER / f"{name}.eml").read_bytes()


def names(folder: str) -> list[str]:
    """The mails of a part of the corpus."""
    return sorted(path.stem for path in (FOLDER / folder).glob("*.eml"))


def made(
    body: str | bytes = COMPLAINT, *, sender: str | list[str] | None = PLAYER, **headers: str | list[str]
) -> bytes:
    """A mail with these headers: `content_type="text/html"`, a list for one that is there several times."""
    given: dict[str, str | list[str]] = {"from": sender} if sender is not None else {}
    lines = [
        f"{name.replace('_', '-').title()}: {value}\n"
        for name, values in {**given, **headers}.items()
        for value in (values if isinstance(values, list) else [values])
    ]
    content = body.encode() if isinstance(body, str) else body
    return "".join(lines).encode("utf-8", "surrogateescape") + b"\n" + content


def multipart(*parts: bytes, kind: str = "mixed", boundary: str = "b") -> bytes:
    """Parts, each with its own header, as a mail or as a part of one."""
    inside = b"".join(b"--" + boundary.encode() + b"\n" + part + b"\n" for part in parts)
    head = f"Content-Type: multipart/{kind}; boundary={boundary}\n\n".encode()
    return head + inside + b"--" + boundary.encode() + b"--\n"
