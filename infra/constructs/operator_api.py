"""The operator's door: an HTTP API behind OAuth 2.0 bearer tokens."""

import json
from collections.abc import Mapping
from dataclasses import dataclass

from aws_cdk import Duration, RemovalPolicy, Stack
from aws_cdk import aws_apigatewayv2 as apigatewayv2
from aws_cdk import aws_apigatewayv2_authorizers as authorizers
from aws_cdk import aws_apigatewayv2_integrations as integrations
from aws_cdk import aws_certificatemanager as acm
from aws_cdk import aws_cognito as cognito
from constructs import Construct

from infra.constructs.checks import acknowledge
from infra.constructs.function import Function, Shared
from infra.constructs.log_group import log_group
from infra.constructs.secret import GeneratedSecret
from infra.constructs.table import ComplaintTable
from infra.region_faults import SCOPES
from infra.settings import ApiPart, IssuerPart, StackPart
from redress.region import Client

RESOURCE_SERVER = "redress"
SCOPE_PREFIX = "complaints:"
# Under the gateway's own limit of 30 seconds, so that the function's answer always comes first.
SECONDS = 20
TOKEN_MINUTES = 60

ACCESS_LOG = {
    "request": "$context.requestId",
    "at": "$context.requestTime",
    "method": "$context.httpMethod",
    "route": "$context.routeKey",
    "status": "$context.status",
    "bytes": "$context.responseLength",
    "ms": "$context.responseLatency",
    "error": "$context.error.responseType",
    "authorizer": "$context.authorizer.error",
}


@dataclass(frozen=True, kw_only=True)
class Issuer:
    """Who issues tokens. `clients` maps a client id in a token to the client in the region file.

    `reading` is how else they are read: the fields of `Tokens` in `redress/http/permissions.py`.
    """

    url: str
    audience: tuple[str, ...]
    clients: Mapping[str, str]
    reading: Mapping[str, str | None]
    token_url: str | None = None
    user_pool_id: str | None = None


class OperatorApi(Construct):
    """HTTP API, JWT authorizer, function and access log."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        settings: ApiPart,
        clients: tuple[Client, ...],
        shared: Shared,
        table: ComplaintTable,
        player_index_secret: GeneratedSecret,
        link_secret: GeneratedSecret,
    ) -> None:
        super().__init__(scope, construct_id)
        self._settings = settings
        self._stack_settings = shared.settings
        self.issuer = (
            external_issuer(settings.issuer, clients)
            if settings.issuer
            else cognito_issuer(self, clients, shared.settings)
        )
        self.function = Function(
            self,
            "operator_api",
            shared=shared,
            seconds=SECONDS,
            memory=1024,
            environment={
                "PLAYER_INDEX_SECRET_ARN": player_index_secret.arn,
                "LINK_SECRET_ARN": link_secret.arn,
                "TOKENS": _tokens(self.issuer),
            },
        )
        table.allow_reading_and_appending(self.function)
        table.allow(self.function, "BatchGetItem")
        table.allow_query(self.function, ["by_queue", "by_register", "by_player"])
        player_index_secret.allow_reading(self.function)
        link_secret.allow_reading(self.function)
        self.api = self._make_api()
        self.domain = self._domain()
        self._stage()

    @property
    def url(self) -> str:
        """The API's address, without a final slash and without /v1."""
        endpoint = self._settings.endpoint
        return f"https://{endpoint.domain}" if endpoint else self.api.api_endpoint

    def _make_api(self) -> apigatewayv2.HttpApi:
        api = apigatewayv2.HttpApi(
            self,
            "Api",
            create_default_stage=False,
            disable_execute_api_endpoint=not self._stack_settings.default_endpoints,
        )
        api.add_routes(
            path="/v1/{proxy+}",
            methods=[apigatewayv2.HttpMethod.ANY],
            integration=integrations.HttpLambdaIntegration("Function", self.function.target),
            authorizer=authorizers.HttpJwtAuthorizer(
                "Tokens", self.issuer.url, jwt_audience=list(self.issuer.audience)
            ),
        )
        return api

    def _domain(self) -> apigatewayv2.DomainName | None:
        endpoint = self._settings.endpoint
        if endpoint is None:
            return None
        certificate = acm.Certificate.from_certificate_arn(self, "Certificate", endpoint.certificate_arn)
        return apigatewayv2.DomainName(
            self,
            "Domain",
            domain_name=endpoint.domain,
            certificate=certificate,
            security_policy=apigatewayv2.SecurityPolicy.TLS_1_2,
        )

    def _stage(self) -> None:
        access_log = log_group(self, "AccessLog", days=self._stack_settings.log_retention_days)
        stage = apigatewayv2.HttpStage(
            self,
            "Stage",
            http_api=self.api,
            auto_deploy=True,
            detailed_metrics_enabled=True,
            throttle=apigatewayv2.ThrottleSettings(
                rate_limit=self._settings.requests_per_second, burst_limit=self._settings.burst
            ),
            domain_mapping=apigatewayv2.DomainMappingOptions(domain_name=self.domain)
            if self.domain
            else None,
        )
        resource = stage.node.default_child
        if not isinstance(resource, apigatewayv2.CfnStage):
            raise TypeError(f"{stage.node.path} has no stage resource")
        resource.access_log_settings = apigatewayv2.CfnStage.AccessLogSettingsProperty(
            destination_arn=access_log.log_group_arn, format=json.dumps(ACCESS_LOG)
        )


