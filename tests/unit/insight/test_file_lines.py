"""Lines of a file as an editor counts them, whatever it holds."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zhike.insight.warehouse.logic import file_lines
from zhike.insight.warehouse.logic.file_lines import Several

TEXTS = st.lists(st.sampled_from(["", "a", "bc", "\n", "\r", "\r\n"]), max_size=30).map("".join)


@given(TEXTS, st.integers(1, 9))
def test_lines_are_counted_as_they_are_read_whatever_is_read_at_once(tmp_path_factory, text, chunk):
    path = tmp_path_factory.mktemp("lines") / "text"
    path.write_bytes(text.encode())
    lines = re.findall(r"[^\r\n]*(?:\r\n|\n|\r)|[^\r\n]+$", text)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(file_lines, "_CHUNK", chunk)
        starts = [0]
        for line in lines:
            starts.append(starts[-1] + len(line))
        assert list(file_lines.lines_at(path, starts[:-1])) == list(range(1, len(lines) + 1))
        empty = [one.first + n for one in file_lines.empty_lines(path) for n in range(one.count)]
    assert empty == [number for number, line in enumerate(lines, 1) if not line.strip("\r\n")]


def test_an_empty_line_inside_a_value_is_the_values():
    # Heads; a row over lines 2 to 4, of which 3 is empty; an empty line; a row; a broken one over two lines; a row.
    empty = [Several(3, 1), Several(5, 1)]
    found = list(file_lines.shifts(1, empty, [Several(7, 2)], [Several(1, 3)]))
    assert found == [(2, 3), (3, 5)]
