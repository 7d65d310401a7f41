"""Analytical workbench for schools with low educational results (ШНОР).

import shnor_lib as shnor
region = shnor.open()
found = region.identify(2025)
found.table
found.explain("220028")
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from shnor_lib.errors import ShnorError
    from shnor_lib.pages.page import page
    from shnor_lib.region import Region
    from shnor_lib.region import open_region as open  # noqa: A004 - reads as `shnor.open()`
    from shnor_lib.verdicts import Verdicts

__version__ = "0.1.0"

__all__ = ["Region", "ShnorError", "Verdicts", "__version__", "open", "page"]

# Imported when asked for, so that `shnor --help` does not wait for pandas and plotly.
_HOMES = {
    "Region": ("shnor_lib.region", "Region"),
    "ShnorError": ("shnor_lib.errors", "ShnorError"),
    "Verdicts": ("shnor_lib.verdicts", "Verdicts"),
    "open": ("shnor_lib.region", "open_region"),
    "page": ("shnor_lib.pages.page", "page"),
}


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    module, attribute = _HOMES[name]
    return getattr(import_module(module), attribute)
