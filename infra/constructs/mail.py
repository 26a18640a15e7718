"""Outgoing mail: the verified domain and the configuration set all letters go through."""

from aws_cdk import Stack
from aws_cdk import aws_ses as ses
from constructs import Construct

from infra.constructs.function import Function
from infra.settings import Settings


class Mail(Construct):
    """The sending domain with DKIM. Ops publish the DNS records that the outputs name."""

    def __init__(self, scope: Construct, construct_id: str, *, settings: Settings) -> None:
        super().__init__(scope, construct_id)
        self._senders = sorted({brand.sender for brand in settings.operator.brands})
        self._configuration_set = ses.ConfigurationSet(self, "ConfigurationSet", reputation_metrics=True)
        self.identity = ses.EmailIdentity(
            self,
            "Identity",
            identity=ses.Identity.domain(settings.mail.domain),
            configuration_set=self._configuration_set,
        )

    @property
    def configuration_set_name(self) -> str:
        """The name a sender has to give with each letter."""
        return self._configuration_set.configuration_set_name

    def allow_sending(self, function: Function) -> None:
        """Grants sending from the brands' own addresses, and from no other address of the domain."""
        function.allow(
            ["ses:SendEmail"],
            self.identity.email_identity_arn,
            Stack.of(self).format_arn(
                service="ses", resource="configuration-set", resource_name=self.configuration_set_name
            ),
            conditions={"StringEquals": {"ses:FromAddress": self._senders}},
        )
