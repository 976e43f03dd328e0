"""Overrides that cover no deployment. Pure."""

from collections.abc import Iterator, Mapping

from flowstacks.checks.check import Finding
from flowstacks.checks.facts import DeploymentFacts
from flowstacks.core import naming, suggestion
from flowstacks.core.naming import Address
from flowstacks.discovery.manifest import Manifest

EVERY_PROJECT = "*"


def unmatched(facts: DeploymentFacts) -> Iterator[Finding]:
    """An override matches no deployment: of any pinned commit, or of the commit that it pins itself.

    Holding at a commit what that commit does not have would delete it. Patterns that a broken file may hide a match of
    are left to `undecided`.

    Remedy: Correct the pattern, or remove the override.
    """
    addresses = {pin: _addresses(manifest) for pin, manifest in facts.manifests.items()}
    for pattern, commit in _suspects(facts, addresses):
        if not undecided(facts, pattern):
            at_commit = f" at commit {commit}" if commit else ""
            known = addresses[commit] if commit else _everywhere(addresses)
            message = f"override {pattern!r} matches no deployment{at_commit}"
            place = facts.locate(["flowstacks:overrides", pattern])
            yield Finding(place, message, suggestion.closest(pattern, known))


def undecided(facts: DeploymentFacts, pattern: str) -> list[str]:
    """Keys of `facts.incomplete`: projects that may have a deployment which the pattern matches."""
    glob = pattern.partition("/")[0]
    return [
        project
        for project in facts.incomplete
        if naming.matches(glob, Address(project, "", "")) or naming.matches(project, Address(glob, "", ""))
    ]


def undecided_patterns(facts: DeploymentFacts) -> Iterator[str]:
    """Patterns without a match that may have one in a broken file."""
    addresses = {pin: _addresses(manifest) for pin, manifest in facts.manifests.items()}
    return (pattern for pattern, _ in _suspects(facts, addresses) if undecided(facts, pattern))


def _suspects(facts: DeploymentFacts, addresses: Mapping[str, set[str]]) -> Iterator[tuple[str, str | None]]:
    """Patterns without a match, each with the commit that its override pins."""
    everywhere = _everywhere(addresses)
    manifests = facts.manifests.values()
    projects = [Address(project.name, "", "") for manifest in manifests for project in manifest.projects]
    for pattern, override in facts.config.overrides.items() if facts.manifests else ():
        known = addresses[override.commit] if override.commit else everywhere
        if override.deployed is False and any(naming.matches(pattern, project) for project in projects):
            continue  # a project that has nothing to deploy any more may be switched off
        if not any(naming.matches(pattern, naming.parse_address(address)) for address in known):
            yield pattern, override.commit


def _everywhere(addresses: Mapping[str, set[str]]) -> set[str]:
    return set[str]().union(*addresses.values())


def _addresses(manifest: Manifest) -> set[str]:
    return {declared.address for flow in manifest.flows for declared in flow.deployments}
