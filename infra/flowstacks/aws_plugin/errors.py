"""What the stand-in itself refuses; AWS's own errors pass through as they are."""


class RefusedError(Exception):
    """The text is shown by the engine verbatim and ends with the remedy."""
