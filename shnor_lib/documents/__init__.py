"""Documents for people: the list for an order, the card of a school.

In:   a region, a year, a school.
Out:  `Document`: one content, written as DOCX (Word, from a template that a region may replace), PDF (typst,
      fonts inside) or HTML (one file, nothing fetched).
Not:  figures of the pages (see `pages`); arithmetic of any kind.

What is printed went through `disclosure` (R25): no counts of a handful of children, no pupil, no teacher,
no rank.
"""

from shnor_lib.documents.card import Cards, school_card
from shnor_lib.documents.document import ENDINGS, Document
from shnor_lib.documents.order import order_list

__all__ = ["ENDINGS", "Cards", "Document", "order_list", "school_card"]
