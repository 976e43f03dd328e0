"""A repository has many spellings and one form; two repositories never become one."""

import pytest
from hypothesis import given, strategies

from flowstacks.core import naming
from flowstacks.provider import owners
from flowstacks.provider.fields import rules
from flowstacks.provider.kinds import deployment

_segment = strategies.text("abcdefghijklmnopqrstuvwxyz-_.", min_size=1, max_size=8).filter(
    lambda text: not text.endswith((".git", ".")) and not text.startswith(".")
)
_host = strategies.text("abcdefghijklmnopqrstuvwxyz", min_size=1, max_size=8).map("{}.test".format)
_path = strategies.lists(_segment, min_size=1, max_size=3).map("/".join)
_SPELLINGS = (
    "git@{host}:{path}",
    "git@{host}:/{path}.git",
    "{host}:{path}",
    "ssh://git@{host}/{path}",
    "ssh://git@{host}:22/{path}.git",
    "https://{host}/{path}",
    "https://{host}/{path}.git",
    "https://{host}/{path}/",
    "https://user:secret@{host}:443/{path}",
    "HTTPS://{host}/{path}.git/",
)
_spelling = strategies.sampled_from(_SPELLINGS)


def _owner(spelling: str, host: str, path: str, stack: str = "dev") -> str:
    return naming.owner("flowstacks", stack, spelling.format(host=host, path=path))


@given(_host, _path, _spelling, _spelling)
def test_every_spelling_of_a_repository_is_one_owner(host: str, path: str, first: str, second: str) -> None:
    before, after = _owner(first, host, path), _owner(second, host.upper(), path)
    assert owners.is_same(before, after)
    assert rules.diff(deployment.KIND.rules, ["owner"], {"owner": before}, {"owner": after}).changed == ()
    assert not owners.differs_in_repository(before, after)


@given(strategies.tuples(_host, _path), strategies.tuples(_host, _path), _spelling, _spelling)
def test_other_hosts_and_paths_are_other_owners(
    repository: tuple[str, str], other: tuple[str, str], first: str, second: str
) -> None:
    owner = _owner(first, *repository)
    assert owners.is_same(owner, _owner(second, *other)) is (repository == other)
    assert not owners.is_same(owner, _owner(second, *repository, "main"))


@pytest.mark.parametrize(
    ("owner", "other"),
    [
        ("flowstacks/dev", "git.test/a:flowstacks/dev"),
        ("git.test:8443/a:flowstacks/dev", "git.test/a:flowstacks/dev"),
        ("git.test/a:flowstacks/dev", "git.test/A:flowstacks/dev"),
        ("flowstacks/dev", None),
        (None, None),
        ("", None),
    ],
)
def test_what_may_be_another_repository_is_another_owner(owner: str | None, other: str | None) -> None:
    assert not owners.is_same(owner, other)


@pytest.mark.parametrize(
    ("owner", "own", "told"),
    [
        ("a/dev", "b/dev", "a/dev"),
        ("git.test/a:a/dev", "git.test/b:b/dev", "git.test/a:a/dev"),
        (
            "flowstacks/dev", "git.test/a:flowstacks/dev",
            "flowstacks/dev of no repository, while flowstacks:repository.url says git.test/a",
        ),
        (
            "git.test:a:flowstacks/dev", "flowstacks/dev",
            "flowstacks/dev of repository git.test/a, while flowstacks:repository.url is not set",
        ),
        (
            "git.test/a:flowstacks/dev", "git.test/b:flowstacks/dev",
            "flowstacks/dev of repository git.test/a, while flowstacks:repository.url says git.test/b",
        ),
    ],
)  # fmt: skip
def test_an_owner_of_the_same_name_is_told_apart_by_its_repository(owner: str, own: str, told: str) -> None:
    assert owners.description(owner, own) == told
    assert owners.differs_in_repository(owner, own) is ("repository.url" in told)
