"""The commands and their arguments."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Sequence
from datetime import date
from importlib import import_module
from pathlib import Path
from typing import TypeAlias
from uuid import UUID

import psycopg
from django.db import InterfaceError, OperationalError

from zhike import __version__
from zhike.cli.installation import opened, private
from zhike.cli.output import Output
from zhike.cli.sample import options as sample_options
from zhike.kernel.errors import DatabaseAway, ZhikeError
from zhike.kernel.full_disk import full_disk

Actions: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"


#: Classes of SQLSTATE: lost connections, servers that shut down or start.
_NO_CONNECTION = ("08", "57P")
_LANG = "language of errors and findings (default: zh; en with --json)"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code: 0 done, 1 expected error, 2 wrong arguments, 3 handed over to a run."""
    options = _parser().parse_args(arguments)
    output = Output(as_json=options.json, lang=options.lang)
    private()
    try:
        if options.alone:
            return _run(options, output)
        with opened():
            return _run(options, output)
    except ZhikeError as error:
        output.error(error)
        return 1
    except BrokenPipeError:  # `| head`: whoever reads has enough
        sys.stdout = open(os.devnull, "w")  # noqa: SIM115
        return 0
    except (KeyboardInterrupt, Exception) as error:
        # DuckDB wraps Ctrl-C into a RuntimeError.
        if isinstance(error, KeyboardInterrupt) or isinstance(error.__cause__, KeyboardInterrupt):
            print(file=sys.stderr)
            return 130
        expected = full_disk(error) or (DatabaseAway() if _away(error) else None)
        if expected is None:
            raise
        output.error(expected)
        return 1


def _away(error: Exception) -> bool:
    """Whether the database could not be reached or ended the connection; it may also have refused a statement."""
    cause = error if isinstance(error, psycopg.Error) else error.__cause__
    state = cause.sqlstate if isinstance(cause, psycopg.Error) else None
    unreached = (OperationalError, InterfaceError, psycopg.OperationalError, psycopg.InterfaceError)
    return isinstance(error, unreached) and (state is None or state.startswith(_NO_CONNECTION))


def _run(options: argparse.Namespace, output: Output) -> int:
    """Call the command; its module is imported only now, because it may need the installation to be open."""
    module, _, name = options.command.partition(".")
    command: Callable[[argparse.Namespace, Output], int | None] = getattr(import_module(f"zhike.cli.{module}"), name)
    return command(options, output) or 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="zhike", description="知客 Zhike: the CRM of a securities broker")
    parser.add_argument("--version", action="version", version=f"zhike {__version__}")
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.add_argument("--lang", choices=("zh", "en"), default="", help=_LANG)
    actions = parser.add_subparsers(required=True, metavar="COMMAND")
    _serving(actions)
    _packs(actions)
    _users(actions)
    _data(actions)
    _identity(actions)
    _records(actions)
    return parser


def _reason(text: str) -> str:
    if not text.strip():
        raise argparse.ArgumentTypeError("a reason has words")
    return text


def _add(actions: Actions, name: str, command: str, text: str, *, alone: bool = False) -> argparse.ArgumentParser:
    parser: argparse.ArgumentParser = actions.add_parser(name, help=text, description=text)
    parser.add_argument("--json", action="store_true", default=argparse.SUPPRESS, help="print JSON")
    parser.add_argument("--lang", choices=("zh", "en"), default=argparse.SUPPRESS, help=_LANG)
    parser.set_defaults(command=command, alone=alone)
    return parser


def _group(actions: Actions, name: str, text: str) -> Actions:
    return actions.add_parser(name, help=text, description=text).add_subparsers(required=True, metavar="ACTION")


