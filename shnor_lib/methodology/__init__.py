"""Methods as data: the model of a methodology profile, and the shipped profiles."""

from shnor_lib.methodology.load import is_file, load, origins, override, parent, shipped
from shnor_lib.methodology.model import Methodology, settings

__all__ = ["Methodology", "is_file", "load", "origins", "override", "parent", "settings", "shipped"]
