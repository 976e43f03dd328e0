"""Container images of a project: its own, and those that its declarations name with `docker_env`."""

import posixpath
from collections.abc import Mapping, Sequence

from flowstacks.core import suggestion
from flowstacks.discovery.findings import Findings
from flowstacks.discovery.flows import imports
from flowstacks.discovery.manifest import DeclaredImage
from flowstacks.discovery.projects import pyproject
from flowstacks.git.git_tree import TreeEntry

DOCKERFILE = "Dockerfile"

_NOT_READ = {
    "python_version": "The Dockerfile says which Python there is; the own image has that of the configured base",
    "docker_build_context": "A build sees the project's folder and its shared paths, in their repository places",
}


def of_project(
    paths: Sequence[str], objects: Mapping[str, TreeEntry], document: pyproject.Document | None, findings: Findings
) -> tuple[DeclaredImage, ...]:
    """The project's own image first; `paths`: its folder, then its shared paths; `document`: its pyproject.toml."""
    dockerfile = f"{paths[0]}/{DOCKERFILE}"
    own = dockerfile if _is_file(objects, dockerfile) else None
    named = _named(paths, objects, document, findings) if document else []
    return (DeclaredImage(name="", dockerfile=own, file=own or paths[0], line=0), *named)


def unknown(name: str, known: Sequence[DeclaredImage], folder: str) -> tuple[str, str] | None:
    """Why no image of the project in `folder` is meant by `docker_env: name`, with the remedy."""
    names = [image.name for image in known if image.name]
    if name in names:
        return None
    remedy = f"Declare it in {folder}/{pyproject.NAME}: [{pyproject.IMAGES}.NAME] dockerfile = …"
    known_here = f" (it has {', '.join(names)})" if names else ""
    hint = suggestion.did_you_mean(name, names) or known_here
    return f"{folder} has no image {name!r}{hint}", f"{remedy}; without docker_env a deployment runs the own image"


def _named(
    paths: Sequence[str], objects: Mapping[str, TreeEntry], document: pyproject.Document, findings: Findings
) -> list[DeclaredImage]:
    tables, envs = document.images(), document.envs()
    declared: list[tuple[str, str | None, int]] = [
        (name, table.dockerfile, document.line(f"{pyproject.IMAGES}.{name}", "dockerfile"))
        for name, table in tables.items()
    ]
    for name, env in envs.items():
        line = document.line(f"{pyproject.ENVS}.{name}", "dockerfile_path")
        if name in tables:
            message = f"image {name!r} is declared twice, in [{pyproject.IMAGES}] and in [{pyproject.ENVS}]"
            findings.error("image", document.file, line, message, "Keep one of them")
        else:
            _report_ignored(name, env, document, findings)
            declared.append((name, env.dockerfile_path, line))
    images: list[DeclaredImage] = []
    for name, dockerfile, line in declared:
        path = dockerfile and posixpath.normpath(posixpath.join(paths[0], dockerfile))
        fault = _problem(path, paths, objects) if path else None
        if fault:  # the image stays known, so that a `docker_env` that names it is not reported as well
            findings.error("image", document.file, line, *fault)
        images.append(DeclaredImage(name=name, dockerfile=None if fault else path, file=document.file, line=line))
    return images


def _problem(path: str, paths: Sequence[str], objects: Mapping[str, TreeEntry]) -> tuple[str, str] | None:
    if not _is_file(objects, path):
        near = [other for other in objects if imports.inside(other, paths) and DOCKERFILE[1:] in other]
        remedy = "Write its path relative to the project, and commit it"
        return f"there is no {path} at this commit{suggestion.did_you_mean(path, near)}", remedy
    if not imports.inside(path, paths):
        remedy = "Move it into the project, or list its folder under shared in [tool.flowstacks]"
        return f"{path} is neither in the project nor in its shared paths", remedy
    return None


def _report_ignored(name: str, env: pyproject.EnvTable, document: pyproject.Document, findings: Findings) -> None:
    for key in sorted(env.model_extra or {}):
        line = document.line(f"{pyproject.ENVS}.{name}", key)
        remedy = _NOT_READ.get(key, "Remove it, or write it into the Dockerfile")
        findings.info("image", document.file, line, f"{key} of image {name!r} is not read", remedy)


def _is_file(objects: Mapping[str, TreeEntry], path: str) -> bool:
    return path in objects and objects[path].is_file
