"""Pages of tags: Debian's registry sends all at once, ECR does not."""

import pytest

from flowstacks.provider.images import repository


@pytest.mark.parametrize(
    ("link", "path"),
    [
        ("", None),
        ('</v2/a/b/tags/list?n=2&last=two>; rel="next"', "tags/list?n=2&last=two"),
        ("<https://r.test/v2/a/tags/list?n=2&last=%3D>; rel=next", "tags/list?n=2&last=%3D"),
        ('</v2/a/tags/list?n=2>; rel="prev"', None),
    ],
)
def test_the_next_page(link: str, path: str | None) -> None:
    assert repository.following(link) == path
