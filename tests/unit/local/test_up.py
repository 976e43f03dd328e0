from pathlib import Path

import pytest

from infra.local import places, up
from infra.local.places import Places
from infra.local.problems import LocalError


@pytest.fixture
def here(tmp_path: Path) -> Places:
    (tmp_path / "Pulumi.yaml").write_text("name: flowstacks\nruntime: python\n")
    for stack, runtime in (("dev", "process"), ("staging", "ecs"), ("other", "nomad")):
        (tmp_path / f"Pulumi.{stack}.yaml").write_text(f"config:\n  flowstacks:runtime: {runtime}\n")
    return places.at(tmp_path)


def test_stacks_of_both_runtimes_may_come_up(here: Places) -> None:
    assert up.checked(here, up.Wanted("staging"))["flowstacks:runtime"] == "ecs"
    assert up.checked(here, up.Wanted("dev"))["flowstacks:runtime"] == "process"
    assert up.checked(here, up.Wanted("dev", "worktree"))["flowstacks:runtime"] == "process"


@pytest.mark.parametrize(
    ("wanted", "said"),
    [
        (up.Wanted("other"), "to process or ecs"),
        (up.Wanted("staging", "worktree"), "runs images of commits"),
        (up.Wanted("prod"), "STACK={dev, other, staging}"),
        (up.Wanted("dev", "main"), "COMMIT=worktree"),
    ],
)
def test_others_are_refused_in_one_line_before_anything_starts(here: Places, wanted: up.Wanted, said: str) -> None:
    with pytest.raises(LocalError) as refused:
        up.checked(here, wanted)
    assert said in str(refused.value)
    assert "\n" not in str(refused.value)
    assert not here.local.exists()
