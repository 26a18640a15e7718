"""The routes of the operator's API: one table, which answers requests and from which openapi.json is made."""

from collections.abc import Callable, Mapping
from pkgutil import resolve_name
from typing import Any

from redress.domain.values import Value
from redress.http.answer import Answer
from redress.http.problems import METHOD_NOT_ALLOWED, NO_SUCH_PATH, Refused

COMPLAINTS = "/v1/complaints"
COMPLAINT = f"{COMPLAINTS}/{{number}}"
TEAM = "/v1/teams/{team}"
CONSULTATIONS = "/v1/consultations"
CONSULTATION = f"{CONSULTATIONS}/{{consultation}}"
WEBHOOKS = "/v1/webhooks"
WEBHOOK = f"{WEBHOOKS}/{{webhook}}"
PLAYERS = "/v1/players"
ACTIONS = "/v1/corrective-actions"
ACTION = f"{ACTIONS}/{{action}}"
ALARMS = "/v1/alarms"


class Route(Value):
    """A method and path, the operation there, what it reads and shows, and the permission it takes.

    Operation, model and view are named by module and name below `redress.http`, and imported when they are
    needed: what a request does not use costs its cold start nothing. `query` or `body` names the model that
    the operation takes beside its call. A `guarded` route asks for If-Match, one `by_person` for who acts.
    """

    method: str
    path: str
    operates: str
    shows: str
    permission: str
    query: str | None = None
    body: str | None = None
    status: int = 200
    guarded: bool = False
    by_person: bool = False

    @property
    def name(self) -> str:
        """The name of the operation."""
        return self.operates.partition(":")[2]

    @property
    def places(self) -> tuple[str, ...]:
        """The names of the open places of the path."""
        return tuple(part[1:-1] for part in self.path.split("/") if _is_open(part))

    @property
    def operation(self) -> Callable[..., Answer]:
        """What answers."""
        return _named(self.operates)  # type: ignore[no-any-return]  # a test walks over all of them

    @property
    def reads(self) -> Any:  # noqa: ANN401 - the type of a model would import pydantic
        """The model of the body or the query, or None."""
        named = self.body or self.query
        return _named(named) if named else None

    @property
    def view(self) -> type:
        """What the answer looks like."""
        return _named(self.shows)  # type: ignore[no-any-return]  # a test walks over all of them


def _named(place: str) -> Any:  # noqa: ANN401 - whatever stands there
    return resolve_name(f"redress.http.{place}")


def _get(
    path: str, operates: str, shows: str, *, query: str | None = None, permission: str = "read"
) -> Route:
    return Route(method="GET", path=path, operates=operates, shows=shows, query=query, permission=permission)


def _post(
    path: str,
    operates: str,
    body: str,
    *,
    shows: str = "outcomes:ChangedView",
    permission: str = "write",
    status: int = 200,
    guarded: bool = False,
    by_person: bool = False,
) -> Route:
    return Route(
        method="POST",
        path=path,
        operates=operates,
        shows=shows,
        body=body,
        permission=permission,
        status=status,
        guarded=guarded,
        by_person=by_person,
    )


