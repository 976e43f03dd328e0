"""Whatever a name or a value has in it, a markdown parser sees a code span and nothing else."""

from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from flowstacks.core import markdown

PARSER = MarkdownIt("commonmark").enable("table")
BREAKING = st.text(alphabet="`|<>@#*_[]()!&\\\n\r\u2028\x00 a-~:/.\u202e", max_size=60) | st.text(max_size=60)


@settings(deadline=None)
@given(BREAKING)
def test_a_code_span_holds_all_of_it(text: str) -> None:
    tokens = PARSER.parse(f"- kind {markdown.code(text)} → {markdown.code('b')}\n")
    (inline,) = [token for token in tokens if token.type == "inline"]
    assert [token.type for token in tokens] == [
        "bullet_list_open", "list_item_open", "paragraph_open", "inline",
        "paragraph_close", "list_item_close", "bullet_list_close",
    ]  # fmt: skip
    children = inline.children or []
    assert [child.type for child in children] == ["text", "code_inline", "text", "code_inline"]
    assert children[1].content.strip() == markdown._line(text, 120).strip()
    assert "\n" not in markdown.code(text)
