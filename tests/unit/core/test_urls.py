"""No message shows a login, whatever its URL looks like, and git is given nothing that runs a program."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flowstacks.core import urls

_NAMES = st.text("abcxyz019-._~%", min_size=1)
_SCHEMES = st.sampled_from(["http://", "https://", "ftp://", "ssh://", "HTTPS://", "git+ssh://", "//", ""])
_PASSWORDS = st.text("ab1:/?#@!$&'()*+,;=[]%é ", min_size=1)
_HOSTS = st.sampled_from(["git.test", "git.test:4200", "127.0.0.1", "[::1]", "[::1]:4200", "git.test:port", ""])
_PATHS = st.text("ab/.-_~?#=:", max_size=12).map(lambda text: f"/{text}")


@given(_SCHEMES, _NAMES, _PASSWORDS, _HOSTS, _PATHS)
def test_a_password_is_recognised_and_not_shown(scheme: str, user: str, password: str, host: str, path: str) -> None:
    url = f"{scheme}{user}:{password}@{host}{path}"
    assert urls.without_login(url) == f"{scheme}{host}{path}"
    assert urls.holds_login(url)


@given(_SCHEMES, _HOSTS, _PATHS)
def test_a_url_without_a_login_is_shown_as_it_is(scheme: str, host: str, path: str) -> None:
    url = f"{scheme}{host}{path}"
    assert urls.without_login(url) == url
    assert not urls.holds_login(url)


@pytest.mark.parametrize(
    ("url", "holds_login"),
    [
        ("https://token@git.test/flows", True),
        ("ftp://me:hunter2@git.test/flows", True),
        ("ssh://git:hunter2@git.test/flows", True),
        ("ssh://git@git.test/flows", False),
        ("git@git.test:team/flows", False),
        ("git@git.test:team/flows@v2", False),
        ("https://git.test/flows@v2", False),
        ("file:///home/me@work/flows", False),
        ("", False),
    ],
)
def test_a_user_is_a_secret_where_it_may_be_a_token(url: str, holds_login: bool) -> None:
    assert urls.holds_login(url) is holds_login


_REMOTE = (
    "https://git.test/a/b.git",
    "http://git.test:8080/a",
    "ssh://git@git.test/a",
    "git@git.test:a/b",
    "HTTPS://g/a",
)


@pytest.mark.parametrize("url", _REMOTE)
@pytest.mark.parametrize("is_local", [True, False])
def test_what_git_clones_from_a_server_is_accepted(url: str, is_local: bool) -> None:
    assert urls.repository_fault(url, is_local=is_local) is None


def test_a_folder_is_accepted_where_runs_are_on_this_machine() -> None:
    assert urls.repository_fault("file:///srv/flows", is_local=True) is None
    message, _ = urls.repository_fault("file:///srv/flows", is_local=False) or ("", "")
    assert message == "is a folder of this machine, which runs elsewhere do not have"


@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("--upload-pack=touch /tmp/x", "begins with -"),
        ("-u", "begins with -"),
        ("ext::sh -c touch% /tmp/x", "start the program git-remote-ext"),
        ("fd::17", "start the program git-remote-fd"),
        ("::x", "start the program git-remote-"),
        ("ftp://me:hunter2@git.test/a", "scheme ftp, which is not supported"),
        ("ssh://-oProxyCommand=x/a", "no valid host"),
        ("ssh://git@-oProxyCommand=x/a", "no valid host"),
        ("-oProxyCommand=x@git.test:a", "begins with -"),
        ("git@-oProxyCommand=x:a", "is no URL"),
        ("git@git.test:-a", "is no URL"),
        ("https:///a", "no valid host"),
        ("https://git.test:port/a", "no valid host"),
        ("https://[::1/a", "no valid host"),
        ("https://git.test/a b", "no valid host"),
        ("/srv/flows", "is no URL"),
        ("git.test/a", "is no URL"),
        ("", "is no URL"),
    ],
)
def test_what_git_must_not_be_given_is_refused_with_a_remedy(url: str, message: str) -> None:
    for is_local in (True, False):
        fault = urls.repository_fault(url, is_local=is_local)
        assert fault
        assert message in fault[0]
        assert "hunter2" not in fault[0]
        assert fault[1].startswith("Write https://")


@given(st.text("-:", max_size=3), st.text("ext:/@-+.", max_size=12), st.text())
def test_nothing_accepted_is_an_option_or_starts_a_program(start: str, middle: str, end: str) -> None:
    url = start + middle + end
    if urls.repository_fault(url, is_local=True) is None:
        scheme, separator, _ = url.partition("://")
        assert (separator and scheme.lower() in {"https", "http", "ssh", "file"}) or "@" in url.partition(":")[0]
        assert not url.startswith("-")
        assert "::" not in url.partition("/")[0]


@pytest.mark.parametrize(
    ("url", "loopback"),
    [
        ("http://127.0.0.1:4200/api", True),
        ("http://127.8.9.1/api", True),
        ("http://localhost:4200/api", True),
        ("http://[::1]:4200/api", True),
        ("http://127.0.0.1.evil.test/api", False),
        ("http://localhost.evil.test/api", False),
        ("http://localhost@evil.test/api", False),
        ("http://10.0.0.1/api", False),
        ("http://[::1/api", False),
        ("https://api.prefect.cloud/api", False),
        ("", False),
    ],
)
def test_loopback(url: str, loopback: bool) -> None:
    assert urls.is_loopback(url) is loopback
