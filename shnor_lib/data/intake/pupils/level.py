"""Guard: a sheet about single pupils that no reader knows is refused as a whole, and nothing of it is kept.

Names, documents and codes of pupils must not enter a snapshot, a report or a message, so the finding names
the sheet and the headings that gave it away, never a cell.
"""

import re
from typing import Any

from shnor_lib.data.findings import ERROR
from shnor_lib.data.intake import cells
from shnor_lib.data.intake.files import Sheet
from shnor_lib.data.intake.log import Log
from shnor_lib.data.intake.reading import Taken

# One such heading is enough …
_CERTAIN = re.compile(
    r"^(фио|ф\.?\s?и\.?\s?о\b.*|фио .*|фамилия.*|отчество.*|снилс.*|дата рождения.*|паспортные данные"
    r"|(код|номер|№) (участника|обучающегося|ученика|учащегося)"
    r"|(серия|номер|серия и номер) (документа|паспорта).*"
    r"|surname(cell)?|namecell|secondname(cell)?|document(series|number)(code)?)$"
)
# … while a sheet of aggregates may well have one or two of these.
_LIKELY = re.compile(
    r"^(имя|паспорт|пол|gender|user|otc|klass|var-[12]|вариант|отметка за предыдущ.*|отметка по журналу"
    r"|наименование класса|participant_?(id|code)|первичный балл)$"
)


class PupilLevel:
    """Recognises sheets about single pupils that the readers before it have not taken, and refuses them."""

    id = "pupil_level"
    title = "Поимённые данные незнакомой формы (не принимаются)"

    def recognise(self, sheet: Sheet) -> list[str] | None:
        """Headings that speak of single pupils: one certain one, or three others in one row."""
        for row in sheet.head:
            words = [cells.heading(cell) for cell in row if isinstance(cell, str)]
            certain = [word for word in words if _CERTAIN.match(word)]
            if certain:
                return certain
            likely = [word for word in words if _LIKELY.match(word)]
            if len(likely) >= 3:
                return likely
        return None

    def read(self, sheet: Sheet, found: Any, log: Log) -> Taken:
        """Nothing; the refusal goes to the log."""
        log.add(
            "pupil_level",
            ERROR,
            "лист содержит данные отдельных учеников (столбцы: "
            + ", ".join(f"«{word[:40]}»" for word in found[:6])
            + "), а форма его не распознана; он не принят, и ничего из него не сохранено",
            "Пришлите выгрузку ВПР, «Ф1», протокол ГИА или файл РЦОИ как получены, с заголовками, либо "
            "сводный отчёт по школам («Статистика по отметкам»), и уберите этот файл из папки.",
        )
        return Taken()
