"""Which server this is: the id of a Variable that the first write creates.

A reset server, another workspace and a changed api_url all answer "not found" to everything. The fingerprint, kept in
every resource's outputs as `server`, tells them from a server where objects were really deleted.
"""

from flowstacks.provider.prefect.client import Client
from flowstacks.provider.errors import ConflictError, OtherServerError, UnknownOutcomeError
from flowstacks.provider.ownership import VARIABLE_TAG

VARIABLE = "flowstacks-server"
_VALUE = "Its id tells this server from others. Deleting it makes flowstacks take the server for a new one."


def read(client: Client) -> str | None:
    """None where nothing was ever written by us."""
    found = client.variable(VARIABLE)
    return found.id if found else None


def ensure(client: Client) -> str:
    """Read, or create; of two that create at once the second reads the first's."""
    return client.until_known(lambda: _read_or_create(client))


def remove_if_last(client: Client) -> None:
    """Delete it where no other Variable of ours is left: the last environment is gone from this server.

    A kill right after it makes a repeated destroy stop with `OtherServerError`, whose remedy then is the right one.
    """
    if set(client.variables_tagged(VARIABLE_TAG)) == {VARIABLE}:
        client.delete_variable(VARIABLE)


def _read_or_create(client: Client) -> str:
    found = read(client)
    if found:
        return found
    try:
        return client.create_variable(VARIABLE, _VALUE, [VARIABLE_TAG]).id
    except ConflictError as error:
        raise UnknownOutcomeError(str(error)) from None


def other(client: Client, expected: str, found: str | None) -> OtherServerError:
    """The error for a server that is not the one in the state."""
    what = f"has fingerprint {found}" if found else "has no fingerprint"
    return OtherServerError(
        f"{client.url} {what}, the stack was written to a server with {expected}: this server was reset or is another "
        "one. Correct the api_url, or set flowstacks:start_over to true for one run to create everything here."
    )
