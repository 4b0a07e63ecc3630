"""The dashboard's page works under a strict content security policy, and its names change."""

import re
import shutil
import subprocess
from html.parser import HTMLParser
from pathlib import Path

import pytest

DASHBOARD = Path(__file__).parents[3] / "app" / "dashboard"
PAGE = DASHBOARD / "page"
FILES = sorted(path for path in PAGE.rglob("*") if path.is_file())


class Elements(HTMLParser):
    """The elements of a page with their attributes, and the text inside scripts and styles."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.inline: list[str] = []
        self._inside = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))
        self._inside = tag

    def handle_endtag(self, tag: str) -> None:
        self._inside = ""

    def handle_data(self, data: str) -> None:
        if self._inside in ("script", "style") and data.strip():
            self.inline.append(data)


ELEMENTS = Elements((PAGE / "index.html").read_text())


def test_the_page_has_no_inline_script_or_style() -> None:
    assert ELEMENTS.inline == []
    for tag, attributes in ELEMENTS.found:
        assert "style" not in attributes, tag
        assert not [name for name in attributes if name.startswith("on")], tag


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_nothing_is_loaded_from_elsewhere_or_made_of_text(path: Path) -> None:
    text = path.read_text().replace("http://www.w3.org/2000/svg", "")
    assert not re.search(r"https?://|url\(|@import|innerHTML|outerHTML|eval\(|\.style\b", text)


def test_every_field_has_a_label() -> None:
    labels = {attributes.get("for") for tag, attributes in ELEMENTS.found if tag == "label"}
    fields = {a["id"] for tag, a in ELEMENTS.found if tag in ("input", "textarea")}
    assert fields and fields <= labels


def build(tmp_path: Path, name: str, page: Path) -> Path:
    """What the image would serve for a page."""
    out = tmp_path / name
    configuration = tmp_path / f"{name}.conf"
    shutil.copy(DASHBOARD / "default.conf", configuration)
    subprocess.run(["sh", DASHBOARD / "hash.sh", page, out, configuration], check=True)
    return out


def version(out: Path) -> str:
    """The name that the assets of a build have."""
    (directory,) = (out / "assets").iterdir()
    return directory.name


def test_what_the_page_refers_to_is_there_under_a_name_that_the_server_keeps_for_ever(
    tmp_path: Path,
) -> None:
    out = build(tmp_path, "out", PAGE)
    referred = re.findall(r'(?:src|href)="/([^"]+)"', (out / "index.html").read_text())
    assert len(referred) == 3
    assert all((out / path).is_file() for path in referred)
    configuration = (tmp_path / "out.conf").read_text()
    assert f"location ^~ /assets/{version(out)}/ {{" in configuration
    assert "@VERSION@" not in configuration


def test_the_name_changes_when_any_asset_does_and_stays_when_none_does(tmp_path: Path) -> None:
    changed = tmp_path / "page"
    shutil.copytree(PAGE, changed)
    with (changed / "assets" / "live.js").open("a") as file:
        file.write("// changed\n")
    before = version(build(tmp_path, "before", PAGE))
    assert before == version(build(tmp_path, "again", PAGE))
    assert before != version(build(tmp_path, "after", changed))
