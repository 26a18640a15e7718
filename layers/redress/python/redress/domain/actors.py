"""Who acts: the player, the system, or an application of the operator for a person.

An actor of an application is `app:<client id>/<subject id>`; the subject id is `-` where no person was named.
"""

# Kept in the register forever, so a subject id of the identity provider, never an address or a name.
SUBJECT = r"[A-Za-z0-9._:|-]{1,100}"
PLAYER, SYSTEM = "player", "system"
NOBODY = "-"


def of_app(client: str, person: str | None) -> str:
    """An application, acting for a person (subject id) or by itself."""
    return f"app:{client}/{person or NOBODY}"


def person(actor: str) -> str | None:
    """The subject id of the person who acts, whichever application they use; None where none was named."""
    if not actor.startswith("app:"):
        return None
    named = actor.partition("/")[2]
    return None if named == NOBODY else named


def without_person(actor: str) -> str:
    """The actor as it may be told to others: the application without its person."""
    return actor.partition("/")[0]
