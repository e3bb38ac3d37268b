"""Workbooks written sign by sign: what programs write in other ways than the library does."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_DOCUMENT = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_START = '<?xml version="1.0" encoding="UTF-8"?>'


def workbook(
    path: Path,
    rows: str,
    *,
    texts: str = "",
    formats: Sequence[str] = (),
    epoch_1904: bool = False,
    below: str = "",
    sheet: str = "",
) -> Path:
    """Write a workbook with one sheet of the given XML; `formats` are the number formats of styles 1, 2, …"""
    kinds = {"worksheet": "worksheets/sheet1.xml", "styles": "styles.xml", "sharedStrings": "sharedStrings.xml"}
    related = "".join(
        f'<Relationship Id="r{n}" Type="{_DOCUMENT}/{kind}" Target="{name}"/>'
        for n, (kind, name) in enumerate(kinds.items())
    )
    codes = "".join(f'<numFmt numFmtId="{200 + n}" formatCode="{code}"/>' for n, code in enumerate(formats))
    cells = "".join(f'<xf numFmtId="{200 + n}"/>' for n in range(len(formats)))
    with ZipFile(path, "w", ZIP_DEFLATED) as archive:
        for name, content in {
            "[Content_Types].xml": f'<Types xmlns="{_PACKAGE}/content-types"/>',
            "_rels/.rels": f'<Relationships xmlns="{_PACKAGE}/relationships"><Relationship Id="a"'
            f' Type="{_DOCUMENT}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
            "xl/workbook.xml": f'<workbook xmlns="{MAIN}" xmlns:r="{_DOCUMENT}">'
            f'<workbookPr date1904="{int(epoch_1904)}"/><sheets><sheet name="表" sheetId="1" r:id="r0"/></sheets></workbook>',
            "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{_PACKAGE}/relationships">{related}</Relationships>',
            "xl/styles.xml": f'<styleSheet xmlns="{MAIN}"><numFmts>{codes}</numFmts>'
            f'<cellXfs><xf numFmtId="0"/>{cells}</cellXfs></styleSheet>',
            "xl/sharedStrings.xml": f'<sst xmlns="{MAIN}">{texts}</sst>',
            "xl/worksheets/sheet1.xml": sheet
            or f'<worksheet xmlns="{MAIN}"><sheetData>{rows}</sheetData>{below}</worksheet>',
        }.items():
            archive.writestr(name, _START + content)
    return path
