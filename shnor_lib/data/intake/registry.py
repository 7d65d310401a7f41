"""Which reader takes a sheet: the first one that recognises it, from the strictest layout to the loosest."""

from shnor_lib.data.findings import ERROR, INFO, WARNING
from shnor_lib.data.intake import cells
from shnor_lib.data.intake.aggregates.journal_comparison import JournalComparison
from shnor_lib.data.intake.aggregates.marks_long import MarksLong
from shnor_lib.data.intake.aggregates.marks_statistics import MarksStatistics
from shnor_lib.data.intake.aggregates.score_distribution import ScoreDistribution
from shnor_lib.data.intake.aggregates.task_results import TaskResults
from shnor_lib.data.intake.columns import FORMS, synonyms
from shnor_lib.data.intake.corrections import Corrections
from shnor_lib.data.intake.files import Sheet
from shnor_lib.data.intake.forms.biased_list import BiasedList
from shnor_lib.data.intake.forms.blank import Blank
from shnor_lib.data.intake.forms.context_2021 import Context2021
from shnor_lib.data.intake.forms.context_2022 import Context2022
from shnor_lib.data.intake.forms.passport_rows import PassportRows
from shnor_lib.data.intake.forms.social_passport import SocialPassport
from shnor_lib.data.intake.log import Log
from shnor_lib.data.intake.plans.audit import Audit
from shnor_lib.data.intake.plans.risk_profile import RiskProfile
from shnor_lib.data.intake.plans.roadmaps import Roadmap
from shnor_lib.data.intake.plans.targets import Targets
from shnor_lib.data.intake.plans.whole_plan import WholePlan
from shnor_lib.data.intake.pupils.flat import RCOI, VPR_2020, VPR_2021, VPR_2022, VprClasses
from shnor_lib.data.intake.pupils.level import PupilLevel
from shnor_lib.data.intake.pupils.tables import GIA, VPR_F1
from shnor_lib.data.intake.reading import Reader, Taken
from shnor_lib.data.intake.tidy import Tidy, near_miss, russian_names
from shnor_lib.data.schemas import TABLES
from shnor_lib.errors import InputError

READERS: tuple[Reader, ...] = (
    Blank(),
    VPR_2020,
    VPR_2021,
    VPR_2022,
    VprClasses(),
    RCOI,
    VPR_F1,
    GIA,
    PupilLevel(),
    Corrections(),
    MarksStatistics(),
    JournalComparison(),
    ScoreDistribution(),
    TaskResults(),
    Context2022(),
    Context2021(),
    BiasedList(),
    MarksLong(),
    SocialPassport(),
    PassportRows(),
    WholePlan(),
    Audit(),
    RiskProfile(),
    Roadmap(),
    Targets(),
    Tidy(),
)

_SHOWN = 12


def read_sheet(sheet: Sheet, log: Log) -> tuple[str, Taken]:
    """Read a sheet with the reader that recognises it.

    Returns:
        Id of the reader (empty where none recognises the sheet) and what it took.
    """
    filled = [row for row in sheet.head if any(cells.text(cell) for cell in row)]
    if not filled:
        log.add("empty_sheet", INFO, "лист пуст", "Ничего не нужно.")
        return "", Taken()
    for reader in READERS:
        found = reader.recognise(sheet)
        if found is None:
            continue
        try:
            taken = reader.read(sheet, found, log)
            if not taken.rows and not log.findings:
                log.add(
                    "no_rows",
                    INFO if isinstance(reader, Blank) else WARNING,  # a form may be unfilled
                    f"лист опознан как «{reader.title}», но под заголовком нет ни одной строки с данными",
                    "Если данные стоят выше заголовка или на другом листе, перенесите их под заголовок.",
                )
            return reader.id, taken
        except InputError as error:
            log.add("unreadable", ERROR, str(error), "Исправьте файл и повторите загрузку.")
            return reader.id, Taken()
        except Exception as error:  # a reader that fails on one sheet must not cost the other files
            log.add(
                "reader_failed",
                ERROR,
                f"лист опознан как «{reader.title}», но не прочитан: сбой {type(error).__name__}",
                "Пришлите файл разработчикам; остальные файлы приняты.",
            )
            return reader.id, Taken()
    _explain(sheet, log)
    return "", Taken()


def _explain(sheet: Sheet, log: Log) -> None:
    """Say what a sheet lacks, where it is close to a known table, else what stands in it."""
    near = near_miss(sheet)
    if near is not None:
        found = ", ".join(f"«{title}»" for title in near.header.titles.values())
        log.add(
            "missing_columns",
            ERROR,
            f"лист похож на таблицу «{TABLES[near.table].title}» ({near.table}), но в ней нет столбцов: "
            f"{russian_names(near.table, near.missing)}; найдены: {found}",
            "Добавьте недостающие столбцы и повторите загрузку.",
            row=near.header.row + 1,
        )
        return
    # Only headings of our own maps are repeated: the rest of an unknown sheet may be anybody's personal data.
    known = sorted(
        {text for row in sheet.head for cell in row if (text := cells.text(cell)) and _is_known(cell)}
    )
    shown = ", ".join(f"«{word[:40]}»" for word in known[:_SHOWN]) or "ни одного"
    log.add(
        "unknown_layout",
        ERROR,
        f"форма листа не распознана; знакомых заголовков: {shown}",
        "Принимаются: «Статистика по отметкам», «Распределение первичных баллов», «Сравнение отметок с "
        "отметками по журналу», «Выполнение заданий», длинная форма отметок, ВПР по участникам и «Ф1», "
        "протоколы ГИА-9 и ЕГЭ, контекстные анкеты 2021 и 2022, коды ОГЭ и ЕГЭ, список необъективных "
        "результатов, социальный паспорт, аудит дефицитов, рисковый профиль, дорожная карта, целевые "
        "показатели, меры, исправления и таблицы с "
        "договорёнными столбцами.",
    )


def _is_known(cell: cells.Cell) -> bool:
    return any(cells.heading(cell) in synonyms(form) for form in FORMS)
