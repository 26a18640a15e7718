"""The region file's list of causes: what is counted under an id is counted under no other."""

import re
from pathlib import Path

import pytest

from infra.settings import REGIONS, SettingsError, load
from redress.region import Region

CAUSES = "[[operator.causes]]\n"
OWN = 'id = "slow_bank"\nname = "A bank was slow"\n'


def _load(folder: Path, *causes: str) -> Region:
    """The operator of the production's region file, but for its causes, with these."""
    known = (REGIONS / "eu-west-2.toml").read_text(encoding="utf-8")
    without, listed = re.subn(r"^causes = \[.*?^\]", "", known, flags=re.MULTILINE | re.DOTALL)
    assert listed == 1
    path = folder / "mine.toml"
    path.write_text("\n".join([without, *(CAUSES + cause for cause in causes)]), encoding="utf-8")
    return load(path).operator


@pytest.mark.parametrize(
    ("causes", "key", "remedy"),
    [
        ([OWN, OWN], "operator.causes.1.id", "stands for 'slow_bank' already"),
        ([f'{OWN}formerly = ["slow_bank"]'], "operator.causes.0.formerly", "already"),
        ([f'{OWN}formerly = ["bank", "bank"]'], "operator.causes.0.formerly", "already"),
        (
            [f'{OWN}formerly = ["bank"]', 'id = "bank"\nname = "The bank"'],
            "operator.causes.1.id",
            "stands for 'slow_bank' already",
        ),
        (['id = "Slow bank"\nname = "A bank was slow"'], "operator.causes.0.id", "lower-case"),
        (['id = "slow\\n"\nname = "A bank was slow"'], "operator.causes.0.id", "lower-case"),
        ([f'id = "{"a" * 65}"\nname = "Too long"'], "operator.causes.0.id", "up to 64"),
        ([f'{OWN}formerly = ["Bank"]'], "operator.causes.0.formerly", "lower-case"),
        (['id = "slow_bank"\nname = " "'], "operator.causes.0.name", "say in words"),
        (['id = "slow_bank"'], "operator.causes.0.name", "missing"),
        ([f'{OWN}former = ["bank"]'], "operator.causes.0.former", "did you mean formerly?"),
    ],
)
def test_what_could_be_counted_twice_or_cannot_be_read_is_refused(
    causes: list[str], key: str, remedy: str, tmp_path: Path
) -> None:
    with pytest.raises(SettingsError) as refused:
        _load(tmp_path, *causes)
    [fault] = [one for one in refused.value.faults if one.startswith(key)]
    assert remedy in fault


def test_a_cause_is_found_by_each_id_that_it_ever_had(tmp_path: Path) -> None:
    causes = [f'{OWN}formerly = ["bank", "psp-delay"]', 'id = "other"\nname = "Another"']
    region = _load(tmp_path, *causes)
    found = [region.cause(one) for one in ("slow_bank", "bank", "psp-delay", "other", "unheard")]
    assert [one and one.id for one in found] == ["slow_bank", "slow_bank", "slow_bank", "other", None]
