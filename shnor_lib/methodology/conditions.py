"""Policies beside the results: social index, deficits, risk, watch zone, resilience, support (R20–R23).

Field descriptions are Russian and begin with the rule. A list that is empty means that the method does not
have the thing: no indicators, no index; no parts of risk, no zone of risk.
"""

import re
from collections.abc import Iterable, Mapping
from fractions import Fraction
from typing import Any, Literal

from pydantic import Field

from shnor_lib.methodology.part import Fault, Part, exactly_one

_BOUNDS = ("at_least", "at_most", "above", "below")

RiskPart = Literal["deficits", "low_index", "no_prevention", "high_factors", "imported"]
WatchPart = Literal["one_hit", "near_threshold", "worsening", "low_index_high_factors"]
SupportCluster = Literal["project_500", "addressed", "risk", "prevention"]


class IndexIndicator(Part):
    """One indicator of the social index."""

    indicator: str = Field(min_length=1, description="§3: показатель социального паспорта")
    title: str = Field("", description="§3: название показателя")
    sign: Literal[-1, 1] = Field(
        description="§3: 1 — чем больше, тем благополучнее; -1 — чем больше, тем неблагополучнее"
    )
    base: Literal["pupils", "families"] = Field(
        "pupils", description="§3: доля от обучающихся или от семей (число семей — в паспорте)"
    )
    weight: float | None = Field(None, gt=0, description="§3: вес для «given»")


class SocialIndex(Part):
    """Rule R21: индекс социального благополучия."""

    title: str = Field("индекс социального благополучия", description="R21: как индекс называется в регионе")
    indicators: tuple[IndexIndicator, ...] = Field((), description="R21: показатели индекса")
    scaling: Literal["minmax", "zscore", "rank"] = Field(
        "minmax", description="R21: шкала — от наименьшего до наибольшего, стандартная, по рангам"
    )
    weights: Literal["equal", "given", "first_component"] = Field(
        "equal", description="R21: веса — равные, заданные, по первой главной компоненте"
    )
    min_kmo_percent: int = Field(
        50,
        strict=True,
        ge=1,
        le=99,
        description="R21: наименьшая мера КМО, %, при которой берут первую компоненту",
    )
    completeness: str = Field(
        "2/3", description="R21: какой части показателей достаточно, дробь: «2/3», «1/1»"
    )
    quartile: Literal["nearest_rank", "linear"] = Field(
        "nearest_rank", description="R21: нижний квартиль — по ближайшему рангу или с интерполяцией"
    )
    passport_max_age: int = Field(
        1, strict=True, ge=0, le=5, description="R21: на сколько лет паспорт может быть старше года индекса"
    )

    @classmethod
    def between(cls, given: Mapping[str, Any]) -> Iterable[Fault]:
        """Weights where they are needed, no indicator twice, a fraction that is one."""
        entries = given.get("indicators")
        entries = entries if isinstance(entries, (list, tuple)) else ()
        rows = [row if isinstance(row, Mapping) else getattr(row, "__dict__", {}) for row in entries]
        if given.get("weights") == "given" and any(row.get("weight") is None for row in rows):
            yield "weights", "для «given» вес (weight) нужен у каждого показателя"
        names = [str(row.get("indicator")) for row in rows]
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            yield "indicators", f"показатели повторяются: {', '.join(twice)}"
        if _fraction(given.get("completeness", "2/3")) is None:
            yield "completeness", "нужна дробь больше 0 и не больше 1, например «2/3» или «1/1»"

    @property
    def share_needed(self) -> Fraction:
        """`completeness` as a number."""
        return _fraction(self.completeness) or Fraction(1)