def external_issuer(settings: IssuerPart, clients: tuple[Client, ...]) -> Issuer:
    """The operator's own provider, which knows the clients by the ids of the region file or by its own."""
    return Issuer(
        url=settings.url,
        audience=settings.audience,
        clients={settings.clients.get(client.id, client.id): client.id for client in clients},
        reading=settings.model_dump(exclude={"url", "audience", "clients"}),
    )


def cognito_issuer(scope: Construct, clients: tuple[Client, ...], settings: StackPart) -> Issuer:
    """A user pool without users: it issues tokens to the clients of the region file."""
    pool = _user_pool(scope, settings)
    server_scopes = {name: _server_scope(name) for name in SCOPES}
    server = pool.add_resource_server(
        "ResourceServer", identifier=RESOURCE_SERVER, scopes=list(server_scopes.values())
    )
    made = {
        client.id: pool.add_client(
            f"Client-{client.id}",
            generate_secret=True,
            auth_flows=cognito.AuthFlow(),
            access_token_validity=Duration.minutes(TOKEN_MINUTES),
            o_auth=cognito.OAuthSettings(
                flows=cognito.OAuthFlows(client_credentials=True),
                scopes=[
                    cognito.OAuthScope.resource_server(server, server_scopes[name]) for name in client.scopes
                ],
            ),
        )
        for client in clients
    }
    # The prefix is taken in the whole AWS region, so it carries the account.
    stack = Stack.of(scope)
    domain = pool.add_domain(
        "Domain",
        cognito_domain=cognito.CognitoDomainOptions(domain_prefix=f"{stack.stack_name}-{stack.account}"),
    )
    return Issuer(
        url=f"https://cognito-idp.{stack.region}.amazonaws.com/{pool.user_pool_id}",
        audience=tuple(client.user_pool_client_id for client in made.values()),
        reading={"scope_prefix": f"{RESOURCE_SERVER}/{SCOPE_PREFIX}"},
        clients={client.user_pool_client_id: name for name, client in made.items()},
        token_url=f"{domain.base_url()}/oauth2/token",
        user_pool_id=pool.user_pool_id,
    )


def _user_pool(scope: Construct, settings: StackPart) -> cognito.UserPool:
    pool = cognito.UserPool(
        scope,
        "UserPool",
        self_sign_up_enabled=False,
        account_recovery=cognito.AccountRecovery.NONE,
        deletion_protection=settings.deletion_protection,
        removal_policy=RemovalPolicy.RETAIN if settings.retain else RemovalPolicy.DESTROY,
    )
    acknowledge(
        pool,
        "The pool has no users and takes none: it issues tokens to programs, by client id and secret.",
        *("AwsSolutions-COG1", "AwsSolutions-COG2", "AwsSolutions-COG8"),
    )
    return pool


def _server_scope(name: str) -> cognito.ResourceServerScope:
    return cognito.ResourceServerScope(
        scope_name=f"{SCOPE_PREFIX}{name}", scope_description=f"May {name} complaints"
    )


def _tokens(issuer: Issuer) -> str:
    """The JSON that the function reads tokens by."""
    return json.dumps(issuer.reading).removesuffix("}") + f', "clients": {_json_object(issuer.clients)}}}'


def _json_object(pairs: Mapping[str, str]) -> str:
    """A JSON object whose keys are known only when deployed; ids hold nothing that JSON would escape."""
    return "{" + ",".join(f'"{key}":"{value}"' for key, value in pairs.items()) + "}"
