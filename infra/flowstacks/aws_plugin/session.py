"""Calls to the emulator: the only module that knows boto3."""

import dataclasses
import functools
import importlib
from collections.abc import Collection, Mapping
from typing import Any

from flowstacks.aws_plugin.errors import RefusedError

# boto3 has no types and makes its clients from data files at run time: `Any` from here on, `Answer` at the border.
_boto3: Any = importlib.import_module("boto3.session")
_config: Any = importlib.import_module("botocore.config")
_exceptions: Any = importlib.import_module("botocore.exceptions")

Answer = dict[str, Any]

_ENDPOINT_NAMES: Mapping[str, tuple[str, ...]] = {"logs": ("logs", "cloudwatchlogs", "cloudwatchlog")}
"""Where the provider's `endpoints` know a service by several names (pulumi_aws 7.51.1, `ProviderEndpointArgs`)."""


@dataclasses.dataclass(frozen=True)
class Emulator:
    """Account, region and default tags of one configured provider. `endpoints`: service → URL on loopback."""

    region: str
    access_key: str
    secret_key: str
    endpoints: Mapping[str, str]
    default_tags: Mapping[str, str] = dataclasses.field(default_factory=dict[str, str])

    def in_region(self, region: str) -> "Emulator":
        """The same account elsewhere: resources have a `region` of their own since pulumi_aws 7."""
        return dataclasses.replace(self, region=region)

    def call(self, service: str, operation: str, /, **arguments: object) -> Answer:
        """One request; arguments that are None are left out.

        Raises botocore's `ClientError` where AWS refuses, `ParamValidationError` where the arguments don't fit, and
        `RefusedError` where no endpoint is known for the service.
        """
        client = _client(service, self.region, self.access_key, self.secret_key, self._endpoint(service))
        return getattr(client, operation)(**{name: value for name, value in arguments.items() if value is not None})

    def find(self, service: str, operation: str, /, gone: Collection[str], **arguments: object) -> Answer | None:
        """As `call`, but None where AWS answers with one of the error codes in `gone`."""
        try:
            return self.call(service, operation, **arguments)
        except _exceptions.ClientError as refused:
            if refused.response["Error"]["Code"] in gone:
                return None
            raise

    def _endpoint(self, service: str) -> str:
        names = _ENDPOINT_NAMES.get(service, (service,))
        url = next((self.endpoints[name] for name in names if name in self.endpoints), None)
        if url is None:
            raise RefusedError(
                f"aws.Provider names no endpoint for {service!r}, and the stand-in never calls AWS itself. "
                f"Add it to `endpoints`, or install the real AWS plugin"
            )
        return url


@functools.cache
def _client(service: str, region: str, access_key: str, secret_key: str, endpoint: str) -> Any:
    session = _boto3.Session(aws_access_key_id=access_key, aws_secret_access_key=secret_key, region_name=region)
    # No proxy: a user's HTTP_PROXY is not for loopback.
    config = _config.Config(retries={"total_max_attempts": 2}, proxies={})
    return session.client(service, endpoint_url=endpoint, config=config)
