"""The published tree of a year as it lies, before anything is made of it or over it.

In:   `reports/<year>`, which anybody may have changed.
Out:  `check`: refusal where a batch would fail late, or would take away pages of which nobody knows what they
      are; `nameless`: whether there are such; `whole`: whether what the reports share is as it was published.
Not:  single pages (see `manifest.intact`).
"""

from pathlib import Path

from shnor_lib.batch import index, manifest
from shnor_lib.batch.names import ENDINGS
from shnor_lib.errors import RunError

ASSETS = "assets"
SCRIPT = f"{ASSETS}/plotly.min.js"


def check(root: Path, part: bool) -> None:
    """A tree must be a folder, and one of which a part is made anew must have its manifest.

    Args:
        root: `reports/<year>`.
        part: whether the run makes some reports of the year, not all.

    Raises:
        RunError: naming what is in the way and what to do; nothing has been touched.
    """
    if root.is_symlink() or (root.exists() and not root.is_dir()):
        what = "ссылка" if root.is_symlink() else "файл"
        raise RunError(
            f"Отчёты некуда записать: на месте папки «{root}» стоит {what}. Ничего не изменено. "
            f"Уберите или переименуйте «{root.name}» и повторите запуск."
            + (" На другой диск можно перенести всю папку отчётов." if root.is_symlink() else "")
        )
    if part and nameless(root):
        raise RunError(
            f"Часть отчётов за {root.name} год построить нельзя: файла «{root / manifest.MANIFEST}» нет "
            "или он повреждён, и неизвестно, какие из прежних страниц верны. Ничего не изменено. "
            f"Постройте год целиком: shnor batch --year {root.name}"
        )


def nameless(root: Path) -> bool:
    """Whether pages lie in a tree without a manifest that says what they are."""
    return manifest.load(root) is None and any(
        next(root.glob(f"*/*{ending}"), None) for ending in ENDINGS.values()
    )


def whole(root: Path) -> bool:
    """Whether the index, the script of all pages and the archives are those that were published."""
    loaded = manifest.load(root)
    if loaded is None:
        return False
    known: dict[str, str] = loaded.get("shared", {})
    archives = {place["archive"] for place in loaded["municipalities"].values() if place.get("archive")}
    if not {SCRIPT, *archives} <= known.keys():
        return False
    return all(manifest.same(root, *one) for one in known.items()) and index.is_current(root, loaded)
