"""How a deployment's job variables change: environment, container, packages of its command, and all others. Pure."""

import shlex
from collections.abc import Callable

from flowstacks.difference import inputs, value_change
from flowstacks.difference.containers import IMAGE, TASK_DEFINITION
from flowstacks.difference.inputs import UNKNOWN, Json
from flowstacks.difference.value_change import ValueChange

IMAGE_PATH, TASK_DEFINITION_PATH = "image", "task_definition"
"""Paths of changes that come from the project's image and task definition, which have lines of their own."""

_ENV_IMAGE = "env.IMAGE"
_COMMAND = "command"
_PACKAGE_OPTION = "--with"


def changes(name: str, before: Json, after: Json, is_carried: Callable[[Json, Json], bool]) -> list[ValueChange]:
    """`is_carried`: whether a value changes only as the commit in it does; such a value has no line."""
    if not (inputs.is_mapping(before) and inputs.is_mapping(after)):
        return [value_change.of_value(name, value_change.label(name), before, after)]
    variables_before, variables_after = inputs.mapping(before), inputs.mapping(after)
    leaves_before, leaves_after = _leaves(variables_before), _leaves(variables_after)
    changed = _container(variables_before, variables_after)
    for path in sorted(leaves_before.keys() | leaves_after.keys()):
        in_both = path in leaves_before and path in leaves_after
        if in_both and is_carried(leaves_before[path], leaves_after[path]):
            continue
        if path == _COMMAND and (packages := _packages(name, leaves_before.get(path), leaves_after.get(path))):
            changed.append(packages)
        else:
            label = "" if path.startswith("env.") else "job variable"
            pair = [{path: leaves[path]} if path in leaves else {} for leaves in (leaves_before, leaves_after)]
            changed += value_change.of_keys(name, label, *pair)
    return changed


def _container(before: dict[str, Json], after: dict[str, Json]) -> list[ValueChange]:
    changed: list[ValueChange] = []
    image_before, image_after = before.get(IMAGE), after.get(IMAGE)
    if image_before != image_after:
        text = f"image: {value_change.brief(image_before)} -> {value_change.brief(image_after)}"
        changed.append(ValueChange(path=IMAGE_PATH, text=text, before=image_before, after=image_after))
    if before.get(TASK_DEFINITION) != after.get(TASK_DEFINITION):
        changed.append(_task_definition(before.get(TASK_DEFINITION), after.get(TASK_DEFINITION)))
    return changed


def _task_definition(before: Json, after: Json) -> ValueChange:
    old = _family(before)
    # The engine knows the ARN of a revision once it is registered; its task definition is in the same preview.
    new = old if after == UNKNOWN else _family(after)
    text = f"task definition {old} -> {new}" if old != new else f"task definition {new}: new revision"
    return ValueChange(path=TASK_DEFINITION_PATH, text=text, before=old, after=new)


def _family(revision: Json) -> Json:
    """Of a stand-in (`containers`), or of `arn:aws:ecs:REGION:ACCOUNT:task-definition/FAMILY:REVISION`."""
    if isinstance(revision, str):
        return revision.rpartition("task-definition/")[2].partition(":")[0]
    return inputs.mapping(revision).get("family")


def _packages(name: str, before: Json, after: Json) -> ValueChange | None:
    """The command of a `process` deployment names the packages of its environment; None where more of it differs."""
    (old, arguments), (new, arguments_after) = _separated(before), _separated(after)
    if arguments != arguments_after or old == new:
        return None
    removed = [package for package in old if package not in new]
    added = [package for package in new if package not in old]
    text = f"packages: {', '.join(removed) or 'none'} -> {', '.join(added) or 'none'}"
    return ValueChange(path=f"{name}.{_COMMAND}", text=text)


def _separated(command: Json) -> tuple[list[str], list[str]]:
    """Packages, and the arguments without them."""
    arguments = _arguments(str(command or ""))
    is_package = [index > 0 and arguments[index - 1] == _PACKAGE_OPTION for index in range(len(arguments))]
    flagged = list(zip(arguments, is_package, strict=True))
    packages = [argument for argument, flag in flagged if flag]
    return packages, [argument for argument, flag in flagged if not flag and argument != _PACKAGE_OPTION]


def _arguments(command: str) -> list[str]:
    try:
        return shlex.split(command)
    except ValueError:  # an open quote, in a command of the user's own
        return [command]


def _leaves(variables: dict[str, Json], path: str = "") -> dict[str, Json]:
    """By dotted path, without the container's, which `_container` compares."""
    leaves: dict[str, Json] = {}
    for key, value in variables.items():
        inner = f"{path}{key}"
        if inner in {IMAGE, TASK_DEFINITION}:
            continue
        leaves.update(_leaves(value, f"{inner}.") if isinstance(value, dict) and value else {inner: value})
    if IMAGE in variables and leaves.get(_ENV_IMAGE) == variables[IMAGE]:
        del leaves[_ENV_IMAGE]
    return leaves
