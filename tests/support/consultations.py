"""Anonymous consultations for tests: asked at a portal, answered by the operator."""

from redress.domain import consultation
from redress.domain.consultation import Consultation
from redress.usecases import consultations
from redress.usecases.ports import Request
from tests.support.complaints import HANDLER
from tests.support.portal import COMPLAINT, Answer, Visitor

QUESTION = {
    "text": "Why was my bonus taken back?",
    "category": "bonuses",
    "brand": "northlight",
    "jurisdiction": "gb-ukgc",
}


def ask(visitor: Visitor, **changes: str) -> Answer:
    """Fill in the form of a question and send it."""
    nonce = visitor.get("/consultations").nonce("consultations")
    return visitor.post("/consultations", {**QUESTION, "nonce": nonce, **changes})


def asked(visitor: Visitor, **changes: str) -> str:
    """The path of the page of a new question."""
    return ask(visitor, **changes).location.removesuffix("/received")


def number_of(path: str) -> str:
    """The number in the path of a question's page."""
    return path.split("/")[2]


def stored(visitor: Visitor, path: str) -> Consultation:
    """The consultation behind a page."""
    return visitor.store.consultations.load(number_of(path), visitor.now)


def answer(visitor: Visitor, path: str, text: str = "Because of clause 7.") -> None:
    """The operator answers."""
    known = stored(visitor, path)
    request = Request(client="app", key=f"{path} {known.version}", fingerprint="f", expires_at=visitor.now)
    consultations.change(
        visitor.desk, known.number, lambda one: (consultation.answer(one), text), HANDLER, request
    )


def close(visitor: Visitor, path: str, text: str | None = None) -> None:
    """The operator closes it."""
    known = stored(visitor, path)
    request = Request(client="app", key=f"{path} {known.version}", fingerprint="f", expires_at=visitor.now)
    consultations.change(
        visitor.desk, known.number, lambda one: (consultation.close(one), text), HANDLER, request
    )


def filled(visitor: Visitor, path: str, **changes: str) -> dict[str, str]:
    """The complaint form that a question leads to, filled in."""
    page = visitor.get(f"{path}/complaint")
    hidden = {name: page.value(name) for name in ("consultation", "consultation_key", "form_token")}
    own = {name: value for name, value in COMPLAINT.items() if name != "description"}
    return {**own, **hidden, "description": page.value("description"), "nonce": page.nonce(), **changes}
