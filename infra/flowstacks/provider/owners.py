"""Owners, `[<repository>:]<project>/<stack>`, compared: a repository has many spellings. Pure.

Marks and states keep the spelling that was written; only the comparison uses the common form.
"""

import re

_PORT = re.compile(r"([^/:]+):([0-9]+)(/.*)")
_PATH = re.compile(r"([^/:]+):/*(.+)")
_SCHEME_AND_LOGIN = re.compile(r"^([A-Za-z0-9+.-]+://)?([^/@]*@)?")
_DEFAULT_PORTS = ("22", "80", "443")
"""Of `ssh`, `http` and `https`, which `git clone` takes where none is written."""


def is_same(owner: object, other: object) -> bool:
    """Whether two marks are of one stack of one repository, however its URL is spelled; None is the same as nothing."""
    if not isinstance(owner, str) or not isinstance(other, str):
        return False
    return owner == other or _parts(owner) == _parts(other)


def repository(url: str) -> str:
    """`host/path`, the same for `git@host:a/b`, `ssh://git@host/a/b`, `https://host/a/b` and `https://host/a/b.git`.

    The forms: https://git-scm.com/docs/git-clone#_git_urls
    """
    text = _SCHEME_AND_LOGIN.sub("", url, count=1).rstrip("/").removesuffix(".git").rstrip("/")
    port, path = _PORT.fullmatch(text), _PATH.fullmatch(text)
    if port:
        text = port[1] + port[3] if port[2] in _DEFAULT_PORTS else text
    elif path:
        text = f"{path[1]}/{path[2]}"
    host, slash, tail = text.partition("/")
    return host.lower() + slash + tail


def description(owner: str, own: str) -> str:
    """`owner` for a reader who is `own`: where only the repository differs, that it does."""
    repository_there, stack = _parts(owner)
    own_repository, own_stack = _parts(own)
    if stack != own_stack or repository_there == own_repository:
        return owner
    return (
        f"{stack} of {f'repository {repository_there}' if repository_there else 'no repository'}, "
        f"while flowstacks:repository.url {f'says {own_repository}' if own_repository else 'is not set'}"
    )


def differs_in_repository(owner: str | None, own: str) -> bool:
    """Whether `owner` is the same stack of another repository: most often the URL was changed."""
    return owner is not None and _parts(owner)[1] == _parts(own)[1] and _parts(owner)[0] != _parts(own)[0]


def _parts(owner: str) -> tuple[str, str]:
    """Repository, empty where there is none, and `<project>/<stack>`, in which Pulumi allows no colon."""
    url, _, stack = owner.rpartition(":")
    return (repository(url) if url else "", stack)
