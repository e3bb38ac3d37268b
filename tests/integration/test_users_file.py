"""A file of users as spreadsheets save it: days, encodings and separators, workbooks, titles and columns of their own."""

from __future__ import annotations

import io
import json
from datetime import date, datetime
from zipfile import ZIP_DEFLATED, ZipFile

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from openpyxl import Workbook
from openpyxl.utils.datetime import CALENDAR_MAC_1904

from tests.factories.records import build_firm
from zhike.cli import main
from zhike.cli.output import Output
from zhike.kernel import clock, definitions, workbooks
from zhike.platform.organization import api as organization
from zhike.platform.organization.models import User
from zhike.platform.organization.types import UnitRow
from zhike.platform.permissions import api as permissions
from zhike.platform.permissions.types import Role
from zhike.server import user_table
from zhike.server.employee_names import OtherUser

pytestmark = pytest.mark.django_db

HEADS = ("工号", "姓名", "角色", "机构", "开始日期")
ROW = ("E2601", "顾言", "account_manager", "B1", "2026/11/1")


@pytest.fixture
def desk():
    """The operator's signed-in client."""
    build_firm()
    client = Client()
    client.force_login(User.objects.get(employee_no="E3001"))
    return client


def sent(desk, content, name="users.csv"):
    answer = desk.post("/api/v1/users/import", {"file": SimpleUploadedFile(name, content)})
    return answer.status_code, answer.json()


def made(desk, content):
    """What became of a file: the employee numbers that were made, and the answer."""
    status, answer = sent(desk, content)
    assert status == 200, answer
    return [one["employee_no"] for one in answer["made"]], answer


def began(number):
    return organization.all_staff(number=number)[0].every_post[0].valid_from


def text(*rows, separator=","):
    return "".join(separator.join(row) + "\r\n" for row in rows)


def saved(book):
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def workbook(*rows, formats=()):
    """A workbook with the rows in its first sheet; `formats` are (cell, number format)."""
    book = Workbook()
    for row in rows:
        book.active.append(row)
    for cell, number_format in formats:
        book.active[cell].number_format = number_format
    book.create_sheet("说明").append(["另一张表"])
    return saved(book)


@pytest.mark.parametrize(
    "written",
    ["2026-11-01", "2026-11-1", "2026/11/1", "2026/11/01", "2026.11.1", "2026年11月1日", "20261101", "46327"]
    + ["2026/11/1 0:00", "2026-11-01 00:00:00"],
)
def test_a_day_is_read_as_spreadsheets_write_it(desk, written):
    assert made(desk, text(HEADS, (*ROW[:4], written)).encode())[0] == ["E2601"]
    assert began("E2601") == date(2026, 11, 1)


@pytest.mark.parametrize(
    "written", ["2026/13/1", "2026-02-30", "11/1/2026", "1793491200", "86400", "2026-11-01 09:30", "0"]
)
def test_what_is_no_day_is_refused_at_its_line(desk, written):
    numbers, answer = made(desk, text(HEADS, (*ROW[:4], written)).encode())
    assert numbers == [] and [one["message"] for one in answer["refused"]] == ["日期应为 2026-03-01 的写法"]


@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "gb18030"])
def test_text_is_read_in_the_encodings_and_with_the_separators_of_spreadsheets(desk, encoding, separator):
    numbers, answer = made(desk, text(HEADS, ROW, separator=separator).encode(encoding))
    assert numbers == ["E2601"] and answer["made"][0]["name"] == "顾言" and answer["ignored"] == []


def test_a_workbook_is_read_whatever_it_is_called(desk):
    """Days are days, numbers have the zeros that are shown, formulas what they came to."""
    rows = (
        HEADS,
        ("E2601", "顾言", "客户经理", "B1", datetime(2026, 11, 1)),
        (317, "何以", "客户经理", "B1", 46327),
        (318, "夏至", "客户经理", "B1", None),
        (123456789012345678, "白也", "客户经理", "B1", None),
    )
    content = workbook(*rows, formats=[("A3", "00000"), ("E3", "General")])
    numbers, answer = made(desk, content)
    assert numbers == ["E2601", "00317", "318"]
    assert began("E2601") == began("00317") == date(2026, 11, 1)
    assert [(one["line"], one["text"].partition(",")[0]) for one in answer["refused"]] == [(5, "1.2346E+17")]


