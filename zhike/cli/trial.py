"""A trial installation: packs applied, the sample broker generated and loaded, one sign-in per role."""

from __future__ import annotations

import argparse
import json
import os
from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import UUID

from zhike.cli.installation import home
from zhike.cli.output import Output
from zhike.kernel import clock, database
from zhike.kernel.definition_parts import Labels
from zhike.kernel.errors import Invalid, Unavailable

if TYPE_CHECKING:
    from zhike.expressions.wire import StoredExpression
    from zhike.insight.warehouse.types import LoadResult
    from zhike.platform.permissions.types import Principal

_SEED = 20260317
_ROLES = (
    ("account_manager", "客户经理"),
    ("branch_head", "营业部负责人"),
    ("region_head", "区域负责人"),
    ("head_office", "总部管理"),
    ("operator", "运营"),
    ("data_steward", "数据管理员"),
    ("compliance", "合规管理"),
)


def sample_folder() -> Path:
    """Return where the files of the sample broker lie."""
    return home() / "sample"


def pack_folders(given: Sequence[Path] = ()) -> list[Path]:
    """Return the given pack folders, else the ones that ship."""
    from zhike.server import settings

    return list(given) or [settings.PACKS]


def ensure_packs(*, all_of_them: bool = False) -> None:
    """Apply the packs that ship to an installation without any definition; what somebody chose or changed stays.

    With `all_of_them` they are applied where one is missing, too: the sample broker needs each.
    """
    from zhike.kernel import definitions
    from zhike.platform.packs import api as packs

    if not definitions.snapshot().written or (all_of_them and packs.missing(pack_folders())):
        packs.apply(pack_folders())


def outdated_packs() -> Labels | None:
    """Return what to say of packs that ship otherwise than the installation has them, if any does."""
    from zhike.kernel import definitions
    from zhike.platform.packs import api as packs

    names = packs.outdated(pack_folders()) if definitions.snapshot().written else []
    if not names:
        return None
    return Labels(f"{'、'.join(names)} 与已应用的不同", f"{', '.join(names)} differ from what is applied")


def prepare(options: argparse.Namespace, output: Output) -> list[dict[str, str]]:
    """Make the installation ready for a trial unless it is; return one sign-in per role."""
    from zhike.insight.warehouse import api as warehouse

    ensure_packs(all_of_them=True)
    if warehouse.business_date() is None:
        load_sample(options.customers, options.days, options.end, _SEED, output)
    return _sign_ins()


def sample(options: argparse.Namespace, output: Output) -> dict[str, object]:
    """Generate and load the sample broker that a command asks for."""
    return load_sample(options.customers, options.days, options.end, options.seed, output)


def load_sample(customers: int, days: int, end: date | None, seed: int, output: Output) -> dict[str, object]:
    """Generate the sample broker up to `end` (the last trading day before today), load and compute it."""
    from zhike.cli.sample import broker
    from zhike.insight.warehouse import received
    from zhike.kernel.trading_days import trading_calendar

    ensure_packs(all_of_them=True)
    calendar = trading_calendar()
    last = end or calendar.add(clock.today(), -1)
    if end is not None:
        database.set_clock_offset(database.read_clock_offset() + clock.at(calendar.add(last, 1), 9, 30) - clock.now())
    broker.generate(
        sample_folder(),
        calendar=calendar,
        end=last,
        customers=customers,
        days=days,
        seed=seed,
        listener=output.progress,
    )
    _check_and_share(received.load_folder(sample_folder(), listener=output.progress))
    _stage(last, output)
    return {"customers": customers, "days": days, "business_date": last}


def advance_sample(days: int, output: Output) -> dict[str, object]:
    """Write the next trading days, load and compute them in the evening of the last; then it is the morning after.

    Interrupted anywhere, it goes on where it was when it is called again.
    """
    from zhike.cli.sample import broker
    from zhike.engagement.campaigns import standing
    from zhike.insight.warehouse import api as warehouse
    from zhike.insight.warehouse import received
    from zhike.kernel.trading_days import trading_calendar

    last = warehouse.business_date()
    if last is None or not (sample_folder() / "manifest.json").exists():
        raise Unavailable(what="sample broker", remedy="zhike sample")
    calendar, written_to = trading_calendar(), broker.written_to(sample_folder())
    # A call that was interrupted may have written days that are not computed: they come first, and count.
    waiting = calendar.between(calendar.add(last, 1), written_to)
    if len(waiting) < days:
        broker.advance(
            sample_folder(),
            calendar=calendar,
            days=days - len(waiting),
            reached=_reached_customers(standing.reached()),
            listener=output.progress,
        )
    written = trading_days_after(last, max(days, len(waiting)))
    _advance_clock(clock.at(written[-1], 22))
    _check_and_share(received.load_folder(sample_folder(), listener=output.progress, after=last))
    for day in written:
        _stage(day, output)
    _advance_clock(clock.at(calendar.add(written[-1], 1), 9, 30))
    return {"days": len(written), "business_date": written[-1]}


def _advance_clock(to: datetime) -> None:
    """Set the installation's clock to `to`; it never goes back."""
    ahead = to - clock.now()
    if ahead > timedelta():
        database.set_clock_offset(database.read_clock_offset() + ahead)


