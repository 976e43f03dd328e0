"""Projects of a tree: folder, settings, version, requirements, tree key."""

import dataclasses
import hashlib
from collections.abc import Mapping, Sequence

from flowstacks.discovery.declarations import registry
from flowstacks.discovery.findings import Findings
from flowstacks.discovery.flows import imports
from flowstacks.discovery.manifest import DeclaredImage
from flowstacks.discovery.projects import folders, images, lock, pyproject, requirements
from flowstacks.git.git_tree import Blob, Tree, TreeEntry

_PREFECT_YAML = "prefect.yaml"


@dataclasses.dataclass(frozen=True)
class ProjectFolder:
    """A project before its effective commit is known."""

    name: str
    """The last part of its path."""
    path: str
    """Its folder, relative to the repository root."""
    shared: tuple[str, ...]
    """Paths outside its folder that belong to its content."""
    version: str
    """As its `pyproject.toml` has it."""
    python: str
    """A version specifier: `>=3.11`."""
    requirements: tuple[str, ...]
    """PEP 508 lines."""
    images: tuple[DeclaredImage, ...] = ()
    """Its own first."""

    @property
    def paths(self) -> tuple[str, ...]:
        """Its folder, then its shared paths: what the tree key covers."""
        return (self.path, *self.shared)


def find(tree: Tree, sources: Sequence[str] | None, findings: Findings) -> list[ProjectFolder]:
    """All projects of the tree, sorted by path. `sources` overrides the root's own."""
    files = tree.files()
    globs = sources or _configured(tree, findings) or folders.DEFAULT_SOURCES
    paths = folders.project_folders(files, globs, findings)
    if not paths:
        remedy = "Put flows into flows/<project>/, or name their folders in sources under [tool.flowstacks]"
        findings.warning(
            "no-project", pyproject.NAME, 0, f"no folder with a .py file matches {', '.join(globs)}", remedy
        )
    names = (pyproject.NAME, lock.NAME, requirements.REQUIREMENTS_TXT)
    files_to_read = {f"{folder}/{name}" for folder in paths for name in names}
    blobs = tree.read(path for path in files_to_read if path in tree.objects and tree.objects[path].is_file)
    _report_unread(tree, paths, globs, findings)
    return [_project(tree, folder, blobs, findings) for folder in paths]


def tree_key(objects: Mapping[str, TreeEntry], paths: Sequence[str]) -> str | None:
    """Hash of the git objects at these paths, with their names, 64 hex digits; None where one is absent."""
    if any(path not in objects for path in paths):
        return None
    return hashlib.sha256(
        "\0".join(f"{objects[path].id} {path}" for path in paths).encode(errors="surrogateescape")
    ).hexdigest()


def _configured(tree: Tree, findings: Findings) -> tuple[str, ...] | None:
    if pyproject.NAME not in tree.objects or not tree.objects[pyproject.NAME].is_file:
        return None
    blob = tree.read([pyproject.NAME])[pyproject.NAME]
    return pyproject.Document(pyproject.NAME, blob.content, findings).root_table().sources


def _project(tree: Tree, folder: str, blobs: Mapping[str, Blob], findings: Findings) -> ProjectFolder:
    toml = blobs.get(f"{folder}/{pyproject.NAME}")
    document = pyproject.Document(f"{folder}/{pyproject.NAME}", toml.content, findings) if toml else None
    metadata = document.metadata() if document else pyproject.Metadata()
    shared = _shared(tree, folder, document, findings) if document else ()
    return ProjectFolder(
        name=folder.rpartition("/")[2],
        path=folder,
        shared=shared,
        version=metadata.version,
        python=metadata.requires_python,
        requirements=requirements.of_project(folder, blobs, document, findings),
        images=images.of_project((folder, *shared), tree.objects, document, findings),
    )


def _shared(tree: Tree, folder: str, document: pyproject.Document, findings: Findings) -> tuple[str, ...]:
    kept: list[str] = []
    for text in document.project_table().shared:
        path = text.strip("/").removeprefix("./")
        if path in tree.objects and path not in kept and path != folder:
            kept.append(path)
        elif path not in tree.objects:
            findings.error(
                "shared-path",
                document.file,
                document.line_of_text("tool.flowstacks", "shared", text),
                f"the repository has no {text!r} at this commit",
                "Write a path relative to the repository root, and commit what it names",
            )
    return tuple(sorted(kept))


def _report_unread(tree: Tree, projects: Sequence[str], globs: Sequence[str], findings: Findings) -> None:
    def would_be_read(path: str) -> bool:
        return imports.inside(path, projects) or any(folders.matches(glob, path) for glob in globs)

    for path, entry in tree.objects.items():
        if entry.is_submodule and would_be_read(path):
            findings.info("submodule", path, 0, "a submodule is not read", "Keep flows in this repository")
        elif entry.is_symlink and would_be_read(path):
            findings.info("symlink", path, 0, "a symlink is not followed", "List its target's folder under shared")
        elif path.endswith(f"/{_PREFECT_YAML}") and path.rpartition("/")[0] in projects and not registry.asks_for(path):
            remedy = f"Declare the deployments in {registry.FORMS[0].label} beside the flow"
            findings.warning("prefect-yaml", path, 0, "prefect.yaml is not read yet", remedy)