def test_a_title_above_the_heads_is_skipped_and_lines_keep_their_numbers(desk):
    rows = (("知客证券人员名单",), ("2026年11月",), HEADS, ROW, (), ("E2602", "", "operator", "HQ", ""))
    for content in (workbook(*rows), text(*rows, separator=";").encode()):
        User.objects.filter(employee_no="E2601").delete()
        numbers, answer = made(desk, content)
        assert numbers == ["E2601"] and [one["line"] for one in answer["refused"]] == [6]
        assert answer["refused"][0]["cells"] == ["E2602", "", "operator", "HQ", "", ""]


def test_a_column_that_nothing_reads_is_told_and_left_out(desk):
    rows = ((*HEADS, "备注", "", ""), (*ROW, "新员工", "", "内线 8801"))
    numbers, answer = made(desk, text(*rows).encode())
    assert numbers == ["E2601"] and answer["ignored"] == ["备注", "H"]


@pytest.mark.parametrize(
    ("content", "code", "message"),
    [
        (
            text(("知客证券人员名单",), ("张三", "李四")).encode(),
            "user.file",
            "第 1 行是“知客证券人员名单”，没有列“工号、姓名、角色、机构”。须有一行列名，含：工号、姓名、角色、机构",
        ),
        (
            workbook(("知客证券人员名单",), ("工号", "姓名", "部门", "机构")),
            "user.file",
            "第 2 行是“工号、姓名、部门、机构”，没有列“角色”。须有一行列名，含：工号、姓名、角色、机构",
        ),
        (text((*HEADS, "name"), (*ROW, "何以")).encode(), "user.file_twice", "列“姓名”出现了两次，请只留一列"),
        (b" \r\n\r\n", "user.file_empty", "文件是空的。须有一行列名，含：工号、姓名、角色、机构"),
        (saved(Workbook()), "user.file_empty", "文件是空的。须有一行列名，含：工号、姓名、角色、机构"),
        (
            b"\xd0\xcf\x11\xe0" + bytes(600),
            "user.file_old",
            "这是旧版（.xls）或加了密码的 Excel 文件，请另存为不加密码的 .xlsx",
        ),
        (b"\x89PNG\r\n\x1a\n" + bytes(100), "user.file_unreadable", None),
        (b"GIF89a\x00\x01\x00" + bytes(100), "user.file_unreadable", None),
        (workbook(HEADS)[:900], "user.file_unreadable", None),
    ],
)
def test_what_is_no_file_of_users_is_told_by_what_was_found(desk, content, code, message):
    status, answer = sent(desk, content)
    assert (status, answer["code"]) == (422, code)
    assert message is None or answer["message"] == message


def test_what_is_no_file_of_users_is_told_in_english_with_english_titles(desk):
    file = SimpleUploadedFile("users.csv", b"name,unit\nA,B1\n")
    answer = desk.post("/api/v1/users/import", {"file": file}, headers={"Accept-Language": "en"})
    assert answer.json()["message"] == (
        "Line 1 is 'name, unit' and has no column employee_no, role."
        " One line must have the titles employee_no, name, role, unit"
    )


def test_numbers_of_a_file_that_differ_by_zeros_in_front_are_told_at_the_second(desk):
    rows = [
        (number, "顾言", "客户经理", unit, "") for number, unit in (("00317", "B1"), ("317", "B1"), ("00317", "B2"))
    ]
    numbers, answer = made(desk, text(HEADS, *rows).encode())
    assert numbers == ["00317", "00317"]
    assert [(one["line"], one["message"]) for one in answer["refused"]] == [
        (3, "工号“317”与已有工号“00317”仅差前导零，请核对")
    ]
    assert not User.objects.filter(employee_no="317").exists()


