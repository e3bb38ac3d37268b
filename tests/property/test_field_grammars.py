"""A text is refused or its canonical printing is the same text again; the engine reads by the same grammar."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import duckdb
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.depth import examples
from zhike.expressions import trees
from zhike.platform.fields import api as fields
from zhike.platform.fields.errors import BadValue
from zhike.platform.fields.types import Grammar, Option

GRAMMARS = {
    "zh": fields.GRAMMARS["zh"],
    "en": fields.GRAMMARS["en"],
    "german": Grammar(",", ".", "%d.%m.%Y", "%d.%m.%Y %H:%M", "Europe/Berlin", ("ja",), ("nein",), ","),
    "french": Grammar(",", "\u202f", "%d/%m/%y", "%d/%m/%y %H:%M:%S", "Europe/Paris", ("oui",), ("non",), ";"),
    "swiss": Grammar(".", "'", "%-d.%-m.%Y", "%-d.%-m.%Y %-H:%M", "Europe/Zurich", ("1",), ("0",), "|"),
    "compact": Grammar(".", "", "%Y%m%d", "%Y%m%d%H%M%S", "Asia/Shanghai", ("y",), ("n",), ";"),
    "spreadsheet": Grammar(".", ",", "%Y/%-m/%-d", "%Y/%-m/%-d %-H:%M", "Asia/Shanghai", ("是",), ("否",), "、"),
}
OPTIONS = tuple(Option(key, {"zh": key, "en": key}) for key in ("C1", "C2", "o'k"))
TYPES = {
    key: fields.bound(key, options=OPTIONS, target="party", **({"digits": 18, "scale": 2} if key == "decimal" else {}))
    for key in fields.value_types()
}
#: Types whose values are words of the grammar or parts of an address: what is printed is read as the same value.
SAME_VALUE = {"boolean", "address"}
CONNECTION = duckdb.connect()
CONNECTION.execute("set timezone = 'UTC'")


def pieces(grammar: Grammar) -> st.SearchStrategy[str]:
    """Texts near to what the grammar knows: digits, its signs, other signs, and written values."""
    signs = st.sampled_from(
        [*"0123456789", *"00123", grammar.decimal, grammar.grouping or "_", *"-+,.' /:%eE", "\u00a0"]
    )
    number = st.decimals(-(10**14), 10**14, allow_nan=False, allow_infinity=False, places=2)
    grouped = number.map(lambda value: f"{value:,}".translate({44: grammar.grouping or None, 46: grammar.decimal}))
    days = st.dates(date(1, 1, 1), date(9999, 12, 31))
    moments = st.datetimes(datetime(1001, 1, 1), datetime(9998, 12, 31))
    words = st.sampled_from(
        [*grammar.true, *grammar.false, "YES", "Ja", "C1", "C2", "o'k", "C3", "a@b.cn", "a..b@c.cn"]
    )
    return st.one_of(
        st.text(signs, max_size=24),
        grouped,
        st.integers(-(10**19), 10**19).map(str),
        st.integers(0, 10**19).map(lambda value: f"{value:,}".replace(",", grammar.grouping)),
        days.map(lambda day: fields.bound("date").text(day, grammar)),
        moments.map(lambda at: fields.bound("datetime").text(at.replace(tzinfo=ZoneInfo(grammar.zone)), grammar)),
        words,
        st.lists(st.sampled_from(["C1", "C2", "C9", ""]), min_size=1).map(grammar.separator.join),
        st.from_regex(r"\A\+?[0-9 -]{3,22}\Z"),
        st.from_regex(r"\Ahttps?://[a-z.]{1,9}(:[0-9]{2,6})?(/[!-~]{0,9})?\Z"),
        st.text(st.characters(exclude_characters="\x00", exclude_categories=["Cs"]), max_size=12),
    )


CASES = [(type_, name) for type_ in sorted(TYPES) for name in GRAMMARS]


def read(key: str, text: str, grammar: Grammar) -> object:
    try:
        return TYPES[key].read(text, grammar)
    except BadValue:
        return None


def in_engine(key: str, text: str, grammar: Grammar) -> object:
    sql = trees.printed(TYPES[key].read_tree(trees.column("given"), grammar), "duckdb")
    kind = TYPES[key].received
    value = f"select {sql} as value from (select ?::varchar as given)"
    select = f"select cast(value as varchar), typeof(value) = typeof(cast(null as {kind})) from ({value})"
    found = CONNECTION.execute(select, [text]).fetchone()
    assert found is not None and found[1]
    return found[0]


def as_engine_prints(key: str, value: object) -> object:
    """The text that the engine has for a value that Python read."""
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return (
            "["
            + ", ".join(f"'{item.replace(chr(39), chr(92) + chr(39))}'" if "'" in item else item for item in value)
            + "]"
        )
    if isinstance(value, datetime):
        return value.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S+00")
    if isinstance(value, date):
        return value.isoformat()
    return str(value)


@pytest.mark.parametrize(("key", "name"), CASES)
def test_a_text_is_refused_or_printed_as_it_was(key, name):
    grammar = GRAMMARS[name]

    @settings(max_examples=examples(60), deadline=None, database=None)
    @given(pieces(grammar))
    @example("13,75")
    @example("1,234.50")
    @example("1.234,56")
    @example("1e3")
    @example("0")
    @example("")
    def check(text):
        value = read(key, text, grammar)
        if value is None:
            return
        printed = TYPES[key].text(value, grammar)
        if key in SAME_VALUE:
            assert read(key, printed, grammar) == value or key == "address"
        else:
            ignored = " " if key == "phone" else grammar.grouping if TYPES[key].is_number else ""
            assert printed == (text.replace(ignored, "") if ignored else text)

    check()


@pytest.mark.parametrize(("key", "name"), CASES)
def test_the_engine_reads_by_the_same_grammar(key, name):
    grammar = GRAMMARS[name]

    @settings(max_examples=examples(60), deadline=None, database=None)
    @given(pieces(grammar))
    @example("13,75")
    @example("12.505")
    @example("-0")
    @example("-0.00")
    @example("999999999999999999")
    @example("0001-01-01")
    @example("1986-05-04 00:30:00")
    @example("2026-02-30")
    def check(text):
        here, there = read(key, text, grammar), in_engine(key, text, grammar)
        if isinstance(here, Decimal):
            assert there is not None and Decimal(there) == here
        else:
            assert there == as_engine_prints(key, here)

    check()
