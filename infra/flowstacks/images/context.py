"""The context of a build: the project's folder and its shared paths at a commit, with their repository paths."""

from collections.abc import Sequence
from pathlib import Path

from flowstacks.discovery.flows import imports
from flowstacks.git.git_tree import Tree

_FILE, _PROGRAM, _FOLDER = 0o644, 0o755, 0o755
_EXECUTABLE = "100755"


def extract(tree: Tree, paths: Sequence[str], folder: Path) -> None:
    """Write everything under `paths` into `folder`, which must not exist.

    Modes are set, whatever the umask: they are part of the image. Symlinks stay links; submodules are left out, the
    repository does not hold their content. Raises GitError where the clone lacks content.
    """
    _make(folder)
    included = sorted(path for path in tree.objects if imports.inside(path, paths))
    files = [path for path in included if tree.objects[path].is_file or tree.objects[path].is_symlink]
    blobs = tree.read(files)
    for path in files:
        target = folder / path
        for above in reversed(target.relative_to(folder).parents):
            _make(folder / above)
        if tree.objects[path].is_symlink:
            target.symlink_to(blobs[path].content.decode(errors="surrogateescape"))
        else:
            target.write_bytes(blobs[path].content)
            target.chmod(_PROGRAM if tree.objects[path].mode == _EXECUTABLE else _FILE)


def _make(folder: Path) -> None:
    folder.mkdir(exist_ok=True)
    folder.chmod(_FOLDER)