def test_a_name_that_a_spreadsheet_would_calculate_is_told_at_its_line(desk):
    rows = [("E2601", '=HYPERLINK("x")', "客户经理", "B1", ""), ("E2602", "@何以", "客户经理", "B1", "")]
    numbers, answer = made(desk, text(HEADS, *rows, separator="\t").encode("utf-16"))
    assert numbers == []
    assert [one["message"] for one in answer["refused"]] == ["不可用：姓名（不能以 = + - @ 开头）"] * 2


def test_the_command_line_reads_the_same_files_and_says_which_columns_it_left_out(desk, capsys, tmp_path):
    file = tmp_path / "users.bin"
    file.write_bytes(workbook(("知客证券人员名单",), (*HEADS, "备注"), (*ROW, "新员工")))
    options = main._parser().parse_args(["user", "import", str(file), "--json"])
    assert main._run(options, Output(as_json=True, lang="zh")) == 0
    said = json.loads(capsys.readouterr().out)
    assert [one["employee_no"] for one in said["made"]] == ["E2601"] and said["ignored"] == ["备注", "工作表“说明”"]
    assert began("E2601") == date(2026, 11, 1)
    main._run(main._parser().parse_args(["user", "import", str(file)]), Output(as_json=False))
    assert "未读取" in capsys.readouterr().out


@pytest.mark.parametrize("encoding", ["utf-8-sig", "gb18030"])
def test_a_bad_line_of_a_file_hurts_only_itself(desk, encoding):
    text = (
        "工号,姓名,角色,机构,开始日期\n"
        "E2201,顾言,account_manager,B1,\n"
        "E2202,何以,account_manager,B99,\n"
        "E2203,,account_manager,B1,\n"
        "E1001,林晓岚,branch_head,B2,2026-05-01\n"
        "E2204,白也,boss,B1,\n"
        "E2205,夏至,account_manager,B1,五月一日\n"
    )
    file = SimpleUploadedFile("users.csv", text.encode(encoding))
    answer = desk.post("/api/v1/users/import", {"file": file}).json()
    assert [(made["line"], made["employee_no"], bool(made["password"])) for made in answer["made"]] == [
        (2, "E2201", True),
        (5, "E1001", False),
    ]
    assert [(one["line"], one["message"].partition("：")[0]) for one in answer["refused"]] == [
        (3, "没有机构“B99”。已有"),
        (4, "不可用"),
        (6, "没有角色“boss”。已有"),
        (7, "日期应为 2026-03-01 的写法"),
    ]
    assert {post.role for post in organization.person(User.objects.get(employee_no="E1001").uid).every_post} == {
        "account_manager",
        "branch_head",
    }


def sent_file(desk, *rows):
    text = "\n".join(("工号,姓名,角色,机构,开始日期", *rows)) + "\n"
    return desk.post("/api/v1/users/import", {"file": SimpleUploadedFile("users.csv", text.encode())}).json()


def test_a_file_names_roles_and_units_as_the_screen_does_or_by_their_keys(desk):
    rows = (
        "E2401,甲,客户经理,世纪大道营业部,",
        "E2402,乙,Account manager,B1,",
        "E2403,丙,account_manager,陆家嘴营业部,2026-05-01",
    )
    answer = sent_file(desk, *rows)
    assert answer["refused"] == []
    posts = [organization.all_staff(number=number)[0].every_post[0] for number in ("E2401", "E2402", "E2403")]
    assert [(post.role, post.unit.code) for post in posts] == [
        ("account_manager", "B1"),
        ("account_manager", "B1"),
        ("account_manager", "B2"),
    ]
    assert str(posts[2].valid_from) == "2026-05-01"


def test_a_line_of_a_file_is_told_everything_that_is_wrong_with_it(desk):
    answer = sent_file(desk, "E 2401,,店长,月球营业部,五月一日", "E2402,乙,,,")
    assert [one["message"].split("；") for one in answer["refused"]] == [
        [
            "不可用：工号（须为 1 至 32 位字母、数字、“-”或“_”）",
            "不可用：姓名（必填）",
            f"没有角色“店长”。已有：{'、'.join(role.labels.zh for role in definitions.all_of(Role).values())}",
            "没有机构“月球营业部”。已有：知客证券 HQ、上海分公司 R1、世纪大道营业部 B1、陆家嘴营业部 B2",
            "日期应为 2026-03-01 的写法",
        ],
        ["不可用：角色（必填）", "不可用：机构（必填）"],
    ]
    assert answer["made"] == [] and not User.objects.filter(employee_no="E2402").exists()


