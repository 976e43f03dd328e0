"""The typed configuration of one stack, from Pulumi's config or from the stack file.

Keys stand under `flowstacks:` in `Pulumi.<stack>.yaml`; they are snake_case because Prefect's fields are.
"""

import os
from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal, cast

import pydantic

from flowstacks.core import problem, secret_reference, suggestion
from flowstacks.core.errors import RejectedError
from flowstacks.core.model import Model
from flowstacks.core.naming import PRESETS, Naming
from flowstacks.stack import config_value, secret
from flowstacks.stack.aws_config import AwsConfig, Images, Worker
from flowstacks.stack.config_value import Flag, UnusableError
from flowstacks.stack.override import Override
from flowstacks.stack.release import COMMIT, Gates, Release
from flowstacks.stack.repository import RepositoryConfig
from flowstacks.stack.secret import Secret
from flowstacks.stack.settings import DeploymentSettings
from flowstacks.stack.stack_file import Key, Locate

NAMESPACE = "flowstacks"
INFRA_PATHS = ("__main__.py", "Pulumi.yaml", "infra", "pyproject.toml", "uv.lock")
"""What decides, beside the stack file and the pin, what an environment looks like; read from the checkout."""

SchedulePolicy = Literal["active", "paused", "none"]


class Prefect(Model):
    """The server that has the deployments, and the login for it."""

    api_url: str | None = None
    """URL of the API, which on a self-hosted server ends in `/api`; `PREFECT_API_URL` wins over it."""
    api_key: pydantic.SecretStr | None = None
    """Key for Prefect Cloud, encrypted; `PREFECT_API_KEY` wins over it."""
    auth_string: pydantic.SecretStr | None = None
    """`user:password` for a self-hosted server, encrypted; `PREFECT_API_AUTH_STRING` wins over it."""
    api_key_secret: secret_reference.ReferenceText | None = None
    """The environment's secret, `name` or `name:json-key`, that gives tasks and worker on `ecs` their API key."""


def _with_preset(templates: Any) -> Any:
    """`{preset: …}` first, then single templates over it."""
    if not isinstance(templates, Mapping):
        return templates
    values = cast("Mapping[str, Any]", templates)
    preset = values.get("preset", "default")
    if not isinstance(preset, str) or preset not in PRESETS:
        raise ValueError(f"unknown preset {preset!r}; known are {', '.join(PRESETS)}")
    own = {key: value for key, value in values.items() if key != "preset"}
    return {**PRESETS[preset].model_dump(), **own}


class Config(Model):
    """One environment: all keys under `flowstacks:`, with what the stack's name and `aws:region` add."""

    environment: str
    """Name of the stack; no key of the stack file."""
    region: str | None = None
    """Value of `aws:region`; no key under `flowstacks:`."""
    prefect: Prefect = Prefect()
    """The Prefect server; required unless `PREFECT_API_URL` is set."""
    repository: RepositoryConfig | None = None
    """Where the flows come from; required unless the server is on loopback."""
    runtime: str
    """Name of the runtime that runs the flows: `process`, a worker's own machine, or `ecs`, tasks of Amazon ECS."""
    release: Release | None = None
    """What the environment runs; without it, nothing but what overrides hold."""
    schedule_policy: SchedulePolicy
    """What becomes of a schedule that sets no `active` itself: `active`, `paused`, or `none`, which leaves all out.

    Unset, it is `active` in the stack `main` and `paused` elsewhere.
    """
    naming: Annotated[Naming, pydantic.BeforeValidator(_with_preset)] = PRESETS["default"]
    """Templates of names, over those of a `preset`."""
    aws: AwsConfig = AwsConfig()
    """Names and permissions in AWS; used on runtime `ecs` only."""
    images: Images = Images()
    """How images are built; used on runtime `ecs` only."""
    secrets: dict[secret_reference.Name, Secret] = pydantic.Field(default_factory=dict[str, Secret])
    """Secrets of the environment by name; used on runtime `ecs` only."""
    worker: Worker | None = None
    """The worker's service; without it none is created. Used on runtime `ecs` only."""
    gates: Gates = Gates()
    """What a promotion into this environment must pass."""
    defaults: DeploymentSettings = DeploymentSettings()
    """Settings of every deployment, below its declaration's."""
    overrides: dict[str, Override] = pydantic.Field(default_factory=dict[str, Override])
    """Settings by pattern of addresses, above the declaration's; a narrow pattern wins over a broad one."""
    start_over: Flag = False
    """Whether a server without the environment's objects is filled anew, where the state says that they exist."""


def pins(config: Config) -> dict[str, list[Key]]:
    """Every commit that the stack pins, the release's and those of held deployments, with the path of its key."""
    held = {
        override.commit: cast("list[Key]", [f"{NAMESPACE}:overrides", pattern, "commit"])
        for pattern, override in config.overrides.items()
        if override.commit
    }
    return {**held, **({config.release.commit: [f"{NAMESPACE}:release", "commit"]} if config.release else {})}


