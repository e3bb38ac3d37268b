"""What the documents print is true: every command runs, every definition passes its check."""

from __future__ import annotations

import argparse
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from contextlib import redirect_stdout
from io import StringIO
from pathlib import Path

import pytest

from tests.factories import berka
from tests.factories.documents import Block, blocks, commands, documents, placed_commands
from tests.integration.insight.conftest import own_installation
from zhike.cli import main
from zhike.kernel import definition_checks, definition_files, definitions

ROOT = Path(__file__).parents[3]
BLOCKS = [block for path in documents() for block in blocks(path)]
#: Blocks whose commands no test runs; each says why in the line above it.
NOT_RUN = 2
#: Commands of a how-to's text that are not run: one never ends, the other asks for pages that only a build makes.
NOT_HERE = ("zhike serve", "zhike doctor")


def test_every_block_says_what_it_is_and_few_are_not_run():
    assert [f"{block.path}:{block.line}" for block in BLOCKS if block.language not in ("sh", "yaml", "text")] == []
    left_out = [f"{block.path}:{block.line}" for block in BLOCKS if not block.run]
    assert len(left_out) == NOT_RUN, left_out


@pytest.mark.parametrize("path", [path for path in documents() if commands(path)], ids=str)
def test_commands_in_the_text_exist_with_their_options(path):
    assert [command for command in commands(path) if not _exists(shlex.split(command)[1:])] == []


def _exists(words: list[str]) -> bool:
    parser = main._parser()
    while True:
        groups = [action for action in parser._actions if isinstance(action, argparse._SubParsersAction)]
        if not groups or not words or words[0] not in groups[0].choices:
            break
        parser = groups[0].choices[words.pop(0)]
    missing = bool(groups and words) and parser.get_default("command") is None
    options = [word.partition("=")[0] for word in words if word.startswith("--")]
    return not missing and all(option in parser._option_string_actions for option in options)


@pytest.mark.parametrize(
    "block", [block for block in BLOCKS if block.language == "yaml" and block.run], ids=lambda b: f"{b.path}:{b.line}"
)
def test_definitions_pass_their_check(block: Block, installation, tmp_path):
    name, _, rest = block.text.partition("\n")
    if name.startswith("# examples/"):
        assert rest.strip() in (ROOT / name.removeprefix("# ")).read_text(encoding="utf-8"), name
        return
    file = tmp_path / "definition.yaml"
    file.write_text(block.text, encoding="utf-8")
    files = definition_files.read([file])
    assert (files.findings, len(files.written)) == ((), 1)
    kind = definitions.kind_named(files.written[0].kind)
    assert kind is not None
    assert definition_checks.parsed(files.written[0].body, kind)[1] == []


@pytest.fixture
def workshop(django_db_setup, django_db_blocker, tmp_path, monkeypatch) -> Iterator[Path]:
    """A folder as the documents presuppose it, of an installation without anything; the bank's files in data/berka."""
    for name in ("packs", "examples", "docs"):
        (tmp_path / name).symlink_to(ROOT / name)
    berka.write(tmp_path / "data" / "berka")
    (tmp_path / "var").mkdir()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("ZHIKE_HOME", str(tmp_path / "var"))
    with django_db_blocker.unblock(), own_installation(tmp_path / "var", "template1"):
        yield tmp_path


@pytest.mark.parametrize(
    "path", sorted({block.path for block in BLOCKS if block.language == "sh" and block.run}), ids=str
)
def test_commands_run_and_print_what_the_document_says(path: Path, workshop):
    said = ""
    for block in _steps(path):
        if isinstance(block, str):
            code, printed = _run(block)
            assert code == 0, f"{path}: {block}\n{printed}"
        elif block.language == "sh" and block.run:
            said = ""
            for command in block.commands:
                wanted = re.search(r"# exit code (\d+)$", command)
                code, printed = _run(command)
                assert code == int(wanted[1] if wanted else 0), f"{path}:{block.line}: {command}\n{printed}"
                said += printed
        elif block.follows:
            assert _matches(block.text, said), f"{path}:{block.line} says\n{block.text}\nit is\n{said}"


def _steps(path: Path) -> list[Block | str]:
    """The blocks of a how-to, and between them the commands of its text that no block holds, as a reader runs them."""
    found: list[tuple[int, Block | str]] = [(block.line, block) for block in blocks(ROOT / path)]
    if path.parent.name == "how-to":
        held = {command.partition("  #")[0] for _line, block in found for command in block.commands}
        for line, command in placed_commands(ROOT / path):
            if command not in held and command not in NOT_HERE:
                found.append((line, command))
    return [step for _line, step in sorted(found, key=lambda one: one[0])]


def _run(command: str) -> tuple[int, str]:
    program, *words = shlex.split(command, comments=True)
    if program == "zhike":
        printed = StringIO()
        with redirect_stdout(printed):
            code = main.main(words)
        return code, printed.getvalue()
    assert program in ("python", "cp", "sed"), command
    program = sys.executable if program == "python" else program
    done = subprocess.run([program, *words], capture_output=True, text=True)
    return done.returncode, done.stdout + done.stderr


def _matches(expected: str, printed: str) -> bool:
    """Whether the text holds the expected lines in their order and nothing else; … stands for anything."""
    pattern = re.escape("\n".join(line.rstrip() for line in expected.strip().splitlines())).replace("…", ".*")
    return re.fullmatch(pattern, "\n".join(line.rstrip() for line in printed.strip().splitlines()), re.S) is not None
