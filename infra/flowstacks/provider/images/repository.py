"""One repository of a registry, by the registry's HTTP API: tags, manifests, blobs. Nothing is decided here.

Routes and media types: OCI distribution-spec 1.1 and image-spec 1.1; seen on Debian's docker-registry 2.8.2.
"""

import concurrent.futures
import hashlib
import http
import json
import re
import threading
import urllib.parse
from collections.abc import Iterable, Iterator
from typing import Literal, Self

import pydantic

from flowstacks.provider.errors import NotFoundError, ProviderError, RequestError
from flowstacks.provider.http.transport import Content, Endpoint, Patience, Response, Transport
from flowstacks.provider.model import Answer

INDEXES = ("application/vnd.oci.image.index.v1+json", "application/vnd.docker.distribution.manifest.list.v2+json")
MANIFESTS = ("application/vnd.oci.image.manifest.v1+json", "application/vnd.docker.distribution.manifest.v2+json")
_ACCEPT = {"Accept": ", ".join((*MANIFESTS, *INDEXES))}
_DIGEST = "Docker-Content-Digest"
_EMPTY_CONFIG = b"{}"
_PAGE = 1000
_AT_ONCE = 8
"""Requests; ECR allows many hundred a second (https://docs.aws.amazon.com/AmazonECR/latest/userguide/service-quotas.html)."""

_NEXT = re.compile(r'<([^>]+)>;\s*rel="?next"?')


_untagging = threading.Lock()


class Descriptor(Answer):
    """What a manifest refers to, `size` in bytes; `urls` of a foreign layer, which no registry holds."""

    digest: str
    size: int
    urls: tuple[str, ...] = ()


class ImageManifest(Answer):
    """The parts of an image manifest or an index that name others."""

    config: Descriptor | None = None
    layers: tuple[Descriptor, ...] = ()
    manifests: tuple[Descriptor, ...] = ()


class _Run(Answer):
    labels: dict[str, str] | None = pydantic.Field(None, alias="Labels")


class _Config(Answer):
    config: _Run | None = None


class _Tags(Answer):
    tags: tuple[str, ...] | None = None


