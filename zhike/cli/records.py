"""`zhike records`: lists, counts, sums and groups of records, and what was cut."""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import TYPE_CHECKING, cast

from zhike.cli.installation import principal
from zhike.cli.output import Output
from zhike.expressions.types import Type
from zhike.expressions.wire import StoredExpression
from zhike.kernel.errors import Refused, ZhikeError

if TYPE_CHECKING:
    from zhike.expressions.wire import StoredExpression
    from zhike.platform.objects.types import FieldType, RecordQuery
    from zhike.platform.permissions.types import Principal

_PAGE = 200
#: Rows that a list shows of itself.
_ROWS = 20


class NobodyIsMe(ZhikeError):
    """A condition that says `:me` at the command line, where nobody is signed in."""

    code = "cli.nobody_is_me"
    status = 422
    zh = "条件里用到 :me，请用 --me 工号 指明是谁"
    en = "The condition says :me; say who that is with --me EMPLOYEE_NO"


def records(options: argparse.Namespace, output: Output) -> None:
    """List, count, sum or group records, narrowed by an expression."""
    from zhike.platform.objects import api as objects

    who = replace(principal(), employee_no=options.me, language=output.names)
    query = _query(options)
    if options.sum or options.group_by:
        _summary(query, who, options.sum, options.group_by, None if options.all else options.limit, output)
    elif options.count:
        found = objects.count(query, principal=who, exact=True).count
        output.result({"object": query.object, "count": found}, f"{found:,}")
    else:
        _list(query, who, None if options.all else _ROWS if options.limit is None else options.limit, output)


def _query(options: argparse.Namespace) -> RecordQuery:
    from zhike.expressions import api as expressions
    from zhike.platform.objects import catalogue
    from zhike.platform.objects.types import PARAMS, RecordQuery

    condition: StoredExpression | None = None
    if options.where:
        parsed = expressions.parse(options.where, catalogue.schema(options.object), PARAMS)
        used = {node.name for node, _depth in expressions.walk(parsed) if isinstance(node, expressions.Param)}
        if "me" in used and not options.me:
            raise NobodyIsMe()
        condition = cast("StoredExpression", expressions.to_json(parsed))
    orders = [order.partition(":") for order in options.sort.split(",") if order]
    return RecordQuery(
        options.object,
        condition=condition,
        columns=tuple(options.columns.split(",")) if options.columns else (),
        sort=tuple((key, direction or "asc") for key, _, direction in orders),
        cursor=options.cursor,
    )


@dataclass(slots=True)
class _Listing:
    """Pages of a list up to a number of rows (None for all), remembering where it stopped."""

    query: RecordQuery
    principal: Principal
    limit: int | None
    shown: int = 0
    next_cursor: str | None = field(default=None)

    def pages(self) -> Iterator[list[Mapping[str, object]]]:
        from zhike.platform.objects import api as objects

        self.next_cursor = self.query.cursor or None
        while self.limit is None or self.shown < self.limit:
            size = _PAGE if self.limit is None else min(_PAGE, self.limit - self.shown)
            found = objects.page(
                replace(self.query, cursor=self.next_cursor or "", limit=size), principal=self.principal
            )
            self.shown += len(found.rows)
            self.next_cursor = found.next_cursor
            yield [{"uid": row.uid, "display": row.display, **row.values} for row in found.rows]
            if self.next_cursor is None:
                return


def _list(query: RecordQuery, who: Principal, limit: int | None, output: Output) -> None:
    from zhike.platform.objects import api as objects
    from zhike.platform.objects import catalogue, lists

    owner = catalogue.describe(query.object)
    listing = _Listing(query, who, limit)
    total = objects.count(query, principal=who, exact=True).count

    def end() -> tuple[Mapping[str, object], str]:
        cut = listing.next_cursor is not None
        text = output.words(f"显示 {listing.shown:,} / 共 {total:,}", f"{listing.shown:,} of {total:,} shown")
        if cut:
            text += output.words("；看其余的：--all，或 --cursor ", "; for the others: --all, or --cursor ")
            text += str(listing.next_cursor)
        beside = {"object": query.object, "shown": listing.shown, "count": total}
        return {**beside, "cut": cut, "next_cursor": listing.next_cursor}, text

    if output.as_json:
        output.pages(listing.pages(), {}, end)
        return
    lang = output.names
    columns = {column.key: column for column in lists.fields(query, principal=who)}
    titles = {"display": owner.labels[lang], **{key: found.labels[lang] for key, found in columns.items()}}
    shown = (
        [{k: _text(columns.get(k), v, output) for k, v in row.items()} for row in rows] for rows in listing.pages()
    )
    output.pages(shown, titles, end)


