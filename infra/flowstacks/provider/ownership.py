"""Marks: who an object on the server belongs to, said where no one changes it by accident.

**Deployment**: a label, set on create (labels can't be set later). Prefect copies a flow's labels onto its deployments,
so the value holds the full identity and we never write that key on a flow: a label that names another deployment is
no mark. An adopted deployment can't get a label; its mark is a tag with the same text.

**Work pool**: has neither labels nor tags. One Variable per pool holds the mark; a Variable's name is unique, so the
first to create it wins. Two requests can be torn apart by a kill, hence this order:

1. *claim*: the Variable, `id` null, with a digest of exactly what will be created;
2. *create* the pool; a taken name is an error there;
3. *settle*: the pool's id into the Variable.

After a kill between 1 and 2 the claim is ours and the pool absent: a repeat creates. Between 2 and 3 the claim is
ours, without an id, and there is a pool: it is ours exactly if it looks as the claim's digest says, which a pool that
somebody else made in between does not. With an id in the mark, a pool with another id is somebody else's
(ours was deleted and the name taken again). A pool without a Variable is never ours. (The other order, pool first,
would leave after a kill a pool that nothing tells from somebody else's.)

Deleting goes the other way round: pool first, then the Variable. A kill in between leaves a mark with an id that no
pool has: a repeat of the delete, a new create of that name, and the sweep all understand it.

Variables: names of lower-case letters, digits, dashes and underscores up to 255, values up to 5,000 characters of JSON
(`prefect/types/{names,__init__}.py`, Prefect 3.9.1).
"""

import hashlib
import re
from typing import Self

import pydantic

from flowstacks.provider import answers
from flowstacks.provider.model import ProviderModel

DEPLOYMENT_LABEL = "flowstacks.deployment"
DEPLOYMENT_TAG = "flowstacks.deployment:"
"""Prefix of the tag on an adopted deployment."""

VARIABLE_TAG = "flowstacks"
"""On every Variable of ours."""

_SLUG_CHARACTERS = 60
_DIGEST_CHARACTERS = 12


class DeploymentMark(ProviderModel):
    """`owner` has no white space and a flow name no slash, so the text is unambiguous."""

    owner: str
    flow_name: str
    name: str

    def text(self) -> str:
        """`<owner> <flow name>/<name>`."""
        return f"{self.owner} {self.flow_name}/{self.name}"

    @classmethod
    def parse(cls, text: str) -> Self | None:
        """Inverse of `text`; None for anything else."""
        owner, space, identity = text.partition(" ")
        flow_name, slash, name = identity.partition("/")
        return cls(owner=owner, flow_name=flow_name, name=name) if space and slash and owner else None


class WorkPoolMark(ProviderModel):
    """The Variable's value. `id` null: claimed, not settled. `digest`: of what the claimant was about to create."""

    owner: str
    name: str
    id: str | None
    digest: str


def deployment_mark(found: answers.DeploymentAnswer) -> DeploymentMark | None:
    """The mark that names this deployment. A tag wins over the label: it is what can be written later."""
    tags = [tag.removeprefix(DEPLOYMENT_TAG) for tag in found.tags if tag.startswith(DEPLOYMENT_TAG)]
    label = (found.labels or {}).get(DEPLOYMENT_LABEL)
    for text in (*tags, label):
        mark = DeploymentMark.parse(text) if isinstance(text, str) else None
        if mark and mark.name == found.name:
            return mark
    return None


def deployment_owner(found: answers.DeploymentAnswer, flow_name: str | None = None) -> str | None:
    """Whose it is; with `flow_name` the mark must name that flow too (a leaked label may name another)."""
    mark = deployment_mark(found)
    return mark.owner if mark and flow_name in (None, mark.flow_name) else None


def own_tags(found: answers.DeploymentAnswer) -> list[str]:
    """The tags that are marks; an update of the others keeps them."""
    return [tag for tag in found.tags if tag.startswith(DEPLOYMENT_TAG)]


def work_pool_variable(name: str) -> str:
    """Name of the Variable with the mark of the pool `name`: readable, and different for each name."""
    slug = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:_SLUG_CHARACTERS]
    return f"flowstacks-work-pool-{slug}-{digest(name)}"


def work_pool_mark(variable: answers.VariableAnswer | None) -> WorkPoolMark | None:
    """None where there is no Variable, or one that is no mark of ours (then nothing of it is ours)."""
    if variable is None:
        return None
    try:
        return WorkPoolMark.model_validate(variable.value)
    except pydantic.ValidationError:
        return None


def digest(text: str) -> str:
    """Short and stable."""
    return hashlib.sha256(text.encode()).hexdigest()[:_DIGEST_CHARACTERS]
