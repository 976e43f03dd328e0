"""The release as it is written in a stack file. Pure."""

from collections.abc import Mapping

from flowstacks.stack.config import Release


def text(commit: str, now: Release | None, digests: Mapping[str, str | None]) -> str:
    """YAML for below `config:`; a comment for each image that is missing. `now`: what the stack file has."""
    lines = ["  flowstacks:release:", f"    commit: {commit}"]
    if now and now.commit == commit and now.from_:
        lines.append(f"    from: {now.from_}")
    lines.append("    images:")
    lines += [
        f"      {key}: {digest}" if digest else f"      # {key}: not built yet" for key, digest in digests.items()
    ]
    return "\n".join(lines) + "\n"
