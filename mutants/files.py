"""Breaks of reading files as people save them: what is guessed, what is refused, what is told."""

from __future__ import annotations

from mutants.types import Break

_EXCHANGE = "zhike/platform/exchange/logic"

BREAKS = (
    Break(
        "files: a damaged text is no other encoding",
        "a text in UTF-8 with one bad byte is refused, never read as GBK by accident",
        f"{_EXCHANGE}/encodings.py",
        "_BY_ACCIDENT = 20",
        "_BY_ACCIDENT = 20_000",
        ("tests/unit/exchange/test_text_files.py",),
    ),
    Break(
        "files: another unit is another column",
        "a head with a unit in brackets is not the same head without it",
        f"{_EXCHANGE}/heads.py",
        "if bracket and bracket[1] in _SAYS_NOTHING else plain",
        "if bracket else plain",
        ("tests/unit/exchange/test_text_files.py",),
    ),
    Break(
        "files: the quick way knows what it does not know",
        "a piece of a sheet that is written otherwise goes through a parser",
        f"{_EXCHANGE}/sheet_tokens.py",
        "    if not kinds.all():\n        return None\n",
        "",
        ("tests/unit/exchange/test_sheets.py",),
    ),
    Break(
        "files: keys without their zeros",
        "a file whose keys are written as none before changes nothing",
        "zhike/insight/warehouse/logic/loading.py",
        "refused = refused or key_shapes.refusal(session, source, read)",
        "refused = refused",
        ("tests/integration/insight/test_loading.py",),
    ),
    Break(
        "files: few rows are guarded",
        "of seven rows five are not taken away unasked",
        "zhike/insight/warehouse/types.py",
        "return self.of_few is not None and",
        "return False and",
        ("tests/integration/insight/test_few_rows.py",),
    ),
    Break(
        "files: an empty line inside a value",
        "an empty line inside a value is the value's, not one above the next row",
        "zhike/insight/warehouse/logic/file_lines.py",
        "            lines.skip(line)\n",
        "            pass\n",
        ("tests/unit/insight/test_file_lines.py",),
    ),
    Break(
        "files: what was kept only was not loaded",
        "a file that was kept only stands in no earlier one's way when the one above both is taken back",
        "zhike/insight/warehouse/logic/written.py",
        'rows.exclude(findings__contains=[{"code": KEPT_ONLY}])',
        "rows",
        ("tests/integration/insight/test_sent_again.py",),
    ),
)
