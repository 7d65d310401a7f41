"""Policies of identification and clusters: the switches of METHODOLOGY §1.2 and rules R3–R19.

Field descriptions are Russian and begin with the rule: they are what an analyst is shown when a profile is
explained or refused. Defaults are the defaults of the rules.
"""

from collections.abc import Iterable, Mapping
from typing import Any, Literal

from pydantic import Field, field_validator

from shnor_lib.data import series as series_ids
from shnor_lib.methodology.part import Fault, Part


class Identification(Part):
    """Rules R3–R18: which schools are listed."""

    series: tuple[str, ...] = Field(
        series_ids.NINE_SERIES,
        min_length=1,
        description="§1.2: серии (предмет × класс × процедура), по которым судят",
    )
    listing: Literal["rule", "rule_and_low_index", "imported"] = Field(
        "rule",
        description="R14: откуда список — по правилу, по правилу и низкому индексу или полученный перечень",
    )
    threshold_percent: int = Field(
        30,
        strict=True,
        ge=1,
        le=100,
        description="R6: доля не преодолевших порог, %, от которой ячейка учитывается",
    )
    hits_in_one_year: int = Field(
        2, strict=True, ge=1, le=20, description="R10: сколько разных процедур за один год нужно для списка"
    )
    distinct: Literal["series", "exam_type", "subject"] = Field(
        "series", description="R10: что считать разными процедурами"
    )
    ege_maths: Literal["separate", "combined"] = Field(
        "separate", description="R10: базовая и профильная математика ЕГЭ — порознь или вместе"
    )
    limb_b: Literal["same_series", "any_series"] = Field(
        "same_series", description="R11: два года подряд — в той же серии или в любой"
    )
    previous_year: Literal["calendar", "last_held"] = Field(
        "calendar", description="R12: предыдущий год — календарный или последний, когда процедура была"
    )
    comparability: Literal["warn", "strict"] = Field(
        "warn", description="R13: несопоставимые годы — учитывать с пометкой или не оценивать"
    )
    small_counts: Literal["as_is", "suppress", "pool"] = Field(
        "as_is", description="R9: малочисленные ячейки — как есть, не оценивать, объединять годы"
    )
    min_participants: int = Field(
        10, strict=True, ge=1, le=100, description="R9: наименьшее число участников для «suppress» и «pool»"
    )
    pool_years: Literal[2, 3] = Field(3, description="R9: сколько лет объединять")
    attempt: Literal["first", "best", "all_rows"] = Field(
        "first", description="R3: попытка, по которой считают"
    )
    out_of_scope: Literal["excluded", "included"] = Field(
        "excluded", description="R4: специальные, вечерние школы и техникумы — вне охвата или наравне"
    )
    gve: Literal["excluded", "separate"] = Field(
        "excluded", description="R4: участники ГВЭ — не считать или считать отдельными сериями"
    )
    biased_list: Literal["annotate", "exclude_from_positive", "separate"] = Field(
        "annotate", description="R16: школы с признаками необъективности"
    )
    merged_schools: Literal["sum", "successor_only", "any_predecessor"] = Field(
        "sum", description="R17: прошлые годы объединённых школ"
    )

    @classmethod
    def between(cls, given: Mapping[str, Any]) -> Iterable[Fault]:
        """Series of the ГВЭ are judged exactly where the method counts them apart."""
        series = given.get("series", ())
        series = series if isinstance(series, (list, tuple)) else ()
        has_gve = any(str(item).startswith("gve-") for item in series)
        if has_gve and given.get("gve", "excluded") == "excluded":
            yield "gve", "для серий ГВЭ нужно «separate»"
        if not has_gve and given.get("gve") == "separate":
            yield "series", "для «gve: separate» нужны серии ГВЭ, например gve-ma-9"

    @field_validator("series")
    @classmethod
    def _known(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for item in value:
            series_ids.parse(item)
        if len(set(value)) != len(value):
            raise ValueError("серии повторяются")
        return value


class Clusters(Part):
    """Rule R19: «сильно», «умеренно», «базово неуспевающие»."""

    scheme: Literal["imported", "hits", "max_share", "pooled_share", "mean_share"] = Field(
        "max_share", description="R19: схема кластеров (§2.3); полученные метки важнее"
    )


class Publication(Part):
    """Rule R25: what may leave the institute."""

    min_participants: int = Field(
        5,
        strict=True,
        ge=1,
        le=100,
        description="R25: наименьшее число участников, при котором печатают k из n",
    )
