"""The player's door: a regional REST API that hands every request to one function."""

from collections.abc import Mapping

from aws_cdk import Size
from aws_cdk import aws_apigateway as apigateway
from aws_cdk import aws_certificatemanager as acm
from constructs import Construct

from infra import refusals
from infra.constructs.checks import acknowledge
from infra.constructs.function import Function, Shared
from infra.constructs.log_group import log_group
from infra.constructs.secret import GeneratedSecret
from infra.constructs.table import ComplaintTable
from infra.constructs.web_acl import WebAcl
from infra.settings import PortalPart

STAGE = "live"
# Under the gateway's own limit of 29 seconds, so that the function's answer always comes first.
SECONDS = 20

# Bytes from which on answers are compressed: a smaller one fits into one packet anyhow.
COMPRESSED_FROM = 1_000

# Neither path nor query: a private link is both. No address of the caller either.
ACCESS_LOG = """{"request":"$context.requestId","at":"$context.requestTime","method":"$context.httpMethod",\
"status":"$context.status","bytes":"$context.responseLength","ms":"$context.responseLatency",\
"error":"$context.error.responseType"}"""

# What the gateway answers without asking the function: the status, if it has none of its own, and the page.
REFUSALS: Mapping[apigateway.ResponseType, tuple[str | None, str]] = {
    apigateway.ResponseType.DEFAULT_4_XX: (None, "bad_request"),
    apigateway.ResponseType.DEFAULT_5_XX: (None, "failure"),
    apigateway.ResponseType.THROTTLED: ("429", "throttled"),
    apigateway.ResponseType.WAF_FILTERED: ("403", "filtered"),
    apigateway.ResponseType.REQUEST_TOO_LARGE: ("413", "too_large"),
}


class Portal(Construct):
    """REST API, function, access log and, where the region file asks for it, a web ACL and a domain."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        settings: PortalPart,
        shared: Shared,
        table: ComplaintTable,
        link_secret: GeneratedSecret,
        player_index_secret: GeneratedSecret,
        prefill_secret: GeneratedSecret,
    ) -> None:
        super().__init__(scope, construct_id)
        self._settings = settings
        self._default_endpoint = shared.settings.default_endpoints
        base = {"PORTAL_URL": settings.base_url} if settings.base_url else {}
        self.function = Function(
            self,
            "portal",
            shared=shared,
            seconds=SECONDS,
            memory=1024,
            traced=False,  # a trace holds the address of the request, and the address is the private link
            environment={
                "LINK_SECRET_ARN": link_secret.arn,
                "PLAYER_INDEX_SECRET_ARN": player_index_secret.arn,
                "PREFILL_SECRET_ARN": prefill_secret.arn,
                **base,
            },
        )
        table.allow_reading_and_appending(self.function)
        link_secret.allow_reading(self.function)
        player_index_secret.allow_reading(self.function)
        prefill_secret.allow_reading(self.function)
        self.api = self._make_api(shared.settings.log_retention_days)
        self._answer_refusals_with_pages()
        self.web_acl: WebAcl | None = None
        if settings.waf:
            self.web_acl = WebAcl(
                self,
                "WebAcl",
                protects=self.api.deployment_stage,
                requests_per_address=settings.requests_per_address,
                log_days=shared.settings.log_retention_days,
            )
        self._acknowledge()

    @property
    def url(self) -> str:
        """The address players see, without a final slash."""
        host = f"{self.api.rest_api_id}.execute-api.{self.api.env.region}.amazonaws.com"
        return self._settings.base_url or f"https://{host}/{STAGE}"

    @property
    def alias_target(self) -> str | None:
        """The host name that the portal's domain has to point to."""
        domain = self.api.domain_name
        return domain.domain_name_alias_domain_name if domain else None

    def _make_api(self, log_days: int) -> apigateway.RestApi:
        access_log = log_group(self, "AccessLog", days=log_days)
        api = apigateway.LambdaRestApi(
            self,
            "Api",
            handler=self.function.target,
            integration_options=apigateway.LambdaIntegrationOptions(allow_test_invoke=False),
            endpoint_types=[apigateway.EndpointType.REGIONAL],
            disable_execute_api_endpoint=not self._default_endpoint,
            # Private pages, too (BREACH): there is no cookie, so what somebody makes a player's browser fetch
            # holds nothing that they could not ask for themselves, and no nonce comes twice.
            min_compression_size=Size.bytes(COMPRESSED_FROM),
            domain_name=self._domain(),
            cloud_watch_role=True,
            deploy_options=apigateway.StageOptions(
                stage_name=STAGE,
                throttling_rate_limit=self._settings.requests_per_second,
                throttling_burst_limit=self._settings.burst,
                access_log_destination=apigateway.LogGroupLogDestination(access_log),
                access_log_format=apigateway.AccessLogFormat.custom(ACCESS_LOG),
                tracing_enabled=False,
                data_trace_enabled=False,
            ),
        )
        api.node.try_remove_child("Endpoint")  # an output that names the default endpoint even when it is off
        return api

    def _domain(self) -> apigateway.DomainNameOptions | None:
        endpoint = self._settings.endpoint
        if endpoint is None:
            return None
        return apigateway.DomainNameOptions(
            domain_name=endpoint.domain,
            certificate=acm.Certificate.from_certificate_arn(self, "Certificate", endpoint.certificate_arn),
            security_policy=apigateway.SecurityPolicy.TLS_1_2,
            endpoint_type=apigateway.EndpointType.REGIONAL,
        )

    def _answer_refusals_with_pages(self) -> None:
        for kind, (status, words) in REFUSALS.items():
            page = refusals.page(words)
            self.api.add_gateway_response(
                f"Refusal{kind.response_type.title().replace('_', '')}",
                type=kind,
                status_code=status,
                response_headers={
                    "Content-Type": "'text/html; charset=utf-8'",
                    "Cache-Control": "'no-store'",
                    "Content-Security-Policy": "'sandbox'",
                    "Referrer-Policy": "'no-referrer'",
                    "X-Content-Type-Options": "'nosniff'",
                    **({"Retry-After": "'60'"} if status == "429" else {}),
                },
                # Which one is used depends on the Accept header; the page must come for any.
                templates={"text/html": page, "application/json": page},
            )

    def _acknowledge(self) -> None:
        acknowledge(
            self.api,
            "Players have no account: the portal is public, and a complaint opens by its private link only.",
            "AwsSolutions-APIG4",
            "AwsSolutions-COG4",
        )
        acknowledge(
            self.api,
            "The function checks each field and answers with the form and what was typed.",
            "AwsSolutions-APIG2",
        )
        acknowledge(
            self.api.deployment_stage,
            "Execution logs and traces hold the address of a request, which for a private link is its key.",
            "AwsSolutions-APIG6",
            "Serverless-APIGWXrayEnabled",
        )
        acknowledge(
            self.api,
            "The account's role for the gateway's access logs; AWS offers it as a managed policy.",
            "AwsSolutions-IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/service-role/AmazonAPIGatewayPushToCloudWatchLogs]",
        )
        if not self._settings.waf:
            acknowledge(
                self.api.deployment_stage, "The region file leaves the web ACL out.", "AwsSolutions-APIG3"
            )
