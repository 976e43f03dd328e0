import pytest

from flowstacks import outputs


@pytest.mark.parametrize(
    ("api_url", "ui"),
    [
        ("http://127.0.0.1:4200/api", "http://127.0.0.1:4200"),
        ("https://prefect.test/team/api/", "https://prefect.test/team"),
        ("https://ours:secret@prefect.test/api", "https://prefect.test"),
        (
            "https://api.prefect.cloud/api/accounts/a1/workspaces/w1",
            "https://app.prefect.cloud/account/a1/workspace/w1",
        ),
    ],
)
def test_the_web_interface_of_an_api(api_url: str, ui: str) -> None:
    assert outputs.ui_url(api_url) == ui
