"""What every document says of itself: method, regional settings, snapshot, lawful use (§1.4)."""

from shnor_lib.methodology.describe import decided
from shnor_lib.present import text
from shnor_lib.region import Region
from shnor_lib.verdicts import Verdicts

LEGAL = (
    "Документ предназначен для организации поддержки школ и не является рейтингом. Результаты ВПР не могут "
    "использоваться для оценки деятельности педагогических работников."
)


def about(region: Region, verdicts: Verdicts) -> dict[str, object]:
    """Fields `method`, `method_title`, `source`, `regional`, `snapshot`, `legal`, `warnings`."""
    method = verdicts.method
    warnings = []
    if not method.is_valid_in(verdicts.year):
        warnings.append(f"Методика «{method.id}» в {verdicts.year} году не действует.")
    if verdicts.missing_series:
        warnings.append(
            f"Список построен не по всем процедурам: не загружены {', '.join(verdicts.missing_series)}."
        )
    made = text.date(region.snapshot.created.date()).removesuffix("г.")
    return {
        "method": method.label,
        "method_title": method.title,
        "source": method.source,
        "regional": decided(method),
        "snapshot": f"{region.snapshot.id} от {made}года",
        "legal": LEGAL,
        "warnings": warnings,
    }
