"""The ways to declare deployments, in the order in which they are read. A new one is its file and its line here."""

from flowstacks.discovery.declarations import flow_spec
from flowstacks.discovery.declarations.declaration import Form

FORMS: tuple[Form, ...] = (flow_spec.FORM,)
"""The first is the one that remedies recommend."""


def asks_for(path: str) -> bool:
    """Whether a form reads the file by its name, besides Python files."""
    return any(form.asks_for(path) for form in FORMS)
