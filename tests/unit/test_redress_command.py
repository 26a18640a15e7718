"""`redress due`: the dates of a complaint, explained, without a deployment."""

import pytest

from infra.ops import cli


def test_the_dates_of_a_receipt_are_explained_with_their_sources(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["due", "gb-ukgc", "2026-03-02T23:30+00:00"]) == 0
    told = capsys.readouterr().out
    assert "final (duty): before 2026-04-26T23:00:00.000Z; the last day is Sunday 26 April 2026" in told
    assert "8 weeks, the first day included" in told
    assert "LCCP social responsibility code 6.1.1.2" in told
    assert "2026-04-26T23:00:00.000Z  final due (a breach if still unmet)" in told


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["due", "gb-ukgc", "2026-03-02T23:30"], "end it with Z or an offset"),
        (["due", "gb-ukgc", "yesterday"], "invalid"),
        (["due", "atlantis", "2026-03-02T23:30Z"], "gb-ukgc"),
        (["frobnicate"], "due"),
        ([], "command"),
    ],
)
def test_a_question_that_cannot_be_understood_is_told_apart(
    arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        cli.main(arguments)
    assert ended.value.code == 2
    assert said in capsys.readouterr().err


def test_without_a_table_the_command_says_where_its_name_is(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("TABLE_NAME", raising=False)
    assert cli.main(["explain", "R7K3-9QXM-3"]) == 2
    assert "TableName" in capsys.readouterr().err