def test_a_name_that_several_units_have_is_asked_for_by_its_code(desk):
    organization.upsert_units([UnitRow("B3", "陆家嘴营业部", "branch", "R1")])
    answer = sent_file(desk, "E2401,甲,客户经理,陆家嘴营业部,", "E2402,乙,客户经理,B3,")
    assert [one["message"] for one in answer["refused"]] == ["有几个机构叫“陆家嘴营业部”，请写代码：B2、B3"]
    assert [one["employee_no"] for one in answer["made"]] == ["E2402"]


def test_a_file_without_its_titles_is_refused_whole(desk):
    file = SimpleUploadedFile("users.csv", "姓名,机构\n顾言,B1\n".encode())
    answer = desk.post("/api/v1/users/import", {"file": file})
    assert (answer.status_code, answer.json()["code"]) == (422, "user.file")


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ('工号,姓名,角色,机构\nE2501,甲,operator,HQ\n"E2502,乙,operator,HQ\nE2503,丙,operator,HQ\n', "user.file_line"),
        ("工号,姓名,角色,机构\nE2501," + "甲" * 140_000 + ",operator,HQ\n", "user.file_line"),
        ("工号,姓名,角色,机构,到期日\nE2501,甲,operator,HQ,2027/1/1\n", "user.file_column"),
        ("工号,姓名,角色,机构,\nE2501,甲,operator,HQ,2027/1/1\n", "user.file_column"),
        ("工号,姓名,角色,机构\n" + "E2501,甲,operator,HQ\n" * 1_001, "user.file_long"),
    ],
)
def test_a_file_that_cannot_be_read_whole_makes_nobody(desk, text, code):
    answer = desk.post("/api/v1/users/import", {"file": SimpleUploadedFile("users.csv", text.encode())})
    assert (answer.status_code, answer.json()["code"]) == (422, code)
    assert not User.objects.filter(employee_no__startswith="E25").exists()


def test_a_line_with_signs_that_cannot_be_seen_is_told_and_the_others_are_made(desk):
    answer = sent_file(desk, "E2501,甲,operator,HQ,", "E2502,乙\x00,operator,HQ,", "E2503,丙,operator,HQ,")
    assert [made["employee_no"] for made in answer["made"]] == ["E2501", "E2503"]
    assert [one["line"] for one in answer["refused"]] == [3]


def filled(book, *rows):
    """The workbook with the rows at the end of its first sheet."""
    for row in rows:
        book.worksheets[0].append(row)
    return book


@pytest.mark.parametrize(("cell", "found"), [("XFD300", (300, "XFD")), ("XFD1048576", (1_048_576, "XFD"))])
def test_a_cell_far_to_the_right_is_told(desk, cell, found):
    book = filled(Workbook(), HEADS, ROW)
    book.active[cell] = "x"
    status, answer = sent(desk, saved(book))
    assert (status, answer["code"]) == (422, "user.file_wide")
    assert answer["message"] == "第 {} 行 {} 列有内容，最多读取 200 列，请删去".format(*found)
    assert not User.objects.filter(employee_no="E2601").exists()


def test_a_cell_far_below_hurts_only_its_line(desk):
    book = filled(Workbook(), HEADS, ROW)
    book.active["F1048576"] = "x"
    numbers, answer = made(desk, saved(book))
    assert numbers == ["E2601"] and [one["line"] for one in answer["refused"]] == [1_048_576]
    assert answer["ignored"] == ["F"]


def test_nobody_reads_on_where_a_file_has_too_many_lines(desk, monkeypatch):
    read, text_of = [], workbooks.text
    monkeypatch.setattr(workbooks, "text", lambda cell: read.append(cell) or text_of(cell))
    status, answer = sent(desk, saved(filled(Workbook(), HEADS, *[ROW] * 3_000)))
    assert (status, answer["code"]) == (422, "user.file_long")
    assert len(read) < 1_100 * len(HEADS)