def _summary(
    query: RecordQuery, who: Principal, sums: Sequence[str], group_by: str | None, limit: int | None, output: Output
) -> None:
    from zhike.platform.objects import api as objects
    from zhike.platform.objects import catalogue

    owner, typed = catalogue.describe(query.object), catalogue.schema(query.object).fields
    if group_by and group_by in owner.fields and owner.fields[group_by].mask:  # lists mask it here, too
        raise Refused(operation=f"{query.object}.{group_by}")
    every = _joined(objects.summarize(query, principal=who, sums=sums, group_by=group_by, by_currency=True), sums)
    found = every[:limit]
    named: Mapping[object, str] = {}
    if group_by and group_by in typed and typed[group_by].type is Type.RECORD:
        named = _displays(owner.fields[group_by], [group.value for group in found], who)
    elif group_by:
        named = {option.key: option.labels[output.names] for option in owner.fields[group_by].options}
    empty = "(empty)" if output.names == "en" else "（空）"
    if output.as_json:
        beside = {"shown": len(found), "count": len(every), "cut": len(found) < len(every)}
        groups = [group.as_dict(named, empty) for group in found]
        output.result({"object": query.object, "group_by": group_by, "groups": groups, **beside}, "")
        return
    titles = {"label": owner.fields[group_by].labels[output.names]} if group_by else {}
    titles |= {"count": output.words("记录数", "Records")}
    titles |= {
        key: output.words(f"{owner.fields[key].labels['zh']} 合计", f"{owner.fields[key].labels['en']}, sum")
        for key in sums
    }
    rows = [
        {"label": group.label(named, empty), "count": f"{group.count:,}", **group.figures(output.words("；", "; "))}
        for group in found
    ]
    output.table(rows, titles)
    if len(found) < len(every):
        shown, total = f"{len(found):,}", f"{len(every):,}"
        print(
            output.words(
                f"显示 {shown} / 共 {total} 组；看其余的：--all", f"{shown} of {total} groups shown; the others: --all"
            )
        )


@dataclass(slots=True)
class _Group:
    """Records with one value of the grouping field: how many, and by field what they sum up to in each currency."""

    value: object
    count: int = 0
    sums: dict[str, dict[str, Decimal | int]] = field(default_factory=dict)

    def label(self, named: Mapping[object, str], empty: str) -> str:
        """What the value is called; `empty`, where there is none."""
        return named.get(self.value, empty if self.value is None else str(self.value))

    def as_dict(self, named: Mapping[object, str], empty: str) -> dict[str, object]:
        """Return the group as `--json` prints it: an amount with its currency, any other sum bare."""
        sums = {
            key: [{"amount": str(total), "currency": currency} for currency, total in by_currency.items()]
            if any(by_currency)
            else next(iter(by_currency.values()), None)
            for key, by_currency in self.sums.items()
        }
        return {"group": self.value, "label": self.label(named, empty), "count": self.count, "sums": sums}

    def figures(self, between: str) -> dict[str, str]:
        """Return the sums as the table shows them."""
        return {
            key: between.join(f"{total:,} {currency}".strip() for currency, total in by_currency.items())
            for key, by_currency in self.sums.items()
        }


def _joined(rows: Sequence[tuple[object, int, Sequence[object]]], sums: Sequence[str]) -> list[_Group]:
    """Put the rows of each value together, the largest sums first."""
    groups: dict[object, _Group] = {}
    for value, count, totals in rows:
        group = groups.setdefault(value, _Group(value, sums={key: {} for key in sums}))
        group.count += count
        for key, total in zip(sums, totals, strict=True):
            amount, currency = total if isinstance(total, tuple) else (total, "")
            if isinstance(amount, Decimal | int):
                group.sums[key][currency or ""] = group.sums[key].get(currency or "", 0) + amount
    return sorted(groups.values(), key=lambda group: (*(-sum(group.sums[key].values()) for key in sums), -group.count))


def _displays(group: FieldType, values: Sequence[object], who: Principal) -> Mapping[object, str]:
    """How the records are called that a reference field groups by."""
    from zhike.platform.objects import api as objects

    ids = [value for value in values if isinstance(value, int)]
    shown = objects.displays(group.target or "unit", ids, principal=who)
    return {value: found["display"] for value, found in shown.items()}


def _text(field: FieldType | None, value: object, output: Output) -> str:
    """A value as a cell of the text table: options by their label, records by their display, money with its currency."""
    if isinstance(value, bool):
        return output.words("是", "yes") if value else output.words("否", "no")
    if isinstance(value, list):
        return output.words("、", ", ").join(_text(field, item, output) for item in value)
    if isinstance(value, Mapping):
        if "amount" in value:
            return f"{Decimal(str(value['amount'])):,} {value['currency']}"
        return str(value.get("display", ""))
    labels = {option.key: option.labels[output.names] for option in field.options} if field else {}
    return "" if value is None else labels.get(str(value), _one_line(str(value)))


def _one_line(text: str) -> str:
    """An address and a long text stand in one line of the table."""
    return " ".join(line for line in text.splitlines() if line)
