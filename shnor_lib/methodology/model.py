"""What a methodology profile may say: every policy switch of METHODOLOGY §1.2 and rules R3–R25.

A region is configuration, not code. The sections are in `rules` (results) and `conditions` (what stands
beside them).
"""

import difflib
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from pydantic import BaseModel, Field

from shnor_lib.methodology.conditions import (
    Beside,
    Deficits,
    Neighbours,
    Prevention,
    Resilient,
    Risk,
    SocialIndex,
    Support,
    Trigger,
    Watch,
)
from shnor_lib.methodology.part import Fault, Part
from shnor_lib.methodology.rules import Clusters, Identification, Publication

__all__ = ["Identification", "Methodology", "Trigger", "Valid", "settings", "similar"]


class Valid(Part):
    """Years for which the source document is in force."""

    from_: int | None = Field(None, alias="from", ge=2000, le=2100, description="первый год действия")
    to: int | None = Field(None, ge=2000, le=2100, description="последний год действия")

    @classmethod
    def between(cls, given: Mapping[str, Any]) -> Iterable[Fault]:
        """The first year is not after the last one."""
        first, last = given.get("from"), given.get("to")
        if isinstance(first, int) and isinstance(last, int) and first > last:
            yield "", f"первый год действия {first} позже последнего {last}"


class Methodology(Part):
    """One method, with its source and its validity.

    Attributes:
        regional: dotted names of settings that the source does not state and the region decides;
            reports print them as such.
    """

    id: str = Field(pattern=r"^[a-z0-9][a-z0-9-]*$", description="имя профиля: латиница, цифры, дефис")
    version: str = Field("1", description="версия профиля")
    title: str = Field(min_length=1, description="название методики")
    source: str = Field(min_length=1, description="документ-основание")
    region: str = Field("", description="регион, для которого методика утверждена")
    valid: Valid = Field(default_factory=lambda: Valid(), description="годы действия")
    identification: Identification = Field(
        default_factory=lambda: Identification(), description="Выявление ШНОР"
    )
    clusters: Clusters = Field(default_factory=lambda: Clusters(), description="Кластеры неуспевающих")
    social_index: SocialIndex = Field(default_factory=lambda: SocialIndex(), description="Социальный индекс")
    deficits: Deficits = Field(default_factory=lambda: Deficits(), description="Ресурсные дефициты")
    risk: Risk = Field(default_factory=lambda: Risk(), description="Зона риска и ШНСУ")
    prevention: Prevention = Field(
        default_factory=lambda: Prevention(), description="Профилактика неуспешности"
    )
    watch: Watch = Field(default_factory=lambda: Watch(), description="Зона внимания")
    resilient: Resilient = Field(default_factory=lambda: Resilient(), description="Резильентные школы")
    neighbours: Neighbours = Field(default_factory=lambda: Neighbours(), description="Сходные школы")
    support: Support = Field(default_factory=lambda: Support(), description="Кластеры поддержки")
    beside: Beside = Field(default_factory=lambda: Beside(), description="Рядом с правилом")
    publication: Publication = Field(default_factory=lambda: Publication(), description="Публикация")
    regional: tuple[str, ...] = Field((), description="настройки, которых нет в документе-основании")
    changed: tuple[str, ...] = Field((), description="настройки, изменённые при запуске: «имя = значение»")

    @classmethod
    def between(cls, given: Mapping[str, Any]) -> Iterable[Fault]:
        """Names under `regional` exist; a list by the index, and a zone by it, have an index."""
        regional = given.get("regional")
        known = {name for name, _ in settings()}
        for name in regional if isinstance(regional, (list, tuple)) else ():
            if isinstance(name, str) and name not in known:
                yield "regional", f"настройки «{name}» нет{similar(name)}"
        if not _value(given, "social_index", "indicators"):
            if _value(given, "identification", "listing") == "rule_and_low_index":
                yield (
                    "identification.listing",
                    "для «rule_and_low_index» нужны показатели social_index.indicators",
                )
            parts = _value(given, "risk", "parts")
            if isinstance(parts, (list, tuple)) and "low_index" in parts:
                yield "risk.parts", "для «low_index» нужны показатели social_index.indicators"

    @property
    def label(self) -> str:
        """Id, version and what was changed, as printed on every report: «rosobrnadzor-847, версия 1»."""
        changed = f"; изменено: {', '.join(self.changed)}" if self.changed else ""
        return f"{self.id}, версия {self.version}{changed}"

    def __repr__(self) -> str:
        return f"<{self.label}: {self.title}>"

    def is_valid_in(self, year: int) -> bool:
        """Whether the source document is in force in the year."""
        first, last = self.valid.from_, self.valid.to
        return (first is None or year >= first) and (last is None or year <= last)

    def setting(self, name: str) -> Any:
        """Value of a setting by its dotted name."""
        section, key = name.split(".")
        return getattr(getattr(self, section), key)


def settings() -> Iterator[tuple[str, str]]:
    """Every setting of a profile, in order: dotted name and Russian description that begins with its rule."""
    for section, field in Methodology.model_fields.items():
        part = field.annotation
        if section != "valid" and isinstance(part, type) and issubclass(part, BaseModel):
            for name, inner in part.model_fields.items():
                yield f"{section}.{name}", str(inner.description)


def similar(name: str) -> str:
    """«; похожие: …» for a name that is no setting, else where all of them are printed."""
    known = [known for known, _ in settings()]
    close = difflib.get_close_matches(name, known, n=3, cutoff=0.6)
    close += [
        full for full in known if full.rpartition(".")[2] == name.rpartition(".")[2] and full not in close
    ]
    return f"; похожие: {', '.join(close)}" if close else "; все настройки: shnor methodology show"


def _value(given: Mapping[str, Any], section: str, name: str) -> Any:
    """A raw value of a section, whether that is a mapping or a model already."""
    part = given.get(section)
    return part.get(name) if isinstance(part, Mapping) else getattr(part, name, None)