def load(stack: str, values: Mapping[str, Any], place: Locate) -> Config:
    """Config of a stack from raw values by full key (`flowstacks:release`), structured ones as JSON text or as data.

    `place` gives file and line of a key path. `FLOWSTACKS_COMMIT` in the environment replaces the pin's commit.
    Raises `RejectedError` with every problem, each at its line.
    """
    raw, problems = assembled(stack, values, place)
    try:
        settings = Config.model_validate(raw)
    except pydantic.ValidationError as invalid:
        raise RejectedError([*problems, *refusals(invalid, written(values, place), place)]) from invalid
    if problems:
        raise RejectedError(problems)
    return settings


def assembled(stack: str, values: Mapping[str, Any], place: Locate) -> tuple[dict[str, Any], list[problem.Problem]]:
    """What `Config` is validated from, and a problem for each key that is set elsewhere; arguments as with `load`."""
    raw = written(values, place)
    problems = [
        problem.error(
            "unknown-config-key", place([f"{NAMESPACE}:{name}"]), f"unknown config key {NAMESPACE}:{name}", remedy
        )
        for name, remedy in _NOT_WRITTEN_HERE.items()
        if name in raw
    ]
    # `written` stays what is written: a key that is only a default here must not be called written in a message.
    complete = {"schedule_policy": "active" if stack == "main" else "paused", **raw}
    if os.environ.get(COMMIT):
        complete["release"] = {"commit": os.environ[COMMIT]}
    return {**complete, "environment": stack, "region": values.get("aws:region")}, problems


def written(values: Mapping[str, Any], place: Locate) -> dict[str, Any]:
    """The values under `flowstacks:`, by key without the namespace, JSON text as data."""
    prefix = f"{NAMESPACE}:"
    return _raw({key.removeprefix(prefix): value for key, value in values.items() if key.startswith(prefix)}, place)


def refusals(invalid: pydantic.ValidationError, raw: Mapping[str, Any], place: Locate) -> list[problem.Problem]:
    """One problem for each error of the validation of `Config`; `raw`: the values that are `written`."""
    return [_problem(error, raw, place) for error in invalid.errors()]


def key_path(error: Any) -> tuple[Key, ...]:
    """Path of keys, without the namespace, that an error of pydantic is about."""
    return tuple(key for key in cast("tuple[Key, ...]", error["loc"]) if key not in secret.FORM_TAGS)


_NOT_WRITTEN_HERE = {
    "environment": "Remove it: the environment is the stack's name",
    "region": "Write it as aws:region",
}
"""Fields of `Config` that come from elsewhere, each with what to do about such a key."""


def known_keys(path: Sequence[Key]) -> list[str]:
    """The keys that may be written in the mapping at `path` below `flowstacks:`; none where that is no model."""
    keys = suggestion.fields_at(Config, path)
    if not path:
        return [key for key in keys if key not in _NOT_WRITTEN_HERE]
    # `preset` is resolved before the model sees the mapping.
    return ["preset", *keys] if tuple(path) == ("naming",) else keys


def _raw(values: Mapping[str, Any], place: Locate) -> dict[str, Any]:
    raw: dict[str, Any] = {}
    problems: list[problem.Problem] = []
    for name, value in values.items():
        try:
            raw[name] = config_value.decoded(value)
        except UnusableError as unusable:
            key = f"{NAMESPACE}:{name}"
            message = f"{key}: {unusable.message}"
            problems.append(problem.error("invalid-config", place([key]), message, unusable.remedy))
    if problems:
        raise RejectedError(problems)
    return raw


def _problem(error: Any, raw: Mapping[str, Any], place: Locate) -> problem.Problem:
    path = key_path(error)
    key = f"{NAMESPACE}:{path[0]}" if path else NAMESPACE
    dotted = ".".join(map(str, (key, *path[1:])))
    code, message, remedy = _wording(error, dotted, path, raw)
    return problem.error(code, place((key, *path[1:])), message, remedy)


def _wording(error: Any, dotted: str, path: Sequence[Key], raw: Mapping[str, Any]) -> tuple[str, str, str]:
    if error["type"] == "extra_forbidden":
        remedy = suggestion.closest_key(str(path[-1]), known_keys(path[:-1]), _keys_at(raw, path[:-1]))
        return "unknown-config-key", f"unknown config key {dotted}", remedy
    if error["type"] == "missing":
        return "missing-config-key", f"config key {dotted} is missing", "Write it into the stack file"
    return (
        "invalid-config",
        f"{dotted}: {error['msg'].removeprefix('Value error, ')}",
        f"It is {config_value.shown(error['input'])} now; correct it"
        if _may_be_shown(error["input"], path)
        else "Correct it",
    )


def _keys_at(node: Any, path: Sequence[Key]) -> list[str]:
    for key in path:
        node = node[key]
    return [str(key) for key in cast("Mapping[Any, Any]", node)]


def _may_be_shown(value: Any, path: Sequence[Key]) -> bool:
    """Whether no secret can be in it: the engine gives them decrypted, and a structure that is no JSON as its text."""
    structured = not isinstance(value, str | int | float) or (isinstance(value, str) and value[:1] in {"{", "["})
    return not structured and not {"prefect", "secrets"} & set(path)
