"""Breaks of the port to the engine: what is quoted, what is pinned, what is reached."""

from __future__ import annotations

from mutants.types import Break

_TREES = "zhike/expressions/trees.py"
_PORT = "zhike/insight/warehouse/port.py"
_ENGINE = "zhike/insight/warehouse/logic/engine.py"
_OF_PORT = ("tests/integration/insight/test_port.py",)

BREAKS = (
    Break(
        "port: a value is quoted",
        "a text of a definition or a file is a value whatever it says",
        _TREES,
        "        return exp.Literal.string(found)\n    return exp.convert(found)",
        "        return exp.Literal.number(f\"'{found}'\")\n    return exp.convert(found)",
        ("tests/unit/expressions/test_trees.py",),
    ),
    Break(
        "port: a name is quoted",
        "a name is a name whatever signs it has",
        _TREES,
        "return exp.to_identifier(text, quoted=True)",
        "return exp.to_identifier(text, quoted=False)",
        ("tests/unit/expressions/test_trees.py",),
    ),
    Break(
        "port: pinned versions",
        "who reads a publication reads its versions",
        _PORT,
        "version = None if self._pins is None else self._pins[dataset]",
        "version = None",
        ("tests/integration/insight/test_late_files.py",),
    ),
    Break(
        "port: files elsewhere",
        "nothing but the folders of the installation is reached",
        _ENGINE,
        'connection.execute("set enable_external_access = false")',
        "pass",
        _OF_PORT,
    ),
    Break(
        "port: locked settings",
        "no statement changes what a session may reach",
        _ENGINE,
        'connection.execute("set lock_configuration = true")',
        "pass",
        _OF_PORT,
    ),
    Break(
        "port: one engine's own words",
        "a statement of a night uses what all engines know",
        "zhike/insight/identity/logic/matching.py",
        "any_known(_column)",
        "any_value_of(_column)",
        _OF_PORT,
    ),
    Break(
        "written: a part is the program's own",
        "a text is no part of a statement",
        "zhike/kernel/written.py",
        '        if not isinstance(part, Written):\n            raise TypeError(f"{key} is no',
        '        if part is None:\n            raise TypeError(f"{key} is no',
        ("tests/unit/kernel/test_written.py",),
    ),
    Break(
        "folds: 15 digits of a certificate",
        "a certificate of 15 digits and the 18 that it became are one",
        "zhike/kernel/folding.py",
        '    digits = f"{found[:6]}19{found[6:]}"',
        '    digits = f"{found[:6]}20{found[6:]}"',
        ("tests/integration/insight/test_written_otherwise.py",),
    ),
    Break(
        "folds: the extension of a landline",
        "who shares the number of an office is not one person",
        "zhike/kernel/folding.py",
        '    (r"^(1[0-9]{10})x[0-9]{1,2}$", r"\\1"),',
        '    (r"^(0?[0-9]{10,11})x[0-9]{1,2}$", r"\\1"),',
        ("tests/integration/insight/test_written_otherwise.py",),
    ),
    Break(
        "identity: made by hand",
        "a record that a source has named is not matched by what people see of it once more",
        "zhike/insight/identity/logic/sourceless.py",
        "    if not warehouse.state(linked):\n        return given",
        "    if linked:\n        return given",
        ("tests/integration/insight/test_made_by_hand.py",),
    ),
)