@pytest.mark.parametrize("packed", [True, False])
def test_a_file_that_is_large_once_unpacked_is_refused_before_it_is(desk, packed, monkeypatch):
    content = b"x" * user_table.READ_BYTES
    if packed:
        stream = io.BytesIO(workbook(HEADS, ROW))
        with ZipFile(stream, "a", ZIP_DEFLATED) as archive:
            archive.writestr("xl/media/image1.png", content)
        content = stream.getvalue()
        assert len(content) < 1 << 20
    monkeypatch.setattr(workbooks, "visible_sheets", None)
    status, answer = sent(desk, content)
    assert (status, answer["code"]) == (422, "user.file_large")


def test_a_sheet_of_more_empty_cells_than_are_looked_at_is_refused(desk, monkeypatch):
    book = filled(Workbook(), HEADS, ROW)
    for line in range(3, 500):
        book.active.cell(line, 1).number_format = "000"
    monkeypatch.setattr(workbooks, "_MOST_CELLS", 400 * 51)
    status, answer = sent(desk, saved(book))
    assert (status, answer["code"]) == (422, "user.file_large")
    assert answer["message"] == "文件过大（解压后最多 10 MB，空白格也计入），请只保留人员名单"


def test_a_formula_whose_result_was_not_stored_is_never_read_as_empty(desk):
    rows = [("E2601", "顾言", "客户经理", "B1", "=DATE(2027,1,1)"), ("E2602", '="何以"', "客户经理", "B1", None)]
    numbers, answer = made(desk, saved(filled(Workbook(), HEADS, *rows)))
    assert numbers == []
    assert [one["message"] for one in answer["refused"]] == [
        "日期应为 2026-03-01 的写法",
        "不可用：姓名（不能以 = + - @ 开头）",
    ]
    assert answer["refused"][0]["cells"][4] == "=DATE(2027,1,1)"


def test_the_first_sheet_that_people_see_is_read_and_others_are_named(desk):
    book = Workbook()
    filled(book, ("参数", "x"))
    book.active.sheet_state = "hidden"
    book.create_sheet("空")
    for title in ("名单", "Sheet2"):
        for row in (HEADS, ROW):
            (book[title] if title in book.sheetnames else book.create_sheet(title)).append(row)
    book.active = 1
    numbers, answer = made(desk, saved(book))
    assert numbers == ["E2601"] and answer["ignored"] == ["工作表“Sheet2”"]


def test_days_are_counted_as_the_workbook_counts_them(desk):
    book = filled(Workbook(), HEADS, (*ROW[:4], 44865))
    book.epoch = CALENDAR_MAC_1904
    assert made(desk, saved(book))[0] == ["E2601"]
    assert began("E2601") == date(2026, 11, 1)


@pytest.mark.parametrize("name", ["别人", "林晓"])
def test_the_number_of_a_user_with_another_name_is_refused_and_gives_nothing(desk, name, tmp_path):
    answer = sent_file(desk, f"E1001,{name},branch_head,B2,", "E2401,甲,客户经理,B1,")
    said = f"工号“E1001”是用户“林晓岚”，不是“{name}”。请核对工号与姓名"
    assert [(one["line"], one["message"]) for one in answer["refused"]] == [(2, said)]
    assert [one["employee_no"] for one in answer["made"]] == ["E2401"]
    file = tmp_path / "users.csv"
    file.write_text(f"工号,姓名,角色,机构\nE1001,{name},branch_head,B2\n")
    assert main._run(main._parser().parse_args(["user", "import", str(file)]), Output(as_json=False)) == 1
    add = ["user", "add", "e1001", name, "--role", "branch_head", "--unit", "B2"]
    with pytest.raises(OtherUser) as refused:
        main._run(main._parser().parse_args(add), Output(as_json=False))
    assert refused.value.code == "user.other_user"
    known = organization.all_staff(number="E1001")[0]
    assert known.name == "林晓岚" and [post.role for post in known.every_post] == ["account_manager"]


