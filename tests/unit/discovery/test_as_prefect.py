"""What is told from the text is what Prefect says of the imported flow."""

import pathlib
import runpy
import tomllib
from typing import Any

import prefect
import pytest
from prefect.utilities.callables import parameter_schema

from tests.unit.discovery.test_cases import CASES, surveyed

RUNNING = [case for case in tomllib.loads((CASES / "names.toml").read_text())["case"] if case.get("runs")]


@pytest.mark.filterwarnings("ignore")  # Prefect warns of flows with one name
@pytest.mark.parametrize("case", RUNNING, ids=lambda case: case["name"])
def test_prefect_describes_every_flow_alike(case: dict[str, Any], tmp_path: pathlib.Path) -> None:
    file = tmp_path / "a.py"
    file.write_text(case["files"]["a.py"])
    imported = runpy.run_path(str(file))
    flows, _ = surveyed(case)
    assert len(flows) > 2
    for declared in flows:
        flow = imported[declared.function]
        assert isinstance(flow, prefect.Flow)
        assert (declared.name, declared.description, declared.is_async) == (flow.name, flow.description, flow.isasync)
        assert declared.parameters == parameter_schema(flow.fn).model_dump_for_openapi()
