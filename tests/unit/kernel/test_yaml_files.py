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
