import csv
import io
import subprocess
import zipfile
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.cohorts.files import read_roster
from app.kernel import sheets
from app.kernel.sheets import UnreadableSheetError, decode

HEAD = "email,name,language\n"


def book(rows: list[list[str]]) -> bytes:
    """Write the smallest XLSX: inline strings, no styles."""
    written = [[f'<c t="inlineStr"><is><t>{c}</t></is></c>' for c in r] for r in rows]
    cells = "".join(f"<row>{''.join(row)}</row>" for row in written)
    parts = {
        "[Content_Types].xml": '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/><Override PartName="/xl/worksheets/sheet1.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/></Types>',
        "_rels/.rels": '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="a" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": '<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets><sheet name="A" sheetId="1" r:id="b"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="b" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/></Relationships>',
        "xl/worksheets/sheet1.xml": f'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>{cells}</sheetData></worksheet>',
    }
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, text in parts.items():
            packed.writestr(name, text)
    return out.getvalue()


def names(content: bytes) -> list[tuple[int, str]]:
    return [(line.number, line.cells["name"]) for line in read_roster(content)]


@pytest.mark.parametrize(
    ("encoding", "name"),
    [
        ("utf-8", "عائشة Née"),
        ("utf-8-sig", "عائشة Née"),
        ("cp1256", "عائشة بنت محمد"),
        ("cp1256", "أ. عائشة"),
        ("cp1252", "Aïcha Née Ünal São João Muñoz"),
        ("cp1252", "Élodie"),
    ],
)
@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_encodings_and_separators_of_real_offices_are_read(
    encoding: str, name: str, separator: str
) -> None:
    text = f"{HEAD}a@b.example,{name},fr\n".replace(",", separator)

    assert names(text.encode(encoding)) == [(2, name)]


@given(st.text(alphabet=st.characters(codec="utf-8", exclude_characters="\x00\ufeff")))
def test_utf_8_is_always_recognised(text: str) -> None:
    assert decode(text.encode()) == text


@given(st.binary(max_size=300))
def test_whatever_is_uploaded_is_read_or_refused(content: bytes) -> None:
    for prefix in (b"", b"PK\x03\x04", HEAD.encode()):
        try:
            lines = list(read_roster(prefix + content))
        except UnreadableSheetError:
            continue
        assert all("email" in line.cells or not line.cells for line in lines)


def test_spreadsheet_is_read_with_its_line_numbers() -> None:
    content = book(
        [["Email", "NAME"], ["a@b.example", "Ada"], [], ["c@d.example", "عائشة"]]
    )

    assert names(content)[0] == (2, "Ada")
    assert names(content)[-1][1] == "عائشة"


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"name\nAda\n",
        b"email,salary\na@b.example,12\n",
        b"email,email\na,b\n",
        b"email\n\x00",
        b'email\n"a@b.example',
        b"PK\x03\x04 no archive",
        book([]),
    ],
)
def test_what_is_no_list_is_refused(content: bytes) -> None:
    with pytest.raises(UnreadableSheetError):
        list(read_roster(content))


def test_a_zip_bomb_is_not_unpacked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sheets, "MOST_UNPACKED", 1_000_000)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("xl/workbook.xml", "<workbook/>")
        packed.writestr("xl/worksheets/sheet1.xml", b" " * 5_000_000)
    lying = bytearray(out.getvalue())
    size = (5_000_000).to_bytes(4, "little")
    while (place := lying.find(size)) >= 0:
        lying[place : place + 4] = (10).to_bytes(4, "little")

    for content in (out.getvalue(), bytes(lying)):
        with pytest.raises(UnreadableSheetError) as refused:
            list(read_roster(content))
        assert refused.value.facts["reason"] == "too-large"


def test_entities_are_not_expanded() -> None:
    content = book([["email", "name"], ["a@b.example", "&lol;"]])

    try:
        found = names(content)
    except UnreadableSheetError:
        return
    assert len(str(found)) < 100


def test_too_many_rows_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sheets, "MOST_ROWS", 3)
    out = io.StringIO()
    csv.writer(out).writerows([["email"], *([f"a{n}@b.example"] for n in range(4))])

    with pytest.raises(UnreadableSheetError):
        list(read_roster(out.getvalue().encode()))


def _bomb(rows: str, text: str = "") -> bytes:
    """Put rows of raw XML, and a shared text, into a book."""
    out = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(book([]))) as sound,
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed,
    ):
        for name in sound.namelist():
            part = sound.read(name).decode()
            part = part.replace("<sheetData>", f"<sheetData>{rows}")
            strings = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/sharedStrings"
            more = f'<Relationship Id="s" Type="{strings}" Target="sharedStrings.xml"/>'
            if name.endswith("workbook.xml.rels"):
                part = part.replace("</Rel", f"{more}</Rel")
            packed.writestr(name, part)
        packed.writestr(
            "xl/sharedStrings.xml",
            f'<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><si><t>{text}</t></si></sst>',
        )
    return out.getvalue()


EMAIL = '<row r="1"><c r="A1" t="inlineStr"><is><t>email</t></is></c></row>'


@pytest.mark.parametrize(
    "content",
    [
        _bomb(
            EMAIL
            + '<row r="1048576"><c r="XFD1048576" t="inlineStr"><is><t>x</t></is></c></row>'
        ),
        _bomb(
            EMAIL
            + "".join(
                f'<row r="{n}"><c r="A{n}" t="s"><v>0</v></c></row>'
                for n in range(2, 100_000)
            ),
            text="x" * 30_000,
        ),
    ],
    ids=["a cell in the far corner", "a long text a hundred thousand times"],
)
def test_a_book_that_asks_for_all_memory_ends_a_small_process_and_not_ours(
    content: bytes,
) -> None:
    assert len(content) < sheets.MOST_BYTES

    with pytest.raises(UnreadableSheetError) as refused:
        list(read_roster(content))

    assert refused.value.facts["reason"] == "xlsx"


def test_the_small_process_knows_none_of_our_secrets(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("MASAR_SECRET_KEY", "aa" * 32)
    seen: dict[str, object] = {}
    popen = subprocess.Popen

    def note(*args: Any, **options: Any) -> object:  # noqa: ANN401 -- of Popen
        seen.update(options)
        return popen(*args, **options)

    monkeypatch.setattr(subprocess, "Popen", note)

    list(read_roster(book([["email"], ["a@b.example"]])))

    assert seen["env"] == {}
