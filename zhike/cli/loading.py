"""`zhike load`: what became of every file, why, and where the rows lie that could not be taken."""

from __future__ import annotations

import argparse
import csv
import os
import re
import shutil
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from zhike.cli import trial
from zhike.cli.installation import home, principal
from zhike.cli.output import Output, said
from zhike.kernel.errors import ZhikeError

if TYPE_CHECKING:
    from zhike.insight.warehouse.types import LoadResult, Source


class NoFolder(ZhikeError):
    """A folder named at the command line that is not there."""

    code = "cli.no_folder"
    status = 422
    zh = "没有目录 {folder}（{what}）"
    en = "There is no folder {folder} ({what_en})"


Words: TypeAlias = tuple[str, str]

_STATES: Mapping[str, Words] = {
    "done": ("完成", "done"),
    "failed": ("失败", "failed"),
    "cancelled": ("已取消", "cancelled"),
    "running": ("进行中", "running"),
    "waiting": ("待确认", "waits for an answer"),
}
#: What became of a file: rows read are those loaded and those rejected; of the loaded ones some may be no records.
_TABLE = {
    "file": ("文件", "File"),
    "dataset": ("数据集", "Dataset"),
    "state": ("状态", "State"),
    "read": ("读取", "Read"),
    "loaded": ("入库", "Loaded"),
    "rejected": ("拒收", "Rejected"),
    "without_record": ("入库但未成记录", "Loaded, no record"),
}
#: What became of the rows of each feed; what never happens in a run has no column.
_FED: Mapping[str, Words] = {
    "fed": ("记录", "Records"),
    "read": ("读取", "Read"),
    "created": ("新增", "New"),
    "updated": ("更新", "Updated"),
    "unchanged": ("未变", "Unchanged"),
    "rejected": ("拒收", "Rejected"),
    "left_out": ("无对应主体", "Of nobody known"),
    "ended": ("终止", "Ended"),
}
#: Columns that say nothing where nothing of the kind happened.
_SELDOM = ("without_record", "left_out", "ended")
#: The values that stand in a reason.
_VALUES = re.compile("（[^（）]*）")
#: Reasons that are printed of one file; the others stand in its rejected rows.
_REASONS = 10


@dataclass(frozen=True, slots=True)
class Reason:
    """Why rows were rejected, and how many."""

    code: str
    message: str
    message_en: str
    rows: int

    def as_dict(self) -> dict[str, object]:
        """Return the reason as `--json` prints it."""
        return {"code": self.code, "message": self.message, "message_en": self.message_en, "rows": self.rows}


@dataclass(frozen=True, slots=True)
class FileReport:
    """What became of one file; `allowed` is the share of its rows that its source lets be rejected."""

    result: LoadResult
    allowed: float
    rejects: Path | None
    reasons: tuple[Reason, ...]

    @property
    def beyond_share(self) -> bool:
        """Whether more rows were rejected or became no record than the source allows, though the others were taken."""
        return self.result.state == "done" and _told(self.result) > self.allowed * self.result.rows_read

    @property
    def right(self) -> bool:
        """Whether nobody has to look at the file."""
        return self.result.state == "done" and not self.beyond_share

    def as_dict(self) -> dict[str, object]:
        """Return the report as `--json` prints it."""
        found = self.result
        return {
            "file": found.file,
            "source": found.source,
            "dataset": found.dataset,
            "business_date": found.business_date,
            "state": found.state,
            "read": found.rows_read,
            "loaded": found.rows_loaded,
            "rejected": found.rows_rejected,
            "without_record": found.rows_without_record,
            "allowed": self.allowed,
            "beyond_share": self.beyond_share,
            "error": found.error,
            "findings": list(found.findings),
            "reasons": [reason.as_dict() for reason in self.reasons],
            "rejects": str(self.rejects) if self.rejects else None,
        }


def load(options: argparse.Namespace, output: Output) -> int:
    """Load every file that the definitions describe; exit code 1 when one failed or lost more rows than it may."""
    from zhike.insight.identity import api as identity
    from zhike.insight.warehouse import datasets

    for folder, what, what_en in (
        (options.definitions, "放定义文件的目录", "where the definitions are"),
        (options.data, "--from 指明的目录", "where the files are: --from"),
    ):
        if not folder.is_dir():
            raise NoFolder(folder=str(folder), what=what, what_en=what_en)
    trial.ensure_packs()
    sources = datasets.sources_of(snapshot=datasets.read_definitions(options.definitions))
    results, found = identity.load_definitions(options.definitions, options.data)
    folder = options.rejects or home() / "rejects"
    reports = [_report(result, sources[result.source], folder) for result in results]
    strangers = _strangers(options.data, results)
    wrong = sum(not report.right for report in reports) + (not reports)
    if output.as_json:
        shown = [report.as_dict() for report in reports]
        rest = {"unexpected": strangers, "parties": found.parties, "wrong": wrong}
        rest["records"] = {key: fed.read for key, fed in found.fed.items()}
        rest["feeds"] = {key: asdict(fed) for key, fed in found.fed.items()}
        output.result({"loads": shown, **rest}, "")
        return 1 if wrong else 0
    _print_table(output, [_cells(report, output) for report in reports], _TABLE)
    for report in reports:
        _print(_sentences(report, output))
    _print(_about_files(strangers, sources, reports, output))
    print()
    fed = [{"fed": key, **{name: f"{n:,}" for name, n in asdict(one).items()}} for key, one in found.fed.items()]
    _print_table(output, fed, _FED)
    said_of = output.words(f"数据中识别出 {found.parties:,} 人", f"{found.parties:,} people found in the data")
    wrong_of = output.words(f"；{wrong} 个文件需要处理，见上", f"; {wrong} files to see to, see above")
    print(said_of + (wrong_of if wrong and reports else ""))
    return 1 if wrong else 0


