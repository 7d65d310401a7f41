"""What a methodology profile may say: every policy switch of METHODOLOGY §1.2 and rules R6–R19.

A region is configuration, not code. Field descriptions are Russian: they are what an analyst is
shown when a profile is explained or refused. Defaults are the defaults of the rules.
"""

from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from shnor_lib.data import series as series_ids


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Valid(_Part):
    """Years for which the source document is in force."""

    from_: int | None = Field(None, alias="from", ge=2000, le=2100, description="первый год действия")
    to: int | None = Field(None, ge=2000, le=2100, description="последний год действия")


class Identification(_Part):
    """Rules R6–R18: which schools are listed."""

    series: tuple[str, ...] = Field(
        series_ids.NINE_SERIES,
        min_length=1,
        description="серии (предмет × класс × процедура), по которым судят",
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
    biased_list: Literal["annotate", "exclude_from_positive", "separate"] = Field(
        "annotate", description="R16: школы с признаками необъективности"
    )
    merged_schools: Literal["sum", "successor_only", "any_predecessor"] = Field(
        "sum", description="R17: прошлые годы объединённых школ"
    )

    @field_validator("series")
    @classmethod
    def _known(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for item in value:
            series_ids.parse(item)
        if len(set(value)) != len(value):
            raise ValueError("серии повторяются")
        return value


class Clusters(_Part):
    """Rule R19: «сильно», «умеренно», «базово неуспевающие»."""

    scheme: Literal["imported", "hits", "max_share", "pooled_share", "mean_share"] = Field(
        "max_share", description="схема кластеров (METHODOLOGY §2.3); полученные метки важнее"
    )


class Trigger(_Part):
    """A resource deficit read from the context form: an indicator at or beyond a bound."""

    code: str = Field(description="код параметра, например 4.1")
    factor: str = Field("", description="название фактора")
    parameter: str = Field("", description="название параметра")
    indicator: str = Field(description="показатель контекстной анкеты")
    base: str | None = Field(None, description="показатель-знаменатель: тогда граница в процентах")
    at_least: float | None = Field(None, description="дефицит, если значение не меньше")
    at_most: float | None = Field(None, description="дефицит, если значение не больше")
    significance: Literal["high", "medium", "low"] = Field("medium", description="значимость")

    @model_validator(mode="after")
    def _one_bound(self) -> Self:
        if (self.at_least is None) == (self.at_most is None):
            raise ValueError("нужна ровно одна граница: at_least или at_most")
        return self


class Deficits(_Part):
    """Rule R23 and the reading of context forms."""

    triggers: tuple[Trigger, ...] = Field((), description="признаки дефицитов в контекстной анкете")


class Publication(_Part):
    """Rule R25: what may leave the institute."""

    min_participants: int = Field(
        5,
        strict=True,
        ge=1,
        le=100,
        description="R25: наименьшее число участников, при котором печатают k из n",
    )


class Methodology(_Part):
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
    identification: Identification = Field(default_factory=lambda: Identification())
    clusters: Clusters = Field(default_factory=lambda: Clusters())
    deficits: Deficits = Field(default_factory=lambda: Deficits())
    publication: Publication = Field(default_factory=lambda: Publication())
    regional: tuple[str, ...] = Field((), description="настройки, которых нет в документе-основании")
    changed: tuple[str, ...] = Field((), description="настройки, изменённые при запуске: «имя = значение»")

    @model_validator(mode="after")
    def _regional_names_exist(self) -> Self:
        for name in self.regional:
            part: object = self
            for step in name.split("."):
                if not isinstance(part, BaseModel) or step not in type(part).model_fields:
                    raise ValueError(f"regional: настройки «{name}» нет")
                part = getattr(part, step)
        return self

    @property
    def label(self) -> str:
        """Id, version and what was changed, as printed on every report: «rosobrnadzor-847, версия 1»."""
        changed = f"; изменено: {', '.join(self.changed)}" if self.changed else ""
        return f"{self.id}, версия {self.version}{changed}"

    def is_valid_in(self, year: int) -> bool:
        """Whether the source document is in force in the year."""
        first, last = self.valid.from_, self.valid.to
        return (first is None or year >= first) and (last is None or year <= last)

    @property
    def regional_titles(self) -> tuple[str, ...]:
        """What the region decides because the source does not state it, in Russian."""
        titles = []
        for name in self.regional:
            *sections, key = name.split(".")
            part: BaseModel = self
            for section in sections:
                part = getattr(part, section)
            titles.append(str(type(part).model_fields[key].description))
        return tuple(titles)
