"""Any cron expression is refused exactly where Prefect's own parser refuses it."""

from hypothesis import given, settings
from hypothesis import strategies as st
from prefect._internal.schemas.validators import validate_cron_string

from flowstacks.stack import schedule


def prefect_refuses(cron: str) -> bool:
    try:
        validate_cron_string(cron)
    except ValueError:
        return True
    return False


FIELD = st.from_regex(
    r"\A(\*|[0-9]{1,2}W|[0-9]{1,2}|[0-9]{1,2}-[0-9]{1,2}|\*/[0-9]{1,3}|[0-9],[0-9]{1,2}|[LRH#?WMON]{1,3})\Z"
)


@settings(max_examples=500, deadline=None)
@given(st.lists(FIELD, min_size=4, max_size=6).map(" ".join))
def test_any_cron_is_judged_as_prefect_does(cron: str) -> None:
    assert (schedule.cron_fault(cron) is not None) == prefect_refuses(cron)
