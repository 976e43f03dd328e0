"""A codebase out of texts, for the tests that need no repository."""

import hashlib
from collections.abc import Mapping

from flowstacks.discovery.flows import module
from flowstacks.discovery.flows.codebase import Codebase
from flowstacks.discovery.flows.module import Module, Parsed
from flowstacks.git.git_tree import Blob


def codebase(files: Mapping[str, str], root: str = "flows/etl") -> Codebase:
    modules: dict[str, Module] = {}
    for path, text in files.items():
        parsed = module.parse(Blob(hashlib.sha256(text.encode()).hexdigest(), text.encode()))
        assert isinstance(parsed, Parsed), parsed
        modules[path] = Module(path, parsed)
    return Codebase(modules, (root, ""))
