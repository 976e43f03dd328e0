"""A pyproject.toml: what discovery reads of it, with the lines that problems point at."""

import re
import tomllib
from collections.abc import Mapping
from typing import Any, TypeVar, cast

import pydantic
from packaging import specifiers

from flowstacks.core import suggestion
from flowstacks.core.model import Model
from flowstacks.discovery.findings import Findings

NAME = "pyproject.toml"
IMAGES = "tool.flowstacks.images"
ENVS = "tool.prefect.envs"
"""The older table for the images of a project."""

_TABLE = "tool.flowstacks"
_IMAGE_NAME = re.compile(r"[A-Za-z0-9_-]{1,40}")
_M = TypeVar("_M", bound=pydantic.BaseModel)
_AT_LINE = re.compile(r"\(at line (\d+)")


class RootTable(Model):
    """`[tool.flowstacks]` of the repository's root: where projects are."""

    sources: tuple[str, ...] | None = None


class ProjectTable(Model):
    """`[tool.flowstacks]` of a project: paths of the repository that its flows import from, tables of its images."""

    shared: tuple[str, ...] = ()
    images: Mapping[str, object] = {}


class ImageTable(Model):
    """`[tool.flowstacks.images.<name>]`: path of a Dockerfile, relative to the project."""

    dockerfile: str


class EnvTable(pydantic.BaseModel):
    """`[tool.prefect.envs.<name>]`; without `dockerfile_path` it is the project's own image by another name."""

    model_config = pydantic.ConfigDict(extra="allow", frozen=True)

    dockerfile_path: str | None = None


class Metadata(pydantic.BaseModel):
    """What is read of `[project]`; the rest of that table is other tools' business."""

    model_config = pydantic.ConfigDict(extra="ignore", frozen=True, populate_by_name=True)

    version: str = "0.0.0"
    requires_python: str = pydantic.Field(default=">=3.11", alias="requires-python")
    dependencies: tuple[str, ...] = ()


class Document:
    """One file's text and tables. An unreadable file is reported once and reads as an empty one."""

    def __init__(self, file: str, content: bytes, findings: Findings) -> None:
        """`file` is the path that problems name."""
        self.file = file
        self._findings = findings
        self._tables: Mapping[str, Any] = {}
        self._lines: list[str] = []
        try:
            text = content.decode()
            self._lines = text.splitlines()
            self._tables = tomllib.loads(text)
        except UnicodeDecodeError:
            findings.error("pyproject", file, 0, "the file is not UTF-8", "Save it as UTF-8")
        except tomllib.TOMLDecodeError as error:
            # The line is an attribute from Python 3.14 on; before, the text is all there is.
            match = _AT_LINE.search(str(error))
            findings.error(
                "pyproject", file, int(match[1]) if match else 0, f"no valid TOML: {error}", "Correct the line"
            )

    def root_table(self) -> RootTable:
        """`[tool.flowstacks]` read as the root's."""
        return self._read(RootTable, _TABLE) or RootTable()

    def project_table(self) -> ProjectTable:
        """`[tool.flowstacks]` read as a project's."""
        return self._read(ProjectTable, _TABLE) or ProjectTable()

    def images(self) -> dict[str, ImageTable]:
        """The tables below `IMAGES`, by name."""
        return self._named(ImageTable, IMAGES)

    def envs(self) -> dict[str, EnvTable]:
        """The tables below `ENVS`, by name."""
        return self._named(EnvTable, ENVS)

    def metadata(self) -> Metadata:
        """`[project]`."""
        metadata = self._read(Metadata, "project") or Metadata()
        try:
            specifiers.SpecifierSet(metadata.requires_python)
        except specifiers.InvalidSpecifier:
            self._findings.error(
                "pyproject",
                self.file,
                self.line("project", "requires-python"),
                f"requires-python is no version specifier: {metadata.requires_python!r}",
                'Write one such as ">=3.11"',
            )
        return metadata

    def line(self, table: str, key: str) -> int:
        """Line of `key` in `[table]`; else the table's own, or where a table above names it; 0 without any."""
        inside, header = False, 0
        for number, text in enumerate(self._lines, start=1):
            stripped = text.strip()
            if stripped.startswith("["):
                inside = stripped.split("#")[0].strip(" []") == table
                header = number if inside else header
            elif inside and re.match(rf"[\"']?{re.escape(key)}[\"']?\s*=", stripped):
                return number
        above, _, name = table.rpartition(".")
        return header or (self.line(above, name) if above else 0)

    def line_of_text(self, table: str, key: str, text: str) -> int:
        """Line that has the string `text`, from `key` in `[table]` on."""
        start = self.line(table, key)
        for number in range(max(start, 1), len(self._lines) + 1):
            if text in self._lines[number - 1]:
                return number
        return start

    def _named(self, model: type[_M], table: str) -> dict[str, _M]:
        models: dict[str, _M] = {}
        tables = self._value(table)
        for name in cast("Mapping[str, Any]", tables) if isinstance(tables, dict) else ():
            if not _IMAGE_NAME.fullmatch(name):
                message, remedy = (
                    f"[{table}] {name!r} is no name of an image",
                    "Use letters, digits, _ and -, 40 at most",
                )
                self._findings.error("image", self.file, self.line(table, name), message, remedy)
            elif read := self._read(model, f"{table}.{name}"):
                models[name] = read
        return models

    def _value(self, table: str) -> Any:
        value: Any = self._tables
        for part in table.split("."):
            value = cast("Mapping[str, Any]", value).get(part, {}) if isinstance(value, dict) else {}
        return value

    def _read(self, model: type[_M], table: str) -> _M | None:
        try:
            return model.model_validate(self._value(table))
        except pydantic.ValidationError as error:
            for fault in error.errors():
                self._misfit(model, table, fault)
            return None

    def _misfit(self, model: type[pydantic.BaseModel], table: str, fault: Any) -> None:
        key = str(fault["loc"][0]) if fault["loc"] else ""
        known = list(model.model_fields)
        message = f"[{table}] {'.'.join(map(str, fault['loc']))}: {fault['msg']}"
        if fault["type"] == "extra_forbidden":
            message = f"[{table}] has no key {key!r}{suggestion.did_you_mean(key, known)}"
        self._findings.error("pyproject", self.file, self.line(table, key), message, f"Known here: {', '.join(known)}")
