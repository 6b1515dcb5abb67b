from pathlib import Path

import orjson

from app.frameworks.files import read_framework
from app.settings import ROOT
from tests.cli.builders import Run

ORIGINAL = ROOT / "frameworks" / "unesco-ai-dt" / "1.0.0.yaml"


def test_framework_goes_out_and_comes_back(
    run: Run, empty_url: str, tmp_path: Path
) -> None:
    run("migrate", url=empty_url)
    run("load")

    sent = run("case", "export", "unesco-ai-dt", "--to", str(tmp_path))
    files = sorted(map(str, tmp_path.glob("*.json")))
    draft = tmp_path / "unesco-ai-dt" / "1.0.0.yaml"
    back = run("case", "import", *files, "--to", str(draft))

    assert (sent.exit_code, back.exit_code) == (0, 0), back.output
    assert len(files) == 5
    assert "3 domains, 19 competencies, 7 roles" in back.output
    assert read_framework(draft) == read_framework(ORIGINAL)


def test_import_says_what_is_lost_and_writes_over_nothing(
    run: Run, tmp_path: Path
) -> None:
    node = {"uri": "https://a.example", "lastChangeDateTime": "2025-01-01"}
    package = {
        "CFDocument": {"identifier": "d", "title": "Skills", **node},
        "CFItems": [
            {
                "identifier": "i",
                "fullStatement": "Read",
                "educationLevel": ["1"],
                **node,
            }
        ],
    }
    source, draft = tmp_path / "en.json", tmp_path / "draft.yaml"
    source.write_bytes(orjson.dumps(package))

    first = run("case", "import", str(source), "--to", str(draft))
    again = run("case", "import", str(source), "--to", str(draft))

    assert first.exit_code == 0
    assert "educationLevel of items" in first.output
    assert again.exit_code == 2
    assert "nothing was written" in again.output


def test_import_explains_what_it_cannot_read(run: Run, tmp_path: Path) -> None:
    broken = tmp_path / "broken.json"
    broken.write_text("{")
    draft = tmp_path / "draft.yaml"

    missing = run("case", "import", str(tmp_path / "no.json"), "--to", str(draft))
    wrong = run("case", "import", str(broken), "--to", str(draft))
    away = run("case", "import", "http://127.0.0.1:9/x", "--to", str(draft))
    unknown = run("case", "export", "nothing")

    assert (missing.exit_code, wrong.exit_code, away.exit_code) == (2, 2, 3), (
        away.output
    )
    assert "cannot be read" in missing.output
    assert "JSON" in wrong.output
    assert "does not answer" in away.output
    assert unknown.exit_code != 0
    assert not draft.exists()
