"""Declared and real encodings of received bytes."""

from __future__ import annotations

import pytest

from zhike.insight.warehouse.errors import FileUnreadable
from zhike.insight.warehouse.logic.encodings import as_utf8

TEXT = "客户号,姓名\n0001,欧阳娜\n"


def converted(tmp_path, content: bytes, encoding: str) -> str:
    path = tmp_path / "file"
    path.write_bytes(content)
    return as_utf8(path, encoding, tmp_path / "utf8", "file").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("content", "encoding"),
    [
        (TEXT.encode("gbk"), "gbk"),
        (TEXT.encode(), "utf-8"),
        (TEXT.encode("utf-8-sig"), "utf-8"),
        (b"a,b\n1,2\n", "gbk"),
        ("a,𠮷\n".encode("gb18030"), "gbk"),
    ],
)
def test_right_declarations(tmp_path, content, encoding):
    expected = content.decode("gb18030" if encoding == "gbk" else "utf-8-sig")

    assert converted(tmp_path, content, encoding) == expected


@pytest.mark.parametrize(
    ("content", "encoding", "looks_like"),
    [(TEXT.encode("gbk"), "utf-8", "GBK"), (TEXT.encode(), "gbk", "UTF-8"), (b"\xff\xfe\xff", "utf-8", "")],
)
def test_wrong_declarations_say_what_it_looks_like(tmp_path, content, encoding, looks_like):
    with pytest.raises(FileUnreadable) as error:
        converted(tmp_path, content, encoding)

    assert error.value.facts["looks_like"] == looks_like
    assert error.value.findings[0]["code"] == "load.wrong_encoding"


def test_a_character_across_two_chunks(tmp_path, monkeypatch):
    monkeypatch.setattr("zhike.insight.warehouse.logic.encodings._CHUNK", 3)

    assert converted(tmp_path, TEXT.encode("gbk"), "gbk") == TEXT
