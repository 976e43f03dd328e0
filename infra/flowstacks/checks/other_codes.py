"""Problems that are no check's: a file that can't be read, a declaration that can't be understood, a gate that is shut.

They come up while something is read or asked, where the code that meets them reports them with one of these codes.
"""

from typing import NamedTuple

from flowstacks.checks.check import NOT_CHECKED


class ProblemCode(NamedTuple):
    """A code that is printed, and what the docs say about it."""

    id: str
    """Code of the problem, kebab-case: scripts read it, so it never changes."""
    severities: str
    """`error`, `warning` or `info`; where it may be several, with a comma."""
    summary: str
    """What it means."""
    remedy: str
    """What to do about it."""
    hides: bool = False
    """Whether deployments may be missing because of it, so that an override can't be called mistyped."""


CONFIG = (
    ProblemCode("broken-stack-file", "error", "A stack file is no YAML mapping, or can't be edited.", "Mend the YAML"),
    ProblemCode("unknown-config-key", "error", "A config key is not known.", "Correct or remove the key"),
    ProblemCode("missing-config-key", "error", "A config key is missing.", "Write it into the stack file"),
    ProblemCode("invalid-config", "error", "A config key has a value that it does not take.", "Correct the value"),
    ProblemCode("unreadable-pin", "error", "Git can't read the commit that is pinned.", "Fetch it, or pin another"),
    ProblemCode("shared-overrides", "error", "`flowstacks:overrides` is in `Pulumi.yaml` and in the stack file, where "
                "an edit of pins would change more than pins.", "Keep it in the stack files only"),
    ProblemCode(NOT_CHECKED, "info", "Checks were left out, because what they need has an error.",
                "Correct the error, and check again"),
)  # fmt: skip
DISCOVERY = (
    ProblemCode("syntax", "error", "Python can't parse a file.", "Correct it; a flow in it could not be found", True),
    ProblemCode("pyproject", "error", "A `pyproject.toml` can't be read.", "Correct the line", True),
    ProblemCode("no-project", "warning", "No folder holds flows.", "Put flows into `flows/<project>/`", True),
    ProblemCode("nested-project", "error", "A project is inside another.", "Narrow `sources`, or move one", True),
    ProblemCode("project-name", "error", "Two projects have the same name.", "Rename one of the folders", True),
    ProblemCode("file-outside-project", "warning", "A file is beside the projects.", "Move it into a folder", True),
    ProblemCode("shared-path", "error", "A shared path is not in the repository.", "Correct the path, or commit it"),
    ProblemCode("import-outside-project", "error", "A flow imports what is neither in its project nor in its shared "
                "paths, so that its version would not move with it.", "Add it to `shared`, or copy it"),
    ProblemCode("requirements", "error", "Requirements of a project can't be read or installed.",
                "Correct them, or make the lock anew: `uv lock`"),
    ProblemCode("image", "error, info", "A declared image can't be built as declared, or a key of it is not read.",
                "Correct its table in `pyproject.toml`"),
    ProblemCode("unknown-image", "error", "A declaration names an image that its project does not have.",
                "Declare it in `pyproject.toml`, or correct the name"),
    ProblemCode("submodule", "info", "A submodule is not read.", "Keep flows in this repository"),
    ProblemCode("symlink", "info", "A symlink is not followed.", "List its target's folder under `shared`"),
    ProblemCode("prefect-yaml", "warning", "A `prefect.yaml` is not read.", "Declare the deployments in `FLOW_SPEC`"),
    ProblemCode("flow-name", "error", "The name of a flow is not known without running the file, or Prefect refuses "
                "it.", "Write another name, as a literal", True),
    ProblemCode("flow-not-decorated", "warning", "A flow is made by a call, which is not read.",
                "Write `@flow` above the function", True),
    ProblemCode("flow-in-test", "warning", "A flow is in a test, so it is not deployed.",
                "Move it, or declare it in `FLOW_SPEC`"),
    ProblemCode("no-deployment", "warning", "No flow of a project is deployed.", "Declare it in `FLOW_SPEC`"),
    ProblemCode("flow-spec", "error", "A declaration does not say for which flow it is.", "Name the flow", True),
    ProblemCode("flow-spec-key", "error", "A key of a declaration is not known, or is there twice.",
                "Correct or remove the key", True),
    ProblemCode("flow-spec-value", "error", "A value of a declaration does not fit, or is not known without running "
                "the file.", "Write a literal that fits", True),
    ProblemCode("deployment-name", "error", "The name of a deployment is taken, or Prefect refuses it.",
                "Choose another name", True),
    ProblemCode("address", "error", "Two flows of a project have the same address, or a name leaves nothing for one.",
                "Give one of them another name", True),
    ProblemCode("schedule", "error", "A schedule of a declaration does not fit.", "Correct it as the message says"),
    ProblemCode("cron", "error, warning", "A cron of a declaration is none, or fires at other times than it seems to.",
                "Write five cron fields"),
    ProblemCode("timezone", "error", "A time zone of a declaration is none.", "Write an IANA name"),
    ProblemCode("parameters", "error", "A declaration has a parameter that the flow does not have, or a value that it "
                "does not take.", "Rename or remove it, or correct the value"),
    ProblemCode("parameters-missing", "warning", "A scheduled declaration has no value for a required parameter; the "
                "stack may still give one (`missing-parameter`).", "Give it a value"),
    ProblemCode("unreadable-version", "error", "The version of a project is no version.", "Write one such as `1.2.0`"),
    ProblemCode("version-not-raised", "error", "A project changed, and its version did not.", "Raise the version"),
)  # fmt: skip
SERVERS = (
    ProblemCode("missing-image", "error", "A registry does not have an image that is pinned or needed.",
                "Build it with `flowstacks build`"),
    ProblemCode("stale-image", "error", "A pinned image was built from other files than the pinned commit has.",
                "Pin both with `flowstacks pin`"),
    ProblemCode("unverified-image", "warning", "Pinned digests are not looked up: no registry runs beside the "
                "emulator.", "Install docker-registry and run `make up` again"),
    ProblemCode("orphan", "error", "An object on the server has this stack's mark and is in no state.",
                "Run `pulumi up`, or `flowstacks remove --orphans`"),
)  # fmt: skip
PROMOTION = (
    ProblemCode("unknown-gate", "error", "`flowstacks:gates.skip` names a gate that does not exist.", "Correct it"),
    ProblemCode("gate-trunk", "error", "The commit is not on the trunk.", "Merge it first"),
    ProblemCode("gate-emptied", "error", "A project that is still there would lose every deployment.",
                "Promote another commit"),
    ProblemCode("gate-images", "error", "An image is in neither environment's repository.", "Build it first"),
    ProblemCode("gate-applied", "error", "The source does not run what its stack file pins.", "Run `pulumi up` there"),
    ProblemCode("gate-green", "error", "The last run in the source has not succeeded.", "Run it there"),
)  # fmt: skip


def sections() -> dict[str, tuple[ProblemCode, ...]]:
    """All codes, by what was read or asked."""
    return {
        "Reading the stack file": CONFIG,
        "Reading the flows": DISCOVERY,
        "Asking servers": SERVERS,
        "Promotion": PROMOTION,
    }


HIDING = frozenset(code.id for code in DISCOVERY if code.hides)
"""Codes of problems because of which deployments may be missing."""
