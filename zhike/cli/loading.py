"""`zhike load`: what became of every file, why, and where the rows lie that could not be taken."""

from __future__ import annotations

import argparse
import os
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from zhike.cli import trial
from zhike.cli.installation import home, principal
from zhike.cli.output import Output, said
from zhike.kernel.errors import ZhikeError

if TYPE_CHECKING:
    from zhike.insight.warehouse.types import LoadResult, RejectedRow, Source


class NoFolder(ZhikeError):
    """A folder named at the command line that is not there."""

    code = "cli.no_folder"
    status = 422
    zh = "没有目录 {folder}（{what}）"
    en = "There is no folder {folder} ({what_en})"


_STATES = {"done": "完成", "failed": "失败", "cancelled": "已取消", "running": "进行中"}
_TABLE = {"file": "文件", "dataset": "数据集", "state": "状态", "read": "读取", "loaded": "入库", "rejected": "拒收"}
#: What became of the rows of each feed; what never happens in a run has no column.
_FED = {
    "fed": "记录",
    "read": "读取",
    "created": "新增",
    "updated": "更新",
    "unchanged": "未变",
    "rejected": "拒收",
    "left_out": "无对应客户",
    "ended": "终止",
}
_ALWAYS = ("fed", "read", "created", "updated", "unchanged", "rejected")


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
        """Whether more rows were rejected than the source allows, though the others were taken."""
        found = self.result
        return found.state == "done" and found.rows_rejected > self.allowed * found.rows_read

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
    output.table([_cells(report) for report in reports], _TABLE)
    for line in [line for report in reports for line in _sentences(report)] + _about_files(strangers, sources, reports):
        print(line)
    print()
    fed = [{"fed": key, **{name: f"{n:,}" for name, n in asdict(one).items()}} for key, one in found.fed.items()]
    output.table(
        fed, {key: title for key, title in _FED.items() if key in _ALWAYS or any(row[key] != "0" for row in fed)}
    )
    print(f"共 {found.parties:,} 人" + (f"；{wrong} 个文件需要处理，见上" if wrong and reports else ""))
    return 1 if wrong else 0


def _cells(report: FileReport) -> dict[str, object]:
    shown = {key: f"{value:,}" if isinstance(value, int) else value for key, value in report.as_dict().items()}
    return {**shown, "state": _STATES[report.result.state]}


def _report(result: LoadResult, source: Source, folder: Path) -> FileReport:
    from zhike.insight.warehouse import received

    allowed = (source.checks.rejects if source.checks else None) or 0.0
    if not result.rows_rejected:
        return FileReport(result, allowed, None, ())
    who = principal()
    path = folder / f"{result.source}-{result.file.removesuffix('.csv')}.csv"
    _keep(path, received.rejected_csv(result.uid, principal=who))
    rows = received.rejected(result.uid, principal=who, limit=result.rows_rejected)
    return FileReport(result, allowed, path, _reasons(rows))


def _reasons(rows: Sequence[RejectedRow]) -> tuple[Reason, ...]:
    counted = Counter((row.reason_code, row.reason, row.reason_en) for row in rows)
    return tuple(Reason(*said, number) for said, number in counted.most_common())


def _keep(path: Path, content: bytes) -> None:
    """Write what holds personal values so that only its owner can read it."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(content)


def _strangers(data: Path, results: Sequence[LoadResult]) -> list[str]:
    """Files of the folder that no source expects, so that a misspelt name does not go unseen."""
    taken = {result.file for result in results}
    return sorted(path.name for path in data.rglob("*") if path.is_file() and path.name not in taken)


def _sentences(report: FileReport) -> list[str]:
    found = report.result
    lines = [f"  {line}" for line in said(found.error, found.findings)]
    lines += [f"  拒收 {reason.rows:,} 行：{reason.message}" for reason in report.reasons]
    if report.rejects:
        lines.append(f"  拒收的行已写入 {report.rejects}")
    if report.beyond_share:
        lines.append(f"  拒收比例超过数据源允许的 {report.allowed:.0%}（checks.rejects），其余行已入库")
    return ["", f"{found.file}（{_STATES[found.state]}）", *lines] if lines else []


def _about_files(strangers: Sequence[str], sources: Mapping[str, Source], reports: Sequence[FileReport]) -> list[str]:
    lines = ["", f"没有数据源认领的文件：{'、'.join(strangers)}"] if strangers else []
    if not reports:
        expected = "、".join(source.file for source in sources.values())
        lines += ["", f"文件夹中没有可装载的文件。数据源要的文件名：{expected}"]
    return lines
