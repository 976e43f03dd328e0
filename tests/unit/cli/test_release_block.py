import pytest
from ruamel.yaml import YAML

from flowstacks.cli.text import release_block
from flowstacks.stack.release import Release
from tests.support.manifests import PIN

_DIGEST = f"sha256:{'a' * 64}"


def _release(**fields: object) -> Release:
    return Release.model_validate({"commit": PIN, "from": "dev", **fields})


@pytest.mark.parametrize(("now", "origin"), [(None, None), (_release(), "dev"), (_release(commit="51aa" * 10), None)])
def test_it_is_the_release_that_config_reads(now: Release | None, origin: str | None) -> None:
    text = release_block.text(PIN, now, {"etl": _DIGEST, "etl/gpu": _DIGEST, "web": None})
    read = YAML(typ="safe").load(f"config:\n{text}")["config"]["flowstacks:release"]
    assert Release.model_validate(read) == Release.model_validate(
        {"commit": PIN, "images": {"etl": _DIGEST, "etl/gpu": _DIGEST}} | ({"from": origin} if origin else {})
    )
    assert "# web: not built yet" in text
