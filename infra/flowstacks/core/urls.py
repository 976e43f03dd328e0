"""URLs as users write them: whether they hold a login, how they may be shown, which ones git may clone. Pure.

Only the text is looked at; a URL that no library would parse may hold a password all the same.
"""

import ipaddress
import re
import urllib.parse
from typing import NamedTuple

_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*)://|//")
_AUTHORITY = re.compile(r"[^/?#]*")
_REMOTE_HELPER = re.compile(r"[A-Za-z0-9+.-]*::")
_SCP = re.compile(r"[^\s/:@-][^\s/:@]*@[^\s/:@-][^\s/:@]*:[^\s:-]\S*")
_USER_IS_NO_SECRET = ("ssh", "")
"""Schemes with a user that everybody knows, `git` mostly; the empty one is that of `git@host:path`."""

_CLONED = ("https", "http", "ssh")
_REMEDY = "Write https://host/path, ssh://git@host/path or git@host:path"


class _Parts(NamedTuple):
    """A URL is `before + login + after`."""

    scheme: str
    """In lower case; empty where there is none."""
    before: str
    """Scheme with its `://`."""
    login: str
    """User and password with the `@`, or empty."""
    after: str
    """Host and all that follows."""


def _parts(url: str) -> _Parts:
    match = _SCHEME.match(url)
    before = match[0] if match else ""
    text = url.removeprefix(before)
    authority = _AUTHORITY.match(text)
    host = authority[0] if authority else ""
    # A password may have an unescaped `/`, `?` or `#`: then the `@` comes after what looks like host and port.
    login = text[: text.rfind("@") + 1] if ":" in host else host[: host.rfind("@") + 1]
    return _Parts(((match and match[1]) or "").lower(), before, login, text.removeprefix(login))


def without_login(url: str) -> str:
    """The URL as it may be shown: without a user and a password, whether or not it has a scheme."""
    parts = _parts(url)
    return parts.before + parts.after


def holds_login(url: str) -> bool:
    """Whether a secret can be in it: a password, or a user where that may be a token."""
    if _SCP.fullmatch(url):  # its path may have an `@`
        return False
    parts = _parts(url)
    return ":" in parts.login if parts.scheme in _USER_IS_NO_SECRET else bool(parts.login)


def is_loopback(url: str) -> bool:
    """Whether the URL's host is this machine's loopback."""
    try:
        host = urllib.parse.urlsplit(url).hostname or ""
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def repository_fault(url: str, *, is_local: bool) -> tuple[str, str] | None:
    """Message, which follows the key's name, and remedy for what `git clone` must not be given.

    `is_local`: runs are on this machine, so that they reach its folders. What git takes, and that `ext::` runs any
    command: https://git-scm.com/docs/git-clone#_git_urls, https://git-scm.com/docs/git-remote-ext.
    """
    if url.startswith("-"):
        return "begins with -, which git would take for an option", _REMEDY
    if _REMOTE_HELPER.match(url):
        return f"has git start the program git-remote-{url.partition('::')[0]}", _REMEDY
    scheme = _parts(url).scheme
    if scheme == "file":
        return None if is_local else ("is a folder of this machine, which runs elsewhere do not have", _REMEDY)
    if scheme in _CLONED:
        return None if _has_host(url) else ("has no valid host", _REMEDY)
    if _SCP.fullmatch(url):
        return None
    kind = f"has the scheme {scheme}, which is not supported" if scheme else "is no URL"
    return kind, f"{_REMEDY}{', or file:///path' if is_local else ''}"


def _has_host(url: str) -> bool:
    try:
        parts = urllib.parse.urlsplit(url)
        return bool(parts.hostname) and parts.hostname[:1] != "-" and parts.port != 0 and not re.search(r"\s", url)
    except ValueError:  # a port that is no number, half an IPv6 address
        return False