class Trigger(Part):
    """A resource deficit read from the context form: an indicator at or beyond a bound."""

    code: str = Field(description="R23: код параметра, например 4.1")
    factor: str = Field("", description="R23: название фактора")
    parameter: str = Field("", description="R23: название параметра")
    indicator: str = Field(description="R23: показатель контекстной анкеты")
    base: str | None = Field(None, description="R23: показатель-знаменатель: тогда граница в процентах")
    at_least: float | None = Field(None, description="R23: дефицит, если значение не меньше")
    at_most: float | None = Field(None, description="R23: дефицит, если значение не больше")
    above: float | None = Field(None, description="R23: дефицит, если значение больше")
    below: float | None = Field(None, description="R23: дефицит, если значение меньше")
    significance: Literal["high", "medium", "low"] = Field("medium", description="R23: значимость")

    @classmethod
    def between(cls, given: Mapping[str, Any]) -> Iterable[Fault]:
        """Exactly one bound."""
        return exactly_one(given, _BOUNDS)


class Parameter(Part):
    """A parameter of the audit: its code and its names."""

    code: str = Field(min_length=1, description="R23: код параметра")
    factor: str = Field(min_length=1, description="R23: название фактора")
    parameter: str = Field(min_length=1, description="R23: название параметра")


class Measures(Part):
    """What a method proposes against some parameters of the audit (the constructor of seed 004)."""

    codes: tuple[str, ...] = Field(min_length=1, description="R23: коды параметров, против которых эти меры")
    municipality: tuple[str, ...] = Field((), description="R23: меры на уровне муниципалитета")
    school: tuple[str, ...] = Field((), description="R23: меры на уровне школы")


