"""Tidy tables of a snapshot: names, keys, columns, dtypes, checks (contracts; extend, never rename).

The same column names are accepted as CSV or XLSX in `data/raw`. `school_id` is the six digits of the
ФИС ОКО login, a string. `year` is the calendar year in which the school year ends. Counts are nullable
integers: missing is missing, never zero. A result known only in per cent has `failed` where the count
could be rebuilt, and always the bounds `failed_low`, `failed_high` (rule R8).
"""

from dataclasses import dataclass
from functools import cached_property

import pandas as pd
import pandera.pandas as pa

from shnor_lib.data import series as series_ids

SCHOOL_ID = r"^\d{6}$"
SCHOOL_STATUSES = ("active", "branch", "closed")
LEVELS = (4, 9, 11)
ATTEMPTS = ("first", "best", "all_rows")
CROSSWALK_KINDS = ("rename", "prefix", "merge", "split", "close", "branch")
SIGNIFICANCES = ("high", "medium", "low")
CLUSTERS = ("severe", "moderate", "basic")
HELD = ("yes", "no", "partial")
CORRECTION_ACTIONS = ("drop", "override", "flag")
CORRECTION_OUTCOMES = ("applied", "obsolete", "not_found")


@dataclass(frozen=True)
class Table:
    """Schema of one tidy table.

    Attributes:
        name: file name in the snapshot.
        title: what it holds, in Russian, for messages.
        key: columns that identify a row.
        columns: pandera columns in contract order; extra columns are allowed and kept.
    """

    name: str
    title: str
    key: tuple[str, ...]
    columns: dict[str, pa.Column]

    @cached_property
    def schema(self) -> pa.DataFrameSchema:
        """Schema for pandera: coerces dtypes, allows extra columns, checks the key."""
        return pa.DataFrameSchema(
            self.columns, coerce=True, strict=False, unique=list(self.key), name=self.name
        )

    @property
    def required(self) -> tuple[str, ...]:
        """Columns a raw file must have; the rest are filled with missing values."""
        return tuple(name for name, column in self.columns.items() if column.required)

    def empty(self) -> pd.DataFrame:
        """A frame without rows, with the columns and dtypes of the contract."""
        return pd.DataFrame(
            {name: pd.Series(dtype=_PANDAS[str(column.dtype)]) for name, column in self.columns.items()}
        )

    def conform(self, frame: pd.DataFrame) -> pd.DataFrame:
        """Contract columns first, in order, absent ones missing, dtypes coerced; extras after.

        Raises:
            pandera.errors.SchemaErrors: all failures at once (lazy), as `failure_cases`.
        """
        full = frame.copy()
        for name, column in self.columns.items():
            if name not in full:
                full[name] = pd.Series(pd.NA, index=full.index, dtype=_PANDAS[str(column.dtype)])
        extras = [name for name in full.columns if name not in self.columns]
        return self.schema.validate(full[[*self.columns, *extras]], lazy=True)


_PANDAS = {
    "str": "str",
    "string[pyarrow]": "str",
    "Int64": "Int64",
    "Float64": "Float64",
    "boolean": "boolean",
}


def _text(required: bool = False, **checks: object) -> pa.Column:
    return _column("str", required, **checks)


def _count(required: bool = False) -> pa.Column:
    return _column("Int64", required, check=pa.Check.ge(0))


def _column(dtype: str, required: bool, check: object = None) -> pa.Column:
    return pa.Column(dtype, checks=check, nullable=not required, required=required)  # type: ignore[arg-type]


def _school() -> pa.Column:
    return _text(required=True, check=pa.Check.str_matches(SCHOOL_ID))


def _year() -> pa.Column:
    return _column("Int64", True, check=pa.Check.in_range(2000, 2100))


def _series() -> pa.Column:
    return _text(
        required=True,
        check=pa.Check(series_ids.is_valid, element_wise=True, name="series", error="series"),
    )


def _one_of(values: tuple[object, ...], required: bool = False, dtype: str = "str") -> pa.Column:
    return _column(dtype, required, check=pa.Check.isin(values))


def _number() -> pa.Column:
    return _column("Float64", False)


def _flag() -> pa.Column:
    return _column("boolean", False)


def _table(table: str, heading: str, key: str, /, **columns: pa.Column) -> Table:
    return Table(table, heading, tuple(key.split()), columns)


