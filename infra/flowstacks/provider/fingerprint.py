"""Which server this is: the id of a Variable that the first write creates.

A reset server, another workspace and a changed api_url all answer "not found" to everything. The fingerprint, kept in
every resource's outputs as `server`, tells them from a server where objects were really deleted.
"""

from flowstacks.provider.errors import ConflictError, OtherServerError, UnknownOutcomeError
from flowstacks.provider.prefect.client import Client
from flowstacks.provider.prefect.variables import FLOWSTACKS_TAG, Variables

VARIABLE = "flowstacks-server"
_VALUE = "Its id tells this server from others. Deleting it makes flowstacks take the server for a new one."


def read(client: Client) -> str | None:
    """None where flowstacks has never written anything."""
    variable = Variables.of(client).by_name(VARIABLE)
    return variable.id if variable else None


def ensure(client: Client) -> str:
    """Read, or create; of two that create at once the second reads the first's."""
    return client.until_known(lambda: _read_or_create(client))


def remove_if_last(client: Client) -> None:
    """Delete it where no other Variable of flowstacks is left: the last environment is gone from this server.

    A kill right after it makes a repeated destroy stop with `OtherServerError`, whose remedy then is the right one.
    """
    variables = Variables.of(client)
    if set(variables.own()) == {VARIABLE}:
        variables.delete(VARIABLE)


def other(client: Client, expected: str, actual: str | None) -> OtherServerError:
    """The error for a server that is not the one in the state."""
    description = f"has fingerprint {actual}" if actual else "has no fingerprint"
    return OtherServerError(
        f"{client.url} {description}, the stack was written to a server with {expected}: this server was reset or is "
        "another one. Correct the api_url, or set flowstacks:start_over to true for one run to create everything here."
    )


def _read_or_create(client: Client) -> str:
    existing = read(client)
    if existing:
        return existing
    try:
        return Variables.of(client).create({"name": VARIABLE, "value": _VALUE, "tags": [FLOWSTACKS_TAG]}).id
    except ConflictError as error:
        raise UnknownOutcomeError(str(error)) from None