class Deficits(Part):
    """Rule R23: codes of the audit, measures against them, and the reading of context forms."""

    parameters: tuple[Parameter, ...] = Field((), description="R23: факторы и параметры аудита с кодами")
    measures: tuple[Measures, ...] = Field((), description="R23: меры, которые методика предлагает по кодам")
    triggers: tuple[Trigger, ...] = Field((), description="R23: признаки дефицитов в контекстной анкете")

    def against(self, code: str, parameter: str = "") -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Measures of a municipality and of a school against a parameter, in the order of the method.

        Args:
            code: of the parameter.
            parameter: its name in an audit, which may number parameters in a way of its own: then the name
                tells which parameter of the method it is, and a name that the method does not know none.
        """
        if parameter:
            names = {" ".join(item.parameter.casefold().split()): item.code for item in self.parameters}
            code = names.get(" ".join(parameter.casefold().split()), "")
        own = [item for item in self.measures if code in item.codes]
        return (
            tuple(words for item in own for words in item.municipality),
            tuple(words for item in own for words in item.school),
        )


class Factor(Part):
    """A factor of the risk profile."""

    code: str = Field(min_length=1, description="R20: код фактора в таблице дефицитов")
    title: str = Field(min_length=1, description="R20: название фактора")


class Risk(Part):
    """Rule R20: zone of risk, and schools in unfavourable social conditions (ШНСУ)."""

    parts: tuple[RiskPart, ...] = Field((), description="R20: что относит школу к зоне риска")
    min_deficits: int = Field(
        1, strict=True, ge=1, le=100, description="R20: сколько ресурсных дефицитов нужно для зоны риска"
    )
    deficit_codes: tuple[str, ...] = Field(
        (), description="R20: коды, с которых начинаются ресурсные дефициты; пусто — все"
    )
    min_high_factors: int = Field(
        1, strict=True, ge=1, le=100, description="R20: сколько факторов высокой значимости нужно"
    )
    factors: tuple[Factor, ...] = Field((), description="R20: факторы рискового профиля; пусто — все коды")


class Need(Part):
    """A sign that a school needs prevention: an indicator of prevention below a bound."""

    indicator: str = Field(min_length=1, description="R20: показатель таблицы «prevention»")
    title: str = Field(min_length=1, description="R20: чего школе не хватает")
    below_percent: int = Field(
        strict=True, ge=1, le=100, description="R20: потребность есть, если доля меньше, %"
    )


class Prevention(Part):
    """Rule R20: the inner system of prevention, and who needs it (seed 000)."""

    system: str = Field(
        "school_system", min_length=1, description="R20: показатель внутришкольной системы профилактики"
    )
    needs: tuple[Need, ...] = Field((), description="R20: признаки потребности в профилактике")


class Watch(Part):
    """Watch zone (methodology.md §9.2): schools worth a look, beside the list."""

    parts: tuple[WatchPart, ...] = Field(
        ("one_hit", "near_threshold", "worsening", "low_index_high_factors"),
        description="§9.2: что относит школу к зоне внимания",
    )
    near_from_percent: int = Field(
        25, strict=True, ge=1, le=100, description="§9.2: сглаженная доля, %, от которой она близка к порогу"
    )
    worsening_points: int = Field(
        10, strict=True, ge=1, le=100, description="§9.2: рост общей доли, п. п., который считают ухудшением"
    )
    worsening_years: int = Field(
        2, strict=True, ge=1, le=4, description="§9.2: за сколько лет смотрят на рост доли"
    )


class Neighbours(Part):
    """Similar schools (methodology.md §9.3): in what they are alike, and how many of them are taken."""

    by: tuple[Literal["index", "size", "locality", "level"], ...] = Field(
        ("index", "size", "locality", "level"),
        min_length=1,
        description="§9.3: в чём школы сходны — социальный индекс, размер, местность, уровень",
    )
    number: int = Field(10, strict=True, ge=1, le=50, description="§9.3: сколько сходных школ берут")


class Resilient(Part):
    """Rule R22: candidates for resilient schools."""

    years: int = Field(
        2, strict=True, ge=1, le=4, description="R22: сколько лет подряд школа показывает результаты"
    )


class Support(Part):
    """Support clusters of seed 000."""

    clusters: tuple[SupportCluster, ...] = Field(
        (), description="§2.1: кластеры поддержки в порядке, в котором они назначаются; пусто — нет"
    )
    min_failed: int = Field(
        5,
        strict=True,
        ge=1,
        le=100,
        description="§2.1: от скольких не преодолевших порог считают группу неуспевающих",
    )


class Indicator(Part):
    """An indicator kept beside the rule (seed 000): a share of counted persons."""

    code: str = Field(pattern=r"^[a-z][a-z0-9_]*$", description="§8: имя показателя")
    title: str = Field(min_length=1, description="§8: название показателя")
    table: Literal["outcomes", "prevention", "objectivity"] = Field(
        "outcomes", description="§8: таблица, из которой показатель"
    )
    indicator: str = Field("", description="§8: показатель таблицы; для «objectivity» не нужен")

    @classmethod
    def between(cls, given: Mapping[str, Any]) -> Iterable[Fault]:
        """The table of biased results has no indicators, the others have nothing else."""
        if given.get("table", "outcomes") != "objectivity" and not given.get("indicator"):
            yield "indicator", "нужен показатель таблицы"


class Target(Part):
    """What an indicator of all schools of a municipality should come to (seed 001, R24)."""

    indicator: str = Field(min_length=1, description="R24: показатель")
    title: str = Field(min_length=1, description="R24: название")
    goal: Literal["at_least", "at_most", "times_more", "times_less"] = Field(
        description="R24: не меньше, не больше; во сколько раз больше, меньше базы"
    )
    value: str = Field(pattern=r"^\d+(\.\d+)?$", description="R24: число, десятичная дробь с точкой")
    year: int = Field(ge=2000, le=2100, description="R24: к какому году")
    base_year: int | None = Field(None, ge=2000, le=2100, description="R24: год базы")
    base_count: int | None = Field(None, ge=0, description="R24: сколько было в год базы")
    base_of: int | None = Field(None, ge=1, description="R24: из скольких")


class Beside(Part):
    """What is followed beside the rule: indicators of schools, targets of a municipality."""

    indicators: tuple[Indicator, ...] = Field((), description="§8: показатели рядом с правилом")
    targets: tuple[Target, ...] = Field((), description="R24: целевые показатели программы")


def _fraction(given: object) -> Fraction | None:
    """«2/3» as a number over 0 and at most 1; None where it is none."""
    if not re.fullmatch(r"\d+/[1-9]\d*", str(given)):
        return None
    value = Fraction(str(given))
    return value if 0 < value <= 1 else None