ROUTES = (
    _post(COMPLAINTS, "taking:create_complaint", "intake:Intake", status=201),
    _get(COMPLAINTS, "lists:list_complaints", "list_views:PageView", query="list_bodies:ListQuery"),
    _get(COMPLAINT, "operations:get_complaint", "views:ComplaintView"),
    _get(f"{COMPLAINT}/events", "operations:list_events", "views:HistoryView"),
    _get(f"{COMPLAINT}/clock", "operations:explain_clock", "clock_views:ClockView"),
    _get(f"{COMPLAINT}/macros", "casework:list_macros", "casework_views:MacrosView"),
    _get(f"{COMPLAINT}/evidence-pack", "casework:get_evidence_pack", "casework_views:EvidencePackView"),
    _get(f"{COMPLAINT}/evidence", "evidence:list_evidence", "evidence_views:EvidenceListView"),
    _post(
        f"{COMPLAINT}/evidence",
        "evidence:ask_for_upload",
        "evidence_bodies:EvidenceUpload",
        shows="evidence_views:EvidenceUploadView",
        status=201,
    ),
    _get(f"{COMPLAINT}/evidence/{{evidence}}", "evidence:get_evidence", "evidence_views:EvidenceFileView"),
    _get(f"{COMPLAINT}/mails", "mails:list_mails", "mail_views:MailsView"),
    _post(f"{COMPLAINT}/mails/{{received}}/accept", "mails:accept_mail", "mail_bodies:MailAcceptance"),
    _post(f"{COMPLAINT}/mails/{{received}}/reject", "mails:reject_mail", "mail_bodies:MailRejection"),
    _post(f"{COMPLAINT}/contacts", "mails:add_contact", "mail_bodies:NewContact"),
    _post(f"{COMPLAINT}/assignment", "casework:assign", "casework_bodies:Assignment", guarded=True),
    _post(f"{COMPLAINT}/triage", "casework:overrule_triage", "casework_bodies:TriageOverrule", guarded=True),
    _post(f"{COMPLAINT}/category", "operations:recategorise", "bodies:Recategorisation", guarded=True),
    _post(f"{COMPLAINT}/release", "suspicion:release_complaint", "casework_bodies:SpamFinding"),
    _post(
        f"{COMPLAINT}/rejection-as-spam",
        "suspicion:reject_as_spam",
        "casework_bodies:SpamFinding",
        permission="decide",
        guarded=True,
    ),
    _post(f"{COMPLAINT}/notes", "casework:add_note", "casework_bodies:NoteBody"),
    _post(f"{COMPLAINT}/context", "casework:attach_context", "casework_bodies:Context"),
    _post(f"{COMPLAINT}/tasks", "casework:open_task", "casework_bodies:TaskBody"),
    _post(f"{COMPLAINT}/tasks/{{task}}/closure", "casework:close_task", "casework_bodies:TaskClosure"),
    _post(f"{COMPLAINT}/subject", "causes:state_subject", "casework_bodies:ComplaintSubject"),
    _post(f"{COMPLAINT}/cause", "causes:find_cause", "casework_bodies:CauseFinding"),
    _post(f"{COMPLAINT}/duplicate-of", "casework:link_duplicate", "casework_bodies:DuplicateOf"),
    _post(f"{COMPLAINT}/escalation", "casework:escalate", "casework_bodies:Escalation"),
    _post(f"{COMPLAINT}/information-requests", "operations:request_information", "bodies:InformationRequest"),
    _post(f"{COMPLAINT}/replies", "casework:record_reply", "casework_bodies:PlayerReply"),
    _post(f"{COMPLAINT}/pauses", "operations:pause_clock", "bodies:Pause"),
    _post(f"{COMPLAINT}/pauses/resumption", "operations:resume_clock", "bodies:Resumption"),
    _post(f"{COMPLAINT}/extension", "operations:extend_deadline", "bodies:Extension", guarded=True),
    _post(
        f"{COMPLAINT}/rule-pack",
        "operations:adopt_pack_version",
        "bodies:PackAdoption",
        permission="admin",
        guarded=True,
    ),
    _post(f"{COMPLAINT}/decision", "operations:propose_decision", "bodies:Decision", guarded=True),
    _post(
        f"{COMPLAINT}/decision/approval",
        "operations:approve_decision",
        "bodies:Approval",
        permission="decide",
        guarded=True,
    ),
    _post(
        f"{COMPLAINT}/decision/return",
        "operations:return_decision",
        "bodies:Return",
        permission="decide",
        guarded=True,
    ),
    _post(
        f"{COMPLAINT}/deadlock",
        "casework:declare_deadlock",
        "casework_bodies:Deadlock",
        permission="decide",
        guarded=True,
    ),
    _post(
        f"{COMPLAINT}/redress-payments", "casework:record_redress_payment", "casework_bodies:RedressPayment"
    ),
    _post(
        f"{COMPLAINT}/letters/{{letter}}/other-means",
        "casework:send_otherwise",
        "casework_bodies:OtherMeans",
    ),
    _post(f"{COMPLAINT}/reopening", "casework:reopen", "casework_bodies:Reopening"),
    _post(f"{COMPLAINT}/adr-referral", "operations:refer_to_adr", "bodies:AdrReferral"),
    _post(f"{COMPLAINT}/adr-referral/answer", "operations:answer_adr", "bodies:AdrAnswer"),
    _post(f"{COMPLAINT}/adr-referral/outcome", "operations:record_adr_outcome", "bodies:AdrDecision"),
    _post(f"{COMPLAINT}/withdrawal", "operations:withdraw", "bodies:Withdrawal"),
    _post(
        f"{COMPLAINT}/legal-hold",
        "persons:place_legal_hold",
        "person_bodies:LegalHold",
        permission="admin",
        by_person=True,
    ),
    _post(
        f"{COMPLAINT}/legal-hold/lifting",
        "persons:lift_legal_hold",
        "person_bodies:LegalHoldLifting",
        permission="admin",
        by_person=True,
    ),
    _post(
        f"{COMPLAINT}/erasure",
        "persons:order_erasure",
        "person_bodies:ErasureOrder",
        permission="admin",
        guarded=True,
        by_person=True,
    ),
    _post(
        f"{COMPLAINT}/lease",
        "queues:take_lease",
        "list_bodies:LeaseBody",
        shows="queue_views:LeasedView",
        by_person=True,
    ),
    Route(
        method="DELETE",
        path=f"{COMPLAINT}/lease",
        operates="queues:give_back_lease",
        shows="queue_views:LeasedView",
        permission="write",
        by_person=True,
    ),
    _post(
        f"{PLAYERS}/export",
        "persons:export_person",
        "person_bodies:PersonExport",
        shows="person_views:PersonExportView",
        permission="admin",
        by_person=True,
    ),
    _post(
        f"{PLAYERS}/erasure",
        "persons:erase_person",
        "person_bodies:PersonErasure",
        shows="person_views:PersonErasureView",
        permission="admin",
        by_person=True,
    ),
    _get("/v1/causes", "causes:list_causes", "cause_views:CausesView"),
    _post(
        ACTIONS,
        "actions:open_action",
        "action_bodies:NewAction",
        shows="action_views:ActionView",
        status=201,
    ),
    _get(
        ACTIONS,
        "actions:list_actions",
        "action_views:ActionPageView",
        query="action_bodies:ActionQuery",
    ),
    _get(ACTION, "actions:get_action", "action_views:ActionView"),
    _post(
        f"{ACTION}/completion",
        "actions:complete_action",
        "action_bodies:ActionCompletion",
        shows="action_views:ActionView",
        guarded=True,
    ),
    _get(ALARMS, "alarms:list_alarms", "alarm_views:AlarmPageView", query="alarm_bodies:AlarmQuery"),
    _get("/v1/reports", "reports:get_report", "report_views:ReportView", query="report_bodies:ReportQuery"),
    _get("/v1/tasks", "lists:list_tasks", "list_views:TaskPageView", query="list_bodies:TaskQuery"),
    _get("/v1/teams", "queues:list_teams", "queue_views:TeamsView"),
    _get(f"{TEAM}/workload", "queues:show_workload", "queue_views:WorkloadView"),
    _post(
        f"{TEAM}/next",
        "queues:take_next",
        "list_bodies:NextBody",
        shows="queue_views:NextView",
        by_person=True,
    ),
    _post(
        CONSULTATIONS,
        "consultations:create_consultation",
        "consultation_bodies:Question",
        shows="consultation_views:NewConsultationView",
        status=201,
    ),
    _get(
        CONSULTATIONS,
        "consultations:list_consultations",
        "consultation_views:ConsultationPageView",
        query="consultation_bodies:ConsultationQuery",
    ),
    _get(CONSULTATION, "consultations:get_consultation", "consultation_views:ConsultationView"),
    _post(
        f"{CONSULTATION}/answers",
        "consultations:answer_consultation",
        "consultation_bodies:ConsultationAnswer",
        shows="consultation_views:ChangedConsultationView",
        guarded=True,
    ),
    _post(
        f"{CONSULTATION}/closure",
        "consultations:close_consultation",
        "consultation_bodies:ConsultationClosure",
        shows="consultation_views:ChangedConsultationView",
        guarded=True,
    ),
    _get("/v1/faq", "assistant:list_faq", "faq_views:FaqView", query="faq_bodies:FaqQuery"),
    _post(
        "/v1/assistant",
        "assistant:ask_assistant",
        "faq_bodies:Said",
        shows="faq_views:AssistantView",
        permission="read",
    ),
    _get("/v1/rule-packs", "operations:list_rule_packs", "rulepack_views:RulePacksView"),
    _get(WEBHOOKS, "webhooks:list_webhooks", "webhook_views:WebhooksView"),
    _post(
        WEBHOOKS,
        "webhooks:create_webhook",
        "webhook_bodies:Webhook",
        shows="webhook_views:NewWebhookView",
        permission="admin",
        status=201,
    ),
    _get(WEBHOOK, "webhooks:get_webhook", "webhook_views:WebhookView"),
    Route(
        method="PUT",
        path=WEBHOOK,
        operates="webhooks:replace_webhook",
        shows="webhook_views:WebhookView",
        body="webhook_bodies:WebhookChange",
        permission="admin",
    ),
    Route(
        method="DELETE",
        path=WEBHOOK,
        operates="webhooks:delete_webhook",
        shows="webhook_views:WebhookView",
        permission="admin",
    ),
    _post(
        f"{WEBHOOK}/secret",
        "webhooks:rotate_webhook_secret",
        "webhook_bodies:Rotation",
        shows="webhook_views:SecretView",
        permission="admin",
    ),
    _post(
        f"{WEBHOOK}/test",
        "webhooks:ping_webhook",
        "webhook_bodies:Ping",
        shows="webhook_views:QueuedView",
        permission="admin",
    ),
    _get(
        f"{WEBHOOK}/dead-letters",
        "webhooks:list_dead_letters",
        "webhook_views:DeadLettersView",
        query="webhook_bodies:DeadLetterQuery",
    ),
    _post(
        f"{WEBHOOK}/replays",
        "webhooks:replay_webhook",
        "webhook_bodies:Replay",
        shows="webhook_views:QueuedView",
        permission="admin",
    ),
)


def find(method: str, path: str) -> tuple[Route, Mapping[str, str]]:
    """The route of a request, and what stands in the places of its path.

    Raises Refused: 404 for an unknown path, 405 with Allow for a method it does not take.
    """
    parts = path.split("/")
    here = [route for route in ROUTES if _fits(route.path.split("/"), parts)]
    if not here:
        raise Refused(NO_SUCH_PATH, "openapi.json lists the paths there are.")
    for route in here:
        if route.method == method:
            pairs = zip(route.path.split("/"), parts, strict=True)
            return route, {place[1:-1]: part for place, part in pairs if _is_open(place)}
    allowed = ", ".join(sorted(route.method for route in here))
    raise Refused(METHOD_NOT_ALLOWED, f"Use {allowed}.", {"Allow": allowed})


def _fits(places: list[str], parts: list[str]) -> bool:
    return len(places) == len(parts) and all(
        part if _is_open(place) else place == part for place, part in zip(places, parts, strict=True)
    )


def _is_open(place: str) -> bool:
    return place.startswith("{")
