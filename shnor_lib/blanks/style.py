"""How the sheets of a form look and what a protected sheet still allows."""

from collections.abc import Mapping

HEADER_ROW = 3
_GREY, _ASKED = "#F3F5F7", "#FFFBE6"
_LINE = {"border": 1, "border_color": "#C9D3DC", "valign": "top"}
STYLES: Mapping[str, Mapping[str, object]] = {
    "mark": {"font_color": "#8A97A3", "font_size": 8},
    "title": {"bold": True, "font_size": 15, "font_color": "#1F3B57"},
    "note": {"font_color": "#44515E", "text_wrap": True, "valign": "top"},
    "given_head": {"bold": True, "text_wrap": True, "valign": "vcenter", "bg_color": "#DFE6EC", "border": 1},
    "asked_head": {"bold": True, "text_wrap": True, "valign": "vcenter", "bg_color": "#FFE9A8", "border": 1},
    "given": {**_LINE, "bg_color": _GREY, "text_wrap": True},
    "text": {**_LINE, "bg_color": _ASKED, "locked": False, "text_wrap": True},
    "code": {
        **_LINE,
        "bg_color": _ASKED,
        "locked": False,
        "num_format": "@",
    },  # else 4.1 becomes a day in January
    "count": {**_LINE, "bg_color": _ASKED, "locked": False, "num_format": "0"},
    "number": {**_LINE, "bg_color": _ASKED, "locked": False},
    "date": {**_LINE, "bg_color": _ASKED, "locked": False, "num_format": "dd.mm.yyyy"},
    "share": {**_LINE, "num_format": '0.0" %"'},
    "plain": {**_LINE, "text_wrap": True},
    "wrong": {"bg_color": "#F8C9C4", "font_color": "#7A1710"},
    "hit": {"bg_color": "#FBE3C0", "bold": True},
}
ALLOWED = {
    "objects": True,
    "scenarios": True,
    "format_cells": True,
    "format_columns": True,
    "format_rows": True,
    "sort": True,
    "autofilter": True,
}
