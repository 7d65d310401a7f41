"""Controls of a live page (Voila, JupyterLab): one anywidget, no script from outside.

In:   what can be chosen, and functions of the page to call.
Out:  `ControlBar`, a widget to display once.
Why one widget: Voila shows a widget only if its state arrives within two seconds after the page is laid out.
      Sections held in Output widgets made that state megabytes long, and on a busy server some of them stayed
      blank. Now sections are ordinary outputs, this small bar is the only widget, and a choice brings all
      sections anew in one message.
"""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import parse_qs

import anywidget
import traitlets
from plotly.offline import get_plotlyjs

from shnor_lib.errors import ParameterError, ShnorError
from shnor_lib.present.display import asset
from shnor_lib.present.workbook import XLSX

_LOG = logging.getLogger(__name__)
_FAILED = "Не получилось: внутренняя ошибка. Подробности — в журнале сервера."


# Fields of a selection, and what a wrong number is called.
TEXTS = ("municipality", "limb_b", "years", "series")
NUMBERS = {"year": "год", "threshold": "порог", "min_participants": "число участников"}


@dataclass(frozen=True)
class Selection:
    """What a page shows.

    Attributes:
        municipality: id or name; empty for the whole region.
        year: reporting year; 0 for the newest.
        threshold: per cent; 0 for that of the method.
        min_participants: smallest number of participants that counts (R9); 0 for that of the method.
        limb_b: reading of limb B (R11): `same_series`, `any_series`; empty for that of the method.
        years: `calendar`, `last_held` (R12), `pool2`, `pool3` (R9); empty for those of the method.
        series: ids of series, parted by commas, semicolons or blanks; empty for those of the method.
    """

    municipality: str = ""
    year: int = 0
    threshold: int = 0
    min_participants: int = 0
    limb_b: str = ""
    years: str = ""
    series: str = ""

    def from_query(self, query: str) -> "Selection":
        """The selection with what the query string of an address says instead.

        Raises:
            ParameterError: a number that is none.
        """
        values = {name: items[-1] for name, items in parse_qs(query).items()}
        given: dict[str, Any] = {name: values[name] for name in TEXTS if name in values}
        faults = []
        for name, title in NUMBERS.items():
            value = values.get(name)
            if value is None:
                continue
            if value.isdecimal() and len(value) <= 4:
                given[name] = int(value)
            else:
                faults.append(f"{name}={value}: {title} — целое число от 0 до 9999")
        if faults:
            raise ParameterError("Адрес страницы содержит неверные значения.", faults)
        return replace(self, **given)


class ControlBar(anywidget.AnyWidget):
    """The bar: municipality, year, settings to try, download.

    Attributes:
        region: label of the choice of the whole region.
        municipalities: pairs of id and name, in order.
        years: years on offer, newest first.
        municipality: id chosen, empty for the region.
        year: year chosen.
        threshold: per cent chosen; 0 hides the slider.
        method_threshold: per cent of the method.
        choices: settings to try beside the threshold: name → pairs of value and label; empty hides them.
        tried: values chosen of them; `series` is a list.
        method_series: series of the method.
        in_url: keep the choice in the address of the page.
    """

    _esm = asset("controls.js")
    _css = asset("page.css")

    region = traitlets.Unicode().tag(sync=True)
    municipalities: traitlets.List[list[str]] = traitlets.List().tag(sync=True)
    years: traitlets.List[int] = traitlets.List().tag(sync=True)
    municipality = traitlets.Unicode().tag(sync=True)
    year = traitlets.Int().tag(sync=True)
    threshold = traitlets.Int().tag(sync=True)
    method_threshold = traitlets.Int().tag(sync=True)
    choices: Any = traitlets.Dict().tag(sync=True)
    tried: Any = traitlets.Dict().tag(sync=True)
    method_series: traitlets.List[str] = traitlets.List().tag(sync=True)
    in_url = traitlets.Bool().tag(sync=True)

    def __init__(
        self,
        choose: Callable[[Selection], dict[str, Any]],
        download: Callable[[], tuple[str, bytes]],
        **state: Any,
    ) -> None:
        """Build the bar.

        Args:
            choose: takes a selection; returns the fields of the answer: `sections`, `text`, `error`.
            download: name and bytes of the workbook of what is shown.
            state: the traits.
        """
        super().__init__(**state)
        self._choose = choose
        self._download = download
        self._version = 0
        self.on_msg(self._receive)

    def offer(self, municipalities: Sequence[tuple[str, str]], years: Sequence[int], region: str) -> None:
        """Set what can be chosen."""
        self.municipalities = [list(pair) for pair in municipalities]
        self.years = list(years)
        self.region = region

    def _receive(self, _widget: object, message: dict[str, Any], _buffers: object) -> None:
        kind = message.get("kind")
        if kind == "hello":
            self.send({"kind": "ready"})
        elif kind == "choose":
            self._answer_choice(message)
        elif kind == "download":
            self._answer_download()
        elif kind == "plotly":
            self.send({"kind": "plotly"}, [get_plotlyjs().encode()])

    def _answer_choice(self, message: dict[str, Any]) -> None:
        said: dict[str, Any] = {name: str(message.get(name, "")) for name in TEXTS}
        said |= {name: int(message.get(name, 0)) for name in NUMBERS}
        chosen = Selection(**said)
        self._version += 1
        answer: dict[str, Any] = {"kind": "done", "version": self._version, "sections": {}}
        try:
            answer |= self._choose(chosen)
        except Exception:
            _LOG.exception("page not drawn for %s", chosen)
            answer |= {"text": _FAILED, "error": True}
        self.send(answer)

    def _answer_download(self) -> None:
        try:
            name, data = self._download()
        except ShnorError as error:
            self.send({"kind": "failed", "text": str(error)})
        except Exception:
            _LOG.exception("workbook not written")
            self.send({"kind": "failed", "text": _FAILED})
        else:
            self.send({"kind": "file", "name": name, "type": XLSX}, [data])
