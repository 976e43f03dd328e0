from pathlib import Path

import pytest

from flowstacks.local import places, startup
from flowstacks.local.places import Places
from flowstacks.local.errors import LocalError


@pytest.fixture
def here(tmp_path: Path) -> Places:
    (tmp_path / "Pulumi.yaml").write_text("name: flowstacks\nruntime: python\n")
    for stack, runtime in (("dev", "process"), ("staging", "ecs"), ("other", "nomad")):
        (tmp_path / f"Pulumi.{stack}.yaml").write_text(f"config:\n  flowstacks:runtime: {runtime}\n")
    return places.at(tmp_path)


def test_stacks_of_both_runtimes_may_come_up(here: Places) -> None:
    assert startup.checked(here, startup.Request("staging"))["flowstacks:runtime"] == "ecs"
    assert startup.checked(here, startup.Request("dev"))["flowstacks:runtime"] == "process"
    assert startup.checked(here, startup.Request("dev", "worktree"))["flowstacks:runtime"] == "process"


@pytest.mark.parametrize(
    ("wanted", "said"),
    [
        (startup.Request("other"), "to process or ecs"),
        (startup.Request("staging", "worktree"), "runs images of commits"),
        (startup.Request("prod"), "STACK={dev, other, staging}"),
        (startup.Request("dev", "main"), "COMMIT=worktree"),
    ],
)
def test_others_are_refused_in_one_line_before_anything_starts(here: Places, wanted: startup.Request, said: str) -> None:
    with pytest.raises(LocalError) as refused:
        startup.checked(here, wanted)
    assert said in str(refused.value)
    assert "\n" not in str(refused.value)
    assert not here.local.exists()