def trading_days_after(day: date, count: int) -> list[date]:
    """Return the next `count` trading days after `day`."""
    from zhike.kernel.trading_days import trading_calendar

    calendar = trading_calendar()
    return calendar.between(calendar.add(day, 1), calendar.add(day, count))


def _check_and_share(results: Sequence[LoadResult]) -> None:
    """Raise what the first failed load says; loads that succeeded stay.

    The sample's files and their received copies are the same bytes: they become one file with two names, so that
    2,000,000 customers take half the room.
    """
    from zhike.insight.warehouse import received

    failed = [found for found in results if found.state == "failed"]
    if failed:
        raise Invalid(findings=[finding for found in failed for finding in _said_of(found)])
    for found in results:
        kept, given = received.stored_file(found.file_hash), sample_folder() / found.file
        if not given.samefile(kept):
            link = given.with_suffix(".link")
            link.unlink(missing_ok=True)
            link.hardlink_to(kept)
            link.replace(given)


def _said_of(failed: LoadResult) -> list[dict[str, object]]:
    """What is wrong with a file that was not loaded: its findings, else its error."""
    said = failed.findings or ([failed.error] if failed.error else [])
    words = ("code", "message", "message_en")
    return [{"path": failed.file, **{key: one[key] for key in words if key in one}} for one in said]


def _stage(day: date, output: Output) -> None:
    from zhike.insight.warehouse import runs
    from zhike.kernel import jobs

    jobs.run_now(runs.STAGE, runs.stage_title(day), runs.stage_params(day), output.progress)


def _reached_customers(found: Iterable[tuple[int, date]]) -> dict[str, date]:
    from zhike.platform.objects import bulk, catalogue

    party, reached = catalogue.object_with_role("party").key, dict(found)
    facts = bulk.facts(party, sorted(reached), ["customer_no"])
    return {str(row["customer_no"]): reached[i] for i, row in facts.items() if row["customer_no"]}


def _sign_ins() -> list[dict[str, str]]:
    """Return the trial's sign-ins, made once with random passwords and kept readable by the owner only."""
    path = home() / "secrets" / "trial-sign-ins.json"
    if path.exists():
        found: list[dict[str, str]] = json.loads(path.read_text(encoding="utf-8"))
        return found
    from zhike.platform.organization import api as organization

    made = []
    for (role, label), (number, name, unit) in zip(_ROLES, _holders(), strict=True):
        _staff, password = organization.add_user(employee_no=number, name=name, role=role, unit=unit)
        made.append({"role": label, "employee_no": number, "name": name, "password": password})
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        json.dump(made, file, ensure_ascii=False)
    return made


def _holders() -> list[tuple[str, str, str]]:
    """Return (employee number, name, unit code) of a manager with customers, of who heads their branch, region and firm,
    of an operator and of compliance."""
    from zhike.platform.objects import api as objects
    from zhike.platform.objects import catalogue
    from zhike.platform.objects.types import RecordQuery
    from zhike.platform.organization import api as organization
    from zhike.platform.permissions import api as permissions

    system = permissions.system_principal("trial")
    party, employee = catalogue.object_with_role("party").key, catalogue.object_with_role("employee").key
    served = objects.summary_by_coverage(RecordQuery(party), principal=system)
    manager = max((count, number) for number, _name, count, _sums in served if number)[1]
    units = {unit.id: unit for unit in organization.all_units()}
    uids = {str(unit.uid): unit for unit in units.values()}
    row = objects.page(RecordQuery(employee, text=manager, columns=("branch", "name")), principal=system).rows[0]
    branch = uids[_uid_of(row.values["branch"])]
    firm = organization.all_units(kinds=["firm"])[0]
    above = [unit for unit in units.values() if branch.path.startswith(unit.path) and unit.id != branch.id]
    region = max(above, key=lambda unit: len(unit.path), default=firm)
    head = _employee(system, employee, "branch_head", branch.uid) or ("B0001", "许知行")
    operator = _employee(system, employee, "operator", None) or ("P0001", "沈聿")
    return [
        (manager, row.display, branch.code),
        (*head, branch.code),
        ("R0001", "顾怀远", region.code),  # the sample's files know no such positions, nor compliance
        ("H0001", "方正清", firm.code),
        (*operator, firm.code),
        ("D0001", "陆闻溪", firm.code),
        ("C0001", "程守正", firm.code),
    ]


def _uid_of(reference: object) -> str:
    return str(reference.get("uid")) if isinstance(reference, dict) else ""


def _employee(system: Principal, employee: str, position: str, branch: UUID | None) -> tuple[str, str] | None:
    from zhike.platform.objects import api as objects
    from zhike.platform.objects.types import RecordQuery

    condition: StoredExpression = {
        "op": "=",
        "left": {"field": "position"},
        "right": {"value": position, "type": "text"},
    }
    query = RecordQuery(employee, condition=condition, columns=("employee_no", "name", "branch"), limit=200)
    for row in objects.page(query, principal=system).rows:
        if branch is None or _uid_of(row.values.get("branch")) == str(branch):
            return str(row.values["employee_no"]), row.display
    return None
