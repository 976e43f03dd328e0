"""Exceptions of the provider; each text ends with its remedy. The engine shows the text of an exception as it is.

    ProviderError
    ├── RequestError            the server answered with an error; `.status`
    │   ├── NotFoundError       404 from the server itself, not from a proxy before it
    │   ├── ConflictError       409: the name is taken
    │   └── DeniedError         401 or 403: never taken for "gone"
    ├── UnreachableError        no answer after all retries
    ├── UnknownOutcomeError     a create whose answer was lost: look by name before trying again
    ├── OtherServerError        the server was reset, or is not the one that the state was written against
    ├── ForeignError            the object belongs to somebody else
    ├── InUseError              others still use it
    └── SettingsError           the provider's own settings are wrong

Callers tell cases apart by type, never by text.
"""


class ProviderError(Exception):
    """Base of all; `str()` is what the user reads."""


class RequestError(ProviderError):
    """An answer of 300 or more that no retry will mend, or one that is not the server's. `status` is HTTP's."""

    def __init__(self, status: int, text: str) -> None:
        """`text` names the request and what the server said."""
        self.status = status
        super().__init__(text)


class NotFoundError(RequestError):
    """404."""


class ConflictError(RequestError):
    """409."""


class DeniedError(RequestError):
    """401 or 403."""


class UnreachableError(ProviderError):
    """No usable answer after all retries."""


class UnknownOutcomeError(ProviderError):
    """The request may or may not have been carried out."""


class OtherServerError(ProviderError):
    """Another fingerprint than the one in the state, or none."""


class ForeignError(ProviderError):
    """The object carries somebody else's mark, or none."""


class InUseError(ProviderError):
    """Deleting or replacing it would break others."""


class SettingsError(ProviderError):
    """Configuration of the provider itself."""
