"""Whatever stands in a name or a value, it is text in a code span and nothing else."""

import html

from hypothesis import given, settings
from hypothesis import strategies as st

from flowstacks.core import markdown

BREAKING = st.text(alphabet="`|<>@#*_[]()!&\\\n\r\u2028\x00 a-~:/.\u202e", max_size=60) | st.text(max_size=60)


@settings(deadline=None)
@given(BREAKING)
def test_a_tag_holds_all_of_it(text: str) -> None:
    shown = markdown.tag(text)
    inside = shown.removeprefix("<code>").removesuffix("</code>")
    assert not {"<", ">", '"', "\n"} & set(inside)
    assert html.unescape(inside).count("@") == text.count("@")


def test_a_mention_stays_inside_code() -> None:
    assert markdown.code("@team ``x``") == "``` @team ``x`` ```"
    assert markdown.tag("<b>@team") == "<code>&lt;b&gt;@team</code>"


def test_long_ones_are_cut_and_lines_are_joined() -> None:
    assert markdown.code("a" * 10, longest=4) == "`aaa…`"
    assert markdown.block("one\n\n  two") == ["- `one`", "- `two`"]
    assert markdown.code("") == "`   `"
