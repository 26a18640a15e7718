"""The one way to make a bucket here: closed, encrypted, TLS alone."""

from collections.abc import Sequence

from aws_cdk import RemovalPolicy, Stack
from aws_cdk import aws_s3 as s3
from constructs import Construct

from infra.constructs.checks import acknowledge
from infra.settings import StackPart

DELETING_VERSIONS = ["s3:DeleteObject", "s3:DeleteObjectVersion"]
"""What it takes to delete a version of an object, be it the only one, called null: S3 always asks for the
first, too (API reference of DeleteObjects, "Permissions").
"""


def closed_bucket(
    scope: Construct,
    settings: StackPart,
    *,
    versioned: bool = False,
    rules: Sequence[s3.LifecycleRule] | None = None,
) -> s3.Bucket:
    """A bucket that nobody outside opens. Without `versioned`, what is deleted is gone."""
    return s3.Bucket(
        scope,
        "Bucket",
        block_public_access=s3.BlockPublicAccess.BLOCK_ALL,
        object_ownership=s3.ObjectOwnership.BUCKET_OWNER_ENFORCED,
        # Under the key S3 manages: always on, free, and nobody can delete it and what it encrypts with it.
        encryption=s3.BucketEncryption.S3_MANAGED,
        enforce_ssl=True,
        minimum_tls_version=1.2,
        versioned=versioned,
        lifecycle_rules=rules,
        removal_policy=RemovalPolicy.RETAIN if settings.retain else RemovalPolicy.DESTROY,
    )


def resource(bucket: s3.Bucket) -> s3.CfnBucket:
    """The resource of a bucket, for what the CDK's construct does not know."""
    made = bucket.node.default_child
    if not isinstance(made, s3.CfnBucket):
        raise TypeError(f"{bucket.node.path} has no bucket resource")
    return made


def acknowledge_parts(who: Construct, bucket: s3.Bucket, reason: str, *parts: str) -> None:
    """Accepts that a role may touch every object whose key begins with one of `parts`."""
    name = Stack.of(bucket).get_logical_id(resource(bucket))
    acknowledge(who, reason, *(f"AwsSolutions-IAM5[Resource::<{name}.Arn>/{part}*]" for part in parts))
