"""Definitions at the command line: packs, and the installation's own."""

from __future__ import annotations

import argparse
import io
import json
import uuid
from collections.abc import Mapping, Sequence

from ruamel.yaml import YAML

from zhike.cli import trial
from zhike.cli.output import Output
from zhike.kernel import clock, definition_changes, definition_files, definitions, waiting_changes
from zhike.kernel.definition_changes import Edit, Plan
from zhike.kernel.definition_errors import DefinitionsBroken, TablesInUse
from zhike.kernel.definition_parts import sourced
from zhike.kernel.definitions import Body
from zhike.kernel.errors import Invalid, ZhikeError
from zhike.platform.packs import api as packs

#: The exit code of a change that is not in force yet: a run makes it.
HANDED_OVER = 3
#: Signs of an old or new value that a plan shows; --json has all.
_SHOWN = 100
_FINDING = {"path": ("文件", "File"), "line": ("行", "Line"), "code": ("代码", "Code"), "message": ("说明", "Fault")}
_PLAN = {
    "action": ("动作", "Action"),
    "kind": ("种类", "Kind"),
    "key": ("键", "Key"),
    "notes": ("说明", "Notes"),
    "users": ("使用者", "Users"),
}
_HISTORY = {
    "change": ("变更号", "Change"),
    "revision": ("版本", "Revision"),
    "layer": ("层", "Layer"),
    "at": ("时间", "At"),
    "actor": ("操作人", "By"),
    "reason": ("原因", "Reason"),
    "keys": ("改动的键", "Keys changed"),
}
_UNVERIFIED = {"kind": ("种类", "Kind"), "key": ("键", "Key"), "label": ("名称", "Name"), "source": ("来源", "Source")}
_ACTIONS = {"create": "新增", "update": "修改", "remove": "删除"}


class NothingGiven(ZhikeError):
    """A change of definitions without any."""

    code = "definition.nothing_given"
    status = 422
    zh = "没有说明要改什么：请给出定义文件（一个或多个），或用 --drop KIND KEY 去掉本机构自己的定义"
    en = "Nothing to change: name one or more definition files, or drop an own definition by --drop KIND KEY"


def pack_check(options: argparse.Namespace, output: Output) -> int:
    """List every fault of the packs; exit code 1 when there is one."""
    findings = packs.check(trial.pack_folders(options.folders))
    if output.as_json or findings:
        rows = [{"path": f.path, "line": f.line, "code": f.code, "message": f.said[output.lang]} for f in findings]
        output.table(rows, output.titles(_FINDING))
    else:
        output.result({}, {"zh": "应用包没有问题", "en": "The packs have no fault"}[output.lang])
    return 1 if findings else 0


def pack_plan(options: argparse.Namespace, output: Output) -> None:
    """Show what applying the packs would change."""
    print_plan(packs.plan(trial.pack_folders(options.folders)), output)


def pack_apply(options: argparse.Namespace, output: Output) -> int:
    """Apply the packs; by a run where a table of them is in use."""
    folders = trial.pack_folders(options.folders)
    try:
        print_plan(packs.apply(folders, yes=options.yes), output)
    except TablesInUse:
        return _handed_over(packs.apply_later(folders, yes=options.yes), output)
    return 0


def _handed_over(run: uuid.UUID, output: Output) -> int:
    """Say that a run makes the change once the tables are free: it is not in force yet, which the exit code says, too."""
    output.result(
        {"run": run, "state": "waiting"},
        output.words(
            f"数据表正被其他任务占用，改动已转为后台任务 {run}：每分钟重试一次，进度见“后台任务”页",
            f"A table is in use by other work. Run {run} makes the change once it is free: see the page of jobs",
        ),
    )
    return HANDED_OVER


def export(options: argparse.Namespace, output: Output) -> None:
    """Print a definition as it is written."""
    body = definition_changes.export(options.kind, options.key)
    output.result(dict(body), as_yaml(body))


def as_yaml(body: Body) -> str:
    """Return a definition as a file holds it; read again it is the same."""
    text = io.StringIO()
    yaml = YAML()
    yaml.width = 120
    yaml.dump(dict(body), text)
    return text.getvalue().rstrip()


def history(options: argparse.Namespace, output: Output) -> None:
    """List the revisions of a definition, newest first."""
    rows = [
        {
            "change": str(found.change),
            "revision": found.revision,
            "layer": found.layer,
            "pack": found.pack,
            "at": found.at if output.as_json else f"{clock.local(found.at):%Y-%m-%d %H:%M:%S}",
            "actor": found.actor,
            "reason": found.reason,
            "keys": ", ".join(_changed(found)),
        }
        for found in definition_changes.history(options.kind, options.key)
    ]
    output.table(rows, output.titles(_HISTORY))


