"""One deployment of Redress: reads like a table of contents."""

import json
from collections.abc import Iterable, Mapping

from aws_cdk import CfnOutput, Environment, Stack, Tags
from aws_cdk import aws_apigateway as apigateway
from aws_cdk import aws_apigatewayv2 as apigatewayv2
from aws_cdk import aws_iam as iam
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from infra.constructs.alarms import Alarms
from infra.constructs.catalog import Catalog
from infra.constructs.dashboard import Dashboard
from infra.constructs.erasure import Erasure
from infra.constructs.events import Events
from infra.constructs.evidence import Evidence
from infra.constructs.function import Function, Shared, layers
from infra.constructs.guard import Guard
from infra.constructs.insight import Insight
from infra.constructs.journal import Journal
from infra.constructs.mail import Mail
from infra.constructs.mailbox import Mailbox
from infra.constructs.operator_api import OperatorApi
from infra.constructs.outcomes import Outcomes
from infra.constructs.portal import Portal
from infra.constructs.relay import Relay
from infra.constructs.reports import Reports
from infra.constructs.secret import GeneratedSecret
from infra.constructs.sweep import Sweep
from infra.constructs.table import ComplaintTable
from infra.constructs.webhooks import Webhooks
from infra.constructs.workflow import Workflow, definition_digest
from infra.packaging import Assets
from infra.region_faults import LETTER_SECONDS
from infra.settings import Settings

REGION_FILE = "/opt/region.json"
# The time zones that the layer pins, whatever the runtime's operating system has.
TIME_ZONES = "/opt/python/tzdata/zoneinfo"


