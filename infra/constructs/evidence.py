"""Evidence: one bucket, which browsers write to by signed forms, and where the region file says so a scan.

Files come to `incoming/`, where a signed form may write one key for an hour. The function `outcomes` looks at
each and writes it anew under `kept/`, where no form can: what was scanned is what is opened later.
"""

from aws_cdk import Duration, Stack
from aws_cdk import aws_guardduty as guardduty
from aws_cdk import aws_iam as iam
from aws_cdk import aws_s3 as s3
from constructs import Construct

from infra.constructs.bucket import DELETING_VERSIONS, acknowledge_parts, closed_bucket, resource
from infra.constructs.checks import acknowledge
from infra.constructs.function import Function
from infra.constructs.queue import KEPT_DAYS
from infra.settings import EvidencePart, StackPart
from redress.adapters.s3 import INCOMING, KEPT

SCANNER = "malware-protection-plan.guardduty.amazonaws.com"
RULE = "DO-NOT-DELETE-AmazonGuardDutyMalwareProtectionS3*"
TAG = "GuardDutyMalwareScanStatus"
"""What GuardDuty says of an object stands in this tag of it."""

CLEAN = "NO_THREATS_FOUND"
UNCLAIMED_DAYS = KEPT_DAYS + 1
"""What comes in is worked on in seconds. A file whose message lies among the dead letters outlives it."""


class Evidence(Construct):
    """The bucket and who may do what in it."""

    def __init__(
        self, scope: Construct, construct_id: str, *, settings: EvidencePart, stack_settings: StackPart
    ) -> None:
        super().__init__(scope, construct_id)
        self.scanned = settings.malware_scan
        self.scanner: iam.Role | None = None
        self.bucket = closed_bucket(
            self,
            stack_settings,
            rules=[
                s3.LifecycleRule(
                    id="unclaimed",
                    prefix=f"{INCOMING}/",
                    expiration=Duration.days(UNCLAIMED_DAYS),
                ),
                s3.LifecycleRule(id="unfinished", abort_incomplete_multipart_upload_after=Duration.days(1)),
            ],
        )
        _announce(self.bucket)
        acknowledge(
            self.bucket,
            "Files are opened by addresses from the operator's API alone, which logs who asks for one.",
            "AwsSolutions-S1",
        )
        if self.scanned:
            self._scan()

    @property
    def environment(self) -> dict[str, str]:
        """What a function needs that signs addresses of the bucket."""
        return {
            "EVIDENCE_BUCKET": self.bucket.bucket_name,
            "EVIDENCE_DOMAIN": self.bucket.bucket_regional_domain_name,
        }

    def allow_taking(self, function: Function) -> None:
        """Lets a function sign forms for new files; it can read none."""
        self._inform(function)
        function.allow(["s3:PutObject"], self._objects(INCOMING))
        self._acknowledge(function.role, INCOMING)

    def allow_handing_out(self, function: Function) -> None:
        """Lets a function sign addresses of kept files, and where there is a scan of clean ones alone."""
        clean = {"StringEquals": {f"s3:ExistingObjectTag/{TAG}": CLEAN}} if self.scanned else None
        function.allow(["s3:GetObject"], self._objects(KEPT), conditions=clean)
        self._acknowledge(function.role, KEPT)

    def allow_collecting(self, function: Function) -> None:
        """Lets a function work on what came in, and keep it."""
        function.allow(["s3:ListBucket"], self.bucket.bucket_arn)  # or S3 hides that a file is gone
        function.allow(["s3:GetObject", "s3:DeleteObject"], self._objects(INCOMING))
        function.allow(["s3:PutObject", "s3:DeleteObject"], self._objects(KEPT))
        self._acknowledge(function.role, INCOMING, KEPT)

    def allow_erasing(self, function: Function) -> None:
        """Lets a function delete every version of any file; it can read none, and write none."""
        function.allow(["s3:ListBucketVersions"], self.bucket.bucket_arn)
        function.allow(DELETING_VERSIONS, self._objects(INCOMING), self._objects(KEPT))
        self._acknowledge(function.role, INCOMING, KEPT)

    def _inform(self, function: Function) -> None:
        for name, value in self.environment.items():
            function.function.add_environment(name, value)

    def _objects(self, part: str) -> str:
        return self.bucket.arn_for_objects(f"{part}/*")

    def _acknowledge(self, who: Construct, *parts: str) -> None:
        why = "The files of all complaints lie under one prefix, each under a name nobody can guess."
        acknowledge_parts(who, self.bucket, why, *(f"{part}/" for part in parts))

    def _scan(self) -> None:
        """Malware Protection of what is kept. GuardDuty itself need not be on."""
        self.scanner = role = iam.Role(self, "ScannerRole", assumed_by=iam.ServicePrincipal(SCANNER))
        policy = iam.Policy(self, "ScannerPolicy", statements=self._scanner_statements(), roles=[role])
        plan = guardduty.CfnMalwareProtectionPlan(
            self,
            "MalwareProtection",
            role=role.role_arn,
            protected_resource=guardduty.CfnMalwareProtectionPlan.CFNProtectedResourceProperty(
                s3_bucket=guardduty.CfnMalwareProtectionPlan.S3BucketProperty(
                    bucket_name=self.bucket.bucket_name, object_prefixes=[f"{KEPT}/"]
                )
            ),
            actions=guardduty.CfnMalwareProtectionPlan.CFNActionsProperty(
                tagging=guardduty.CfnMalwareProtectionPlan.CFNTaggingProperty(status="ENABLED")
            ),
        )
        plan.node.add_dependency(policy)
        self._acknowledge(policy, KEPT)
        acknowledge(
            policy,
            "GuardDuty adds to the name of its rule what it likes.",
            f"AwsSolutions-IAM5[Resource::arn:aws:events:{self.bucket.env.region}:<AWS::AccountId>:rule/{RULE}]",
        )

    def _scanner_statements(self) -> list[iam.PolicyStatement]:
        """What GuardDuty asks of its role: "Create or update IAM role policy" of its user guide."""
        rule = Stack.of(self).format_arn(
            service="events",
            resource="rule",
            resource_name=RULE,
        )
        managed = {"StringLike": {"events:ManagedBy": SCANNER}}
        writing = ["events:PutRule", "events:DeleteRule", "events:PutTargets", "events:RemoveTargets"]
        tagging = ["Get", "Put"]
        bucket = self.bucket.bucket_arn
        return [
            iam.PolicyStatement(actions=writing, resources=[rule], conditions=managed),
            iam.PolicyStatement(
                actions=["events:DescribeRule", "events:ListTargetsByRule"], resources=[rule]
            ),
            iam.PolicyStatement(
                actions=[
                    *("s3:GetObject", "s3:GetObjectVersion"),
                    *(f"s3:{verb}Object{version}Tagging" for verb in tagging for version in ("", "Version")),
                ],
                resources=[self._objects(KEPT)],
            ),
            iam.PolicyStatement(
                actions=["s3:PutObject"],
                resources=[f"{bucket}/malware-protection-resource-validation-object"],
            ),
            iam.PolicyStatement(
                actions=["s3:ListBucket", "s3:GetBucketNotification", "s3:PutBucketNotification"],
                resources=[bucket],
            ),
        ]


def _announce(bucket: s3.Bucket) -> None:
    """The bucket tells EventBridge of its objects. The CDK's own switch is a function of its own."""
    resource(bucket).notification_configuration = s3.CfnBucket.NotificationConfigurationProperty(
        event_bridge_configuration=s3.CfnBucket.EventBridgeConfigurationProperty(event_bridge_enabled=True)
    )
