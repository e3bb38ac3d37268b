"""What is said of a text that is no YAML: the line of the slip, and how to write it right, in both languages."""

from __future__ import annotations

import re
from collections.abc import Sequence

from ruamel.yaml.error import MarkedYAMLError, StreamMark

from zhike.kernel.definition_parts import Labels

#: Signs of a Chinese keyboard where YAML wants its own.
HALF_WIDTH = dict(zip("：，｛｝［］【】＂＇“”‘’＃－", ":,{}[][]\"'\"\"''#-", strict=True))

#: A key at the start of a line or of an item of a mapping in braces.
_KEY = r"(?:^\s*(?:- +)*|[{,，｛]\s*)[A-Za-z_]\w*"
#: What people type for YAML's own signs, where it can only be meant as one.
_FULL_WIDTH = (
    re.compile(rf"{_KEY}\s*(：)"),
    re.compile(r"(，)\s*[A-Za-z_]\w*\s*[:：]"),
    re.compile(r"[:：]\s*([｛［【])"),
)
_BLANK = re.compile(r"^\s*(?:#.*)?$")
_MERGED = re.compile(r"^(?:<{7}|={7}|>{7})")
_NO_SPACE = re.compile(r"^\s*(?:- +)*[A-Za-z_]\w*:[^\s:/]")
_WIDE_SPACE = re.compile(r"^\s*[\u3000\u00a0\u2000-\u200b]")


def explained(error: MarkedYAMLError, text: str) -> tuple[int, Labels]:
    """Return the line (from 1) of the slip that the parser stumbled over, and what to do about it."""
    mark = error.problem_mark or error.context_mark
    line = mark.line + 1 if mark else 1
    lines = text.split("\n")
    return _slip(lines[:line], line) or _worded(error, line, lines)


def merged_or_tagged(text: str) -> tuple[int, Labels]:
    """Return the line of the first tag (!) or merge key (<<), which definitions do not have, and that they have none."""
    slip = re.compile(r"^\s*(?:- +)*<<\s*:|[{,]\s*<<\s*:|(?:^\s*|[:,\[{]\s*|- +)!")
    found = next((number for number, line in enumerate(text.split("\n"), 1) if slip.search(line)), 1)
    return found, Labels(
        "不支持标签（!）和合并键（<<），请把值直接写出来",
        "tags (!) and merge keys (<<) are not taken: write the values out",
    )


def width_hint(written: str) -> Labels:
    """Return what to say of a name with a sign of a Chinese keyboard in it; nothing of others."""
    sign = next((sign for sign in written if sign in HALF_WIDTH), None)
    return _full_width(sign) if sign else Labels("", "")


def _full_width(sign: str) -> Labels:
    names = {"：": "全角冒号", "，": "全角逗号"}
    half = HALF_WIDTH[sign]
    return Labels(
        f"{names.get(sign, '全角符号')}“{sign}”：请用半角 {half}",
        f"'{sign}' is a full-width sign: write {half}",
    )


def _slip(lines: Sequence[str], last: int) -> tuple[int, Labels] | None:
    """Return the nearest line up to the one where the parser stopped that holds a slip known by its look."""
    written = [(number, line) for number, line in enumerate(lines, 1) if not _BLANK.match(line)]
    for number, line in reversed(written):
        if _MERGED.match(line):
            return number, Labels("这是合并冲突的标记，请先解决冲突", "a mark of a merge conflict: resolve it first")
        if _WIDE_SPACE.match(line):
            return number, Labels(
                "行首有全角空格：请用半角空格缩进", "the line begins with a full-width space: indent by plain ones"
            )
        if number == last and "\t" in line:
            return number, Labels("用了制表符（Tab）：请改用空格", "a tab, which cannot start any token: use spaces")
        wide = next((found for pattern in _FULL_WIDTH if (found := pattern.search(_unquoted(line)))), None)
        if wide:
            return number, _full_width(wide.group(1))
    for number, line in written[-2:][::-1]:
        if _NO_SPACE.match(line):
            return number, Labels("冒号后面要有一个空格（key: value）", "a space goes after the colon (key: value)")
    return None


def _unquoted(line: str) -> str:
    """The line without its texts in quotes and its comment: signs in them are what they seem."""
    return re.sub(r"\"[^\"]*\"|'[^']*'|(?:^|\s)#.*", lambda found: " " * len(found.group()), line)


def _worded(error: MarkedYAMLError, line: int, lines: Sequence[str]) -> tuple[int, Labels]:
    """Return what the parser says, in words of whoever writes definitions."""
    problem, context = str(error.problem or error.context or error), str(error.context or "")
    problem = problem.splitlines()[0].strip()
    begun = error.context_mark.line + 1 if isinstance(error.context_mark, StreamMark) else line
    here = lines[line - 1].strip() if line <= len(lines) else ""
    if "quoted scalar" in context and "end of stream" in problem:
        return begun, Labels("引号没有闭合", "a quote is not closed")
    if "escape" in problem:
        return line, Labels(
            "双引号里的反斜杠要写两个（\\\\），或改用单引号",
            f"{problem}: write \\\\ for a backslash, or use single quotes",
        )
    if "another document" in problem:
        return line, Labels(
            "一个文件只写一个定义，此处又开始了一个（---）",
            "a file holds one definition; here begins another document (---)",
        )
    if "flow" in context:
        sign = "{" if "mapping" in context else "["
        return line, Labels(
            f"第 {begun} 行的 {sign} 没有闭合，或此处少了逗号",
            f"the {sign} of line {begun} is not closed, or a comma is missing: {problem}",
        )
    if "alias" in problem or "start any token" in problem:
        return line, Labels(
            f"以 @ ` % * & 等符号开头的值要加引号：{here}",
            f"{problem}: a value that begins with such a sign goes in quotes",
        )
    if "mapping values" in problem:
        return line, Labels(
            "此处不能有“键: 值”：缩进不对，或值里的“: ”没有加引号",
            f"{problem}: the indentation is wrong, or a value that holds ': ' is not in quotes",
        )
    if "<block end>" in problem:
        return line, Labels(
            "缩进与上面不一致，或多了一个括号",
            f"{problem}: the indentation differs from above, or a bracket is too many",
        )
    if "could not find expected ':'" in problem:
        return line, Labels("上一行或此行缺少“: ”（冒号加空格）", f"{problem} in this line or the one before")
    return line, Labels(f"不是合法的 YAML（{problem}）", problem)