def change(options: argparse.Namespace, output: Output) -> int:
    """Make the definitions of files the installation's own, or drop own ones; by a run where a table is in use."""
    if not options.files and not options.drop:
        raise NothingGiven()
    files = definition_files.read(options.files)
    edits = [Edit(one.kind, one.key, one.body) for one in files.written]
    edits += [Edit(kind, key, None) for kind, key in options.drop]
    by_name = {(one.kind, one.key): one for one in files.written}
    unread = [finding.as_dict() for finding in files.findings]
    try:
        if files.findings or not edits:
            raise DefinitionsBroken(definition_changes.check(edits, files.unread))
        if options.plan:
            print_plan(definition_changes.plan(edits), output)
            if not output.as_json:
                print(output.words("只是计划，什么都没有改", "only planned; nothing has changed"))
            return 0
        _print_done(definition_changes.change(edits, reason=options.reason or "", consent=options.yes), output)
    except TablesInUse:
        run = waiting_changes.hand_over(edits, reason=options.reason or "", consent=options.yes)
        return _handed_over(run, output)
    except DefinitionsBroken as error:
        places = [
            by_name[fault.kind, fault.key].at(fault.finding).as_dict()
            if (fault.kind, fault.key) in by_name
            else fault.as_dict()
            for fault in error.faults
        ]
        raise Invalid(findings=[*unread, *places]) from error
    return 0


def unverified(_options: argparse.Namespace, output: Output) -> None:
    """List the definitions with numbers that the firm has not checked yet, and where the numbers come from."""
    rows = [
        {
            "kind": definition.kind,
            "key": definition.key,
            "label": definition.labels[output.names],
            "source": found.source or "",
        }
        for definition in definitions.snapshot()
        for found in sourced(definition)
        if not found.verified
    ]
    output.table(rows, output.titles(_UNVERIFIED))


def undo(options: argparse.Namespace, output: Output) -> int:
    """Take a change of definitions back; by a run where a table of it is in use."""
    try:
        _print_done(definition_changes.undo(options.change, consent=options.yes), output)
    except TablesInUse:
        return _handed_over(waiting_changes.hand_over_undo(options.change, consent=options.yes), output)
    return 0


def _print_done(done: Plan, output: Output) -> None:
    """Show what was changed, and by which number it is taken back."""
    number = ""
    if done.edits:
        newest = definition_changes.history(done.edits[0].kind, done.edits[0].key)[0]
        number = str(newest.change)
    print_plan(done, output, number)
    if number and not output.as_json:
        print(output.words("已生效。要撤销：", "Done. To take it back: ") + f"zhike definition undo {number}")


def print_plan(plan: Plan, output: Output, number: str = "") -> None:
    """Show what a plan changes, what each step means and who uses what changes or goes; `number` once it is done."""
    running = " (running)" if output.names == "en" else "（运行中）"
    rows = [
        {
            "action": step.action,
            "kind": step.kind,
            "key": step.key,
            "destructive": step.destructive,
            "notes": output.words("；", "; ").join(note[output.lang] for note in step.notes),
            "users": ", ".join(
                f"{user.kind} {user.labels[output.names]}{running if user.holds else ''}" for user in step.users
            ),
            "changes": [
                {"place": one.place, "old": one.old, "new": one.new} for one in definition_changes.differences(step)
            ],
            **({"change": number} if number else {}),
        }
        for step in plan.changes
    ]
    if not rows and not output.as_json:
        output.result({}, {"zh": "没有变化", "en": "Nothing changes"}[output.lang])
        return
    output.table(_worded(rows, output), output.titles(_PLAN))
    for step in plan.changes if not output.as_json else ():
        for one in definition_changes.differences(step):
            output.result({}, f"  {step.kind} {step.key}  {one.place}：{_short(one.old)} → {_short(one.new)}")


def _worded(rows: Sequence[Mapping[str, object]], output: Output) -> list[Mapping[str, object]]:
    if output.as_json or output.lang == "en":
        return list(rows)
    return [{**row, "action": _ACTIONS[str(row["action"])]} for row in rows]


def _short(value: object) -> str:
    if value is None:
        return "—"
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"


def _changed(found: definition_changes.Revision) -> list[str]:
    before, after = dict(found.before or {}), dict(found.after or {})
    if not after:
        return ["—"]
    return [key for key in {**before, **after} if before.get(key) != after.get(key)]
