"""The journal as tables, so that Athena answers what nobody thought of when the reports were written.

`events` reads the journal's own objects; `exported` is Parquet that Athena itself makes of them, by months.
Results and Parquet lie in a bucket of their own: the journal's takes nothing but what the journal writes.
Each query runs with the rights of whoever asks (`functions/journal/README.md` lists them).
"""

from collections.abc import Mapping

from aws_cdk import Duration, Stack
from aws_cdk import aws_athena as athena
from aws_cdk import aws_glue as glue
from aws_cdk import aws_s3 as s3
from constructs import Construct

from infra.constructs.bucket import closed_bucket
from infra.constructs.checks import acknowledge
from infra.queries import COLUMNS, queries
from infra.settings import StackPart
from redress.domain.journal import EVENTS

FIRST_MONTH = "2026-01"
"""No event happened before: a projection looks for each day from then on."""

RESULTS, EXPORTED = "results/", "exported/"
KEPT_DAYS = 30
"""For which a result can be looked at again; whoever needs it longer keeps it elsewhere."""

MOST_BYTES = 200 * 1024**3
"""That a query may read: a dollar's worth. One that forgets to say which months ends there."""


class Catalog(Construct):
    """Database, two tables, workgroup with its queries, bucket."""

    def __init__(
        self, scope: Construct, construct_id: str, *, settings: StackPart, journal: s3.IBucket
    ) -> None:
        super().__init__(scope, construct_id)
        stack = Stack.of(self)
        self.bucket = self._bucket(settings)
        self.database = stack.stack_name.replace("-", "_")
        self.workgroup = stack.stack_name
        made = glue.CfnDatabase(
            self,
            "Database",
            catalog_id=stack.account,
            database_input=glue.CfnDatabase.DatabaseInputProperty(
                name=self.database, description="The journal of Redress: every event, no personal data"
            ),
        )
        for table in (self._events(journal), self._exported()):
            table.add_dependency(made)
        self._queries()

    def _bucket(self, settings: StackPart) -> s3.Bucket:
        rules = [
            s3.LifecycleRule(id="seen", prefix=RESULTS, expiration=Duration.days(KEPT_DAYS)),
            s3.LifecycleRule(id="unfinished", abort_incomplete_multipart_upload_after=Duration.days(1)),
        ]
        bucket = closed_bucket(self, settings, rules=rules)
        acknowledge(
            bucket, "What lies here was made from the journal, and can be made again.", "AwsSolutions-S1"
        )
        return bucket

    def _events(self, journal: s3.IBucket) -> glue.CfnTable:
        """A day of the journal is a partition, which nobody has to add."""
        projected = {
            "projection.enabled": "true",
            "projection.day.type": "date",
            "projection.day.format": "yyyy/MM/dd",
            "projection.day.range": f"{FIRST_MONTH.replace('-', '/')}/01,NOW",
            "projection.day.interval": "1",
            "projection.day.interval.unit": "DAYS",
            "storage.location.template": journal.s3_url_for_object(f"{EVENTS}${{day}}/"),
        }
        return self._table(
            "events",
            "day",
            {"classification": "json", **projected},
            glue.CfnTable.StorageDescriptorProperty(
                columns=_columns(),
                location=journal.s3_url_for_object(EVENTS),
                input_format="org.apache.hadoop.mapred.TextInputFormat",
                output_format="org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat",
                serde_info=_serde("org.openx.data.jsonserde.JsonSerDe"),
            ),
        )

    def _exported(self) -> glue.CfnTable:
        """A month is a partition, under the name that Athena gives one it writes."""
        projected = {
            "projection.enabled": "true",
            "projection.month.type": "date",
            "projection.month.format": "yyyy-MM",
            "projection.month.range": f"{FIRST_MONTH},NOW",
            "projection.month.interval": "1",
            "projection.month.interval.unit": "MONTHS",
        }
        return self._table(
            "exported",
            "month",
            {"classification": "parquet", "parquet.compression": "ZSTD", **projected},
            glue.CfnTable.StorageDescriptorProperty(
                columns=_columns(),
                location=self.bucket.s3_url_for_object(EXPORTED),
                input_format="org.apache.hadoop.hive.ql.io.parquet.MapredParquetInputFormat",
                output_format="org.apache.hadoop.hive.ql.io.parquet.MapredParquetOutputFormat",
                serde_info=_serde("org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe"),
            ),
        )

    def _table(
        self,
        name: str,
        partition: str,
        parameters: Mapping[str, str],
        storage: glue.CfnTable.StorageDescriptorProperty,
    ) -> glue.CfnTable:
        return glue.CfnTable(
            self,
            name.title(),
            catalog_id=Stack.of(self).account,
            database_name=self.database,
            table_input=glue.CfnTable.TableInputProperty(
                name=name,
                table_type="EXTERNAL_TABLE",
                parameters=parameters,
                partition_keys=[glue.CfnTable.ColumnProperty(name=partition, type="string")],
                storage_descriptor=storage,
            ),
        )

    def _queries(self) -> None:
        """Where a query's result lies, and how it is encrypted, is nobody's choice."""
        workgroup = athena.CfnWorkGroup(
            self,
            "WorkGroup",
            name=self.workgroup,
            description="Questions to the journal of Redress",
            recursive_delete_option=True,  # what it holds are queries and their history
            work_group_configuration=athena.CfnWorkGroup.WorkGroupConfigurationProperty(
                enforce_work_group_configuration=True,
                publish_cloud_watch_metrics_enabled=True,
                bytes_scanned_cutoff_per_query=MOST_BYTES,
                engine_version=athena.CfnWorkGroup.EngineVersionProperty(
                    selected_engine_version="Athena engine version 3"
                ),
                result_configuration=athena.CfnWorkGroup.ResultConfigurationProperty(
                    output_location=self.bucket.s3_url_for_object(RESULTS),
                    encryption_configuration=athena.CfnWorkGroup.EncryptionConfigurationProperty(
                        encryption_option="SSE_S3"
                    ),
                ),
            ),
        )
        for name, sql in queries().items():
            query = athena.CfnNamedQuery(
                self,
                name.title().replace("_", ""),
                name=name,
                database=self.database,
                work_group=self.workgroup,
                query_string=sql,
            )
            query.add_dependency(workgroup)


def _columns() -> list[glue.CfnTable.ColumnProperty]:
    return [glue.CfnTable.ColumnProperty(name=name, type=kind) for name, kind in COLUMNS.items()]


def _serde(library: str) -> glue.CfnTable.SerdeInfoProperty:
    return glue.CfnTable.SerdeInfoProperty(serialization_library=library)
