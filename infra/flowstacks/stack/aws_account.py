"""The number of an AWS account, which is no number: its zeros count. Pure."""

import re
from typing import Any

_ACCOUNT = re.compile(r"[0-9]{12}")


def checked(account: Any) -> Any:
    """An account's 12 digits as text; `pulumi config set --path` writes them as a number."""
    digits = str(account) if isinstance(account, int) and not isinstance(account, bool) else account
    if isinstance(digits, str) and _ACCOUNT.fullmatch(digits):
        return digits
    if isinstance(account, int):
        raise ValueError(  # noqa: TRY004 - pydantic reports a ValueError at its place, a TypeError it passes on
            "an AWS account is 12 digits, and a number loses its leading zeros; write all 12, in quotes"
        )
    raise ValueError('an AWS account is 12 digits, in quotes: "012345678901"')
