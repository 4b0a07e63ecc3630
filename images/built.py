"""What a build leaves behind: the references of the images, as a stack reads them."""

import json
from collections.abc import Mapping
from pathlib import Path

from images.catalogue import ROOT

FILE = ROOT / "images" / "built.json"


def write(release: str, images: Mapping[str, str], file: Path = FILE) -> None:
    """Replaces the file in one go, so no reader sees half of it; an unchanged one is left alone."""
    text = json.dumps({"release": release, "images": dict(images)}, indent=2) + "\n"
    if file.is_file() and file.read_text() == text:
        return
    partial = file.with_name(f".{file.name}.partial")
    partial.write_text(text)
    partial.replace(file)
