"""The four executables that make an engine for Python programs."""

from pathlib import Path

CLI = "pulumi"
LANGUAGE_HOST = "pulumi-language-python"
SCRIPTS = {
    "pulumi-language-python-exec": "python/cmd",
    "pulumi-resource-pulumi-python": "python/dist",
}
"""Python and shell scripts that come with the SDK's source: name → folder in module `sdk/v3` (v3.258.0)."""

ALL = (CLI, LANGUAGE_HOST, *SCRIPTS)
MODULES = Path(__file__).parent / "build"
"""The two tool modules, `cli` and `language-python`: what is built, pinned by go.mod and go.sum."""


def complete(folder: Path) -> bool:
    """Whether all four stand in `folder`."""
    return all((folder / name).is_file() for name in ALL)
