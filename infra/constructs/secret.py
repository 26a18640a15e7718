"""The keys of a stack: of private links, of the index that hides who a player is, of webhooks."""

from aws_cdk import RemovalPolicy
from aws_cdk import aws_secretsmanager as secretsmanager
from constructs import Construct

from infra.constructs.checks import acknowledge
from infra.constructs.function import Function
from infra.settings import StackPart

KEY_LENGTH = 64
"""Letters and digits: about 380 bits."""


class GeneratedSecret(Construct):
    """A random text made by Secrets Manager; no person and no template ever sees it."""

    def __init__(
        self, scope: Construct, construct_id: str, *, settings: StackPart, purpose: str, rotation: str
    ) -> None:
        """`rotation` says why nothing rotates it on a schedule."""
        super().__init__(scope, construct_id)
        self.secret = secretsmanager.Secret(
            self,
            "Secret",
            description=purpose,
            generate_secret_string=secretsmanager.SecretStringGenerator(
                password_length=KEY_LENGTH, exclude_punctuation=True
            ),
            removal_policy=RemovalPolicy.RETAIN if settings.retain else RemovalPolicy.DESTROY,
        )
        acknowledge(self.secret, rotation, "AwsSolutions-SMG4")

    @property
    def arn(self) -> str:
        """The secret's full ARN."""
        return self.secret.secret_arn

    def allow_reading(self, function: Function) -> None:
        """Grants reading the value; the key is AWS's own, which needs no further permission."""
        function.allow(["secretsmanager:GetSecretValue"], self.arn)
