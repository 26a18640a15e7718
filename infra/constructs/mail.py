"""Outgoing mail: the verified domain, and the configuration set all letters go through.

The configuration set tells EventBridge what became of each letter; `constructs/outcomes.py` listens.
"""

from collections.abc import Iterable

from aws_cdk import Stack
from aws_cdk import aws_events as events
from aws_cdk import aws_ses as ses
from constructs import Construct

from infra.constructs.function import Function
from infra.settings import Settings
from redress.adapters.ses import writable

TOLD = (
    ses.EmailSendingEvent.DELIVERY,
    ses.EmailSendingEvent.BOUNCE,
    ses.EmailSendingEvent.COMPLAINT,
    ses.EmailSendingEvent.REJECT,
    ses.EmailSendingEvent.DELIVERY_DELAY,
)
"""What SES tells of a letter; those are the detail types in `redress/adapters/ses_events.py`."""

RETURN_PATH = "bounce"
"""The label below the mail domain that bounces go to: SPF then holds for a domain that aligns with it."""

SPF = "v=spf1 include:amazonses.com ~all"
DMARC = "v=DMARC1; p=reject"
"""A forged letter could lead players astray. And where our own DNS breaks, letters bounce and raise an alarm:
with a milder policy they would lie among spam, unseen."""


class Mail(Construct):
    """The sending domain with DKIM and a return path of its own. Ops publish the DNS records `records`."""

    def __init__(self, scope: Construct, construct_id: str, *, settings: Settings) -> None:
        super().__init__(scope, construct_id)
        self._settings = settings
        self._senders = sorted({brand.sender for brand in settings.operator.brands})
        self._configuration_set = ses.ConfigurationSet(
            self,
            "ConfigurationSet",
            reputation_metrics=True,
            # Who bounced or complained gets nothing more, and the next letter says so: as a bounce.
            suppression_reasons=ses.SuppressionReasons.BOUNCES_AND_COMPLAINTS,
            # A letter holds the key of the complaint. A server that knows no TLS bounces it, visibly.
            tls_policy=ses.ConfigurationSetTlsPolicy.REQUIRE,
        )
        self._configuration_set.add_event_destination(
            "Told",
            events=list(TOLD),
            # SES knows no other bus than the account's own.
            destination=ses.EventDestination.event_bus(
                events.EventBus.from_event_bus_name(self, "DefaultBus", "default")
            ),
        )
        self.identity = ses.EmailIdentity(
            self,
            "Identity",
            identity=ses.Identity.domain(settings.mail.domain),
            configuration_set=self._configuration_set,
            mail_from_domain=self._return_path,
            feedback_forwarding=False,  # or each bounce is a mail to the brand's own address, too
        )

    @property
    def configuration_set_name(self) -> str:
        """The name a sender has to give with each letter."""
        return self._configuration_set.configuration_set_name

    @property
    def records(self) -> list[dict[str, str]]:
        """The DNS records the operator has to publish: type, name, value as DNS tools show them."""
        domain, region = self._settings.mail.domain, self._settings.stack.region
        records = [("CNAME", record.name, record.value) for record in self.identity.dkim_records]
        records += [
            ("MX", self._return_path, f"10 feedback-smtp.{region}.amazonses.com"),
            ("TXT", self._return_path, SPF),
            ("TXT", f"_dmarc.{domain}", DMARC),
        ]
        if self._settings.mail.inbound:
            records.append(("MX", domain, f"10 inbound-smtp.{region}.amazonaws.com"))
        return [{"type": kind, "name": name, "value": value} for kind, name, value in records]

    @property
    def _return_path(self) -> str:
        return f"{RETURN_PATH}.{self._settings.mail.domain}"

    def allow_sending(self, function: Function, *, to: Iterable[str] | None = None) -> None:
        """Grants sending from the brands' own addresses, and from no other address of the domain.

        Where mailboxes are named, it grants sending to those and to nobody else.
        """
        conditions: dict[str, object] = {"StringEquals": {"ses:FromAddress": self._senders}}
        if to is not None:
            mailboxes = sorted({writable(one) or one for one in to})
            conditions["ForAllValues:StringEquals"] = {"ses:Recipients": mailboxes}
        function.allow(
            ["ses:SendEmail"],
            self.identity.email_identity_arn,
            Stack.of(self).format_arn(
                service="ses", resource="configuration-set", resource_name=self.configuration_set_name
            ),
            conditions=conditions,
        )
