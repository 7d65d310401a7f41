"""A page: what a notebook shows, the same file as a report and as a dashboard.

In:   parameters of the notebook; in live modes also the address of the page and the controls.
Out:  `Page`: short methods, one a section, that display it.

In batch and report modes a section is displayed once, and an error is raised, so that the run of the
notebook fails. In live modes sections are sent anew whenever the controls change, and an error is a calm
message in place of the sections.
"""

import logging
import os
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import cached_property
from typing import Any, ClassVar

from shnor_lib import region as regions
from shnor_lib.errors import ParameterError, SelectionError, ShnorError
from shnor_lib.methodology.describe import decided
from shnor_lib.pages import trial
from shnor_lib.pages.controls import ControlBar, Selection
from shnor_lib.present import display, html, text
from shnor_lib.present.display import Block, Mode
from shnor_lib.present.tables import Table
from shnor_lib.present.workbook import workbook
from shnor_lib.region import Region

_LOG = logging.getLogger(__name__)

Builder = Callable[[], Sequence[Block]]


class Page:
    """Base of the pages: selection, modes, common sections.

    Attributes:
        kind: machine name, part of file names.
        title: what the page is about, nominative case.
        has_threshold: whether the threshold and other settings can be tried out (see `trial`).
        mode: display mode.
        selection: what is shown.
    """

    kind: ClassVar[str]
    title: ClassVar[str]
    has_threshold: ClassVar[bool] = False

    def __init__(self, selection: Selection, methodology: str = "", project: str = "") -> None:
        self.mode: Mode = display.detect()
        self.selection = selection
        self._methodology = methodology
        self._project = project
        self._error: ShnorError | None = None
        self._live: dict[str, Builder] = {}
        self._bar: ControlBar | None = None
        try:
            if self.mode == "voila":
                self.selection = selection.from_query(os.environ.get("QUERY_STRING", ""))
            self._load(self.selection)
        except ShnorError as error:
            self._fail(error)

    # What the sections of all pages use

    @cached_property
    def whole(self) -> Region:
        """The region of the project."""
        project, methodology = self._project or None, self._methodology or None
        return regions.open_region(project, methodology, before_others=True)

    @property
    def region(self) -> Region:
        """The region, limited to the municipality chosen."""
        return self._region

    @property
    def year(self) -> int:
        """Reporting year."""
        return self._year

    @property
    def is_region(self) -> bool:
        """Whether the whole region is shown."""
        return self.region.scope is None

    @property
    def overrides(self) -> dict[str, object]:
        """Settings tried out in place of those of the method."""
        return trial.overrides(self.selection, self.whole.method.identification)

    @property
    def is_trial(self) -> bool:
        """Whether settings other than those of the method, or another method, are tried out."""
        return bool(self.overrides) or self.whole.usual is not None

    @property
    def trial_words(self) -> list[str]:
        """What is tried out, in words; one text a setting."""
        return trial.words(self.selection, self.whole.method, self.whole.usual)

    @cached_property
    def known_series(self) -> list[str]:
        """Series that can be tried: those of the method, then others of which there are results."""
        own = self.whole.method.identification.series
        return [*own, *sorted(set(self.whole.table("results")["series"].unique()) - set(own))]

    @property
    def method_threshold(self) -> int:
        """Threshold of the method, per cent."""
        return self.whole.method.identification.threshold_percent

    @property
    def threshold(self) -> int:
        """Threshold applied, per cent."""
        return self.selection.threshold or self.method_threshold

    @property
    def minimum(self) -> int:
        """Participants below which counts are not shown."""
        return self.region.method.publication.min_participants

    # Common sections

    def header(self) -> None:
        """Place, year, method; in live modes the controls."""
        if not display.is_live(self.mode):
            display.show([display.preamble(self.mode), *self._head()], self.mode)
            return
        display.show([display.preamble(self.mode)], self.mode)
        bar = self._controls()
        if bar is not None:
            display.publish(bar)
        self._section(self._head)

    def closing(self) -> None:
        """What the page was computed from."""
        self._section(lambda: [html.closing(self.facts())])

    def tables(self) -> Sequence[Table]:
        """Tables of the page, as they go into its workbook."""
        raise NotImplementedError

    def facts(self) -> dict[str, str]:
        """Place, year, snapshot, methodology, version: what a number of the page can be traced to."""
        snapshot, method = self.region.snapshot, self.region.method
        facts = {
            "Территория": self.region.title,
            "Год": str(self.year),
            "Методика": f"{method.title} ({method.label})",
            "Основание": method.source,
            "В документе не сказано, решает регион": "; ".join(decided(method)) or "нет",
            "Снимок данных": f"{snapshot.id} от {text.date(snapshot.created.date())}",
            "Версия программы": _version(),
        }
        if self.threshold != self.method_threshold:
            facts["Порог"] = f"{self.threshold}{text.NBSP}% — проба, не по методике"
        if self.whole.usual or set(self.overrides) - {"threshold"}:
            facts["Проба, не по методике"] = "; ".join(self.trial_words)
        return facts

    def workbook(self) -> bytes:
        """The tables of the page as XLSX."""
        return workbook(self.tables(), self.facts())

    # Machinery

    def _section(self, build: Builder) -> None:
        """Show a section, and in live modes remember how to build it anew."""
        if not display.is_live(self.mode):
            display.show(build(), self.mode)
            return
        name = str(len(self._live))
        self._live[name] = build
        display.show([display.marker(name)], self.mode)
        display.show(self._built(name), self.mode)

    def _built(self, name: str) -> Sequence[Block]:
        """Blocks of a live section: an error is told once, in the first of them."""
        if self._error is not None:
            return [html.instead(str(self._error), self._bar is not None)] if name == "0" else []
        try:
            return self._live[name]()
        except ShnorError as error:
            return [html.error(str(error))]
        except Exception:
            _LOG.exception("section %s of %s not built", name, self.kind)
            return [html.error(_BROKEN)]

    def _load(self, selection: Selection) -> None:
        """Take a selection: region, municipality, year; the rest is computed when asked for.

        Raises:
            ShnorError: there is no such project, municipality or year.
        """
        trial.check(selection)
        region = self.whole
        if self.has_threshold:
            trial.check_known(selection, self.known_series)
        self._region = region.municipality(selection.municipality) if selection.municipality else region
        years = region.years
        year = selection.year or region.latest_year
        if year not in years:
            have = ", ".join(map(str, years)) or "нет ни одного"
            raise SelectionError(f"За {year} год результатов нет. Есть за годы: {have}.")
        self._year = year
        self.selection = replace(
            selection,
            municipality=self._region.scope.id if self._region.scope else "",
            year=year,
        )
        self._forget()

    def _forget(self) -> None:
        """Drop what was computed for the selection before."""
        for name in [name for name in vars(self) if name in self._computed()]:
            delattr(self, name)

    def _computed(self) -> set[str]:
        """Names of cached properties that depend on the selection."""
        return {
            name
            for owner in type(self).__mro__
            for name, value in vars(owner).items()
            if isinstance(value, cached_property) and name not in ("whole", "known_series")
        }

    def _fail(self, error: ShnorError) -> None:
        if not display.is_live(self.mode):
            raise error
        self._error = error

    def _controls(self) -> ControlBar | None:
        """The bar, where at least the project could be opened."""
        try:
            region = self.whole
            years = region.years[::-1]
            known = region.municipalities
        except ShnorError:
            return None
        bar = ControlBar(self._choose, self._file, in_url=self.mode == "voila")
        pairs = list(zip(known["municipality_id"], known["municipality"], strict=True))
        bar.offer(pairs, years, f"Весь регион ({region.region_name})")
        bar.method_threshold = self.method_threshold
        if self.has_threshold:
            method = region.method.identification
            bar.choices = trial.choices(method, self.known_series)
            bar.method_series = list(method.series)
        self._tell(bar)
        self._bar = bar
        return bar

    def _tell(self, bar: ControlBar) -> None:
        bar.municipality = self.selection.municipality
        bar.year = self.selection.year or (bar.years[0] if bar.years else 0)
        bar.threshold = self.threshold if self.has_threshold else 0
        names = ("min_participants", "limb_b", "years")
        bar.tried = {name: getattr(self.selection, name) for name in names} | {
            "series": list(trial.series(self.selection))
        }

    def _choose(self, selection: Selection) -> dict[str, Any]:
        """All sections for another selection."""
        self._error = None
        try:
            self._load(selection)
        except ShnorError as error:
            self._error = error
        sections = {name: display.message(self._built(name)) for name in self._live}
        if self._error is not None:
            return {"sections": sections, "text": str(self._error).splitlines()[0], "error": True}
        if self._bar is not None:
            self._tell(self._bar)
        return {"sections": sections}

    def _file(self) -> tuple[str, bytes]:
        place = self.region.scope.id if self.region.scope else "region"
        return f"{self.kind}_{place}_{self.year}.xlsx", self.workbook()

    def _head(self) -> list[Block]:
        method = self.region.method
        when = f"{self.year}{text.NBSP}год · {method.title}"
        blocks: list[Block] = [html.head(self.region.title, when)]
        if not method.is_valid_in(self.year):
            told = f"Документ-основание: {method.source}. Выберите методику, действующую в этом году."
            blocks.append(html.box(f"Методика не действует в {self.year} году", told, "watch"))
        if self.is_trial:
            blocks.append(trial.note(self.selection, self.whole.method, self.whole.usual))
        return blocks


