"""The typed configuration of one stack, from Pulumi's config or from the stack file.

Keys stand under `flowstacks:` in `Pulumi.<stack>.yaml`; they are snake_case because Prefect's fields are.
"""

import ipaddress
import json
import os
import re
import urllib.parse
from collections.abc import Callable, Mapping, Sequence
from typing import Annotated, Any, Literal, cast

import pydantic

from flowstacks.core import problem, secret_reference, suggestion
from flowstacks.core.errors import RejectedError
from flowstacks.core.model import Model
from flowstacks.core.naming import PRESETS, Naming
from flowstacks.core.problem import Place
from flowstacks.stack.settings import DeploymentSettings
from flowstacks.stack.stack_file import SECRET, Key

NAMESPACE = "flowstacks"
MOVING_PINS = ("HEAD", "worktree")
"""Pins of the edit-and-run loop: they follow the checkout, so no other environment may have them."""

INFRA_PATHS = ("__main__.py", "Pulumi.yaml", "infra", "pyproject.toml", "uv.lock")
"""What decides, beside the stack file and the pin, what an environment looks like; read from the checkout."""

RuntimeName = Literal["process", "ecs"]
SchedulePolicy = Literal["active", "paused", "none"]

COMMIT = "FLOWSTACKS_COMMIT"
"""Variable that stands for the pin's commit, for one run of the edit-and-run loop."""

_PIN = re.compile(r"[0-9a-f]{40}")
_DIGEST = re.compile(r"sha256:[0-9a-f]{64}")
_LOGIN = re.compile(r"(?<=//)[^/]*@")


def _checked_pin(pin: str) -> str:
    if pin in MOVING_PINS or _PIN.fullmatch(pin):
        return pin
    raise ValueError("a pin is a commit's 40 hex digits, or HEAD or worktree on the embedded default")


def _checked_digest(digest: str) -> str:
    if _DIGEST.fullmatch(digest):
        return digest
    raise ValueError("a digest is sha256: and 64 hex digits, as `flowstacks build` prints it")


Pin = Annotated[str, pydantic.AfterValidator(_checked_pin)]
Digest = Annotated[str, pydantic.AfterValidator(_checked_digest)]


def _flag(said: Any) -> bool:
    """Pulumi gives every scalar as text; the provider, which reads it too, knows no other spellings."""
    if said in (True, "true", False, "false"):
        return said in (True, "true")
    raise ValueError("write true or false")


class Prefect(Model):
    """The server; `api_url` ends in `/api` on a self-hosted one.

    `api_key` is Prefect Cloud's, `auth_string` (`user:password`) a self-hosted server's. `api_key_secret`: the
    environment's secret (`name` or `name:json-key`) that gives tasks and worker on `ecs` their API key.
    """

    api_url: str | None = None
    api_key: pydantic.SecretStr | None = None
    auth_string: pydantic.SecretStr | None = None
    api_key_secret: secret_reference.Said | None = None


class Statement(Model):
    """One `Allow` of an IAM policy."""

    actions: Annotated[tuple[str, ...], pydantic.Field(min_length=1)]
    resources: Annotated[tuple[str, ...], pydantic.Field(min_length=1)]


