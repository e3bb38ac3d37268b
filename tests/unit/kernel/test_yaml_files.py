"""Files that are no definitions: each is said with a line, none ends in a trace, none takes the machine."""

from __future__ import annotations

import pytest

from zhike.kernel import yaml_files
from zhike.kernel.yaml_files import BrokenYaml

BOMB = "a: &a [x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"{name}: &{name} [{', '.join(['*' + before] * 9)}]\n" for before, name in zip("abcdefgh", "bcdefghi", strict=True)
)


@pytest.mark.parametrize(
    ("text", "line", "says"),
    [
        ("a: [1\nb: 2", 2, "expected"),
        ("a:\n\tb: 1\n", 2, "cannot start any token"),
        ("labels: !!python/object/apply:os.system ['x']\n", 1, "tags (!)"),
        ("<<: {dataset: x}\nkind: tag\n", 1, "merge keys"),
        ("a: " + "[" * 3000 + "]" * 3000, 1, "nested too deeply"),
        (BOMB, 1, "more than 100,000 values"),
    ],
)
def test_what_cannot_be_read_is_said_with_its_line(text, line, says):
    with pytest.raises(BrokenYaml) as broken:
        yaml_files.parse(text.encode())
    assert (broken.value.line, says in broken.value.problem) == (line, True), broken.value.problem


@pytest.mark.parametrize(
    ("text", "line", "zh", "en"),
    [
        ("a: 1\nkey：b\nc: 2\n", 2, "全角冒号“：”：请用半角 :", "full-width sign: write :"),
        ("a: 1\nlabels: {zh: 一，en: A}\n", 2, "全角逗号“，”：请用半角 ,", "full-width sign: write ,"),
        ("a: 1\nkeys: ｛a: b｝\n", 2, "全角符号“｛”：请用半角 {", "full-width sign: write {"),
        ("a: 1\nb:\n　- c\nd: 1\n", 3, "行首有全角空格", "begins with a full-width space"),
        ("a: 1\nb:\n\tc: 1\n", 3, "制表符（Tab）：请改用空格", "use spaces"),
        ('a: 1\nb: "x\nc: 1\nd: 2\n', 2, "引号没有闭合", "a quote is not closed"),
        ("a: 1\nb: 'x\nc: 1\nd: 2\n", 2, "引号没有闭合", "a quote is not closed"),
        ("a: 1\nb: [1, 2\nc: 1\n", 3, "第 2 行的 [ 没有闭合", "the [ of line 2 is not closed"),
        ("a:\n  - {b: 1\n  - {b: 2}\n", 3, "第 2 行的 { 没有闭合", "the { of line 2 is not closed"),
        ("a: 1\n---\nb: 2\n", 2, "一个文件只写一个定义", "a file holds one definition"),
        ("a:1\nb: 2\n", 1, "冒号后面要有一个空格", "a space goes after the colon"),
        ("a: 1\nb: x: y\n", 2, "没有加引号", "not in quotes"),
        ("a: 1\nb: @x\n", 2, "要加引号", "goes in quotes"),
        ("a: 1\nb: %Y\n", 2, "要加引号", "goes in quotes"),
        ('a: 1\nb: "\\d+"\n', 2, "双引号里的反斜杠", "write \\\\ for a backslash"),
        ("a: 1\n<<<<<<< HEAD\nb: 1\n=======\nb: 2\n>>>>>>> x\n", 2, "合并冲突", "merge conflict"),
        ("a: 1\nb: !foo 1\n", 2, "标签（!）", "tags (!)"),
        ("a: &x {b: 1}\nc:\n  <<: *x\n", 3, "合并键（<<）", "merge keys (<<)"),
        ("a: 1\nb: \x00\n", 2, "不允许的字符", "no text may hold"),
    ],
)
def test_a_slip_of_the_pen_is_said_where_it_is_in_both_languages(text, line, zh, en):
    with pytest.raises(BrokenYaml) as broken:
        yaml_files.parse(text.encode())
    told = broken.value.line, zh in broken.value.said.zh, en in broken.value.said.en
    assert told == (line, True, True), broken.value.said


def test_a_full_width_sign_in_a_text_is_no_slip():
    with pytest.raises(BrokenYaml) as broken:
        yaml_files.parse("labels: {zh: '说明：一，二', en: A}\n# 注：b，c: 1\nb: x: y\n".encode())
    assert (broken.value.line, "not in quotes" in broken.value.said.en) == (3, True)


def test_keys_are_what_is_written():
    found = yaml_files.parse(b"01: a\n0x1F: b\ntrue: c\n~: d\n1.50: e\nno: f\n2026-03-17: g\n'02': h\n")
    assert list(found.body) == ["01", "0x1F", "true", "~", "1.50", "no", "2026-03-17", "02"]
    assert (found.line(("01",)), found.line(("02",))) == (1, 8)


def test_a_key_that_comes_again_is_said_and_hides_nothing():
    found = yaml_files.parse(b"a: 1\nb: {c: 2, c: 3}\na: 4\na: 5\n")
    assert (found.body, found.doubled) == ({"a": 1, "b": {"c": 2}}, ((2, "c"), (3, "a"), (4, "a")))


def test_bytes_that_are_no_text_are_said_with_their_line():
    with pytest.raises(BrokenYaml) as broken:
        yaml_files.parse(b"a: 1\nb: \xff\n")
    assert (broken.value.line, broken.value.problem) == (2, "byte 8 is not UTF-8")


def test_words_days_and_hours_stay_text():
    found = yaml_files.parse(b"a: 2026-13-01\nb: 2026-03-17\nc: 12:30\nd: no\ne: true\nf: 25:00:00\n5: x\n")
    assert found.body == {
        "a": "2026-13-01", "b": "2026-03-17", "c": "12:30", "d": "no", "e": True, "f": "25:00:00", "5": "x",
    }  # fmt: skip
    assert (found.line(("a",)), found.line(("5",)), found.line(("e", "nothing"))) == (1, 7, 5)


def test_a_file_that_was_read_before_is_read_the_same_from_the_folder(tmp_path):
    path, kept = tmp_path / "a.yaml", tmp_path / "kept"
    path.write_text("a: {b: [1, two]}\n5: x\na: 2\n", encoding="utf-8")
    try:
        yaml_files.keep_in(kept)
        first = yaml_files.read(path)
        yaml_files.forget()
        assert yaml_files.read(path) == first
        assert len(list(kept.rglob("*.json"))) == 1
    finally:
        yaml_files.keep_in(None)
        yaml_files.forget()
