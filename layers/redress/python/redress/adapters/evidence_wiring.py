"""What evidence is made of, from the environment of the function: for the doors, and for collecting."""

import os
from functools import cache

from redress.adapters import wiring
from redress.adapters.clients import client, credentials, region_name
from redress.adapters.s3 import Bucket, SigningDoor
from redress.usecases.collect_evidence import Collector


@cache
def door() -> SigningDoor:
    """What signs addresses of the bucket."""
    bucket = os.environ["EVIDENCE_BUCKET"]
    return SigningDoor(bucket=bucket, url=_url(bucket), region=region_name(), credentials=credentials)


@cache
def collector() -> Collector:
    """What collecting needs."""
    bucket = Bucket(client("s3"), os.environ["EVIDENCE_BUCKET"])
    return Collector(desk=wiring.desk(), files=bucket, scanned=os.environ["EVIDENCE_MALWARE_SCAN"] == "yes")


def _url(bucket: str) -> str:
    """The bucket's address: the one AWS gives it, or below the endpoint that the SDK is told to use."""
    endpoint = os.environ.get("AWS_ENDPOINT_URL_S3") or os.environ.get("AWS_ENDPOINT_URL")
    if endpoint:
        return f"{endpoint.rstrip('/')}/{bucket}"
    return f"https://{os.environ['EVIDENCE_DOMAIN']}"
