"""Text of others inside markdown and HTML: names and values can't break out, link anything, or ping anybody.

GitHub neither mentions nor links inside code (GitHub Flavored Markdown 0.29, §6.3 code spans; `html-pipeline`'s
mention filter skips `code`).
"""

import html
import re

_RUN = re.compile(r"`+")
# Line ends of all alphabets, other control characters, and what changes the direction of text or can't be seen.
_UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ud800-\udfff]+")
_LONGEST = 120


def code(text: str, longest: int = _LONGEST) -> str:
    """As a code span; `longest` in characters, the rest is cut."""
    shown = _line(text, longest)
    fence = "`" * (1 + max((len(run) for run in _RUN.findall(shown)), default=0))
    # A space on each side is taken off again; without it a backtick at the edge would belong to the fence.
    edge = " " if shown.startswith(("`", " ")) or shown.endswith(("`", " ")) or not shown else ""
    return f"{fence}{edge}{shown or ' '}{edge}{fence}"


def tag(text: str, longest: int = _LONGEST) -> str:
    """The same as HTML, for places where markdown is not read (`<summary>`)."""
    return f"<code>{html.escape(_line(text, longest))}</code>"


def block(text: str) -> list[str]:
    """Lines as a list's items, each a code span: longer texts of others."""
    return [f"- {code(line.strip(), longest=400)}" for line in text.splitlines() if line.strip()]


def details(summary: str, lines: list[str]) -> str:
    """Collapsed; `summary` is HTML."""
    return "\n".join(["<details>", f"<summary>{summary}</summary>", "", *lines, "", "</details>"])


def _line(text: str, longest: int) -> str:
    flat = _UNPRINTABLE.sub(" ", text)
    return flat if len(flat) <= longest else f"{flat[: longest - 1]}…"
