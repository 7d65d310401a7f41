"""What the pages of all municipalities share, worked out before the first of them is asked for.

In:   a project, and what its pages will be asked with.
Out:  nothing to see; this process and its forks know the answers about the whole region (see `ground`), and
      have drawn each kind of figure once.
Not:  pages that anybody reads: what is drawn here is thrown away.

One municipality is drawn for all: what it asks of the region (verdicts of all years, the bootstrap, what
chance alone would move) the others ask, too. A fault is left to the notebook that meets it and can tell whom.
"""

import contextlib
import io
from collections.abc import Mapping, Sequence
from typing import Any

from shnor_lib import ground
from shnor_lib.errors import ShnorError
from shnor_lib.pages.kinds import TRIED
from shnor_lib.pages.page import Page, page
from shnor_lib.region import open_region

SECTIONS = {
    "identification": ("header", "summary", "listed", "overview", "certainty", "schools", "guide", "closing"),
    "dynamics": ("header", "summary", "chance", "transitions", "trend", "schools", "guide", "closing"),
    "deficits": ("header", "summary", "codes", "schools_map", "eliminated", "social", "guide", "closing"),
    "credibility": (
        *("header", "summary", "bunching", "pass_mark", "journal", "jumps", "schools", "objectivity"),
        *("guide", "closing"),
    ),
    "stability": ("header", "summary", "policies", "schools", "guide", "closing"),
    "neighbours": ("header", "summary", "standing", "similar", "guide", "closing"),
}


def rehearse(project: str, year: int, kinds: Sequence[str], settings: Mapping[str, object]) -> None:
    """Draw the pages of one municipality to nobody.

    Args:
        project: folder.
        year: year of the reports.
        kinds: which pages (see `SECTIONS`).
        settings: `methodology` and those of `TRIED`, where given.
    """
    with contextlib.suppress(ShnorError):
        methodology = str(settings.get("methodology", ""))
        region = open_region(project, methodology or None)
        ground.share(region.ground)
        places = region.municipalities
        one = str(places["municipality_id"].iloc[0]) if len(places) else ""
        for kind in kinds:
            given = TRIED if kind == "identification" else ()
            tried: dict[str, Any] = {name: settings[name] for name in given if name in settings}
            with contextlib.suppress(ShnorError):
                _draw(page(kind, one, year, methodology, project=project, **tried))


def _draw(drawn: Page) -> None:
    # Without a shell IPython prints what it is to display.
    with contextlib.redirect_stdout(io.StringIO()):
        for section in SECTIONS[drawn.kind]:
            getattr(drawn, section)()
