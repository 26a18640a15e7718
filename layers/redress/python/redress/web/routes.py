"""Where things are in the portal: which act of which room answers a request.

No GET changes anything. Every POST that did something answers with a redirect, so that reloading asks for
nothing. Links lead on from the page they are on: the pages work under any base path, and below the code of a
language (`/fr/complaints`) as well as without.
"""

from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any

from redress.domain.errors import NotFound
from redress.web import words
from redress.web.forms import UnreadableForm
from redress.web.pages import Page
from redress.web.visit import LinkExpired, Portal, Visit

type Act = Callable[..., Page]

_COMPLAINT = "/complaints/<number>/<key>"
_CONSULTATION = "/consultations/<number>/<key>"
# By path and method, `room:act`; a room is imported when somebody enters it.
ROUTES: Mapping[str, Mapping[str, str]] = {
    "/": {"GET": "form:show_form", "POST": "form:submit"},
    "/complaints": {"GET": "form:show_form", "POST": "form:submit"},
    _COMPLAINT: {"GET": "complaint:track"},
    f"{_COMPLAINT}/received": {"GET": "complaint:confirm"},
    f"{_COMPLAINT}/reply": {"GET": "complaint:back", "POST": "complaint:reply"},
    f"{_COMPLAINT}/withdraw": {"GET": "complaint:back", "POST": "complaint:withdraw"},
    f"{_COMPLAINT}/feedback": {"GET": "complaint:back", "POST": "complaint:feedback"},
    f"{_COMPLAINT}/dispute": {"GET": "complaint:back", "POST": "complaint:dispute"},
    f"{_COMPLAINT}/letters/<letter>": {"GET": "letter:show"},
    "/faq": {"GET": "faq:show_all"},
    "/faq/offers": {"GET": "faq:offer"},
    "/faq/<slug>": {"GET": "faq:show"},
    "/assistant": {"GET": "assistant:greet", "POST": "assistant:answer"},
    "/lost-link": {"GET": "link:ask", "POST": "link:send"},
    f"{_COMPLAINT}/evidence": {"GET": "evidence:show"},
    f"{_COMPLAINT}/evidence/sent": {"GET": "evidence:sent"},
    "/policy": {"GET": "policy:show"},
    "/policy/<jurisdiction>/<version>": {"GET": "policy:show_version"},
    "/consultations": {"GET": "consultation:show", "POST": "consultation:ask"},
    "/consultations/find": {"GET": "consultation:show", "POST": "consultation:find"},
    _CONSULTATION: {"GET": "consultation:read"},
    f"{_CONSULTATION}/received": {"GET": "consultation:confirm"},
    f"{_CONSULTATION}/follow-up": {"GET": "consultation:back", "POST": "consultation:follow_up"},
    f"{_CONSULTATION}/complaint": {"GET": "consultation:complain"},
    "/static/<name>": {"GET": "static:file"},
}


def answer(portal: Portal, event: Mapping[str, Any]) -> Page:
    """What the portal says to a request, which is one that a REST API hands to a proxy integration."""
    visit = Visit(portal=portal, event=event)
    method = event["httpMethod"]
    try:
        acts, named = _find(visit.path)
        name = acts.get("GET" if method == "HEAD" else method)
        return act(name)(visit, **named) if name else _not_allowed(visit, acts)
    except LinkExpired as expired:
        gone: Page = act("link:expired")(visit.speaking(expired.language), expired.number)
        return gone
    except NotFound:
        return visit.page(404, "refusal", visit.brand, words=words.REFUSALS["not_found"])
    except UnreadableForm as unreadable:
        return visit.page(unreadable.status, "refusal", visit.brand, words=words.REFUSALS["unreadable"])


def act(name: str) -> Act:
    """The function behind `room:act`."""
    room, _, function = name.partition(":")
    found: Act = getattr(import_module(f"redress.web.rooms.{room}"), function)
    return found


def _find(path: str) -> tuple[Mapping[str, str], dict[str, str]]:
    """What can be done at a path, and what stands in its named places. Raises NotFound."""
    parts = path.rstrip("/").split("/")
    for route, acts in ROUTES.items():
        places = route.rstrip("/").split("/")
        if len(places) == len(parts) and all(map(_fits, places, parts)):
            pairs = zip(places, parts, strict=True)
            return acts, {place[1:-1]: part for place, part in pairs if _is_name(place)}
    raise NotFound(path)


def _fits(place: str, part: str) -> bool:
    return place == part or (_is_name(place) and part != "")


def _is_name(place: str) -> bool:
    return place.startswith("<")


def _not_allowed(visit: Visit, acts: Mapping[str, str]) -> Page:
    headers = {"Allow": ", ".join(["HEAD", *acts] if "GET" in acts else acts)}
    return visit.page(405, "refusal", visit.brand, words=words.REFUSALS["method"], headers=headers)
