"""The one explicit `aws.Provider`: AWS itself, or an emulator on loopback where the shell names one."""

from collections.abc import Mapping

import pulumi
import pulumi_aws as aws

from flowstacks.core import urls

ENDPOINT = "AWS_ENDPOINT_URL"
"""The AWS SDKs' own variable: one URL for all services."""

REGISTRY = "FLOWSTACKS_REGISTRY"
"""URL of the registry on loopback that holds the images of the embedded default."""

SERVICES = ("ecr", "ecs", "iam", "logs", "secretsmanager", "sts")
"""What the resources of this package call; names as in `aws.ProviderEndpointArgs` (pulumi_aws 7.51.1)."""


def emulator(environ: Mapping[str, str]) -> str | None:
    """URL of the emulator that the shell names; None for AWS itself."""
    url = environ.get(ENDPOINT)
    return url if url and urls.is_loopback(url) else None


def arguments(region: str, account: str | None, environ: Mapping[str, str]) -> aws.ProviderArgs:
    """AWS: region and the only account that is allowed; credentials come as they do for every AWS tool.

    The emulator: its endpoint for each service, keys that mean nothing, and none of the questions that the provider
    asks AWS before it starts (https://registry.terraform.io/providers/hashicorp/aws/latest/docs/guides/custom-service-endpoints).
    """
    url = emulator(environ)
    if url is None:
        return aws.ProviderArgs(region=region, allowed_account_ids=[account] if account else None)
    return aws.ProviderArgs(
        region=region,
        access_key=environ.get("AWS_ACCESS_KEY_ID", "test"),
        secret_key=environ.get("AWS_SECRET_ACCESS_KEY", "test"),
        skip_credentials_validation=True,
        skip_metadata_api_check=True,
        skip_region_validation=True,
        skip_requesting_account_id=True,
        endpoints=[aws.ProviderEndpointArgs(**dict.fromkeys(SERVICES, url))],
    )


def declare_provider(arguments: aws.ProviderArgs, opts: pulumi.ResourceOptions) -> aws.Provider:
    """Every AWS resource of the stack names it: nothing falls back to what a shell happens to have."""
    return aws.Provider("aws", arguments, opts)


def has_registry(environ: Mapping[str, str]) -> bool:
    """Whether images can be looked at: AWS always has a registry, an emulator only where one runs beside it."""
    return emulator(environ) is None or bool(environ.get(REGISTRY))
