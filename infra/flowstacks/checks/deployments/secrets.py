"""Secrets that deployments use: which have no value, which nobody uses. Pure."""

from collections.abc import Iterator
from typing import NamedTuple

from flowstacks.checks.check import Finding
from flowstacks.checks.facts import DeploymentFacts
from flowstacks.checks.stack.secrets import KEY, set_command
from flowstacks.core import secret_reference, suggestion
from flowstacks.core.problem import Place
from flowstacks.desired import layers
from flowstacks.stack.config import NAMESPACE


class SecretUse(NamedTuple):
    """The first user of a secret: a deployment, or where the address is None every task of the environment."""

    place: Place
    address: str | None


def without_value(facts: DeploymentFacts) -> Iterator[Finding]:
    """A secret that deployments use has no value in the stack.

    Remedy: Put a value in with `pulumi config set --secret` before it runs.
    """
    for name, use in sorted(_uses(facts).items()):
        if name not in facts.config.secrets:
            message = f"secret {name!r} is made without a value: the stack has none"
            yield Finding(use.place, message, f"Put one in before it runs: `{set_command(name)}`", use.address)


def unused(facts: DeploymentFacts) -> Iterator[Finding]:
    """A secret of the stack is used by no deployment.

    Remedy: Name it in a deployment's `secrets`, or remove it.
    """
    secrets, uses = set(facts.config.secrets), set(_uses(facts))
    for name in sorted(secrets - uses) if facts.chosen and not facts.incomplete else ():
        message = f"secret {name!r} is used by no deployment{suggestion.did_you_mean(name, uses - secrets)}"
        yield Finding(facts.locate([KEY, name]), message, "Name it in a deployment's secrets, or remove it")


def _uses(facts: DeploymentFacts) -> dict[str, SecretUse]:
    uses: dict[str, SecretUse] = {}
    api_key = facts.config.prefect.api_key_secret
    if api_key:
        place = facts.locate([f"{NAMESPACE}:prefect", "api_key_secret"])
        uses[secret_reference.parse(api_key).name] = SecretUse(place, None)
    for deployment in facts.chosen:
        for variable, reference in (deployment.settings.secrets or {}).items():
            place = layers.place_of(deployment, lambda layer, variable=variable: variable in (layer.secrets or {}))
            use = SecretUse(place, deployment.declared.address)
            uses.setdefault(secret_reference.parse(reference).name, use)
    return uses