TABLES: dict[str, Table] = {
    table.name: table
    for table in (
        _table(
            "schools",
            "реестр школ",
            "school_id year",
            school_id=_school(),
            year=_year(),
            name=_text(),
            municipality_id=_text(),
            municipality=_text(),
            region_id=_text(),
            region=_text(),
            level_max=_one_of(LEVELS, dtype="Int64"),
            locality=_text(),
            enrolment=_count(),
            in_scope=_flag(),
            status=_one_of(SCHOOL_STATUSES),
            project_500=_flag(),
            lat=_number(),
            lon=_number(),
        ),
        _table(
            "results",
            "результаты процедур",
            "school_id year series attempt",
            school_id=_school(),
            year=_year(),
            series=_series(),
            participants=_column("Int64", True, check=pa.Check.ge(0)),
            failed=_count(),
            n2=_count(),
            n3=_count(),
            n4=_count(),
            n5=_count(),
            mean_score=_number(),
            high=_count(),
            top=_count(),
            base_done=_count(),
            attempt=_one_of(ATTEMPTS),
            source=_text(),
            failed_low=_count(),
            failed_high=_count(),
        ),
        _table(
            "procedures",
            "календарь процедур",
            "series year",
            series=_series(),
            year=_year(),
            exam=_text(),
            subject=_text(),
            grade=_column("Int64", False),
            held=_one_of(HELD, required=True),
            season=_text(),
            comparability_group=_text(),
            min_pass=_number(),
            scale_id=_text(),
            note=_text(),
        ),
        _table(
            "crosswalk",
            "переходы кодов школ",
            "old_id new_id from_date",
            old_id=_school(),
            new_id=_text(),
            from_date=_text(required=True),
            kind=_one_of(CROSSWALK_KINDS, required=True),
        ),
        _table(
            "objectivity",
            "список школ с признаками необъективности",
            "school_id year",
            school_id=_school(),
            year=_year(),
            markers=_count(),
            source=_text(),
        ),
        _table(
            "social_passport",
            "социальный паспорт",
            "school_id year indicator",
            school_id=_school(),
            year=_year(),
            indicator=_text(required=True),
            count=_count(),
            base=_count(),
        ),
        _table(
            "context",
            "контекстная анкета",
            "school_id year indicator",
            school_id=_school(),
            year=_year(),
            indicator=_text(required=True),
            value=_number(),
            source=_text(),
        ),
        _table(
            "deficits",
            "ресурсные дефициты",
            "school_id wave code",
            school_id=_school(),
            wave=_text(required=True),
            code=_text(required=True),
            significance=_one_of(SIGNIFICANCES),
            value=_number(),
            source=_text(),
        ),
        _table(
            "prevention",
            "профилактика неуспешности",
            "school_id year indicator",
            school_id=_school(),
            year=_year(),
            indicator=_text(required=True),
            count=_count(),
            base=_count(),
        ),
        _table(
            "outcomes",
            "итоги обучения",
            "school_id year indicator",
            school_id=_school(),
            year=_year(),
            indicator=_text(required=True),
            count=_count(),
            base=_count(),
        ),
        _table(
            "clusters_imported",
            "полученные кластеры",
            "school_id year",
            school_id=_school(),
            year=_year(),
            cluster=_one_of(CLUSTERS, required=True),
        ),
        _table(
            "measures",
            "меры поддержки",
            "school_id measure_id",
            school_id=_school(),
            measure_id=_text(required=True),
            kind=_text(),
            code=_text(),
            date_from=_text(),
            date_to=_text(),
            status=_text(),
            partner_school_id=_text(),
            evidence=_text(),
        ),
        _table(
            "roadmap",
            "дорожная карта",
            "municipality_id item",
            municipality_id=_text(required=True),
            item=_text(required=True),
            activity=_text(),
            form=_text(),
            codes=_text(),
            audience=_text(),
            place=_text(),
            date_from=_text(),
            date_to=_text(),
            responsible=_text(),
            indicator=_text(),
            target=_number(),
            actual=_number(),
            evidence=_text(),
        ),
        _table(
            "corrections",
            "исправления",
            "correction_id",
            correction_id=_text(required=True),
            table=_text(required=True),
            school_id=_school(),
            year=_column("Int64", False, check=pa.Check.in_range(2000, 2100)),
            series=_text(),
            attempt=_text(),
            wave=_text(),
            code=_text(),
            indicator=_text(),
            measure_id=_text(),
            action=_one_of(CORRECTION_ACTIONS, required=True),
            column=_text(),
            expected=_text(),
            value=_text(),
            reason=_text(required=True),
            author=_text(required=True),
            date=_text(required=True),
            outcome=_one_of(CORRECTION_OUTCOMES),
            rows=_count(),
        ),
    )
}