class RedressStack(Stack):
    """Everything one region file describes. The account is that of the credentials used to deploy."""

    def __init__(self, scope: Construct, construct_id: str, *, settings: Settings, assets: Assets) -> None:
        super().__init__(
            scope,
            construct_id,
            env=Environment(region=settings.stack.region),
            description="Redress: complaint handling for licensed gambling operators",
            termination_protection=settings.stack.deletion_protection,
            analytics_reporting=False,
        )
        self._settings = settings
        table = ComplaintTable(self, "Complaints", settings=settings.stack)
        link_secret, player_index_secret = self._secrets()
        prefill_secret = self._prefill_secret()
        mail = Mail(self, "Mail", settings=settings)
        shared = Shared(
            settings=settings.stack,
            assets=assets,
            layers=layers(self, assets, settings.stack),
            environment={
                "TABLE_NAME": table.name,
                "REGION_FILE": REGION_FILE,
                "INBOUND_MAIL": "yes" if settings.mail.inbound else "no",
                "POWERTOOLS_LOG_LEVEL": "INFO",
                "PYTHONTZPATH": TIME_ZONES,
            },
        )
        portal = Portal(
            self,
            "Portal",
            settings=settings.portal,
            shared=shared,
            table=table,
            link_secret=link_secret,
            player_index_secret=player_index_secret,
            prefill_secret=prefill_secret,
        )
        api = OperatorApi(
            self,
            "OperatorApi",
            settings=settings.api,
            clients=settings.operator.clients,
            shared=shared,
            table=table,
            player_index_secret=player_index_secret,
            link_secret=link_secret,
        )
        plan = self._plan(shared, table)
        letters = self._letters(shared, table, link_secret, mail, portal)
        workflow = Workflow(
            self, "Workflow", settings=settings.stack, table=table, plan=plan, letters=letters
        )
        events = Events(self, "Events", settings=settings.events)
        relay = Relay(self, "Relay", shared=shared, table=table, workflow=workflow, events=events)
        sweep = Sweep(self, "Sweep", shared=shared, table=table, workflow=workflow)
        webhooks = self._webhooks(shared, table, events)
        webhooks.allow_managing(api.function)
        evidence = Evidence(self, "Evidence", settings=settings.evidence, stack_settings=settings.stack)
        evidence.allow_taking(portal.function)
        evidence.allow_taking(api.function)
        evidence.allow_handing_out(api.function)
        outcomes = Outcomes(self, "Outcomes", shared=shared, table=table, evidence=evidence, mail=mail)
        journal = Journal(self, "Journal", settings=settings.journal, shared=shared, table=table)
        erasure = Erasure(self, "Erasure", shared=shared, table=table, evidence=evidence, bus=events.bus)
        reports = Reports(self, "Reports", shared=shared, table=table, journal=journal)

        alarms = Alarms(self, "Alarms", settings=settings.alarms)
        alarms.watch_sweep(sweep)
        alarms.watch_workflow(workflow)
        alarms.watch_relay(relay)
        alarms.watch_webhooks(webhooks)
        alarms.watch_outcomes(outcomes)
        alarms.watch_letters(letters, outcomes)
        alarms.watch_journal(journal)
        alarms.watch_reports(reports)
        alarms.watch_erasure(erasure)
        alarms.watch_table(table)
        alarms.watch_functions(
            {
                "Portal": portal.function,
                "OperatorApi": api.function,
                "Plan": plan,
                "Letters": letters,
                "Relay": relay.function,
                "Sweep": sweep.function,
                "Webhooks": webhooks.function,
                "Outcomes": outcomes.function,
                "Journal": journal.function,
                "Reports": reports.function,
                "Erasure": erasure.function,
                "Insight": self._insight(shared, table, events, mail, alarms),
            }
        )
        holders: list[s3.Bucket | sqs.Queue] = [
            evidence.bucket,
            journal.bucket,
            *self._catalogued(journal),
            *outcomes.queues,
        ]
        if settings.mail.inbound:
            secrets = (link_secret, player_index_secret)
            mailbox = self._mailbox(shared, table, evidence, events, alarms, letters, secrets)
            mailbox.allow_erasing(erasure.function)
            holders += [mailbox.bucket, *mailbox.queues]
        if settings.stack.guard:
            others = [role for role in (workflow.machine.role, evidence.scanner) if role]
            self._guard([*shared.roles, *others], table, holders)
        self._tag(portal.api, api.api)
        more = {
            "PrefillSecretArn": prefill_secret.arn,
            "JournalBucket": journal.bucket.bucket_name,
            "ProofKeyId": reports.key.key_id,
            "DashboardUrl": Dashboard(
                self, "Dashboard", alarms=alarms, portal=portal, api=api, table=table, workflow=workflow
            ).url,
        }
        self._publish(portal, api, table, workflow, mail, events, more)

    def _secrets(self) -> tuple[GeneratedSecret, GeneratedSecret]:
        link = GeneratedSecret(
            self,
            "LinkSecret",
            settings=self._settings.stack,
            purpose="Signs the private links of players",
            rotation="Two versions are live during a rotation, which ops start by hand: each ends old links.",
        )
        player_index = GeneratedSecret(
            self,
            "PlayerIndexSecret",
            settings=self._settings.stack,
            purpose="Keys the hash under which a player's complaints are found",
            rotation="A new key would hide the complaints a player made before; it is never sent anywhere.",
        )
        return link, player_index

    def _prefill_secret(self) -> GeneratedSecret:
        return GeneratedSecret(
            self,
            "PrefillSecret",
            settings=self._settings.stack,
            purpose="Shared with the operator's site, which signs links to a filled-in form with it",
            rotation="Two versions are live during a rotation, which the operator's site has to follow.",
        )

    def _webhooks(self, shared: Shared, table: ComplaintTable, events: Events) -> Webhooks:
        secret = GeneratedSecret(
            self,
            "WebhookSecret",
            settings=self._settings.stack,
            purpose="Derives the secrets that sign webhooks",
            rotation="Each endpoint's secret is rotated by API; a new key would change all of them at once.",
        )
        return Webhooks(
            self,
            "Webhooks",
            settings=self._settings.webhooks,
            shared=shared,
            table=table,
            bus=events.bus,
            secret=secret,
        )

    def _insight(
        self, shared: Shared, table: ComplaintTable, events: Events, mail: Mail, alarms: Alarms
    ) -> Function:
        insight = Insight(
            self,
            "Insight",
            shared=shared,
            table=table,
            bus=events.bus,
            mail=mail,
            teams=self._settings.operator.teams,
        )
        alarms.watch_insight(insight)
        return insight.function

    def _catalogued(self, journal: Journal) -> list[s3.Bucket]:
        """The journal for Athena, and the bucket that it writes to, if the region file wants it."""
        if not self._settings.journal.catalog:
            return []
        catalog = Catalog(self, "Catalog", settings=self._settings.stack, journal=journal.bucket)
        CfnOutput(self, "AthenaWorkGroup", value=catalog.workgroup)
        CfnOutput(self, "CatalogBucket", value=catalog.bucket.bucket_name)
        return [catalog.bucket]

    def _plan(self, shared: Shared, table: ComplaintTable) -> Function:
        digest = {"DEFINITION_DIGEST": definition_digest()}
        plan = Function(self, "plan", shared=shared, seconds=30, environment=digest)
        table.allow_appending(plan)
        table.allow_query(plan, ["by_player"])  # triage asks for the player's earlier complaints
        return plan

    def _letters(
        self, shared: Shared, table: ComplaintTable, link_secret: GeneratedSecret, mail: Mail, portal: Portal
    ) -> Function:
        letters = Function(
            self,
            "letters",
            shared=shared,
            seconds=LETTER_SECONDS,
            environment={
                "PORTAL_URL": portal.url,
                "LINK_SECRET_ARN": link_secret.arn,
                "CONFIGURATION_SET": mail.configuration_set_name,
            },
        )
        table.allow_reading_and_appending(letters)
        link_secret.allow_reading(letters)
        mail.allow_sending(letters)
        return letters

    def _mailbox(
        self,
        shared: Shared,
        table: ComplaintTable,
        evidence: Evidence,
        events: Events,
        alarms: Alarms,
        letters: Function,
        secrets: tuple[GeneratedSecret, GeneratedSecret],
    ) -> Mailbox:
        link_secret, player_index_secret = secrets
        mailbox = Mailbox(
            self,
            "Mailbox",
            settings=self._settings.mail,
            shared=shared,
            table=table,
            evidence=evidence,
            bus=events.bus,
            key=alarms.key,
            link_secret=link_secret,
            player_index_secret=player_index_secret,
        )
        mailbox.notify(letters)
        alarms.watch_mailbox(mailbox, letters)
        alarms.watch_functions({"Mailbox": mailbox.function})
        CfnOutput(self, "MailBucket", value=mailbox.bucket.bucket_name)
        CfnOutput(self, "MailTopicArn", value=mailbox.topic.topic_arn)
        return mailbox

    def _guard(
        self, roles: Iterable[iam.IRole], table: ComplaintTable, holders: Iterable[s3.Bucket | sqs.Queue]
    ) -> None:
        """After all functions are made: their roles are all that may touch data, and the operators' own."""
        guard = Guard([*(role.role_arn for role in roles), *self._settings.stack.operators])
        guard.table(table.table)
        for holder in holders:
            if isinstance(holder, sqs.Queue):
                guard.queue(holder)
            else:
                guard.bucket(holder)

    def _tag(self, portal: apigateway.RestApi, api: apigatewayv2.HttpApi) -> None:
        tagged: Mapping[Construct, Mapping[str, str]] = {
            self: {"stage": self._settings.stage, **self._settings.stack.tags},
            portal: self._settings.portal.tags,
            api: self._settings.api.tags,
        }
        for construct, tags in tagged.items():
            for key, value in tags.items():
                Tags.of(construct).add(key, value)

    def _publish(
        self,
        portal: Portal,
        api: OperatorApi,
        table: ComplaintTable,
        workflow: Workflow,
        mail: Mail,
        events: Events,
        more: Mapping[str, str],
    ) -> None:
        clients = "{" + ",".join(f'"{name}":"{key}"' for key, name in api.issuer.clients.items()) + "}"
        outputs = {
            "PortalUrl": portal.url,
            "ApiUrl": api.url,
            "TokenUrl": api.issuer.token_url,
            "UserPoolId": api.issuer.user_pool_id,
            "ClientIds": clients,
            "TableName": table.name,
            "StateMachineArn": workflow.arn,
            "ConfigurationSet": mail.configuration_set_name,
            "EventBusName": events.name,
            "EventArchiveArn": events.archive.attr_arn,
            "PortalAlias": portal.alias_target,
            "ApiAlias": api.domain.regional_domain_name if api.domain else None,
            "MailRecords": json.dumps(mail.records),
            **more,
        }
        for name, value in outputs.items():
            if value is not None:
                CfnOutput(self, name, value=value)
