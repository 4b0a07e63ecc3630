"""The README's table of what was measured."""

from pathlib import Path

import pytest

from bench import readme
from bench.result import FOLDER


@pytest.fixture
def page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    file = tmp_path / "README.md"
    monkeypatch.setattr(readme, "README", file)
    return file


def test_the_table_is_put_between_its_markers_and_nothing_else_changes(page: Path) -> None:
    page.write_text(f"before\n{readme.BEGIN}\nold\n{readme.END}\nafter\n")
    readme.write()
    assert page.read_text() == f"before\n{readme.BEGIN}\n{readme.text()}\n{readme.END}\nafter\n"


def test_a_page_without_a_place_for_it_is_refused(page: Path) -> None:
    page.write_text("nothing here\n")
    with pytest.raises(ValueError, match="put them where the table goes"):
        readme.write()
    assert page.read_text() == "nothing here\n"


def test_the_readme_shows_every_result_that_is_committed() -> None:
    # The number of CPUs is of the machine that measured, and this may be another.
    table = readme.text().splitlines()[:-1]
    assert len(table) > 5 and list(FOLDER.glob("*.json"))
    shown = (Path(__file__).parents[3] / "README.md").read_text()
    assert "\n".join(table) in shown, "the results have changed: run python -m bench"
