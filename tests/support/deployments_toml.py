"""A declaration form for tests: `deployments.toml` beside the flows, a `[[deployment]]` table each.

[[deployment]]
flow = "load"
name = "nightly"
cron = "0 4 * * *"
"""

import tomllib
from collections.abc import Iterator

from flowstacks.core.problem import Place
from flowstacks.discovery.declarations import declaration, fields
from flowstacks.discovery.declarations.declaration import Declaration, Form, ProjectTree
from flowstacks.discovery.declarations.placed_value import PlacedConstant
from flowstacks.discovery.findings import Findings

NAME = "deployments.toml"
Keys = tuple[str | int, ...]


def read(tree: ProjectTree, findings: Findings) -> list[Declaration] | None:
    path = f"{tree.path}/{NAME}"
    if path not in tree.files:
        return None
    text = tree.files[path].content.decode()
    places = dict(_places(path, text))
    tables = PlacedConstant(tomllib.loads(text)["deployment"], Place(path, 1), places)
    flows = {candidate.flow.node.name: candidate for candidate in tree.candidates}
    layers = [(table, fields.read(table.place, table.entries(), ("flow",), findings)) for table in tables.items()]
    return [
        declaration.from_layers(
            flows[str(table.entries()["flow"].value())],
            table.place,
            [layer],
            is_only=len(layers) == 1,
            findings=findings,
        )
        for table, layer in layers
    ]


def _places(path: str, text: str) -> Iterator[tuple[Keys, Place]]:
    index = -1
    for number, line in enumerate(text.splitlines(), start=1):
        if line == "[[deployment]]":
            index += 1
            yield (index,), Place(path, number)
        elif " = " in line:
            yield (index, line.partition(" = ")[0]), Place(path, number)


FORM = Form(name="deployments_toml", label=NAME, read=read, files=(NAME,))