def _serving(actions: Actions) -> None:
    serve = _add(actions, "serve", "serving.serve", "run the web server (and, with --all, everything)", alone=True)
    serve.add_argument("--host", default="127.0.0.1")
    serve.add_argument("--port", type=int, default=8000)
    serve.add_argument("--processes", type=int, default=1, metavar="N", help="web processes (default: 1)")
    serve.add_argument(
        "--all", action="store_true", help="also run a worker and a mail catcher, and load the sample broker"
    )
    sample_options.add(serve, " (with --all)")
    worker = _add(actions, "worker", "working.worker", "do background work and send messages")
    worker.add_argument("--queues", default="", help="only these, with commas: interactive, load, stage, send")
    worker.add_argument("--once", action="store_true", help="do what is due, then stop")
    _add(actions, "openapi", "contract.openapi", "print the interface as an OpenAPI document", alone=True)
    _add(actions, "doctor", "doctor.doctor", "look for problems and say what to do", alone=True)


def _packs(actions: Actions) -> None:
    pack = _group(actions, "pack", "check and apply packs")
    for name, command, text in (
        ("check", "definitions.pack_check", "list every fault of the packs"),
        ("plan", "definitions.pack_plan", "show what applying would change"),
        ("apply", "definitions.pack_apply", "apply the packs"),
    ):
        parser = _add(pack, name, command, text)
        parser.add_argument("folders", nargs="*", type=Path, help="pack folders (default: the ones that ship)")
        if name == "apply":
            parser.add_argument("--yes", action="store_true", help="consent to destructive changes")
    definition = _group(actions, "definition", "the definitions this installation runs on")
    for name, text in (("export", "print a definition as it is written"), ("history", "who made what of it, and when")):
        parser = _add(definition, name, f"definitions.{name}", text)
        parser.add_argument("kind")
        parser.add_argument("key")
    _add(definition, "unverified", "definitions.unverified", "numbers of rules that the firm has not checked yet")
    change = _add(
        definition, "change", "definitions.change", "make definitions the installation's own; packs stay below"
    )
    change.add_argument("files", nargs="*", type=Path, help="definition files")
    change.add_argument("--drop", nargs=2, metavar=("KIND", "KEY"), action="append", default=[], help="drop an own one")
    change.add_argument("--plan", action="store_true", help="only show what would change")
    change.add_argument("--reason", type=_reason, help="why, for the history")
    undo = _add(definition, "undo", "definitions.undo", "take a change back; `history` shows its number")
    undo.add_argument("change", type=UUID)
    for parser in (change, undo):
        parser.add_argument("--yes", action="store_true", help="consent to destructive changes")
    docs = _add(
        _group(actions, "docs", "documentation made of the definitions"),
        "reference",
        "reference.reference",
        "write a page and a JSON Schema for each kind of definition",
        alone=True,
    )
    docs.add_argument("--out", type=Path, required=True, help="folder to write to, such as docs/reference")
    docs.add_argument(
        "--packs",
        type=Path,
        nargs="*",
        default=[Path("packs"), Path("examples")],
        help="folders the examples are taken from",
    )


def _users(actions: Actions) -> None:
    users = _group(actions, "user", "people who sign in")
    user = _add(users, "add", "users.add", "add a user with one post")
    user.add_argument("employee_no")
    user.add_argument("name")
    user.add_argument("--role", required=True)
    user.add_argument("--unit", required=True, help="unit code")
    _add(users, "list", "users.list_all", "print every user with the posts that hold today")
    password = _add(users, "password", "users.password", "give a user a new random password")
    password.add_argument("employee_no")
    post = _add(users, "post", "users.post", "give a user another post, or end the one that holds")
    post.add_argument("employee_no")
    post.add_argument("--role", required=True)
    post.add_argument("--unit", required=True, help="unit code")
    post.add_argument("--since", type=date.fromisoformat, help="its first day (default: today)")
    post.add_argument("--until", type=date.fromisoformat, help="the first day without it")
    post.add_argument("--end", type=date.fromisoformat, help="end it instead: the first day without it")
    for name, command, text in (
        ("end", "users.end", "end a user, with every post and session"),
        ("return", "users.come_back", "let an ended user sign in again, without posts"),
    ):
        change = _add(users, name, command, text)
        change.add_argument("employee_no")
        change.add_argument("--reason", default="", help="kept in the journal")
    many = _add(
        users,
        "import",
        "users.import_file",
        "make users and posts of a file, .xlsx or text: employee_no, name, role, unit",
    )
    many.add_argument("file", type=Path)


