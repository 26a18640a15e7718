"""The one way to make a Lambda function here: its own role, its own log group, nothing implied."""

import platform
from collections.abc import Mapping
from dataclasses import dataclass, field

from aws_cdk import Duration, Stack
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from constructs import Construct

from infra.constructs.checks import acknowledge
from infra.constructs.log_group import log_group
from infra.packaging import Assets
from infra.settings import FunctionName, StackPart


@dataclass(frozen=True, kw_only=True)
class Shared:
    """What all functions of a stack have in common. `roles` fills as they are made."""

    settings: StackPart
    assets: Assets
    layers: tuple[lambda_.LayerVersion, ...]
    environment: Mapping[str, str]
    roles: list[iam.Role] = field(default_factory=list)


class Function(Construct):
    """A function. `service` is its name in logs and metrics, unique in an account and region.

    `target` is what callers invoke: the function itself, or its alias where SnapStart needs a version.
    """

    def __init__(
        self,
        scope: Construct,
        name: FunctionName,
        *,
        shared: Shared,
        seconds: int,
        memory: int = 512,
        traced: bool = True,
        environment: Mapping[str, str],
    ) -> None:
        """`seconds` is the timeout, `memory` in MiB; processing power grows with memory."""
        super().__init__(scope, _pascal(name))
        settings = shared.settings
        logs = log_group(self, "Logs", days=settings.log_retention_days)
        self.role = iam.Role(self, "Role", assumed_by=iam.ServicePrincipal("lambda.amazonaws.com"))
        shared.roles.append(self.role)
        self.name: FunctionName = name
        self.memory = memory
        self.allow(["logs:CreateLogStream", "logs:PutLogEvents"], logs.log_group_arn)
        self.service = f"{Stack.of(self).stack_name}-{name.replace('_', '-')}"
        self.function = lambda_.Function(
            self,
            "Function",
            runtime=lambda_.Runtime.PYTHON_3_13,
            architecture=_architecture(settings),
            handler="handler.handler",
            code=lambda_.Code.from_asset(str(shared.assets.functions[name])),
            layers=list(shared.layers),
            role=self.role,
            log_group=logs,
            timeout=Duration.seconds(seconds),
            memory_size=memory,
            tracing=lambda_.Tracing.ACTIVE if traced else lambda_.Tracing.DISABLED,
            reserved_concurrent_executions=settings.reserved_concurrency.get(name),
            snap_start=lambda_.SnapStartConf.ON_PUBLISHED_VERSIONS if settings.snap_start else None,
            environment={**shared.environment, "POWERTOOLS_SERVICE_NAME": self.service, **environment},
        )
        self.target: lambda_.IFunction = self.function
        if settings.snap_start:
            self.target = self.function.add_alias("live")
            acknowledge(
                self.function,
                "Every caller uses the alias, which is the published version.",
                "Annotation::@aws-cdk/aws-lambda:snapStartRequirePublish",
            )
        self._acknowledge(traced=traced)

    def allow(
        self, actions: list[str], *resources: str, conditions: Mapping[str, object] | None = None
    ) -> None:
        """Grants the function's role these actions on these resource ARNs."""
        self.role.add_to_policy(
            iam.PolicyStatement(actions=actions, resources=list(resources), conditions=conditions)
        )

    def _acknowledge(self, *, traced: bool) -> None:
        acknowledge(
            self.function,
            "Built, locked and tested for Python 3.13, which AWS supports until 2029.",
            "AwsSolutions-L1",
            "Serverless-LambdaLatestVersion",
        )
        acknowledge(
            self.function,
            "Called synchronously, or through an event source or schedule with its own failure handling.",
            "Serverless-LambdaDLQ",
        )
        if not traced:
            acknowledge(
                self.function,
                "A trace holds the address of a request, which for a private link is its key.",
                "Serverless-LambdaTracing",
            )
        else:
            acknowledge(
                self.role,
                "X-Ray's write actions and ListStreams know no resource.",
                "AwsSolutions-IAM5[Resource::*]",
            )


def layers(scope: Construct, assets: Assets, settings: StackPart) -> tuple[lambda_.LayerVersion, ...]:
    """The layers every function uses, in order."""
    return tuple(
        lambda_.LayerVersion(
            scope,
            f"{_pascal(name)}Layer",
            code=lambda_.Code.from_asset(str(folder)),
            compatible_runtimes=[lambda_.Runtime.PYTHON_3_13],
            compatible_architectures=[_architecture(settings)],
        )
        for name, folder in assets.layers.items()
    )


def _architecture(settings: StackPart) -> lambda_.Architecture:
    machine = platform.machine() if settings.architecture == "host" else "arm64"
    return lambda_.Architecture.ARM_64 if machine in {"arm64", "aarch64"} else lambda_.Architecture.X86_64


def _pascal(name: str) -> str:
    return name.title().replace("_", "")
