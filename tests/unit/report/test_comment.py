import json
import re
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from flowstacks.pins.pin import PinnedRelease
from flowstacks.report import comment
from flowstacks.report.comment import Section
from flowstacks.report.preview import Preview

PARSER = MarkdownIt("commonmark").enable("table")
A, B = "a" * 40, "b" * 40


def deployment(commit: str = A, project: str = "etl", **more: object) -> dict[str, Any]:
    return {
        "tags": [f"PROJECT_NAME={project}", f"COMMIT_HASH={commit}"],
        "version": f"1.0-{commit[:12]}",
        "schedules": [{"slug": "nightly", "cron": "0 4 * * *", "timezone": "UTC", "active": True}],
        **more,
    }


def step(op: str, name: str, before: object = None, after: object = None, kind: str = "") -> dict[str, Any]:
    typed = kind or "pulumi-python:dynamic/prefect:Deployment"
    states = {"oldState": before, "newState": after}
    return {
        "op": op,
        "urn": f"urn:pulumi:staging::flowstacks::flowstacks:index:Environment${typed}::{name}",
        **{key: {"inputs": inputs} for key, inputs in states.items() if inputs is not None},
        "detailedDiff": None,
    }


def preview(*steps: dict[str, Any], same: int = 0, **more: object) -> Preview:
    return Preview.parse(json.dumps({"steps": steps, "changeSummary": {"same": same}, **more}))


def text(*steps: dict[str, Any], **more: Any) -> str:
    return comment.compose([Section(stack="staging", preview=preview(*steps, **more))]).text


def test_nothing_to_say_is_one_line_below_the_marker() -> None:
    quiet = [Section(stack=name, preview=preview(same=5)) for name in ("dev", "staging")]
    assert comment.compose(quiet).text == f"{comment.MARKER}\nNothing changes in `dev`, `staging`.\n"
    assert comment.compose([]).text == f"{comment.MARKER}\nNothing changes.\n"


def test_a_line_for_each_stack_and_what_is_promoted_from_where() -> None:
    release = json.dumps({"commit": B, "from": "dev", "images": {"etl": "sha256:2", "same": "sha256:0"}})
    moved = preview(
        step("update", "load/nightly", deployment(A), deployment(B)),
        step("create", "new/nightly", None, deployment(B)),
        same=497,
        config={"flowstacks:release": release},
    )
    before = PinnedRelease(commit=A, from_="dev", images={"etl": "sha256:1", "same": "sha256:0"})
    told = comment.compose([Section(stack="staging", preview=moved, before=before)]).text.splitlines()
    assert told[:2] == [
        comment.MARKER,
        f"**`staging`**: 1 created, 1 updated, 497 unchanged. Release `{A[:12]}` → `{B[:12]}` from `dev`, 1 image",
    ]


def test_a_promotion_that_moves_nothing_is_told_all_the_same() -> None:
    same = preview(same=3, config={"flowstacks:release": json.dumps({"commit": B})})
    told = comment.compose([Section(stack="main", preview=same, before=PinnedRelease(commit=A))]).text
    assert f"Release `{A[:12]}` → `{B[:12]}`" in told


def test_risks_come_first_and_what_carries_them_is_named() -> None:
    paused = [{"slug": "nightly", "cron": "0 5 * * *", "timezone": "UTC", "active": False}]
    told = text(
        step("delete", "gone/x", deployment()),
        step("update", "late/x", deployment(), deployment(schedules=paused)),
        step("update", "still/x", deployment(paused=True), deployment(B, paused=True)),
        step("replace", "pool", {"type": "process"}, {"type": "ecs"}, "pulumi-python:dynamic/prefect:WorkPool"),
        step("replace", "etl", {"family": "f"}, {"family": "f", "cpu": "512"}, "aws:ecs/taskDefinition:TaskDefinition"),
        step("delete", "old", {"name": "old"}, None, "aws:iam/role:Role"),
    )
    schedule = "schedule nightly"
    risks = told.partition("**Risks**\n\n")[2].partition("\n\n")[0]
    assert risks.splitlines() == [
        "- `staging`: deployments deleted (1): `gone/x`",
        "- `staging`: deleted (1): Role `old`",
        "- `staging`: deleted and made anew (1): WorkPool `pool`",
        f"- `staging`: schedules changed (1): `late/x` (`{schedule} cron 0 4 * * * -> 0 5 * * *, {schedule} paused`)",
        "- `staging`: scheduled runs dropped, since their deployments go (1): `gone/x`",
        "- `staging`: scheduled runs deleted and planned again, since Prefect does so at every update (1): `late/x`",
    ]
    assert told.index("**Risks**") < told.index("<details>")


def test_details_are_collapsed_by_project() -> None:
    told = text(
        step("update", "load/x", deployment(A), deployment(B, version="1.1-bbbbbbbbbbbb", parameters='{"days":7}')),
        step("create", "report/x", None, deployment(B, project="reports")),
        step("update", "pool", {"base_job_template": "{}"}, {"base_job_template": "x" * 99}, "x:y/prefect:WorkPool"),
    )
    assert "<summary><code>staging</code> <code>etl</code>: 1 updated</summary>" in told
    assert "<summary><code>staging</code> <code>reports</code>: 1 created</summary>" in told
    assert "<summary><code>staging</code> <code>(environment)</code>: 1 updated</summary>" in told
    assert f"  - `commit {A[:12]} -> {B[:12]}, version 1.0 -> 1.1`\n  - `parameter days added: 7`\n" in told
    assert "  - `base job template: changed`" in told
    assert told.count("<details>") == told.count("</details>") == 3