def page(
    kind: str,
    municipality: str = "",
    year: int = 0,
    methodology: str = "",
    threshold: int = 0,
    project: str = "",
    min_participants: int = 0,
    limb_b: str = "",
    years: str = "",
    series: str = "",
) -> Page:
    """The page of a notebook.

    Args:
        kind: one of `KINDS`.
        municipality: id or name; empty for the whole region.
        year: reporting year; 0 for the newest.
        methodology: profile id or file; empty for that of the project.
        threshold: per cent to try out in place of the method's; 0 for none.
        project: folder; empty to find it from `SHNOR_PROJECT` or the current folder.
        min_participants: participants from which a result counts, to try out; 0 as in the method.
        limb_b: `same_series` or `any_series`, to try out; empty as in the method.
        years: `calendar`, `last_held`, `pool2` or `pool3`, to try out; empty as in the method.
        series: ids of series parted by commas, to try out; empty as in the method.

    Raises:
        ParameterError: a parameter of a wrong type or range.
        ShnorError: in batch and report modes, whatever is wrong with the project or the selection.
    """
    from shnor_lib.pages.credibility import CredibilityPage
    from shnor_lib.pages.deficits import DeficitsPage
    from shnor_lib.pages.dynamics import DynamicsPage
    from shnor_lib.pages.identification import IdentificationPage
    from shnor_lib.pages.neighbours import NeighboursPage
    from shnor_lib.pages.stability import StabilityPage

    pages: dict[str, type[Page]] = {
        "identification": IdentificationPage,
        "dynamics": DynamicsPage,
        "deficits": DeficitsPage,
        "credibility": CredibilityPage,
        "stability": StabilityPage,
        "neighbours": NeighboursPage,
    }
    if kind not in pages:
        raise ParameterError("Неизвестная страница.", [f"«{kind}»; есть: {', '.join(pages)}"])
    selection = Selection(municipality, year, threshold, min_participants, limb_b, years, series)
    return pages[kind](selection, methodology, project)


_BROKEN = "Этот раздел построить не удалось: внутренняя ошибка. Подробности — в журнале сервера."


def _version() -> str:
    from importlib.metadata import version

    return version("shnor-lib")