class AwsConfig(Model):
    """What an `ecs` environment is called and keeps in AWS.

    `prefix` starts every name. `account`: the 12 digits of the only account that may be touched. `image_days`: how
    long an image is kept that no release pins. `task_statements`: what flows may do; without any, nothing.
    """

    prefix: Annotated[str, pydantic.StringConstraints(pattern=r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$", max_length=20)] = (
        "flowstacks"
    )
    account: Annotated[str, pydantic.StringConstraints(pattern=r"^\d{12}$")] | None = None
    log_retention_days: int = 90
    image_days: Annotated[int, pydantic.Field(ge=1)] = 90
    task_statements: tuple[Statement, ...] = ()


class Images(Model):
    """`base`: what images without a Dockerfile start from. `build`: `pulumi up` may build what is missing."""

    base: str | None = None
    build: Annotated[bool, pydantic.BeforeValidator(_flag)] = False


class Worker(Model):
    """The ECS service that runs the environment's Prefect worker; `cpu` in CPU units, `memory` in MiB."""

    image: str
    cpu: int = 512
    memory: int = 1024
    count: Annotated[int, pydantic.Field(ge=0)] = 1


class Gates(Model):
    """What a promotion into this environment must pass. `trunk`: the branch that its commits are on.

    `green`: the last run of what moves has succeeded where it comes from. `skip`: gates that are not asked here.
    """

    trunk: str | None = None
    green: Annotated[bool, pydantic.BeforeValidator(_flag)] = False
    skip: tuple[str, ...] = ()


class ExistingSecret(Model):
    """A secret that somebody else keeps; `kms_key`: ARN of the key that encrypts it, if that is not AWS's own."""

    arn: Annotated[str, pydantic.StringConstraints(pattern=r"^arn:aws[a-z-]*:secretsmanager:[^:]+:\d+:secret:[^:]+$")]
    kms_key: Annotated[str, pydantic.StringConstraints(pattern=r"^arn:aws[a-z-]*:kms:[^:]+:\d+:key/")] | None = None


def _form(said: Any) -> str:
    return _EXISTING if isinstance(said, Mapping | ExistingSecret) else _VALUE


_EXISTING, _VALUE = "<arn>", "<value>"
_FORMS = (_EXISTING, _VALUE)

Secret = Annotated[
    Annotated[ExistingSecret, pydantic.Tag(_EXISTING)] | Annotated[pydantic.SecretStr, pydantic.Tag(_VALUE)],
    pydantic.Discriminator(_form),
]


class RepositoryConfig(Model):
    """Where `process` runs clone the flows from; `credentials` is `<block type slug>/<block name>`."""

    url: str
    branch: str | None = None
    credentials: Annotated[str, pydantic.StringConstraints(pattern=r"^[^/]+/[^/]+$")] | None = None


class Release(Model):
    """What the environment runs: one commit, and on `ecs` a digest for each image key, `project` or `project/name`."""

    commit: Pin
    from_: str | None = pydantic.Field(None, alias="from")
    images: dict[str, Digest] = pydantic.Field(default_factory=dict[str, Digest])


class Override(DeploymentSettings):
    """Settings for the addresses that a pattern covers; `commit` and `image` hold them apart from the release."""

    deployed: bool | None = None
    commit: Pin | None = None
    image: Digest | None = None

    def settings(self) -> DeploymentSettings:
        """The part that is merged into a deployment's settings."""
        return DeploymentSettings(**{name: getattr(self, name) for name in DeploymentSettings.model_fields})


def _with_preset(said: Any) -> Any:
    """`{preset: …}` first, then single templates over it."""
    if not isinstance(said, Mapping):
        return said
    templates = cast("Mapping[str, Any]", said)
    preset = templates.get("preset", "default")
    if not isinstance(preset, str) or preset not in PRESETS:
        raise ValueError(f"unknown preset {preset!r}; known are {', '.join(PRESETS)}")
    own = {key: value for key, value in templates.items() if key != "preset"}
    return {**PRESETS[preset].model_dump(), **own}


class Config(Model):
    """One environment. `environment` is the stack's name, `region` what `aws:region` says."""

    environment: str
    region: str | None = None
    prefect: Prefect = Prefect()
    repository: RepositoryConfig | None = None
    runtime: RuntimeName
    release: Release | None = None
    schedule_policy: SchedulePolicy
    naming: Annotated[Naming, pydantic.BeforeValidator(_with_preset)] = PRESETS["default"]
    aws: AwsConfig = AwsConfig()
    images: Images = Images()
    secrets: dict[secret_reference.Name, Secret] = pydantic.Field(default_factory=dict[str, Secret])
    worker: Worker | None = None
    gates: Gates = Gates()
    defaults: DeploymentSettings = DeploymentSettings()
    overrides: dict[str, Override] = pydantic.Field(default_factory=dict[str, Override])
    start_over: Annotated[bool, pydantic.BeforeValidator(_flag)] = False


def pins(config: Config) -> dict[str, list[Key]]:
    """Every commit that the stack pins, the release's and those of held deployments, and the key that says so."""
    held = {
        override.commit: cast("list[Key]", [f"{NAMESPACE}:overrides", pattern, "commit"])
        for pattern, override in config.overrides.items()
        if override.commit
    }
    return {**held, **({config.release.commit: [f"{NAMESPACE}:release", "commit"]} if config.release else {})}


def load(stack: str, values: Mapping[str, Any], place: Callable[[Sequence[Key]], Place]) -> Config:
    """Config of a stack from raw values by full key (`flowstacks:release`), structured ones as JSON text or as data.

    `place` tells file and line of a key path. `FLOWSTACKS_COMMIT` in the environment stands for the pin's commit.
    Raises `RejectedError` with every problem, each at its line.
    """
    raw, problems = assembled(stack, values, place)
    try:
        config = Config.model_validate(raw)
    except pydantic.ValidationError as invalid:
        raise RejectedError([*problems, *refusals(invalid, place)]) from invalid
    if problems:
        raise RejectedError(problems)
    return config


def assembled(
    stack: str, values: Mapping[str, Any], place: Callable[[Sequence[Key]], Place]
) -> tuple[dict[str, Any], list[problem.Problem]]:
    """What `Config` is validated from, and a problem for each key that is set elsewhere; arguments as with `load`."""
    prefix = f"{NAMESPACE}:"
    raw = {key.removeprefix(prefix): _decoded(value) for key, value in values.items() if key.startswith(prefix)}
    if os.environ.get(COMMIT):
        raw["release"] = {"commit": os.environ[COMMIT]}
    problems = [
        problem.error(
            "unknown-config-key",
            place([f"{prefix}{name}"]),
            f"unknown config key {prefix}{name}",
            _SAID_ELSEWHERE[name],
        )
        for name in _SAID_ELSEWHERE
        if name in raw
    ]
    raw = {name: value for name, value in raw.items() if name not in _SAID_ELSEWHERE}
    raw.setdefault("schedule_policy", "active" if stack == "main" else "paused")
    return {**raw, "environment": stack, "region": values.get("aws:region")}, problems


def refusals(invalid: pydantic.ValidationError, place: Callable[[Sequence[Key]], Place]) -> list[problem.Problem]:
    """One problem for each error of the validation of `Config`."""
    return [_problem(error, place) for error in invalid.errors()]


def key_path(error: Any) -> tuple[Key, ...]:
    """Path of keys, without the namespace, that an error of pydantic is about."""
    return tuple(key for key in cast("tuple[Key, ...]", error["loc"]) if key not in _FORMS)


_SAID_ELSEWHERE = {
    "environment": "Remove it: the environment is the stack's name",
    "region": "Write it as aws:region",
}


def _decoded(value: Any) -> Any:
    if isinstance(value, str) and value[:1] in "{[":
        try:
            return json.loads(value)
        except ValueError:
            return value
    return value


def _problem(error: Any, place: Callable[[Sequence[Key]], Place]) -> problem.Problem:
    path = key_path(error)
    key = f"{NAMESPACE}:{path[0]}" if path else NAMESPACE
    dotted = ".".join(map(str, (key, *path[1:])))
    code, message, remedy = _worded(error, dotted, path)
    return problem.error(code, place((key, *path[1:])), message, remedy)


def _worded(error: Any, dotted: str, path: Sequence[Key]) -> tuple[str, str, str]:
    if error["type"] == "extra_forbidden":
        known = suggestion.fields_at(Config, path[:-1])
        return "unknown-config-key", f"unknown config key {dotted}", suggestion.closest(str(path[-1]), known)
    if error["type"] == "missing":
        return "missing-config-key", f"config key {dotted} is missing", "Write it into the stack file"
    return (
        "invalid-config",
        f"{dotted}: {error['msg'].removeprefix('Value error, ')}",
        f"It is {error['input']!r} now; correct it" if _may_be_shown(error["input"], path) else "Correct it",
    )


def _may_be_shown(value: Any, path: Sequence[Key]) -> bool:
    """Whether no secret can be in it: the engine gives them decrypted, and a structure that is no JSON as its text."""
    structured = not isinstance(value, str | int | float) or (isinstance(value, str) and value[:1] in {"{", "["})
    return not structured and not {"prefect", "secrets"} & set(path)


def api_url(config: Config) -> str | None:
    """The server's API; `PREFECT_API_URL` in the environment wins over the stack file."""
    return os.environ.get("PREFECT_API_URL") or config.prefect.api_url


def api_key(config: Config) -> str | None:
    """As `api_url`, for `PREFECT_API_KEY`; the stack file's is for the stack file's server only.

    None where it is encrypted and nobody decrypted it.
    """
    return os.environ.get("PREFECT_API_KEY") or _own(config, config.prefect.api_key)


def auth_string(config: Config) -> str | None:
    """As `api_key`, for `PREFECT_API_AUTH_STRING`."""
    return os.environ.get("PREFECT_API_AUTH_STRING") or _own(config, config.prefect.auth_string)


def _own(config: Config, secret: pydantic.SecretStr | None) -> str | None:
    said = secret.get_secret_value() if secret and api_url(config) == config.prefect.api_url else None
    return None if said == SECRET else said


def without_login(url: str) -> str:
    """The URL as it may be shown: without a user and a password."""
    return _LOGIN.sub("", url)


def is_loopback(url: str) -> bool:
    """Whether the URL's host is this machine's loopback."""
    try:
        host = urllib.parse.urlsplit(url).hostname or ""
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
