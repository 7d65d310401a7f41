"""Methods as data: the model of a methodology profile, and the shipped profiles."""

from shnor_lib.methodology.load import load, override, shipped
from shnor_lib.methodology.model import Methodology

__all__ = ["Methodology", "load", "override", "shipped"]
