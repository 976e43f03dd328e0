"""A mark as one line of text, for objects that have labels or tags of their own: `<owner> <identity>`."""

from typing import Self

from flowstacks.provider.model import ProviderModel


class TextMark(ProviderModel):
    """`owner` has no white space, so the text is unambiguous.

    The identity makes the mark that of one object: Prefect copies a flow's labels onto its deployments, and people
    copy tags. A mark that names another object is no mark.
    """

    owner: str
    identity: str

    def text(self) -> str:
        """`<owner> <identity>`."""
        return f"{self.owner} {self.identity}"

    @classmethod
    def parse(cls, text: object) -> Self | None:
        """Inverse of `text`; None for anything else."""
        if not isinstance(text, str):
            return None
        owner, _, identity = text.partition(" ")
        return cls(owner=owner, identity=identity) if owner and identity else None
