"""What the embedded default can't do, in one line that ends with the remedy."""

import errno

from flowstacks.core.errors import FlowstacksError


class LocalError(FlowstacksError):
    """Nothing beyond this machine is involved; `str()` is what the user reads."""


_REMEDIES = {
    errno.EACCES: "Make it writable for you",
    errno.EPERM: "Make it writable for you",
    errno.EROFS: "Make it writable for you",
    errno.ENOSPC: "Free some space",
    errno.EDQUOT: "Free some space",
}


def refusal(failed: OSError) -> str:
    """One line for what the file system refuses. Raises `failed` itself where it is no such thing: a bug of ours."""
    remedy = _REMEDIES.get(failed.errno or 0)
    if remedy is None:
        raise failed
    place = f"{failed.filename}: " if failed.filename else ""
    return f"{place}{failed.strerror}. {remedy}, then try again"
