from typing import Any

import pytest

from flowstacks.checks import repository_url
from flowstacks.core.problem import Place
from flowstacks.stack.config import Config


@pytest.mark.parametrize(
    ("api", "url", "refused"),
    [
        ("http://127.0.0.1:4200/api", "file:///srv/flows", False),
        ("https://prefect.test/api", "file:///srv/flows", True),
        ("https://prefect.test/api", "https://git.test/flows", False),
        ("http://127.0.0.1:4200/api", "ext::sh -c x", True),
        ("https://prefect.test/api", "--upload-pack=x", True),
        ("https://prefect.test/api", None, False),
    ],
)
def test_a_url_that_git_must_not_be_given_is_refused(
    monkeypatch: pytest.MonkeyPatch, api: str, url: str | None, refused: bool
) -> None:
    monkeypatch.setenv("PREFECT_API_URL", api)
    fields: dict[str, Any] = {"environment": "dev", "runtime": "process", "schedule_policy": "paused"}
    config = Config.model_validate({**fields, "repository": {"url": url} if url else None})
    problems = repository_url.check(config, lambda path: Place(str(path[-1]), 1))
    assert [(problem.code, problem.file) for problem in problems] == [("bad-repository-url", "url")] * refused
