"""Names, addresses and patterns, made and parsed in pairs; the naming presets are data."""

import fnmatch
import re
import string
from collections.abc import Mapping
from typing import NamedTuple

import pydantic

from flowstacks.core.model import Model

_WILD = re.compile(r"[*?/]|\[[^\]]*\]")
_SCHEME_AND_LOGIN = re.compile(r"^([a-z+]+://)?([^/@]*@)?")
_LONGEST_TEMPLATE = 255
"""Characters: of a name that stands in URLs, in one path segment of which most file systems and proxies take 255."""

_NOT_IN_SLUG = re.compile(r"[^a-z0-9_]+")


_STACK_FILE = re.compile(r"Pulumi\.(.+)\.yaml")


def stack_file(stack: str) -> str:
    """Name of a stack's file in the repository's root, by Pulumi's convention."""
    return f"Pulumi.{stack}.yaml"


def stack_of_file(name: str) -> str | None:
    """Inverse of `stack_file`; None for every other file."""
    match = _STACK_FILE.fullmatch(name)
    return match.group(1) if match else None


def short_hash(text: str) -> str:
    """The first 12 hex digits of a commit or a digest, as names and messages show it; a moving pin stays whole."""
    return text[:12]


class Address(NamedTuple):
    """Key of a deployment in outputs, overrides and patterns; the same in every environment."""

    project: str
    flow: str
    deployment: str

    def __str__(self) -> str:
        """`project/flow/deployment`, the inverse of `parse_address`."""
        return "/".join(self)


def owner(project: str, stack: str, repository_url: str | None) -> str:
    """Who objects on a server belong to: `[<repository>:]<Pulumi project>/<stack>`.

    Every team's copy of this template has a Pulumi project of the same name, so where several share a server the
    repository tells them apart.
    """
    if repository_url is None:
        return f"{project}/{stack}"
    repository = _SCHEME_AND_LOGIN.sub("", repository_url, count=1).rstrip("/").removesuffix(".git")
    return f"{repository}:{project}/{stack}"


def slug(text: str) -> str:
    """Lower case, everything but letters, digits and `_` becomes `-`: `Daily load (EU)` -> `daily-load-eu`."""
    return _NOT_IN_SLUG.sub("-", text.lower()).strip("-")


def address(project: str, flow: str, deployment: str) -> Address:
    """Address of a deployment from the project's folder name, the flow's and the deployment's own name."""
    return Address(project, slug(flow), slug(deployment))


def parse_address(text: str) -> Address:
    """Inverse of `str(address)`. Raises ValueError unless there are three parts, none empty."""
    parts = text.split("/")
    if len(parts) != len(Address._fields) or not all(parts):
        raise ValueError(f"{text!r} is no address; write project/flow/deployment")
    return Address(*parts)


class Naming(Model):
    """Templates of the names an environment creates; fields are those of `FIELDS`, a pool's those of `POOL_FIELDS`."""

    deployment: str
    """Name of a declared deployment."""
    default_deployment: str
    """Name of the deployment that a flow gets which declares none."""
    work_pool: str
    """Name of a work pool on the server."""
    tags: tuple[str, ...]
    """Tags of every deployment, before its own."""
    version: str
    """Version of a deployment that sets none."""

    @pydantic.field_validator("deployment", "default_deployment", "version")
    @classmethod
    def _has_known_fields(cls, template: str) -> str:
        return checked_template(template)

    @pydantic.field_validator("work_pool")
    @classmethod
    def _has_known_pool_fields(cls, template: str) -> str:
        return checked_template(template, POOL_FIELDS)

    @pydantic.field_validator("tags")
    @classmethod
    def _have_known_fields(cls, templates: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(checked_template(template) for template in templates)

    def wants(self, field: str) -> bool:
        """Whether any template uses `field`, `branch` for instance."""
        every = (self.deployment, self.default_deployment, self.work_pool, self.version, *self.tags)
        return any(field in _fields(template) for template in every)


FIELDS = {
    "branch": "flowstacks:repository.branch",
    "commit": "effective commit, 40 hex digits",
    "deployment": "the deployment's declared name",
    "env": "the stack's name",
    "flow": "the flow's name",
    "function": "the flow function's name",
    "hyphen_flow": "the flow's name with - for _ and blanks",
    "project": "the flow project",
    "short_commit": "its first 12 digits",
    "version": "the project's version at that commit",
}

POOL_FIELDS = {
    "branch": FIELDS["branch"],
    "env": FIELDS["env"],
    "name": "the pool's name before the template",
}


def checked_template(template: str, known: Mapping[str, str] = FIELDS) -> str:
    """The template itself. Raises ValueError where it is malformed or names a field that is not in `known`."""
    if len(template) > _LONGEST_TEMPLATE:
        raise ValueError(f"a template of {len(template):,} characters; {_LONGEST_TEMPLATE} at most")
    for _, field, form, conversion in string.Formatter().parse(template):
        if field is not None and field not in known:
            raise ValueError(f"unknown field {{{field}}}; known are {', '.join(known)}")
        if form or conversion:
            raise ValueError(f"{{{field}}} can't have a format")
    return template


def _fields(template: str) -> set[str]:
    return {field for _, field, _, _ in string.Formatter().parse(template) if field is not None}


def render(template: str, values: Mapping[str, str]) -> str:
    """Fill a checked template. Raises ValueError for a field that has no value here."""
    try:
        return template.format_map(values)
    except KeyError as missing:
        raise ValueError(f"template {template!r} needs {missing}, which is not known here") from missing


def matches(pattern: str, where: Address) -> bool:
    """Whether an override's pattern covers an address: a glob a segment, `**` for the rest, fewer segments = prefix."""
    globs = pattern.split("/")
    if globs[-1] == "**":
        globs = globs[:-1]
    return len(globs) <= len(where) and all(map(fnmatch.fnmatchcase, where, globs))


def breadth(pattern: str) -> tuple[int, int, str]:
    """Sort key: broad patterns first, so that narrow ones win; ties by text, to be the same everywhere."""
    literal = [segment for segment in pattern.split("/") if not any(mark in segment for mark in "*?[")]
    return (len(literal), len(_WILD.sub("", pattern)), pattern)


_SOURCE_TAGS = ("PROJECT_NAME={project}", "COMMIT_HASH={commit}", "PACKAGE_VERSION={version}")

PRESETS: dict[str, Naming] = {
    # Several environments may share one Prefect workspace, so every name carries the environment.
    "default": Naming(
        deployment="{deployment}--{env}",
        default_deployment="{env}",
        work_pool="{name}-{env}",
        tags=_SOURCE_TAGS,
        version="{version}-{short_commit}",
    ),
    # One deployment a flow, with its branch in name, tags and version.
    "portal": Naming(
        deployment="{project}--{branch}--{hyphen_flow}--{deployment}--{env}",
        default_deployment="{project}--{branch}--{hyphen_flow}--{env}",
        work_pool="{name}-{env}",
        tags=("PROJECT_NAME={project}", "BRANCH_NAME={branch}", "COMMIT_HASH={commit}", "PACKAGE_VERSION={version}"),
        version="{branch}-{commit}",
    ),
}
