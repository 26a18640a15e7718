"""The pages, pictures and tables of the three years as files, to be looked at."""

from pathlib import Path

from infra.ops.report_charts import charts
from infra.ops.report_page import page
from infra.ops.report_tables import tables
from redress import exports
from redress.domain.figures import Figures
from redress.returns.document import Document
from redress.usecases import register, returns
from tests.support.three_years.compared import (
    PERIODS,
    QUARTERS,
    WHOLE,
    Licence,
    last_day,
    register_rows,
    told_of,
)
from tests.support.three_years.house import HOUSE

SHOWN = ("2028", QUARTERS[-1], "2028-12", WHOLE)


def reports(licence: Licence, folder: Path) -> None:
    """The report of some periods: the page, each chart by itself, and each table."""
    for text in SHOWN:
        made = told_of(licence, PERIODS[text][0], last_day(text))
        _report(made, f"Complaints: {licence.pack}, {text}", folder / f"report {licence.pack} {text}")


def _report(made: Figures, title: str, folder: Path) -> None:
    causes = {one.id: one.name for one in HOUSE.causes}
    _put(
        folder, "report.html", page(made, title, lambda _, value: causes.get(value, value.replace("_", " ")))
    )
    for name, svg in charts(made).items():
        _put(folder, f"{name}.svg", svg.encode())
    for name, table in tables(made).items():
        _put(folder, f"{name}.csv", exports.to_csv(table.columns, table.rows))


def a_return(made: Document, folder: Path) -> None:
    """Its documents."""
    name = f"{made['pack']} {made['report']} {made['period']}"
    for kind, body in returns.render(made).items():
        _put(folder / "returns", f"{name}.{kind}", body)


def the_register(licence: Licence, folder: Path) -> None:
    """All of it as CSV, line by line."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / f"register {licence.pack}.csv").open("wb") as file:
        file.writelines(exports.csv_lines(register.COLUMNS, register_rows(licence)))


def _put(folder: Path, name: str, body: bytes) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_bytes(body)