@pytest.mark.parametrize(("kept", "said"), [("林晓岚", "林 晓　岚"), ("Ann Lee", "Ａｎｎ　Ｌｅｅ")])
def test_a_users_name_is_compared_without_blanks_and_widths(desk, kept, said):
    User.objects.filter(employee_no="E1001").update(name=kept)
    answer = sent_file(desk, f"e1001,{said},branch_head,B2,")
    assert answer["refused"] == [] and answer["made"][0]["name"] == kept


THREE = ("E2501,甲,客户经理,B1,", "E2502,乙,客户经理,B1,2099-01-01", "E2503,丙,客户经理,B1,")


def test_a_file_that_breaks_off_makes_nobody(desk, monkeypatch):
    add = organization.add_user

    def killed(**given):
        if given["employee_no"] == "E2503":
            raise SystemExit
        return add(**given)

    monkeypatch.setattr(organization, "add_user", killed)
    with pytest.raises(SystemExit):
        sent_file(desk, *THREE)
    assert not User.objects.filter(employee_no__startswith="E25").exists()


def passwords_of(answer):
    return {one["employee_no"]: one["password"] for one in answer["made"]}


def test_the_same_file_gives_passwords_again_until_somebody_has_signed_in(desk):
    """The answer to the first may never have arrived."""
    first, again = passwords_of(sent_file(desk, *THREE)), passwords_of(sent_file(desk, *THREE))
    assert list(again) == list(first) and all(first[number] != again[number] for number in first)
    assert all(User.objects.get(employee_no=number).check_password(again[number]) for number in again)
    User.objects.filter(employee_no="E2501").update(last_login=clock.now())
    third = sent_file(desk, *THREE, "E2502,乙,客户经理,B1,2099-01-02")
    assert list(passwords_of(third)) == ["E2502", "E2503"]
    assert [(one["line"], one["message"].partition(" ")[0]) for one in third["refused"]] == [
        (2, "该用户自"),
        (5, "该用户自"),
    ]
    assert User.objects.get(employee_no="E2501").check_password(again["E2501"])


def test_a_password_that_somebody_chose_stays(desk):
    organization.add_user(
        employee_no="E2501", name="甲", role="account_manager", unit="B1", password="Lantern-41-river"
    )
    answer = sent_file(desk, THREE[0])
    assert answer["made"] == [] and len(answer["refused"]) == 1
    assert User.objects.get(employee_no="E2501").check_password("Lantern-41-river")


def test_a_file_tells_one_password_of_a_user_however_often_it_has_them(desk):
    rows = (THREE[0], THREE[0], "E2501,甲,branch_head,B2,")
    for refused in ([3], [3, 4]):
        answer = sent_file(desk, *rows)
        assert [one["line"] for one in answer["refused"]] == refused
        assert User.objects.get(employee_no="E2501").check_password(answer["made"][0]["password"])
        assert [one["password"] for one in answer["made"][1:]] == [None] * (len(answer["made"]) - 1)


def test_whoever_may_not_change_users_gives_no_password_again(desk, monkeypatch):
    first, allowed = passwords_of(sent_file(desk, *THREE)), permissions.allowed
    monkeypatch.setattr(permissions, "allowed", lambda who, what: allowed(who, what) and what != "user.update")
    answer = sent_file(desk, *THREE)
    assert answer["made"] == [] and len(answer["refused"]) == 3
    assert all(User.objects.get(employee_no=number).check_password(first[number]) for number in first)


@pytest.mark.parametrize("written", ["0001-01-01", "1899-12-25", "20271", "2100-01-01"])
@pytest.mark.parametrize("at", [4, 5])
def test_a_day_that_nobody_means_is_told_at_its_cell(desk, written, at):
    row = [*ROW[:4], "", ""]
    row[at] = written
    numbers, answer = made(desk, text((*HEADS, "截止日期"), row).encode())
    assert numbers == [] and not User.objects.filter(employee_no="E2601").exists()
    assert [one["message"] for one in answer["refused"]] == [
        f"不可用：{('开始日期', '截止日期')[at - 4]}（须在 1990-01-01 至 2099-12-31 之间）"
    ]