def _print(lines: Sequence[str]) -> None:
    for line in lines:
        print(line)


def _print_table(output: Output, rows: Sequence[Mapping[str, object]], titles: Mapping[str, Words]) -> None:
    shown = [key for key in titles if key not in _SELDOM or any(row[key] != "0" for row in rows)]
    output.table(rows, {key: output.words(*titles[key]) for key in shown})


def _cells(report: FileReport, output: Output) -> dict[str, object]:
    shown = {key: f"{value:,}" if isinstance(value, int) else value for key, value in report.as_dict().items()}
    return {**shown, "state": output.words(*_STATES[report.result.state])}


def _report(result: LoadResult, source: Source, folder: Path) -> FileReport:
    from zhike.insight.warehouse import received

    allowed = (source.checks.rejects if source.checks else None) or 0.0
    if not _told(result):
        return FileReport(result, allowed, None, ())
    who = principal()
    kept = received.rejected_file(result.uid, principal=who)
    if kept is None:
        return FileReport(result, allowed, None, ())
    path = folder / f"{result.source}-{result.file.removesuffix('.csv')}.csv"
    _keep(path, kept)
    return FileReport(result, allowed, path, _reasons(path))


def _told(result: LoadResult) -> int:
    return result.rows_rejected + result.rows_without_record


def _reasons(file: Path) -> tuple[Reason, ...]:
    """Why rows were rejected, the most frequent first; one reason with many values is one, told with its commonest."""
    with file.open(encoding="utf-8-sig", newline="") as lines:
        rows = csv.reader(lines)
        next(rows)
        told = Counter((code, zh, en) for _line, code, zh, en, *_values in rows)
    groups: dict[tuple[str, str], Counter[tuple[str, str]]] = {}
    for (code, zh, en), count in told.items():
        groups.setdefault((code, _VALUES.sub("", zh)), Counter())[zh, en] += count
    found = []
    for (code, _plain), alike in groups.items():
        zh, en = alike.most_common(1)[0][0]
        others = len(alike) - 1
        if others:
            zh, en = f"{zh}等 {others + 1:,} 种取值", f"{en} and {others:,} other values"
        found.append(Reason(code, zh, en, alike.total()))
    return tuple(sorted(found, key=lambda reason: -reason.rows))


def _keep(path: Path, kept: Path) -> None:
    """Write what holds personal values so that only its owner can read it."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        os.fchmod(file.fileno(), 0o600)  # a file that was there keeps its mode
        with kept.open("rb") as content:
            shutil.copyfileobj(content, file)


def _strangers(data: Path, results: Sequence[LoadResult]) -> list[str]:
    """Files of the folder that no source expects, so that a misspelt name does not go unseen."""
    taken = {result.file for result in results}
    return sorted(path.name for path in data.rglob("*") if path.is_file() and path.name not in taken)


def _sentences(report: FileReport, output: Output) -> list[str]:
    found, say = report.result, output.words
    findings = [finding for finding in found.findings if finding["code"] != "load.no_records"]  # its reasons say more
    lines = [f"  {line}" for line in said(found.error, findings, output.lang)]
    for reason in report.reasons[:_REASONS]:
        why = say(reason.message, reason.message_en)
        if reason.code.startswith("record."):
            lines.append(
                say(f"  未成记录 {reason.rows:,} 行：{why}", f"  {reason.rows:,} rows without a record: {why}")
            )
        else:
            lines.append(say(f"  拒收 {reason.rows:,} 行：{why}", f"  {reason.rows:,} rows rejected: {why}"))
    more = len(report.reasons) - _REASONS
    if more > 0:
        lines.append(say(f"  另有 {more:,} 种原因，见拒收的行", f"  {more:,} more reasons, see the rejected rows"))
    if report.rejects:
        lines.append(say(f"  这些行已写入 {report.rejects}", f"  these rows are in {report.rejects}"))
    if report.beyond_share:
        share = f"{report.allowed:.0%}"
        lines.append(
            say(
                f"  拒收比例超过数据源允许的 {share}（checks.rejects），其余行已入库",
                f"  more rows than the {share} that the source allows (checks.rejects); the others are loaded",
            )
        )
    return ["", say(*(f"{found.file}{one}" for one in _named_state(found.state))), *lines] if lines else []


def _named_state(state: str) -> Words:
    zh, en = _STATES[state]
    return f"（{zh}）", f" ({en})"


def _about_files(
    strangers: Sequence[str], sources: Mapping[str, Source], reports: Sequence[FileReport], output: Output
) -> list[str]:
    say = output.words
    lines = []
    if strangers:
        zh, en = "、".join(strangers), ", ".join(strangers)
        lines += ["", say(f"没有数据源认领的文件：{zh}", f"Files that no source expects: {en}")]
    if not reports:
        names = [source.file for source in sources.values()]
        lines += [
            "",
            say(
                f"文件夹中没有可装载的文件。数据源要的文件名：{'、'.join(names)}",
                f"The folder has no file to load. The sources expect: {', '.join(names)}",
            ),
        ]
    return lines
