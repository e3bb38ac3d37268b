"""Random well-typed expressions, rows and parameters, and one engine-independent way to put them in a query."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

from hypothesis import strategies as st
from sqlglot import exp

from zhike.expressions import api as ex
from zhike.expressions.types import Field, Relation, RelationSource, Schema, Type


def _schema(key: str, *fields: Field, **relations: Relation) -> Schema:
    return Schema(key, {}, {field.key: field for field in fields}, relations)


BRANCH = _schema("branch", Field("name", Type.TEXT), Field("quota", Type.DECIMAL))
ORDER = _schema(
    "order",
    Field("amount", Type.DECIMAL),
    Field("lots", Type.INTEGER),
    Field("status", Type.TEXT),
    Field("placed", Type.DATE),
)
CUSTOMER = _schema(
    "customer",
    Field("asset", Type.DECIMAL),
    Field("age", Type.INTEGER),
    Field("nick", Type.TEXT),
    Field("born", Type.DATE),
    Field("seen", Type.DATETIME),
    Field("vip", Type.BOOLEAN),
    Field("tags", Type.LIST),
    Field("owner", Type.RECORD),
    branch=Relation("branch", {}, lambda: BRANCH),
    orders=Relation("orders", {}, lambda: ORDER, many=True),
)
PARAMETERS = {
    "today": Type.DATE,
    "me": Type.RECORD,
    "marks": Type.LIST,
    "rate": Type.DECIMAL,
    "units": Type.LIST,
}

# --- values -----------------------------------------------------------------------------------------------

_PIECES = [
    "a",
    "Z",
    "z",
    "é",
    "ß",
    "中",
    "\U0001f600",
    "\ufffd",
    "\u3000",
    " ",
    "\t",
    "1",
    "23",
    "-",
    ".",
    "%",
    "'",
]
texts = st.lists(st.sampled_from(_PIECES), max_size=4).map("".join)
_edges = st.sampled_from(
    ["0.5", "-0.5", "2.5", "-2.5", "0.0000000005", "-0.00000000004", "1e17", "-999999999999999999.9"]
)
_fitting = st.integers(-(10**28) + 1, 10**28 - 1).map(lambda units: Decimal(units).scaleb(-10))
_small = st.integers(-2000, 2000).map(lambda units: Decimal(units) / 100)
_literal_decimals = st.one_of(
    _small, _small, _edges.map(lambda t: Decimal(t).quantize(Decimal("1e-10"))), st.just(Decimal(0)), _fitting
)
# Fields may be as wide as DECIMAL(38, 10): compared exactly, too wide for arithmetic.
_wide = st.integers(-(10**38) + 1, 10**38 - 1).map(
    lambda units: Decimal((units < 0, tuple(map(int, str(abs(units)))), -10))
)
decimals = st.one_of(_literal_decimals, _literal_decimals, _wide)
integers = st.one_of(st.integers(-30, 30), st.integers(-30, 30), st.integers(-(10**18) + 1, 10**18 - 1))
wide_integers = st.one_of(integers, st.integers(-(2**63) + 1, 2**63 - 1))
dates = st.one_of(st.dates(), st.dates(date(1900, 1, 1), date(2030, 1, 1)), st.sampled_from([date.min, date.max]))
moments = st.datetimes(datetime(1, 1, 2), datetime(9999, 12, 30)).map(lambda moment: moment.replace(tzinfo=UTC))
owners = st.sampled_from(["u1", "u2", "u3"])


def _nullable(strategy: st.SearchStrategy) -> st.SearchStrategy:
    return st.one_of(strategy, strategy, strategy, st.none())


_lists = st.lists(st.sampled_from(["a", "Z", "中", ""]), max_size=3)
orders = st.fixed_dictionaries(
    {
        "amount": _nullable(decimals),
        "lots": _nullable(wide_integers),
        "status": _nullable(texts),
        "placed": _nullable(dates),
    }
)
branches = st.fixed_dictionaries({"name": _nullable(texts), "quota": _nullable(decimals)})
customers = st.fixed_dictionaries(
    {
        "asset": _nullable(decimals),
        "age": _nullable(wide_integers),
        "nick": _nullable(texts),
        "born": _nullable(dates),
        "seen": _nullable(moments),
        "vip": _nullable(st.booleans()),
        "tags": _nullable(_lists),
        "owner": _nullable(owners),
        "branch": _nullable(branches),
        "orders": st.lists(orders, max_size=3),
    }
)
parameters = st.fixed_dictionaries(
    {
        "today": _nullable(dates),
        "me": _nullable(owners),
        "marks": _nullable(_lists),
        "rate": _nullable(decimals),
        "units": st.lists(owners, max_size=2),
    }
)

# --- expressions ------------------------------------------------------------------------------------------

SCALARS = (Type.TEXT, Type.INTEGER, Type.DECIMAL, Type.BOOLEAN, Type.DATE)
_LITERALS = {
    Type.TEXT: texts,
    Type.INTEGER: integers,
    Type.DECIMAL: _literal_decimals,
    Type.BOOLEAN: st.booleans(),
    Type.DATE: dates,
    Type.DATETIME: moments,
}


class Grower:
    """Draws one expression of a wanted type over a schema."""

    def __init__(self, draw) -> None:
        self._draw = draw

    def _pick(self, *choices):
        return self._draw(st.sampled_from(choices))()

    def leaf(self, type: Type, schema: Schema) -> ex.Expression:
        fields = [ex.Path((key,), field.type) for key, field in schema.fields.items() if field.type is type]
        if schema is CUSTOMER:
            fields += [ex.Path(("branch", key), f.type) for key, f in BRANCH.fields.items() if f.type is type]
            fields += [ex.Param(name, kind) for name, kind in PARAMETERS.items() if kind is type]
        choice = self._draw(st.integers(0, 9))
        if fields and choice < 6:
            return self._draw(st.sampled_from(fields))
        if choice == 9:
            return ex.Literal(None, Type.NULL)
        return ex.Literal(self._draw(_LITERALS[type]), type)

    def grow(self, type: Type, schema: Schema, depth: int) -> ex.Expression:
        if depth == 0 or self._draw(st.integers(0, 5)) == 0:
            return self.leaf(type, schema)
        return getattr(self, f"_{type.value}")(schema, depth - 1)

    def _common(self, type: Type, schema: Schema, depth: int) -> ex.Expression:
        one, two = self.grow(type, schema, depth), self.grow(type, schema, depth)
        # A bare null would leave the type open.
        one = one if ex.type_of(one) is type else ex.Literal(self._draw(_LITERALS[type]), type)
        names = ["if", "coalesce"] + (["least", "greatest"] if type is not Type.BOOLEAN else [])
        name = self._draw(st.sampled_from(names))
        if type is Type.DECIMAL and self._draw(st.booleans()):
            two = self.grow(Type.INTEGER, schema, depth)
        args = (one, two) if name != "if" else (self.grow(Type.BOOLEAN, schema, depth), one, two)
        return ex.Call(name, args)

    def _aggregate(self, functions: tuple[str, ...], type: Type, depth: int) -> ex.Expression:
        name = self._draw(st.sampled_from(functions))
        value = None
        if name != "exists":
            value = self.grow(type, ORDER, min(depth, 1))
            value = value if ex.type_of(value) is type else ex.Literal(self._draw(_LITERALS[type]), type)
        where = self.grow(Type.BOOLEAN, ORDER, min(depth, 1)) if self._draw(st.booleans()) else None
        return ex.Aggregate(name, ("orders",), value, where)

    def _call(self, name: str, schema: Schema, depth: int, *types: Type) -> ex.Expression:
        return ex.Call(name, tuple(self.grow(type, schema, depth) for type in types))

    def _number(self, schema: Schema, depth: int, type: Type, operators: tuple[str, ...]) -> ex.Expression:
        left = self.grow(type, schema, depth)
        left = left if ex.type_of(left) is type else ex.Literal(self._draw(_LITERALS[type]), type)
        return ex.Binary(self._draw(st.sampled_from(operators)), left, self.grow(type, schema, depth))

    def _integer(self, schema: Schema, depth: int) -> ex.Expression:
        choices = [
            lambda: self._number(schema, depth, Type.INTEGER, ("+", "-", "*", "%")),
            lambda: self._number(schema, depth, Type.INTEGER, ("+", "-", "*", "%")),
            lambda: self._common(Type.INTEGER, schema, depth),
            lambda: self._call("length", schema, depth, Type.TEXT),
            lambda: self._call("to_integer", schema, depth, Type.TEXT),
            lambda: self._call(self._draw(st.sampled_from(["year", "month", "day"])), schema, depth, Type.DATE),
            lambda: self._call("days_between", schema, depth, Type.DATE, Type.DATE),
            lambda: self._call(self._draw(st.sampled_from(["floor", "ceil"])), schema, depth, Type.DECIMAL),
        ]
        if schema is CUSTOMER:
            choices.append(lambda: self._aggregate(("sum", "min", "max"), Type.INTEGER, depth))
            choices.append(lambda: self._aggregate(("count",), Type.TEXT, depth))
        return self._pick(*choices)

    def _decimal(self, schema: Schema, depth: int) -> ex.Expression:
        places = ex.Literal(self._draw(st.integers(0, 10)), Type.INTEGER)
        operators = ("+", "-", "*", "/", "%")
        choices = [
            lambda: self._number(schema, depth, Type.DECIMAL, operators),
            lambda: self._number(schema, depth, Type.DECIMAL, operators),
            lambda: self._number(schema, depth, Type.INTEGER, ("/",)),
            lambda: self._common(Type.DECIMAL, schema, depth),
            lambda: ex.Call("round", (self.grow(Type.DECIMAL, schema, depth), places)),
            lambda: ex.Call("abs", (self._number(schema, depth, Type.DECIMAL, operators),)),
            lambda: ex.Negate(self._number(schema, depth, Type.DECIMAL, operators)),
            lambda: self._call("to_decimal", schema, depth, Type.TEXT),
        ]
        if schema is CUSTOMER:
            choices.append(lambda: self._aggregate(("sum", "min", "max", "avg"), Type.DECIMAL, depth))
            choices.append(lambda: self._aggregate(("avg",), Type.INTEGER, depth))
        return self._pick(*choices)

    def _text(self, schema: Schema, depth: int) -> ex.Expression:
        start, length = (ex.Literal(self._draw(st.integers(n, 4)), Type.INTEGER) for n in (1, 0))
        whatever = self._draw(st.sampled_from(SCALARS))
        choices = [
            lambda: self._common(Type.TEXT, schema, depth),
            lambda: self._call("concat", schema, depth, Type.TEXT, Type.TEXT),
            lambda: self._call(self._draw(st.sampled_from(["lower", "upper", "trim"])), schema, depth, Type.TEXT),
            lambda: ex.Call("substring", (self.grow(Type.TEXT, schema, depth), start, length)),
            lambda: self._call("to_text", schema, depth, whatever),
        ]
        if schema is CUSTOMER:
            choices.append(lambda: self._aggregate(("min", "max"), Type.TEXT, depth))
        return self._pick(*choices)

    def _date(self, schema: Schema, depth: int) -> ex.Expression:
        def moved() -> ex.Expression:
            day = self.grow(Type.DATE, schema, depth)
            day = day if ex.type_of(day) is Type.DATE else ex.Literal(date(2026, 3, 17), Type.DATE)
            sign = self._draw(st.sampled_from("+-"))
            return ex.Binary(sign, day, self.grow(Type.INTEGER, schema, depth))

        return self._pick(
            lambda: self._common(Type.DATE, schema, depth),
            lambda: self._call("make_date", schema, depth, *[Type.INTEGER] * 3),
            lambda: ex.Call(
                "make_date",
                tuple(ex.Literal(self._draw(st.integers(*r)), Type.INTEGER) for r in ((0, 10000), (0, 13), (27, 32))),
            ),
            lambda: self._call("add_days", schema, depth, Type.DATE, Type.INTEGER),
            moved,
        )

    def _boolean(self, schema: Schema, depth: int) -> ex.Expression:
        type = self._draw(st.sampled_from([Type.TEXT, Type.INTEGER, Type.DECIMAL, Type.DATE, Type.DATETIME]))
        inner = 0 if type is Type.DATETIME else depth
        value = lambda: self.grow(type, schema, inner)
        condition = lambda: self.grow(Type.BOOLEAN, schema, depth)
        choices = [
            lambda: ex.Compare(self._draw(st.sampled_from(["=", "!=", "<", "<=", ">", ">="])), value(), value()),
            lambda: ex.Compare(
                self._draw(st.sampled_from(["<", "="])),
                self.grow(Type.INTEGER, schema, depth),
                self.grow(Type.DECIMAL, schema, depth),
            ),
            lambda: ex.In(value(), (value(), value())),
            lambda: ex.Between(value(), value(), value()),
            lambda: ex.IsEmpty(value()),
            lambda: ex.Not(condition()),
            lambda: ex.Logic(self._draw(st.sampled_from(["and", "or"])), (condition(), condition(), condition())),
            lambda: self._call("contains", schema, depth, Type.TEXT, Type.TEXT),
            lambda: self._call("starts_with", schema, depth, Type.TEXT, Type.TEXT),
            lambda: self._common(Type.BOOLEAN, schema, depth),
        ]
        if schema is CUSTOMER:
            tags = ex.Path(("tags",), Type.LIST)
            owner = ex.Path(("owner",), Type.RECORD)
            text = lambda: self.grow(Type.TEXT, schema, depth)
            choices += [
                lambda: ex.In(text(), (tags,), listed=True),
                lambda: ex.In(text(), (ex.Param("marks", Type.LIST),), listed=True),
                lambda: ex.In(owner, (ex.Param("units", Type.LIST),), listed=True),
                lambda: ex.Call("contains", (tags, text())),
                lambda: ex.IsEmpty(tags),
                lambda: ex.Compare("=", owner, ex.Param("me", Type.RECORD)),
                lambda: ex.Compare("!=", owner, ex.Literal("u1", Type.TEXT)),
                lambda: self._aggregate(("exists",), Type.TEXT, depth),
            ]
        return self._pick(*choices)


@st.composite
def expressions(draw, type: Type) -> ex.Expression:
    return Grower(draw).grow(type, CUSTOMER, draw(st.integers(1, 3)))


# --- queries ----------------------------------------------------------------------------------------------


class TableBinding:
    """Names as columns of the tables that `tables` writes."""

    def __init__(self, table: str) -> None:
        self._table = table

    def column(self, path: tuple[str, ...]) -> exp.Expr:
        return exp.column("_".join(path), table=self._table)

    def relation(self, path: tuple[str, ...]) -> RelationSource:
        join = exp.EQ(this=exp.column("customer", table="o"), expression=exp.column("id", table=self._table))
        return RelationSource(exp.to_table("orders").as_("o"), join, TableBinding("o"))

    def named(self, path: tuple[str, ...]) -> None:
        """Records go by their ids."""


_SQL_TYPES = {
    "postgres": {Type.TEXT: "text", Type.INTEGER: "bigint", Type.DECIMAL: "numeric", Type.LIST: "text[]"},
    "duckdb": {
        Type.TEXT: "text",
        Type.INTEGER: "bigint",
        Type.DECIMAL: "decimal(38,10)",
        Type.LIST: "text[]",
    },
}


def tables(rows: list[dict], dialect: str) -> tuple[str, dict[str, object]]:
    """Return the WITH clause that holds the rows as tables customer and orders, and its values."""
    values: dict[str, object] = {}

    def select(columns: dict[str, tuple[Type, object]]) -> str:
        parts = []
        for name, (type, value) in columns.items():
            key = f"r{len(values)}"
            values[key] = value.isoformat() if isinstance(value, datetime) else value
            sql_type = _SQL_TYPES[dialect].get(type) or {
                Type.RECORD: "text",
                Type.DATETIME: "timestamptz",
            }.get(type, type)
            mark = f"%({key})s" if dialect == "postgres" else f"${key}"
            parts.append(f"cast({mark} as {sql_type}) as {name}")
        return "select " + ", ".join(parts)

    people, trades = [], []
    for number, row in enumerate(rows):
        branch = row["branch"] or {}
        columns = {key: (field.type, row[key]) for key, field in CUSTOMER.fields.items()}
        columns |= {f"branch_{key}": (field.type, branch.get(key)) for key, field in BRANCH.fields.items()}
        people.append(select({"id": (Type.INTEGER, number), **columns}))
        for order in row["orders"] + ([dict.fromkeys(ORDER.fields)] if number == 0 else []):
            owner = number if any(order is mine for mine in row["orders"]) else -1
            columns = {key: (field.type, order[key]) for key, field in ORDER.fields.items()}
            trades.append(select({"customer": (Type.INTEGER, owner), **columns}))
    return (
        f"with customer as ({' union all '.join(people)}), orders as ({' union all '.join(trades)})",
        values,
    )
