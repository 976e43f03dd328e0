"""`flowstacks:secrets` and who gets them: what is readable, what has no value, what nobody asks for. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple, cast

from flowstacks.checks.stack_settings import Locate
from flowstacks.core import problem, secret_reference, suggestion
from flowstacks.core.problem import Place
from flowstacks.desired import layers
from flowstacks.desired.choice import ChosenDeployment
from flowstacks.stack.config import NAMESPACE, Config
from flowstacks.stack.stack_file import SECRET

KEY = f"{NAMESPACE}:secrets"


class Use(NamedTuple):
    """Who gets a secret first: a deployment, or where the address is None every task of the environment."""

    place: Place
    address: str | None


def set_command(name: str) -> str:
    """What puts a value into the stack file, encrypted; in a path to a key Pulumi takes `.` for a step down."""
    step = f'["{name}"]' if "." in name else f".{name}"
    return f"pulumi config set --secret --path '{KEY}{step}'"


def check_written(written: Mapping[str, Any], locate: Locate) -> Iterator[problem.Problem]:
    """Values that stand in the stack file for everybody to read; `written` has `SECRET` for the encrypted ones."""
    said = written.get(KEY)
    if isinstance(said, Mapping):
        for name, value in cast("Mapping[str, object]", said).items():
            if value != SECRET and not isinstance(value, Mapping):
                message = f"{KEY}.{name} has its value in plain text"
                yield problem.error("plain-secret", locate([KEY, name]), message, _replaced(name))
    elif said is not None:
        what = "encrypted as a whole, so that its names can't be read" if said == SECRET else "one plain text"
        yield problem.error("plain-secret", locate([KEY]), f"{KEY} is {what}", _replaced("NAME"))


def _replaced(name: str) -> str:
    return f"Take it out, and put it back with `{set_command(name)}`"


def check_use(stack: Config, chosen: Sequence[ChosenDeployment], locate: Locate) -> Iterator[problem.Problem]:
    """Warnings: secrets that are declared and have no value in the stack, and the other way round."""
    uses = _uses(stack, chosen, locate)
    for name, use in sorted(uses.items()):
        if name not in stack.secrets:
            message = f"secret {name!r} is made without a value: the stack has none"
            remedy = f"Put one in before it runs: `{set_command(name)}`"
            yield problem.warning("secret-without-value", use.place, message, remedy, address=use.address)
    for name in sorted(set(stack.secrets) - set(uses)) if chosen else ():
        hint = suggestion.did_you_mean(name, set(uses) - set(stack.secrets))
        message, remedy = (
            f"secret {name!r} is used by no deployment{hint}",
            "Name it in a deployment's secrets, or remove it",
        )
        yield problem.warning("unused-secret", locate([KEY, name]), message, remedy)


def _uses(stack: Config, chosen: Sequence[ChosenDeployment], locate: Locate) -> dict[str, Use]:
    uses: dict[str, Use] = {}
    if stack.prefect.api_key_secret:
        name = secret_reference.parse(stack.prefect.api_key_secret).name
        uses[name] = Use(locate([f"{NAMESPACE}:prefect", "api_key_secret"]), None)
    for one in chosen:
        for variable, said in (one.settings.secrets or {}).items():
            place = layers.place_of(one, lambda layer, variable=variable: variable in (layer.secrets or {}))
            uses.setdefault(secret_reference.parse(said).name, Use(place, one.declared.address))
    return uses
