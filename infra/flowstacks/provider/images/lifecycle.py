"""check, diff, create, read, update and delete of an `Image`: a tag on a digest of the environment's repository.

Outputs are the inputs with the settled `digest`, and `uri`. The content is what counts: a commit that leaves the tree
key alone changes nothing. Images themselves are never deleted here, the repository's lifecycle policy does that.
"""

from collections.abc import Mapping
from typing import Any, cast

import pydantic
from pulumi import dynamic

from flowstacks.provider.errors import NotFoundError, ProviderError
from flowstacks.provider.fields import properties
from flowstacks.provider.images import builds, ecr, endpoint, tags
from flowstacks.provider.images.image import ImageInputs
from flowstacks.provider.images.session import RegistrySession

Props = Mapping[str, object]

_NOT_INPUTS = ("__provider", "uri")
_REPLACING = ("repository_url", "tag")


def check(session: RegistrySession, news: Props) -> dynamic.CheckResult:
    """One failure for each property that is unknown, missing or of a wrong type.

    `uri` is added where it is settled already: then a preview shows which image comes.
    """
    sent = _inputs(news)
    session.checked(str(sent.get("repository_url")), str(sent.get("tag")))
    digest = sent.get("digest")
    settled = digest is not None and not _unknown(digest) and not _unknown(sent.get("repository_url"))
    checked = {**sent, "uri": _uri(sent["repository_url"], digest)} if settled else sent
    return dynamic.CheckResult(cast("dict[str, Any]", checked), _failures(sent))


def diff(session: RegistrySession, olds: Props, news: Props) -> dynamic.DiffResult:
    """From state and program alone. A digest that is left open stays what it was settled to while the content stays."""
    changed = [name for name in (*_REPLACING, "tree_key") if olds.get(name) != news.get(name)]
    if news.get("digest") not in (None, olds.get("digest")):
        changed.append("digest")
    # A refresh leaves no tag in the state where the server had lost it: that is to be put back, not replaced.
    replaces = [name for name in changed if name in _REPLACING and olds.get(name) and not _unknown(news.get(name))]
    if not replaces:
        session.kept(str(news.get("repository_url")), str(news.get("tag")))
    return dynamic.DiffResult(changes=bool(changed), replaces=replaces)


def create(session: RegistrySession, props: Props) -> dynamic.CreateResult:
    """Settle the digest, then tag it. Raises a ProviderError where a pinned one is missing or nothing may be built."""
    inputs = ImageInputs.model_validate(_inputs(props))
    return dynamic.CreateResult(f"{inputs.repository_url}:{inputs.tag}", _settled(session, inputs))


def update(session: RegistrySession, news: Props) -> dynamic.UpdateResult:
    """As `create`: both say which digest the tag is to stand for."""
    return dynamic.UpdateResult(_settled(session, ImageInputs.model_validate(_inputs(news))))


def read(session: RegistrySession, id_: str, props: Props) -> dynamic.ReadResult:
    """An empty id where the digest is gone; an empty tag where the tag stands for another image, or for none."""
    repository = session.repository(str(props["repository_url"]), _text(props.get("region")))
    session.refreshed(str(props["repository_url"]), str(props["tag"]))
    digest = str(props["digest"])
    if not repository.has(digest):
        return dynamic.ReadResult("", {})
    tag = str(props["tag"])
    kept = {**_inputs(props), "tag": tag if tag and repository.digest(tag) == digest else ""}
    outs = {**kept, "uri": _uri(props["repository_url"], digest)}
    return dynamic.ReadResult(id_, outs, outs)


def delete(session: RegistrySession, props: Props) -> None:
    """Take the tag away, unless another resource of this run has it or it stands for another image by now."""
    url, tag, region = str(props["repository_url"]), str(props["tag"]), _text(props.get("region"))
    if not tag or session.is_held(url, tag):
        return
    if endpoint.substitute() is None:
        ecr.untag(url, tag, region)
    elif (repository := session.repository(url, region)).digest(tag) == props["digest"]:
        repository.untag(tag)


def _settled(session: RegistrySession, inputs: ImageInputs) -> dict[str, Any]:
    session.hold(inputs.repository_url, inputs.tag)
    repository = session.repository(inputs.repository_url, inputs.region)
    digest = inputs.digest or repository.digest(tags.tree(inputs.image, inputs.tree_key))
    if digest is None:
        digest = _built(session, inputs)
    try:
        if inputs.source and not repository.has(digest):
            repository.copy(session.repository(inputs.source, endpoint.region(inputs.source)), digest)
            # As a build would have left it, so that it is found by its content here too.
            repository.tag(digest, tags.tree(inputs.image, inputs.tree_key))
        repository.tag(digest, inputs.tag)
    except NotFoundError:
        raise ProviderError(
            f"{inputs.repository_url} has no image {digest} for {inputs.image}. Build it with "
            f"`flowstacks build STACK {inputs.image} --commit {inputs.commit}`, or pin a digest that is there."
        ) from None
    return {**inputs.model_dump(), "digest": digest, "uri": _uri(inputs.repository_url, digest)}


def _built(session: RegistrySession, inputs: ImageInputs) -> str:
    if not session.settings.build:
        raise ProviderError(
            f"{inputs.repository_url} has no image of {inputs.image} at {inputs.commit[:12]}. Build it with "
            f"`flowstacks build STACK {inputs.image} --commit {inputs.commit}`, or set flowstacks:images.build: true."
        )
    return builds.build(inputs, session.settings.base)


def _failures(sent: Props) -> list[dynamic.CheckFailure]:
    try:
        ImageInputs.model_validate(sent)
    except pydantic.ValidationError as error:
        return [
            dynamic.CheckFailure(str(part["loc"][0]), f"{'.'.join(map(str, part['loc']))}: {part['msg']}. Correct it.")
            for part in error.errors(include_url=False)
            if not _unknown(part["input"])  # the same check comes again once it is known
        ]
    return []


def _unknown(value: object) -> bool:
    return properties.is_unknown(value)


def _inputs(props: Props) -> dict[str, object]:
    return {name: value for name, value in props.items() if name not in _NOT_INPUTS}


def _uri(repository_url: object, digest: object) -> str:
    return f"{repository_url}@{digest}"


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None
