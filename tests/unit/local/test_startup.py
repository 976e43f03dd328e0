from pathlib import Path

import pytest

from flowstacks.local import places, startup
from flowstacks.local.errors import LocalError
from flowstacks.local.places import Places


@pytest.fixture
def here(tmp_path: Path) -> Places:
    (tmp_path / "Pulumi.yaml").write_text("name: flowstacks\nruntime: python\n")
    for stack, runtime in (("dev", "process"), ("staging", "ecs"), ("other", "nomad")):
        (tmp_path / f"Pulumi.{stack}.yaml").write_text(f"config:\n  flowstacks:runtime: {runtime}\n")
    return places.at(tmp_path)


def test_stacks_of_both_runtimes_may_come_up(here: Places) -> None:
    assert startup.checked(here, startup.StartRequest("staging"))["flowstacks:runtime"] == "ecs"
    assert startup.checked(here, startup.StartRequest("dev"))["flowstacks:runtime"] == "process"
    assert startup.checked(here, startup.StartRequest("dev", "worktree"))["flowstacks:runtime"] == "process"


@pytest.mark.parametrize(
    ("wanted", "said"),
    [
        (startup.StartRequest("other"), "to process or ecs"),
        (startup.StartRequest("staging", "worktree"), "runs images of commits"),
        (startup.StartRequest("prod"), "STACK={dev, other, staging}"),
        (startup.StartRequest("dev", "main"), "COMMIT=worktree"),
    ],
)
def test_others_are_refused_in_one_line_before_anything_starts(
    here: Places, wanted: startup.StartRequest, said: str
) -> None:
    with pytest.raises(LocalError) as refused:
        startup.checked(here, wanted)
    assert said in str(refused.value)
    assert "\n" not in str(refused.value)
    assert not here.local.exists()
