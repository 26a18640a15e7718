"""Acknowledging a finding of the rule packs, beside the resource it is about."""

from aws_cdk import Acknowledgment, Validations
from constructs import IConstruct


def acknowledge(construct: IConstruct, reason: str, *rules: str) -> None:
    """Accepts findings of cdk-nag on a construct and what it contains, for a reason a reviewer can weigh."""
    Validations.of(construct).acknowledge(*(Acknowledgment(id=rule, reason=reason) for rule in rules))
