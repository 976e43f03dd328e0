import fnmatch
import json

from flowstacks.aws import image_repository
from flowstacks.provider.images import tags


def test_what_is_pinned_is_under_the_protecting_rule_and_the_rest_expires() -> None:
    pinned, old = json.loads(image_repository.lifecycle_policy(45))["rules"]
    assert pinned["rulePriority"] < old["rulePriority"]
    assert tags.pin("etl").startswith(tuple(pinned["selection"]["tagPrefixList"]))
    assert pinned["selection"]["countNumber"] == 9999
    assert old["selection"] == {
        "tagStatus": "any", "countType": "sinceImagePushed", "countUnit": "days", "countNumber": 45,
    }  # fmt: skip


def test_tags_that_must_move_may_move() -> None:
    for tag in (tags.pin("etl/gpu@51aa51aa51aa"), tags.tree("etl", "51aa")):
        assert any(fnmatch.fnmatchcase(tag, moving) for moving in image_repository.MOVING_TAGS)
    assert not any(
        fnmatch.fnmatchcase(tags.readable("etl", "1.2.0", "51aa" * 10), moving)
        for moving in image_repository.MOVING_TAGS
    )
