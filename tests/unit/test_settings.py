from infra import settings
from infra.settings import Schedule, Settings


def test_later_layers_win_and_nothing_said_changes_nothing() -> None:
    merged = settings.merge(
        [
            Settings(description="a", env={"A": "1", "B": "1"}, tags=("x",)),
            Settings(),
            Settings(description="b", env={"B": "2"}, tags=("y",), parameters={"days": 1}),
        ]
    )
    assert merged == Settings(description="b", env={"A": "1", "B": "2"}, tags=("y",), parameters={"days": 1})


def test_an_empty_value_is_a_value() -> None:
    assert settings.merge([Settings(tags=("x",), schedules=(Schedule(cron="* * * * *"),)),
                           Settings(tags=(), schedules=())]) == Settings(tags=(), schedules=())  # fmt: skip


def test_merging_leaves_its_layers_alone() -> None:
    shared = {"A": "1"}
    settings.merge([Settings(env=shared), Settings(env={"B": "2"})])
    assert shared == {"A": "1"}


def test_a_schedule_without_a_slug_gets_one_from_its_place() -> None:
    given = (Schedule(cron="0 1 * * *"), Schedule(cron="0 2 * * *", slug="night"), Schedule(cron="0 3 * * *"))
    assert [one.slug for one in settings.with_slugs(given)] == ["schedule-1", "night", "schedule-3"]
