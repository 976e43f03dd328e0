"""The release as it is written in a stack file. Pure."""

from collections.abc import Mapping

from flowstacks.stack.release import Release


def text(commit: str, current: Release | None, digests: Mapping[str, str | None]) -> str:
    """YAML for below `config:`; a comment for each image without a digest. `current`: what the stack file has."""
    lines = ["  flowstacks:release:", f"    commit: {commit}"]
    if current and current.commit == commit and current.from_:
        lines.append(f"    from: {current.from_}")
    lines.append("    images:")
    lines += [
        f"      {key}: {digest}" if digest else f"      # {key}: not built yet" for key, digest in digests.items()
    ]
    return "\n".join(lines) + "\n"
