import pytest

from flowstacks.runtimes import fargate

LEGAL = {
    256: (512, 1024, 2048),
    512: (1024, 2048, 3072, 4096),
    1024: (2048, 3072, 4096, 5120, 6144, 7168, 8192),
    4096: (8192, 9216, 29696, 30720),
    8192: (16384, 20480, 61440),
    16384: (32768, 40960, 122880),
}
ILLEGAL = (
    *((256, 256), (256, 768), (256, 3072), (512, 512), (512, 1536), (1024, 1024), (1024, 9216)),
    *((4096, 31744), (8192, 17408), (8192, 65536), (16384, 36864), (16384, 131072)),
)


@pytest.mark.parametrize(("cpu", "memory"), [(cpu, memory) for cpu, fitting in LEGAL.items() for memory in fitting])
def test_what_the_guide_lists_is_legal(cpu: int, memory: int) -> None:
    assert fargate.problem(cpu, memory) is None


@pytest.mark.parametrize(("cpu", "memory"), ILLEGAL)
def test_what_the_guide_does_not_list_is_not(cpu: int, memory: int) -> None:
    assert fargate.problem(cpu, memory) is not None


def test_the_remedy_names_both_ways_out() -> None:
    assert fargate.problem(256, 4096) == (
        "Fargate has no memory 4096 for cpu 256",
        "Write 512, 1024, 2048 MiB; or cpu 512, 1024, 2048 for this memory",
    )
    assert fargate.problem(8192, 999) == (
        "Fargate has no memory 999 for cpu 8192",
        "Write 16384 to 61440 in steps of 4096 MiB",
    )
    assert fargate.problem(300, 512) == (
        "Fargate has no cpu 300",
        "Known are 256, 512, 1024, 2048, 4096, 8192, 16384 CPU units",
    )


@pytest.mark.parametrize("cpu", [None, *fargate.MEMORY])
def test_memory_left_unsaid_is_legal_for_every_cpu(cpu: int | None) -> None:
    assert fargate.problem(*fargate.size(cpu, None)) is None


def test_a_size_is_what_was_said_of_it() -> None:
    assert fargate.size(None, None) == (1024, 2048)
    assert fargate.size(512, None) == (512, 1024)
    assert fargate.size(None, 4096) == (1024, 4096)
    assert fargate.size(256, 512) == (256, 512)


@pytest.mark.parametrize(("gib", "fits"), [(20, False), (21, True), (200, True), (201, False), (0, False), (-1, False)])
def test_storage(gib: int, *, fits: bool) -> None:
    assert (fargate.storage_problem(gib) is None) is fits


@pytest.mark.parametrize(("days", "fits"), [(0, True), (1, True), (90, True), (365, True), (3653, True), (2, False)])
def test_log_days(days: int, *, fits: bool) -> None:
    assert (fargate.log_days_problem(days) is None) is fits
