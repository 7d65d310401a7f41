"""Names of the pages and of their parameters, for those who need not draw them."""

from collections.abc import Iterable

KINDS = ("identification", "dynamics", "deficits", "credibility", "stability", "neighbours")

# Parameters that try other settings than those of the method.
TRIED = ("threshold", "min_participants", "limb_b", "years", "series")

# What a process does once so that the pages find it done, as the warm-up names its calls.
REHEARSAL = "shnor_lib.pages.rehearsal:rehearse"


def drawn(texts: Iterable[str]) -> list[str]:
    """Kinds of the pages that notebooks draw, from the text of their files."""
    pages = [text for text in texts if "shnor.page(" in text]
    return [kind for kind in KINDS if any(f'\\"{kind}\\"' in text for text in pages)]
