"""What the embedded default can't do, in one line that ends with the remedy."""

from flowstacks.core.errors import FlowstacksError


class LocalError(FlowstacksError):
    """Nothing beyond this machine is involved; `str()` is what the user reads."""
