import sys

import pytest

from flowstacks.core.errors import BuildError
from flowstacks.images import builder
from flowstacks.images.buildah import Buildah
from flowstacks.images.buildx import Buildx


def test_no_tool_at_all(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(BuildError, match="Install buildah"):
        builder.choose((Buildah(), Buildx()))


def test_a_failure_tells_the_last_words_of_both_streams() -> None:
    script = "import sys; [print(n) for n in range(40)]; print('why', file=sys.stderr); sys.exit(3)"
    with pytest.raises(BuildError) as failed:
        builder.run([sys.executable, "-c", script], {}, "it failed. Mend it")
    lines = str(failed.value).splitlines()
    assert lines[0].startswith("it failed. Mend it. ")
    assert lines[-2:] == ["  39", "  why"]
    assert len(lines) == 21
