"""What the batch must know of the data before it starts, asked once in the parent.

In:   a project, a year, a methodology.
Out:  `Facts`: year, municipalities, counts for the index, and what every report is made from.
Not:  anything computed for a report; the notebooks do that themselves.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from shnor_lib.errors import SelectionError
from shnor_lib.region import Municipality, Region, open_region
from shnor_lib.settings import Project


@dataclass(frozen=True)
class Counts:
    """Schools of a municipality: all with a verdict, and those on the list."""

    schools: int
    listed: int


@dataclass(frozen=True)
class Facts:
    """The ground of a batch.

    Attributes:
        region: name of the region.
        year: year of the reports.
        municipalities: all of the snapshot, by name.
        selected: those that were asked for; all of them when none was named.
        counts: by municipality id; a municipality without verdicts has none.
        snapshot: id of the snapshot.
        snapshot_created: ISO time when the snapshot was made.
        methodology: id of the methodology.
        methodology_version: its version.
        methodology_title: its name for people.
        methodology_label: as pages print it: id, version, what was changed.
        methodology_content: all of its settings as text, for keys of units; with those of the method of the
            project, where the reports try another one.
        trial_of: label of the method of the project, where the reports try another one; else empty.
        homeless: counts of the schools whose municipality is not known.
    """

    region: str
    year: int
    municipalities: tuple[Municipality, ...]
    selected: tuple[Municipality, ...]
    counts: dict[str, Counts]
    snapshot: str
    snapshot_created: str
    methodology: str
    methodology_version: str
    methodology_title: str
    methodology_content: str = ""
    methodology_label: str = ""
    trial_of: str = ""
    homeless: Counts = Counts(0, 0)

    @property
    def methodology_hash(self) -> str:
        """Hash of the content: equal for methods that say the same in every setting."""
        return hashlib.sha256(self.methodology_content.encode()).hexdigest()[:12]


def gather(
    project: Project, year: int | None, municipalities: Sequence[str] = (), methodology: str = ""
) -> Facts:
    """Ask the region once.

    Args:
        project: the project.
        year: year of the reports; the newest with results when None.
        municipalities: ids or names; all when none is named.
        methodology: profile or file; the project's when empty.

    Raises:
        InputError: nothing has been ingested.
        SelectionError: no results for that year, or unknown municipalities, all of them named.
        MethodologyError: the methodology cannot be used.
    """
    region = open_region(project.root, methodology or None, before_others=True)
    methods = [region.method, *([region.usual] if region.usual else [])]
    every = tuple(
        Municipality(str(row.municipality_id), str(row.municipality))
        for row in region.municipalities.itertuples()
    )
    selected = _select(region, municipalities) if municipalities else every
    verdicts = region.identify(year)
    table = verdicts.statuses
    on_list = table["status"].eq("shnor")
    nowhere = table["municipality_id"].isna()
    schools = table.groupby("municipality_id").size()
    listed = table[on_list].groupby("municipality_id").size()
    return Facts(
        region=region.title,
        year=verdicts.year,
        municipalities=every,
        selected=selected,
        counts={str(place): Counts(int(n), int(listed.get(place, 0))) for place, n in schools.items()},
        homeless=Counts(int(nowhere.sum()), int((nowhere & on_list).sum())),
        snapshot=region.snapshot.id,
        snapshot_created=region.snapshot.created.isoformat(),
        methodology=region.method.id,
        methodology_version=region.method.version,
        methodology_title=region.method.title,
        methodology_content="\n".join(method.model_dump_json(by_alias=True) for method in methods),
        methodology_label=region.method.label,
        trial_of=region.usual.label if region.usual else "",
    )


def _select(region: Region, wanted: Sequence[str]) -> tuple[Municipality, ...]:
    chosen: dict[Municipality, None] = {}
    faults = []
    for name in wanted:
        try:
            scope = region.municipality(name).scope
        except SelectionError as error:
            faults.append(str(error))
        else:
            if scope is not None:
                chosen[scope] = None
    if faults:
        raise SelectionError("\n".join(faults))
    return tuple(chosen)