class RegistryRepository:
    """Thread-safe. `name` is the path after the registry's host. Errors are those of `flowstacks.provider.errors`."""

    def __init__(self, server: Endpoint, name: str, patience: Patience | None = None) -> None:
        """Nothing is sent yet."""
        self.server = server
        self.name = name
        self._transport = Transport(server, patience or Patience())

    def __enter__(self) -> Self:
        """Close with the block."""
        return self

    def __exit__(self, *_: object) -> None:
        """As `close`."""
        self.close()

    def close(self) -> None:
        """Give the connections back."""
        self._transport.close()

    @property
    def url(self) -> str:
        """`host:port/name`, as image references have it."""
        return f"{urllib.parse.urlsplit(self.server.url).netloc}/{self.name}"

    def exists(self) -> bool:
        """Whether the registry knows the repository; ECR needs it before a push, others make it with the first."""
        try:
            self._get("tags/list?n=1")
        except NotFoundError:
            return False
        return True

    def digest(self, reference: str) -> str | None:
        """The digest that a tag (or a digest) stands for, None where it isn't there."""
        try:
            answer = self._ask("HEAD", f"manifests/{reference}")
        except NotFoundError:
            return None
        # Optional in the specification, so asked for again where a registry leaves it out.
        return answer.headers.get(_DIGEST) or _digest(self._manifest(reference)[0])

    def digests(self, references: Iterable[str]) -> dict[str, str | None]:
        """As `digest`, for many at once."""
        asked = list(dict.fromkeys(references))
        with concurrent.futures.ThreadPoolExecutor(_AT_ONCE) as pool:
            return dict(zip(asked, pool.map(self.digest, asked), strict=True))

    def has(self, digest: str) -> bool:
        """Whether an image of this digest is there, under whatever tag or none."""
        return self.digest(digest) is not None

    def labels(self, digest: str) -> dict[str, str]:
        """What the image says of itself (image-spec 1.1, "Image Configuration"); nothing for an index of several."""
        described = ImageManifest.model_validate_json(self._manifest(digest)[0]).config
        if described is None:
            return {}
        image = _Config.model_validate_json(b"".join(self._blob(described.digest))).config
        return (image.labels if image else None) or {}

    def tags(self) -> list[str]:
        """All tags, sorted; none where there is no such repository."""
        names: list[str] = []
        path: str | None = f"tags/list?n={_PAGE}"
        while path:
            try:
                answer = self._get(path)
            except NotFoundError:
                return []
            names += _Tags.model_validate_json(answer.content).tags or ()
            path = following(answer.headers.get("Link", ""))
        return sorted(names)

    def tag(self, digest: str, tag: str) -> None:
        """Let `tag` stand for `digest`; nothing is sent where it does. Raises NotFoundError for an unknown digest."""
        # A repository with immutable tags refuses even the same image again.
        if self.digest(tag) != digest:
            self._put(tag, *self._manifest(digest))

    def untag(self, tag: str) -> None:
        """Take the tag away and leave the image; nothing to do where there is no such tag.

        Raises RequestError where the registry deletes nothing.
        """
        try:
            self._ask("DELETE", f"manifests/{tag}")
        except NotFoundError:
            return
        except RequestError as error:
            if error.status not in (http.HTTPStatus.METHOD_NOT_ALLOWED, http.HTTPStatus.BAD_REQUEST):
                raise
            self._untag_by_digest(tag)

    def copy(self, source: "RegistryRepository", digest: str) -> None:
        """Bring an image here from another repository: an index with all its images; what is there is not sent."""
        if self.has(digest):
            return
        content, media_type = source._manifest(digest)  # noqa: SLF001 - the other one of the same class
        manifest = ImageManifest.model_validate_json(content)
        for child in manifest.manifests:
            self.copy(source, child.digest)
        blobs = [manifest.config, *manifest.layers] if manifest.config else list(manifest.layers)
        for blob in blobs:
            if not blob.urls:
                self._transport.until_known(lambda descriptor=blob: self._bring(source, descriptor))
        self._put(digest, content, media_type)

    def _bring(self, source: "RegistryRepository", blob: Descriptor) -> None:
        try:
            self._ask("HEAD", f"blobs/{blob.digest}")
        except NotFoundError:
            pass
        else:
            return
        same = source.server.url == self.server.url
        mount = f"?{urllib.parse.urlencode({'mount': blob.digest, 'from': source.name})}" if same else ""
        begun = self._ask("POST", f"blobs/uploads/{mount}", repeatable=False)
        if begun.status_code != http.HTTPStatus.CREATED:  # not mounted: then it wants the content
            self._upload(begun.headers["Location"], blob.digest, lambda: source._blob(blob.digest), blob.size)  # noqa: SLF001 - as above

    def _upload(self, location: str, digest: str, content: Content, size: int) -> None:
        """Fill an upload that was begun: PATCH, then PUT, as Docker pushes to ECR."""
        headers = {"Content-Type": "application/octet-stream", "Content-Length": str(size)}
        sent = self._at(location, "PATCH", content, headers)
        ready = sent.headers.get("Location", location)
        joint = "&" if "?" in ready else "?"
        self._at(f"{ready}{joint}{urllib.parse.urlencode({'digest': digest})}", "PUT", b"", {})

    def _at(
        self, location: str, method: Literal["PATCH", "PUT"], content: Content, headers: dict[str, str]
    ) -> Response:
        # A location elsewhere would get our login.
        target = urllib.parse.urlsplit(urllib.parse.urljoin(f"{self.server.url}/", location))
        if target.netloc != urllib.parse.urlsplit(self.server.url).netloc:
            text = f"{self.url} sends uploads to another host, {target.netloc}. Use a registry that takes them itself."
            raise ProviderError(text)
        path = urllib.parse.urlunsplit(("", "", target.path, target.query, ""))
        return self._transport.request(method, path, writes=False, repeatable=False, content=content, headers=headers)

    def _blob(self, digest: str) -> Iterator[bytes]:
        with self._transport.download(self._path(f"blobs/{digest}")) as chunks:
            yield from chunks

    def _untag_by_digest(self, tag: str) -> None:
        """For registries that delete by digest only: move the tag to a manifest of its own, and delete that."""
        with _untagging:  # the blob that one of several brings may be gone for the next before it is used
            self._move_and_delete(tag)

    def _move_and_delete(self, tag: str) -> None:
        if self.digest(tag) is None:
            return
        config = _digest(_EMPTY_CONFIG)
        self._transport.until_known(lambda: self._bring_bytes(config, _EMPTY_CONFIG))
        described = {
            "mediaType": "application/vnd.oci.image.config.v1+json",
            "digest": config,
            "size": len(_EMPTY_CONFIG),
        }
        marks = {"annotations": {"untagged": tag}}  # else two tags that go at once would share a digest
        shape = {
            "schemaVersion": 2,
            "mediaType": MANIFESTS[0],
            "config": described,
            "layers": tuple[str, ...](),
            **marks,
        }
        content = json.dumps(shape).encode()
        self._put(tag, content, MANIFESTS[0])
        self._ask("DELETE", f"manifests/{_digest(content)}")

    def _bring_bytes(self, digest: str, content: bytes) -> None:
        begun = self._ask("POST", "blobs/uploads/", repeatable=False)
        self._upload(begun.headers["Location"], digest, content, len(content))

    def _manifest(self, reference: str) -> tuple[bytes, str]:
        """Exactly as stored, for the digest is that of its bytes, and its media type."""
        answer = self._get(f"manifests/{reference}")
        return answer.content, answer.headers["Content-Type"].partition(";")[0]

    def _put(self, reference: str, content: bytes, media_type: str) -> None:
        self._transport.request(
            "PUT", self._path(f"manifests/{reference}"), writes=False, repeatable=True, content=content,
            headers={"Content-Type": media_type},
        )  # fmt: skip

    def _get(self, path: str) -> Response:
        return self._ask("GET", path)

    def _ask(self, method: Literal["GET", "HEAD", "POST", "DELETE"], path: str, *, repeatable: bool = True) -> Response:
        return self._transport.request(method, self._path(path), writes=False, repeatable=repeatable, headers=_ACCEPT)

    def _path(self, path: str) -> str:
        return f"/v2/{self.name}/{path}"


def following(link: str) -> str | None:
    """The next page of tags, from a `Link` header (distribution-spec 1.1, "Listing Tags"); None after the last."""
    match = _NEXT.search(link)
    return f"tags/list?{urllib.parse.urlsplit(match[1]).query}" if match else None


def _digest(content: bytes) -> str:
    return f"sha256:{hashlib.sha256(content).hexdigest()}"
