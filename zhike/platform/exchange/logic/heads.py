"""Which row of a file has the heads, and which of them is which column that is wanted."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from zhike.platform.exchange.file_types import FileFinding, SeenRow, Wanted

#: Heads are looked for among so many rows: titles, dates and notes may stand above them.
ROWS = 20
#: What may stand in brackets behind a head without changing what it means; another unit would.
_SAYS_NOTHING = frozenset(("元", "人民币", "人民币元", "cny", "rmb", "必填", "选填", "可空", "required", "optional"))
_BRACKETS = re.compile(r"[(\[【]([^()\[\]【】]*)[)\]】]$")
_SUM = re.compile(r"(合\s*计|总\s*计|小\s*计|共\s*[\d,]+\s*[条行户笔人])")
_SHOWN = 30

#: What somebody remembers of the heads of a file: head → wanted column.
Remembered = Callable[[Sequence[str]], Mapping[str, str]]


@dataclass(frozen=True, slots=True)
class Heads:
    """The heads of a file: the lines they take (0 where none were found), their texts, what each is read as."""

    first: int
    last: int
    titles: tuple[str, ...]
    read_as: tuple[str, ...]

    @property
    def score(self) -> int:
        """How many wanted columns there are."""
        return len(set(self.read_as) - {""})


def find(rows: Sequence[SeenRow], wanted: Sequence[Wanted], remembered: Remembered, declared: int) -> Heads:
    """Return the heads: the row that has most of what is wanted, the declared one before others, or two rows together."""
    looked = rows[:ROWS]
    single = [_heads(row.line, row.last, row.cells, wanted, remembered) for row in looked]
    if not single:
        return Heads(0, 0, (), ())
    best = max(single, key=lambda one: (one.score, one.first == declared, -one.first))
    for upper, lower in zip(looked, looked[1:], strict=False):
        both = _heads(upper.line, lower.last, _together(upper.cells, lower.cells), wanted, remembered)
        if both.score > best.score and upper.last + 1 == lower.line:
            best = both
    if best.score:
        return best
    said = next((one for one in single if one.first == declared), single[0])
    return Heads(0, 0, said.titles, said.read_as)


def faults(heads: Heads, wanted: Sequence[Wanted]) -> list[FileFinding]:
    """Return why heads do not do: columns that are missing, in one sentence, and columns that stand twice."""
    found = []
    has = [title for title in heads.titles if title]
    missing = [one.title for one in wanted if one.title not in heads.read_as and not one.optional]
    if not has:
        return [refusal("load.no_header", "文件是空的，没有表头", "it is empty and has no header")]
    if missing:
        found.append(missing_columns(missing, has))
        if not all(_up_to_last(heads.titles)):
            zh = "表头有空列名，可能是合并单元格，请拆分为一列一个列名"
            found.append(refusal("load.merged_header", zh, "the heads have empty names, perhaps from merged cells"))
    for title in dict.fromkeys(name for name in heads.read_as if name and heads.read_as.count(name) > 1):
        zh, en = f"列“{title}”出现了多次，请只留一列", f"column '{title}' occurs more than once; keep one of them"
        found.append(refusal("load.doubled_column", zh, en, title))
    return found


def missing_columns(missing: Sequence[str], has: Sequence[str]) -> FileFinding:
    """Return the one finding that names the columns that a file does not have."""
    zh = f"缺少{f' {len(missing)} ' if len(missing) > 1 else ''}列{_listed(missing)}。文件中有：{'、'.join(has[:_SHOWN])}"
    what = f"column {missing[0]!r} is" if len(missing) == 1 else f"{len(missing)} columns ({', '.join(missing)}) are"
    return refusal("load.missing_column", zh, f"{what} missing; it has: {', '.join(has[:_SHOWN])}", "、".join(missing))


def notes(heads: Heads, declared: int) -> list[FileFinding]:
    """Return what is worth knowing about heads that were found elsewhere, or are called otherwise."""
    found = []
    if heads.first and heads.first != heads.last and not _one_record(heads):
        zh = f"表头占第 {heads.first}、{heads.last} 行，已合在一起读取"
        found.append(
            FileFinding("load.head_row", zh, f"the heads take rows {heads.first} and {heads.last}; read as one")
        )
    elif heads.first and heads.first != declared:
        zh = f"表头在第 {heads.first} 行，已从第 {heads.first} 行读取"
        found.append(FileFinding("load.head_row", zh, f"the heads are in row {heads.first}; read from there"))
    renamed = [(title, name) for title, name in zip(heads.titles, heads.read_as, strict=True) if name and name != title]
    if renamed:
        zh = "，".join(f"列“{title}”作为“{name}”读取" for title, name in renamed)
        en = ", ".join(f"column '{title}' is read as '{name}'" for title, name in renamed)
        found.append(FileFinding("load.mapped_columns", zh, en))
    return found


def is_sum(cells: Sequence[str | None], keys: Sequence[int]) -> bool:
    """Return whether a row is no row but the sum below all: it begins with 合计, and has no key."""
    first = next((place for place, cell in enumerate(cells) if cell and cell.strip()), None)
    if first is None or not _SUM.match((cells[first] or "").strip()):
        return False
    return all(place == first or not cells[place] for place in keys if place < len(cells))


def sums_left_out(count: int) -> FileFinding:
    """Return the note about sums at the end that were not read."""
    return FileFinding(
        "load.sum_line", f"末尾 {count} 行是合计，未读取", f"the last {count} lines are sums and were not read"
    )


def refusal(code: str, zh: str, en: str, column: str = "") -> FileFinding:
    """Return a finding that says why a file cannot be read."""
    return FileFinding(code, zh, en, column, refuses=True)


def folded(title: str) -> str:
    """Return a head without what people write differently: blanks, full-width signs, capitals, brackets that say nothing."""
    plain = "".join(unicodedata.normalize("NFKC", title).split()).lower().strip("*")
    bracket = _BRACKETS.search(plain)
    return plain[: bracket.start()] if bracket and bracket[1] in _SAYS_NOTHING else plain


def _heads(first: int, last: int, cells: Sequence[str], wanted: Sequence[Wanted], remembered: Remembered) -> Heads:
    titles = tuple(cell.strip() for cell in cells)
    return Heads(first, last, titles, _matched(titles, [one.title for one in wanted], remembered(titles)))


def _matched(titles: Sequence[str], wanted: Sequence[str], remembered: Mapping[str, str]) -> tuple[str, ...]:
    found = [title if title in wanted else "" for title in titles]
    for place, title in enumerate(titles):
        name = remembered.get(title, "")
        if not found[place] and name in wanted and name not in found:
            found[place] = name
    alike = [folded(title) for title in titles]
    for name in wanted:
        fold = folded(name)
        if name not in found and alike.count(fold) == 1 and not found[alike.index(fold)]:
            found[alike.index(fold)] = name
    return tuple(found)


def _together(upper: Sequence[str], lower: Sequence[str]) -> list[str]:
    width = max(len(upper), len(lower))
    above, below = ([*row, *[""] * (width - len(row))] for row in (upper, lower))
    return [low or high for high, low in zip(above, below, strict=True)]


def _one_record(heads: Heads) -> bool:
    """Whether the heads take several lines because one of them has a line end inside."""
    return any("\n" in title for title in heads.titles)


def _up_to_last(titles: Sequence[str]) -> list[str]:
    """The titles without the empty ones at the end."""
    found = list(titles)
    while found and not found[-1]:
        found.pop()
    return found


def _listed(names: Sequence[str]) -> str:
    return "".join(f"“{name}”" for name in names)
