from pathlib import Path

import pytest

from flowstacks.local import places, variables
from flowstacks.local.errors import LocalError

HERE = places.Places(Path("/work/a b"))


def test_what_could_lead_beyond_this_machine_is_dropped() -> None:
    inherited = {
        "PREFECT_API_KEY": "k",
        "AWS_PROFILE": "prod",
        "PULUMI_ACCESS_TOKEN": "t",
        "FLOWSTACKS_COMMIT": "worktree",
        "FLOWSTACKS_REGISTRY": "http://registry.example",
        "MY_AWS_NOTE": "kept",
        "HOME": "/home/me",
    }
    assert variables.without_inherited(inherited) == {"MY_AWS_NOTE": "kept", "HOME": "/home/me"}


def test_our_folders_come_first_on_path_once() -> None:
    once = variables.applied(HERE, {"PATH": "/usr/bin"}, {})
    assert once["PATH"].split(":") == [*variables.path_entries(HERE), "/usr/bin"]
    assert variables.applied(HERE, once, {})["PATH"] == once["PATH"]


@pytest.mark.parametrize("url", ["http://127.0.0.1:4200/api", "http://localhost/api", "http://[::1]:80/api"])
def test_loopback_passes(url: str) -> None:
    assert variables.loopback(url) == url


@pytest.mark.parametrize(
    "url", ["https://api.prefect.cloud/api", "http://127.0.0.1.example.com/api", "http://10.0.0.1"]
)
def test_another_machine_is_refused_in_one_line(url: str) -> None:
    with pytest.raises(LocalError) as refused:
        variables.loopback(url)
    assert "\n" not in str(refused.value)
    assert "pulumi up" in str(refused.value)


def test_the_users_own_proxy_exceptions_are_kept() -> None:
    set_ = variables.prefect(Path("/h"), {"no_proxy": "corp.example,localhost"})
    assert set_["NO_PROXY"].split(",") == ["127.0.0.1", "localhost", "::1", "corp.example"]


def test_the_backend_url_survives_characters_that_a_url_gives_meaning_to() -> None:
    assert variables.backend_url(places.Places(Path("/a b/100%#?"))) == "file:///a%20b/100%25%23%3F/.local/pulumi"


def test_a_checkout_that_cannot_stand_on_path_is_refused(tmp_path: Path) -> None:
    with pytest.raises(LocalError, match="Move the checkout"):
        places.at(tmp_path / "a:b")


def test_the_cache_is_shared_and_can_be_moved() -> None:
    assert places.cache({"FLOWSTACKS_CACHE_DIR": "/c"}) == Path("/c")
    assert places.cache({"XDG_CACHE_HOME": "/x"}) == Path("/x/flowstacks")
    assert places.cache({}) == Path.home() / ".cache" / "flowstacks"


def test_what_leads_to_the_emulator_leaves_out_what_is_not_there() -> None:
    least = variables.aws("http://127.0.0.1:4566", region="", registry_url=None)
    assert not {"AWS_REGION", "AWS_DEFAULT_REGION", "FLOWSTACKS_REGISTRY"} & set(least)
    most = variables.aws("http://127.0.0.1:4566", region="eu-north-1", registry_url="http://127.0.0.1:5001")
    assert set(most) - set(least) == {"AWS_REGION", "AWS_DEFAULT_REGION", "FLOWSTACKS_REGISTRY"}
    assert set(variables.without_inherited(most)) == set()
