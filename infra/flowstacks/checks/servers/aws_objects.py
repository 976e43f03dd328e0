"""Names in AWS that the environment can't have: another stack's objects, and secrets whose deletion is pending. Pure.

Some objects would be taken over without a word: CreateCluster answers with the cluster that exists
(https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_CreateCluster.html). Others would stop an `up` half way.
"""

from collections.abc import Iterator

from flowstacks.checks.check import Finding
from flowstacks.checks.facts import AwsFacts, AwsSecret
from flowstacks.provider import owners


def taken(facts: AwsFacts) -> Iterator[Finding]:
    """An object in AWS has a name that the environment wants, and is not the environment's.

    Remedy: Set another `flowstacks:aws.prefix`, or delete the object in AWS.
    """
    for existing in facts.objects:
        if not owners.is_same(existing.owner, facts.owner):
            owner = f"belongs to {existing.owner}" if existing.owner else "is not ours: somebody else made it"
            message = f"{existing.noun} {existing.name!r} exists in AWS and {owner}"
            remedy = "Set another flowstacks:aws.prefix, or delete it there; nothing takes it over"
            yield Finding(facts.place, message, remedy)
    for name, secret in _secrets(facts):
        if not secret.until and not owners.is_same(secret.owner, facts.owner):
            message = f"secret {secret.name!r} exists in AWS and is not ours"
            remedy = f"Name it as it is, flowstacks:secrets: {{{name}: {{arn: …}}}}; or delete it there"
            yield Finding(facts.place, message, remedy)


def waiting_secrets(facts: AwsFacts) -> Iterator[Finding]:
    """A secret is deleted, and AWS keeps its name until the recovery window is over.

    https://docs.aws.amazon.com/secretsmanager/latest/userguide/manage_delete-secret.html

    Remedy: Restore the secret and name its ARN, or delete it without recovery.
    """
    for name, secret in _secrets(facts):
        if secret.until:
            message = f"secret {secret.name!r} is deleted, and AWS keeps its name until {secret.until}"
            yield Finding(facts.place, message, _remedy(name, secret.name))


def _secrets(facts: AwsFacts) -> Iterator[tuple[str, AwsSecret]]:
    existing = {secret.name: secret for secret in facts.secrets}
    for name in facts.secret_names:
        if secret := existing.get(facts.names.secret(name)):
            yield name, secret


def _remedy(short: str, name: str) -> str:
    return (
        f"Run `aws secretsmanager restore-secret --secret-id {name}` and name its ARN, flowstacks:secrets.{short}.arn; "
        f"or let its value go: `aws secretsmanager delete-secret --force-delete-without-recovery --secret-id {name}`"
    )