def test_secrets_stay_masked_and_unknowns_say_so() -> None:
    told = text(
        step("update", "db", {"secretString": "[secret]"}, {"secretString": "[secret]"}, "aws:sm/v:SecretVersion")
        | {"diffReasons": ["secretString"]},
        step("update", "etl/x", deployment(env="[secret]"), deployment(env="04da6b54-80e4-46f7-96ec-b56ff0331ba9")),
        step("update", "r/x", deployment(schedules="[secret]"), deployment(parameter_openapi_schema="[secret]")),
    )
    assert "`secretString: changed, in a secret or in what is not known yet`" in told
    assert '`env: "[secret]" -> [unknown]`' in told
    assert '`parameter openapi schema added: "[secret]"`' in told


def test_errors_have_their_place_and_stand_above_the_rest() -> None:
    failed = {
        "severity": "error",
        "message": "error: 1 problem found, nothing was changed:\n  flows/etl/load.py:3: error: bad @cron. Mend it\n",
    }
    own = {"severity": "error", "message": "error: an unhandled error occurred: program exited with 1\n"}
    told = text(diagnostics=[failed, own])
    assert "**`staging`**: can't be previewed" in told
    assert "- `flows/etl/load.py:3: error: bad @cron. Mend it`" in told
    assert "unhandled" not in told


@pytest.mark.parametrize(
    ("output", "expected"),
    [
        ("", "the preview printed nothing"),
        ("error: getting stack configuration: yaml: line 9", "getting stack configuration: yaml: line 9"),
        ('{"steps": [', "can't be read"),
        ('{"steps": [{"urn": 1}]}', "can't be read"),
        ('{"steps": []}\nerror: no stack named x', "no stack named x"),
    ],
)
def test_what_is_no_preview_is_an_error_in_its_section(output: str, expected: str) -> None:
    found = Preview.parse(output)
    assert expected in "\n".join(found.errors)
    assert expected in comment.compose([Section(stack="staging", preview=found)]).text


def test_refreshed_steps_and_the_two_halves_of_a_replacement_count_once() -> None:
    found = preview(
        step("refresh", "a/x", deployment(), deployment()),
        step("create-replacement", "b/x", deployment(), deployment(B)),
        step("replace", "b/x", deployment(), deployment(B)),
        step("delete-replaced", "b/x", deployment()),
        step("same", "c/x", deployment(), deployment()),
    )
    assert [(one.operation, one.name) for one in found.changes] == [("replace", "b/x")]


@pytest.mark.parametrize("limit", [comment.LIMIT_BYTES, 6_000])
@pytest.mark.parametrize("op", ["update", "delete"])
def test_two_thousand_changes_fit_and_keep_summary_and_risks(limit: int, op: str) -> None:
    name = "a flow with a fairly long name — né {0}/nightly--staging"
    steps = [
        step(op, name.format(n), deployment(A, f"p-{n % 50}"), deployment(B, f"p-{n % 50}") if op == "update" else None)
        for n in range(2_000)
    ]
    made = comment.compose([Section(stack="staging", preview=preview(*steps, same=3))], limit=limit)
    assert len(made.text.encode()) <= limit < 65_536
    assert f"**`staging`**: 2000 {'updated' if op == 'update' else 'deleted'}, 3 unchanged" in made.text
    assert "(2000): " in made.text
    assert "and 1980 more" in made.text or limit < 10_000
    assert made.text.count("<details>") == made.text.count("</details>")
    shown = made.text.count("\n- `~` ") + made.text.count("\n- `-` ")
    assert shown + made.omitted == 2_000
    assert f"{made.omitted} changes are left out here" in made.text
    assert "`pulumi preview --diff -s staging`" in made.text


def test_more_errors_than_fit_lose_lines_and_never_a_stack() -> None:
    failed = Preview.parse("\n".join(f"flows/x/{n}.py:1: error: {'é' * 300}. Mend it" for n in range(90)))
    sections = [Section(stack=f"stack-{n}", preview=failed) for n in range(30)]
    made = comment.compose(sections).text
    assert len(made.encode()) <= comment.LIMIT_BYTES
    assert all(f"**`stack-{n}`**: can't be previewed" in made for n in range(30))
    assert "more lines" in made
    assert len(comment.compose(sections, limit=3_000).text.encode()) <= 3_000


NAMES = st.text(alphabet="`|<>@#*_[]()!&\\\n\r\u2028 a-~:/.", min_size=1, max_size=40)


@settings(deadline=None)
@given(NAMES, NAMES, NAMES, st.sampled_from(["create", "update", "delete", "replace"]))
def test_names_and_values_cannot_break_out(name: str, project: str, value: str, op: str) -> None:
    before, after = (
        deployment(project=project),
        deployment(B, project, description=value, parameters=json.dumps({value: name})),
    )
    made = comment.compose([
        Section(
            stack=name,
            preview=preview(
                step(op, name, before, after),
                step(op, value, {value: name}, {value: value}, "aws:iam/role:Role"),
                diagnostics=[{"severity": "warning", "message": f"warning: a.py:1: warning: {value}"}],
            ),
        )
    ]).text  # fmt: skip
    tokens = PARSER.parse(made)
    ours = re.compile(r"</?(?:details|summary|code)>|<!-- flowstacks:comment -->")
    assert all(token.content.isspace() or ours.search(token.content) for token in tokens if token.type == "html_block")
    html = "".join(ours.sub("", token.content) for token in tokens if token.type == "html_block")
    assert not {"<", ">"} & set(html)
    inline = {child.type for token in tokens for child in token.children or ()}
    assert inline <= {"text", "softbreak", "strong_open", "strong_close", "code_inline"}
    assert made.count("\n<details>") == made.count("\n</details>")
