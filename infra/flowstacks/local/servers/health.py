"""Whether an HTTP server on loopback answers."""

import http.client
import urllib.error
import urllib.request

_TIMEOUT_S = 2.0

# No proxy: a user's HTTP_PROXY is not for loopback.
_OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def body(url: str) -> str | None:
    """The answer to GET, None where there is none or it is an error."""
    try:
        with _OPENER.open(url, timeout=_TIMEOUT_S) as answer:
            return answer.read().decode(errors="replace")
    except (urllib.error.URLError, http.client.HTTPException, OSError):
        return None


def header(url: str, name: str) -> str | None:
    """A header of the answer to GET, None where there is no answer, it is an error or lacks that header."""
    try:
        with _OPENER.open(url, timeout=_TIMEOUT_S) as answer:
            return answer.headers.get(name)
    except (urllib.error.URLError, http.client.HTTPException, OSError):
        return None