def _data(actions: Actions) -> None:
    sample = actions.add_parser("sample", help="the sample broker")
    sample.add_argument("--json", action="store_true", default=argparse.SUPPRESS)
    sample_options.add(sample)
    sample.add_argument("--seed", type=int, default=20260317)
    sample.set_defaults(command="commands.sample", alone=False)
    steps = sample.add_subparsers(metavar="ACTION")
    advance = _add(steps, "advance", "commands.sample_advance", "let the next trading days happen")
    advance.add_argument("--days", type=int, default=1)
    _add(steps, "evaluate", "commands.sample_evaluate", "precision and recall of identity against the planted truth")
    load = _add(actions, "load", "loading.load", "load files by source definitions")
    load.add_argument("definitions", type=Path)
    load.add_argument("--from", dest="data", type=Path, required=True, help="folder of the files")
    load.add_argument("--rejects", type=Path, help="folder for the rejected rows (default: rejects in ZHIKE_HOME)")
    stage = _add(_group(actions, "stage", "the nightly stages"), "run", "commands.stage_run", "compute a business date")
    stage.add_argument("business_date", type=date.fromisoformat)


def _identity(actions: Actions) -> None:
    identity = _group(actions, "identity", "who is who over all systems")
    _add(identity, "list", "identities.states", "the definitions, with the records and parties that they link")
    links = _add(identity, "links", "identities.links", "which records belong to which party")
    links.add_argument("identity", help="key of the definition")
    links.add_argument("--record", default="", metavar="SYSTEM:KEY", help="all records of this one's party")
    links.add_argument("--limit", type=int, default=100)
    evaluate = _add(identity, "evaluate", "identities.evaluate", "precision and recall against who is one person")
    evaluate.add_argument("identity", help="key of the definition")
    evaluate.add_argument("truth", type=Path, help='JSON: {"links": "file.parquet" with system, source_key, person}')


def _records(actions: Actions) -> None:
    records = _add(actions, "records", "records.records", "list, count, sum or group records")
    records.add_argument("object")
    records.add_argument(
        "--where", default="", help="an expression, such as \"status = 'normal'\"; :today and :me work"
    )
    records.add_argument("--me", default="", metavar="EMPLOYEE_NO", help="who :me is")
    records.add_argument("--count", action="store_true", help="only how many there are")
    records.add_argument("--sum", action="append", default=[], metavar="FIELD", help="add a field up; may come again")
    records.add_argument("--group-by", metavar="FIELD", help="count and sum by the values of a field")
    records.add_argument(
        "--columns", default="", metavar="FIELD,FIELD", help="fields to list (default: the list's own)"
    )
    records.add_argument(
        "--sort", default="", metavar="FIELD[:desc],…", help="up to three orders, the first counts most"
    )
    records.add_argument("--limit", type=int, help="rows to list at most (default: 20), or groups (default: all)")
    records.add_argument("--cursor", default="", help="go on where a list was cut")
    records.add_argument("--all", action="store_true", help="list to the end")
    erase = _add(actions, "erase", "commands.erase", "wipe the personal values of a record for good")
    erase.add_argument("object", help="object type, such as party")
    erase.add_argument("uid", type=UUID)
    erase.add_argument("--reason", type=_reason, required=True, help="why, for the journal")
    erase.add_argument("--yes", action="store_true", help="consent; without it the command says what would go")
    audience = _group(actions, "audience", "audiences")
    for name, command, text in (
        ("count", "commands.audience_count", "count an audience now"),
        ("snapshot", "commands.audience_snapshot", "freeze an audience"),
        ("explain", "commands.audience_explain", "why a party is in an audience or not"),
    ):
        parser = _add(audience, name, command, text)
        parser.add_argument("audience", help="uid or name")
        if name == "explain":
            parser.add_argument("party", help="uid, or the number that people call it by")
