"""Put the files of a synthetic region in place without touching anybody else's.

In:   `data`, the folder that holds `raw` and gets `truth`.
Out:  `check_raw` refuses when `raw` holds files that the demo did not write; `replace` swaps the old
      files of the demo for new ones.

`raw/demo.json` lists what the demo wrote, with hashes. A file of the demo that somebody has changed is
somebody's work and is not replaced either.
"""

import json
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from shnor_lib.data.damage import file_hash
from shnor_lib.errors import InputError

MANIFEST = "demo.json"
RAW, TRUTH = "raw", "truth"
_SHOWN = 5


def check_raw(data: Path) -> None:
    """Make sure that nothing of the user's would be lost.

    Raises:
        InputError: `raw` holds files that the demo did not write, or files of the demo were changed.
    """
    raw = data / RAW
    known = _manifest(raw)
    foreign, changed = [], []
    for path in _files(raw):
        name = path.relative_to(raw).as_posix()
        if name not in known:
            foreign.append(name)
        elif file_hash(path) != known[name]:
            changed.append(name)
    if foreign:
        raise InputError(
            f"В папке «{raw}» есть файлы, которые записаны не учебным регионом: {_some(foreign)}. "
            "Ничего не изменено. Уберите их или создайте учебный регион в другой папке: shnor init ПАПКА"
        )
    if changed:
        raise InputError(
            f"В папке «{raw}» изменены файлы учебного региона: {_some(changed)}. Ничего не заменено. "
            "Сохраните правки под другим именем вне этой папки, удалите эти файлы и повторите."
        )


def replace(data: Path, fresh_raw: Path, fresh_truth: Path, facts: Mapping[str, Any]) -> int:
    """Remove the old files of the demo and move the new ones in.

    Args:
        data: folder of `raw` and `truth`.
        fresh_raw: new raw files.
        fresh_truth: new files of the truth.
        facts: scale, seed and the like for the manifest.

    Returns:
        Number of raw files, without the manifest.
    """
    raw, truth = data / RAW, data / TRUTH
    for name in _manifest(raw):
        (raw / name).unlink(missing_ok=True)
    _remove_empty_folders(raw)
    raw.mkdir(parents=True, exist_ok=True)
    files = {path.relative_to(fresh_raw).as_posix(): file_hash(path) for path in _files(fresh_raw)}
    text = json.dumps({**facts, "files": files}, ensure_ascii=False, indent=1)
    (raw / MANIFEST).write_text(text + "\n", encoding="utf-8")  # first: a run cut short can be repeated
    for name in files:
        (raw / name).parent.mkdir(parents=True, exist_ok=True)
        (fresh_raw / name).replace(raw / name)
    truth.mkdir(exist_ok=True)
    for path in sorted(fresh_truth.iterdir()):
        path.replace(truth / path.name)
    return len(files)


def _manifest(raw: Path) -> dict[str, str]:
    """Files the demo wrote, with their hashes; none where there is no manifest or it is not ours."""
    try:
        loaded = json.loads((raw / MANIFEST).read_text(encoding="utf-8"))
        files = loaded["files"]
    except (OSError, ValueError, KeyError, TypeError):
        return {}
    inside = isinstance(files, dict) and all(_is_inside(raw, str(name)) for name in files)
    return {str(name): str(value) for name, value in files.items()} if inside else {}


def _is_inside(raw: Path, name: str) -> bool:
    """Whether a name of the manifest lies in the folder: the manifest may have been edited by hand."""
    return (raw / name).resolve().is_relative_to(raw.resolve())


def _files(folder: Path) -> list[Path]:
    """Files that count: not the manifest, not hidden ones, not locks of an open Excel."""
    if not folder.is_dir():
        return []
    found = sorted(path for path in folder.rglob("*") if path.is_file())
    return [path for path in found if path.name != MANIFEST and not path.name.startswith((".", "~$"))]


def _remove_empty_folders(raw: Path) -> None:
    for folder in sorted((path for path in raw.rglob("*") if path.is_dir()), reverse=True):
        if not any(folder.iterdir()):
            shutil.rmtree(folder)


def _some(names: list[str]) -> str:
    shown = ", ".join(f"«{name}»" for name in names[:_SHOWN])
    return shown + (f" и ещё {len(names) - _SHOWN}" if len(names) > _SHOWN else "")
