"""The command's own words: verbs, and where options may stand."""

import pytest

from flowstacks.cli import entry
from tests.support import promotions
from tests.support.promotions import Team

Printed = pytest.CaptureFixture[str]


@pytest.fixture
def team(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Team:
    made = Team(tmp_path_factory.mktemp("team") / "repository")
    promotions.inside(made, monkeypatch)
    made.repo.write({"Pulumi.dev.yaml": f"{promotions.HEAD_LINES}  flowstacks:release:\n    commit: {made.first}\n"})
    return made


@pytest.mark.parametrize(
    "words",
    [
        ("dev", "main", "etl/**", "--dry-run", "--json"),
        ("dev", "main", "--dry-run", "etl/**", "--json"),
        ("--dry-run", "dev", "--json", "main", "etl/**"),
        ("--dry-run", "--json", "--", "dev", "main", "etl/**"),
    ],
)
def test_options_stand_anywhere(team: Team, capsys: Printed, words: tuple[str, ...]) -> None:
    del team
    code = entry.main(("promote", *words))
    assert code == 0
    assert '"etl/**"' in capsys.readouterr().out


@pytest.mark.parametrize("words", [("--skip", "trunk"), ("etl/**", "--skip=trunk"), ("-h",)])
def test_what_stands_after_two_dashes_is_no_option(team: Team, capsys: Printed, words: tuple[str, ...]) -> None:
    """`promote.yml` hands on what somebody typed."""
    with pytest.raises(SystemExit) as ended:
        entry.main(("promote", "--dry-run", "--", "dev", "main", *words))
    assert ended.value.code == 2
    assert "begins with a dash" in capsys.readouterr().err
    assert "release" not in team.stack_file.read_text(encoding="utf-8")


@pytest.mark.parametrize("words", [(), ("promoted",), ("promote", "dev"), ("promote", "dev", "main", "--fast")])
def test_unknown_words_are_usage(capsys: Printed, words: tuple[str, ...]) -> None:
    with pytest.raises(SystemExit) as ended:
        entry.main(words)
    assert ended.value.code == 2
    assert "usage: flowstacks" in capsys.readouterr().err
