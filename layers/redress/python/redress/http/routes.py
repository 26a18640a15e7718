"""The routes of the operator's API: one table, which answers requests and from which openapi.json is made."""

from collections.abc import Callable

from redress.domain.values import Value
from redress.http import clock_views, operations, rulepack_views, views
from redress.http.answer import Answer
from redress.http.problems import METHOD_NOT_ALLOWED, NO_SUCH_PATH, Refused

COMPLAINTS = "/v1/complaints"
COMPLAINT = f"{COMPLAINTS}/{{number}}"
RULE_PACKS = "/v1/rule-packs"
NUMBER = "{number}"


class Route(Value):
    """A method and path, the operation there, what it reads and shows. A `guarded` one asks for If-Match.

    `query` or `body` names the model that the operation takes beside its call, by module and class: what
    reads nothing does not import pydantic, which would cost it a third of a bare cold start.
    """

    method: str
    path: str
    operation: Callable[..., Answer]
    shows: type
    query: str | None = None
    body: str | None = None
    status: int = 200
    guarded: bool = False

    @property
    def name(self) -> str:
        """The name of the operation, by which permissions are given."""
        return self.operation.__name__

    @property
    def reads(self) -> str | None:
        """The model of the body or the query, as `pkgutil.resolve_name` takes it."""
        return self.body or self.query


def _get(path: str, operation: Callable[..., Answer], shows: type, query: str | None = None) -> Route:
    return Route(method="GET", path=path, operation=operation, shows=shows, query=query)


def _post(
    path: str, operation: Callable[..., Answer], body: str, *, status: int = 200, guarded: bool = False
) -> Route:
    return Route(
        method="POST",
        path=path,
        operation=operation,
        shows=views.ChangedView,
        body=body,
        status=status,
        guarded=guarded,
    )


_INTAKE, _BODIES = "redress.http.intake", "redress.http.bodies"
ROUTES = (
    _post(COMPLAINTS, operations.create_complaint, f"{_INTAKE}:Intake", status=201),
    _get(COMPLAINTS, operations.list_complaints, views.PageView, f"{_BODIES}:ListQuery"),
    _get(COMPLAINT, operations.get_complaint, views.ComplaintView),
    _get(f"{COMPLAINT}/events", operations.list_events, views.HistoryView),
    _get(f"{COMPLAINT}/clock", operations.explain_clock, clock_views.ClockView),
    _post(f"{COMPLAINT}/assignment", operations.assign, f"{_BODIES}:Assignment", guarded=True),
    _post(
        f"{COMPLAINT}/information-requests", operations.request_information, f"{_BODIES}:InformationRequest"
    ),
    _post(f"{COMPLAINT}/pauses", operations.pause_clock, f"{_BODIES}:Pause"),
    _post(f"{COMPLAINT}/pauses/resumption", operations.resume_clock, f"{_BODIES}:Resumption"),
    _post(f"{COMPLAINT}/extension", operations.extend_deadline, f"{_BODIES}:Extension", guarded=True),
    _post(f"{COMPLAINT}/category", operations.recategorise, f"{_BODIES}:Recategorisation", guarded=True),
    _post(f"{COMPLAINT}/rule-pack", operations.adopt_pack_version, f"{_BODIES}:PackAdoption", guarded=True),
    _post(f"{COMPLAINT}/decision", operations.propose_decision, f"{_BODIES}:Decision", guarded=True),
    _post(f"{COMPLAINT}/decision/approval", operations.approve_decision, f"{_BODIES}:Approval", guarded=True),
    _post(f"{COMPLAINT}/decision/return", operations.return_decision, f"{_BODIES}:Return", guarded=True),
    _post(f"{COMPLAINT}/adr-referral", operations.refer_to_adr, f"{_BODIES}:AdrReferral"),
    _post(f"{COMPLAINT}/adr-referral/answer", operations.answer_adr, f"{_BODIES}:AdrAnswer"),
    _post(f"{COMPLAINT}/adr-referral/outcome", operations.record_adr_outcome, f"{_BODIES}:AdrDecision"),
    _post(f"{COMPLAINT}/withdrawal", operations.withdraw, f"{_BODIES}:Withdrawal"),
    _get(RULE_PACKS, operations.list_rule_packs, rulepack_views.RulePacksView),
)


def find(method: str, path: str) -> tuple[Route, str]:
    """The route of a request, and the complaint number its path names (empty where it names none).

    Raises Refused: 404 for an unknown path, 405 with Allow for a method it does not take.
    """
    parts = path.split("/")
    here = [route for route in ROUTES if _fits(route.path.split("/"), parts)]
    if not here:
        raise Refused(NO_SUCH_PATH, "openapi.json lists the paths there are.")
    for route in here:
        if route.method == method:
            places = route.path.split("/")
            return route, parts[places.index(NUMBER)] if NUMBER in places else ""
    allowed = ", ".join(sorted(route.method for route in here))
    raise Refused(METHOD_NOT_ALLOWED, f"Use {allowed}.", {"Allow": allowed})


def _fits(places: list[str], parts: list[str]) -> bool:
    return len(places) == len(parts) and all(
        place in (NUMBER, part) for place, part in zip(places, parts, strict=True)
    )
