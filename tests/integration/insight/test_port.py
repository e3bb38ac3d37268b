"""One port to the engine: every tree of the nightly stage is printed for each engine, and nothing else is reached."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import sqlglot
from sqlglot import exp

from tests.factories.lake import asked
from tests.integration.insight.conftest import run_stage
from zhike.expressions import trees
from zhike.insight.warehouse import api as warehouse
from zhike.insight.warehouse.port import Session

#: What only the rooms of the engine read: received files, and parts that are merged.
_FILES = re.compile(r"\bread_(csv|parquet|json)\(", re.IGNORECASE)
STEPS = {"identity.link", "mart.party", "mart.indicator", "mart.tag"}


@pytest.fixture(scope="module")
def handed(golden_day):
    """The trees that rooms hand to the port in a night, by what both engines are told."""
    found = {}
    plain = Session._text

    def told(session, tree):
        text = trees.printed(tree, "duckdb")
        if not _FILES.search(text):
            found[text] = trees.printed(tree, "spark")
        return plain(session, tree)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Session, "_text", told)
        run_stage(golden_day)
    return found


def test_every_step_hands_its_trees_to_the_port(handed):
    read = {name for name in STEPS for text in handed if f'"{name}@' in text}
    assert read == STEPS and len(handed) > 40


def test_every_tree_is_printed_for_both_engines(handed):
    for duckdb, spark in handed.items():
        assert sqlglot.parse_one(spark, read="spark").sql("spark") == spark, duckdb
        assert not list(sqlglot.parse_one(spark, read="spark").find_all(exp.Placeholder)), duckdb


def test_a_statement_uses_what_all_engines_know_or_the_table_of_what_they_write_otherwise(handed):
    """What the reader of statements takes for no function of its own may be one engine's alone."""
    for spark in handed.values():
        tree = sqlglot.parse_one(spark, read="spark")
        unknown = {call.name.lower() for call in tree.find_all(exp.Anonymous)}
        assert unknown <= {"zhike_digest", "zhike_folded_name", "zhike_folded_phone", "try_multiply"}, spark
        assert not list(tree.find_all(exp.Qualify)) and "BY NAME" not in spark, spark


def test_from_a_session_nothing_but_the_folders_of_the_installation_is_reached(golden_day, tmp_path, installation):
    (tmp_path / "elsewhere.csv").write_text("a\n1\n")
    with warehouse.session() as session, pytest.raises(Exception, match="file system operations are disabled"):
        session.rows(trees.sql("select * from read_csv(_file)", file=trees.value(str(tmp_path / "elsewhere.csv"))))
    with warehouse.session() as session, pytest.raises(Exception, match="configuration has been locked"):
        session._connection.execute("set enable_external_access = true")
    with warehouse.session() as session, pytest.raises(Exception, match="file system operations are disabled"):
        session.export(trees.sql("select 1 as a"), tmp_path / "out.csv")
    assert asked("select count(*) from _rows", rows="mart.tag") > [(0,)]


def test_a_code_list_is_a_list_of_texts_whatever_it_says(golden_day, tmp_path):
    """A value of a definition or a file ends nowhere and reads nothing."""
    secret = Path(tmp_path) / "secret.csv"
    secret.write_text("x\n1\n")
    evil = f"' || (select x from read_csv('{secret}')) || '"
    with warehouse.session() as session:
        assert session.rows(trees.sql("select _text as t", text=trees.value(evil))) == [(evil,)]
