"""Dynamics, deficits and indicators as an analyst holds them: with names, limited to a municipality.

In:   what `analysis.dynamics`, `analysis.deficits` and `analysis.beside` found, and the names of
      the register.
Out:  frames ready to be shown or written; `Region` makes them.
"""

from dataclasses import dataclass
from typing import Any

import pandas as pd

from shnor_lib.methodology import Methodology
from shnor_lib.present import text

_ORDER = ["municipality", "name", "school_id"]


@dataclass(frozen=True, repr=False)
class DynamicsView:
    """`dynamics.Dynamics` with the names of schools, limited to a municipality, beside what chance would do.

    Attributes:
        title: name of the municipality or the region.
        year: reporting year t.
        method: the method applied.
        scheme: cluster scheme.
        table: school_id, name, municipality_id, municipality, status and cluster and state of both years,
            movement, reason.
        transitions: number of schools from state to state.
        summary: see `dynamics.Dynamics.summary`.
        expected: mean numbers under no real change (positive, negative, neutral, exit, entry), or None
            where the scheme cannot be simulated.
        expected_sd: standard deviations of these numbers.
        comparable: the procedures of both years may be compared (R13).
    """

    title: str
    year: int
    method: Methodology
    scheme: str
    table: pd.DataFrame
    transitions: pd.DataFrame
    summary: dict[str, Any]
    expected: dict[str, float] | None
    expected_sd: dict[str, float] | None
    comparable: bool

    def __repr__(self) -> str:
        positive, known = self.summary["share_positive"]
        told = f"положительная динамика у {positive} из {known} {text.plural(known, 'школы', 'школ', 'школ')}"
        return f"<{self.title}, {self.year} год: {told}, вход в список: {self.summary['entry']}>"

    @property
    def sheets(self) -> dict[str, pd.DataFrame]:
        """Schools for a spreadsheet by the alphabet, those that are or were on the list apart."""
        moved = ["status_before", "status_after", "cluster_before", "cluster_after", "movement", "reason"]
        every = self.table.sort_values(_ORDER, key=text.alphabet, ignore_index=True)[[*_ORDER, *moved]]
        listed = every["status_before"].eq("shnor") | every["status_after"].eq("shnor")
        here = every[listed.fillna(value=False).astype(bool)].reset_index(drop=True)
        return {"Были или есть в списке": here, "Все школы": every}


@dataclass(frozen=True, repr=False)
class DeficitsView:
    """`deficits.Deficits` with the names of schools and parameters, limited to a municipality.

    Attributes:
        title: name of the municipality or the region.
        year: reporting year.
        method: the method applied.
        waves: first and second wave, the second None where there is only one.
        table: one row a school, with its status of the year and `has_now`: deficits by its latest audit.
        items: one row a deficit.
        by_code: one row a parameter.
        matrix: school_id × code, the state.
        summary: see `deficits.Deficits.summary`.
    """

    title: str
    year: int
    method: Methodology
    waves: tuple[str, str | None]
    table: pd.DataFrame
    items: pd.DataFrame
    by_code: pd.DataFrame
    matrix: pd.DataFrame
    summary: dict[str, int]

    def __repr__(self) -> str:
        told = f"школ с дефицитами {self.summary['with_deficits']} из {self.summary['audited']}"
        waves = text.join([text.wave(wave) for wave in self.waves if wave])
        return f"<{self.title}, {self.year} год: {told}; {waves}>"

    @property
    def sheets(self) -> dict[str, pd.DataFrame]:
        """Deficits for a spreadsheet in the order of the alphabet, in a school by their codes."""
        first = [*_ORDER, "status", "code", "factor", "parameter", "significance", "state", "value", "source"]
        items = self.items.sort_values([*_ORDER, "code"], key=text.alphabet, ignore_index=True)
        return {"Дефициты": items[[name for name in first if name in items]]}


@dataclass(frozen=True, repr=False)
class BesideView:
    """What the method looks at beside the rule, limited to a municipality.

    Attributes:
        title: name of the municipality or the region.
        year: reporting year.
        method: the method applied.
        schools: school_id, name, municipality_id, municipality, status of the year.
        indicators: see `beside.indicators`, with `suppressed` (bool): counts of a handful are hidden (R25).
        needs: see `beside.needs`.
    """

    title: str
    year: int
    method: Methodology
    schools: pd.DataFrame
    indicators: pd.DataFrame
    needs: pd.DataFrame

    def __repr__(self) -> str:
        told = f"показателей рядом с правилом: {len(self.method.beside.indicators)}"
        schools = text.counted(len(self.schools), text.SCHOOLS)
        return f"<{self.title}, {self.year} год, {schools}, {told}; методика {self.method.label}>"

    @property
    def table(self) -> pd.DataFrame:
        """One row a school: `schools`, need, signs, unknown; of each indicator `<code>_count`, `<code>_base`.

        An indicator that is a list is `<code>` (boolean).
        """
        wide = self.schools
        if self.method.prevention.needs:
            wide = wide.merge(self.needs, on="school_id", how="left", validate="1:1")
        for policy in self.method.beside.indicators:
            rows = self.indicators[self.indicators["code"].eq(policy.code)].set_index("school_id")
            if policy.table == "objectivity":
                wide = wide.assign(**{policy.code: rows["holds"].reindex(wide["school_id"]).array})
                continue
            for name in ("count", "base"):
                column = rows[name].reindex(wide["school_id"]).array
                wide = wide.assign(**{f"{policy.code}_{name}": column})
        return wide
