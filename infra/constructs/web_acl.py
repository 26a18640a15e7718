"""The web ACL before the portal: limits how often, never what a complaint says."""

from collections.abc import Mapping

from aws_cdk import Duration, Stack
from aws_cdk import aws_apigateway as apigateway
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_wafv2 as wafv2
from constructs import Construct

from infra import refusals
from infra.constructs.log_group import log_group

# Managed groups, and in each the rules that look into the body or measure a query. Those only count: a
# well-formed complaint is always stored, and 8 KB of body is less than a long one in Cyrillic.
COUNTED: Mapping[str, tuple[str, ...]] = {
    "AWSManagedRulesCommonRuleSet": (
        *("SizeRestrictions_BODY", "EC2MetaDataSSRF_BODY", "GenericLFI_BODY"),
        *("GenericRFI_BODY", "CrossSiteScripting_BODY"),
        "SizeRestrictions_QUERYSTRING",  # 2 KB is less than a link with twenty transactions
    ),
    "AWSManagedRulesKnownBadInputsRuleSet": (
        *("JavaDeserializationRCE_BODY", "Log4JRCE_BODY", "ReactJSRCE_BODY"),
    ),
}
RATE_WINDOW_SECONDS = 300
TOO_MANY = "too-many-requests"
METRIC = "Portal"


class WebAcl(Construct):
    """A regional web ACL with a rate rule and two managed groups, its association and its log."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        protects: apigateway.Stage,
        requests_per_address: int,
        log_days: int,
    ) -> None:
        """`requests_per_address` per five minutes; beyond it an address gets a page with status 429."""
        super().__init__(scope, construct_id)
        managed = [
            _managed(priority, group, counted)
            for priority, (group, counted) in enumerate(COUNTED.items(), start=1)
        ]
        acl = wafv2.CfnWebACL(
            self,
            "Acl",
            scope="REGIONAL",
            default_action=wafv2.CfnWebACL.DefaultActionProperty(allow={}),
            visibility_config=_visible(METRIC),
            custom_response_bodies={
                TOO_MANY: wafv2.CfnWebACL.CustomResponseBodyProperty(
                    content=refusals.page("too_many"), content_type="TEXT_HTML"
                )
            },
            rules=[_rate(requests_per_address), *managed],
        )
        self.blocked = cloudwatch.Metric(
            namespace="AWS/WAFV2",
            metric_name="BlockedRequests",
            dimensions_map={"WebACL": METRIC, "Rule": "ALL", "Region": Stack.of(self).region},
            statistic=cloudwatch.Stats.SUM,
            period=Duration.minutes(5),
        )
        wafv2.CfnWebACLAssociation(
            self, "Association", web_acl_arn=acl.attr_arn, resource_arn=protects.stage_arn
        )
        self._log(acl, log_days)

    def _log(self, acl: wafv2.CfnWebACL, days: int) -> None:
        """Logs what was refused or counted, without the parts of a request that may hold a private link."""
        stack = Stack.of(self)
        name = f"aws-waf-logs-{stack.stack_name}"
        group = log_group(self, "Log", days=days, name=name)
        logging = wafv2.CfnLoggingConfiguration(
            self,
            "Logging",
            resource_arn=acl.attr_arn,
            log_destination_configs=[
                stack.format_arn(service="logs", resource=f"log-group:{name}", resource_name=None)
            ],
            redacted_fields=[
                wafv2.CfnLoggingConfiguration.FieldToMatchProperty(uri_path={}),
                wafv2.CfnLoggingConfiguration.FieldToMatchProperty(query_string={}),
                wafv2.CfnLoggingConfiguration.FieldToMatchProperty(single_header={"Name": "referer"}),
                wafv2.CfnLoggingConfiguration.FieldToMatchProperty(single_header={"Name": "cookie"}),
            ],
            logging_filter={
                "DefaultBehavior": "DROP",
                "Filters": [
                    {
                        "Behavior": "KEEP",
                        "Requirement": "MEETS_ANY",
                        "Conditions": [
                            {"ActionCondition": {"Action": "BLOCK"}},
                            {"ActionCondition": {"Action": "COUNT"}},
                        ],
                    }
                ],
            },
        )
        logging.node.add_dependency(group)


def _rate(limit: int) -> wafv2.CfnWebACL.RuleProperty:
    refuse = wafv2.CfnWebACL.CustomResponseProperty(
        response_code=429,
        custom_response_body_key=TOO_MANY,
        response_headers=[
            wafv2.CfnWebACL.CustomHTTPHeaderProperty(name="Retry-After", value=str(RATE_WINDOW_SECONDS))
        ],
    )
    return wafv2.CfnWebACL.RuleProperty(
        name="RequestsPerAddress",
        priority=0,
        action=wafv2.CfnWebACL.RuleActionProperty(
            block=wafv2.CfnWebACL.BlockActionProperty(custom_response=refuse)
        ),
        statement=wafv2.CfnWebACL.StatementProperty(
            rate_based_statement=wafv2.CfnWebACL.RateBasedStatementProperty(
                limit=limit, aggregate_key_type="IP", evaluation_window_sec=RATE_WINDOW_SECONDS
            )
        ),
        visibility_config=_visible("RequestsPerAddress"),
    )


def _managed(priority: int, group: str, counted: tuple[str, ...]) -> wafv2.CfnWebACL.RuleProperty:
    count = wafv2.CfnWebACL.RuleActionProperty(count={})
    return wafv2.CfnWebACL.RuleProperty(
        name=group,
        priority=priority,
        override_action=wafv2.CfnWebACL.OverrideActionProperty(none={}),
        statement=wafv2.CfnWebACL.StatementProperty(
            managed_rule_group_statement=wafv2.CfnWebACL.ManagedRuleGroupStatementProperty(
                vendor_name="AWS",
                name=group,
                rule_action_overrides=[
                    wafv2.CfnWebACL.RuleActionOverrideProperty(name=name, action_to_use=count)
                    for name in counted
                ],
            )
        ),
        visibility_config=_visible(group),
    )


def _visible(metric: str) -> wafv2.CfnWebACL.VisibilityConfigProperty:
    # Sampled requests would show paths, and with them private links, in the console.
    return wafv2.CfnWebACL.VisibilityConfigProperty(
        cloud_watch_metrics_enabled=True, metric_name=metric, sampled_requests_enabled=False
    )
