"""DOCX of a document from a Word template with fields, so that a region can put its own letterhead around it.

In:   content of a document; `<kind>.docx` of the project where it has one, else the shipped template.
Out:  bytes of DOCX.

Fields are those of docxtpl: `{{ school }}`, `{%tr for row in cells %}`. A field that does not exist is an
error that names it: a document with silent gaps is worse than none.
"""

import io
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

from docx.opc.exceptions import PackageNotFoundError
from docx.shared import Mm
from docxtpl import DocxTemplate, InlineImage
from jinja2 import Environment, StrictUndefined, TemplateError

from shnor_lib.documents import paper
from shnor_lib.errors import InputError

_SHIPPED = Path(__file__).parent / "templates"
_WIDTH = Mm(170)  # A4 less the margins of the shipped templates


def render(kind: str, title: str, content: Mapping[str, Any], own: Path | None = None) -> bytes:
    """DOCX of a document.

    Args:
        kind: name of the template.
        title: kept in the properties of the file.
        content: words by name; a drawing under `chart` is put in as a picture.
        own: folder of the project's templates.

    Raises:
        InputError: the template has a fault, or the file is no Word document.
    """
    beside = own / f"{kind}.docx" if own else None
    path = beside if beside is not None and beside.is_file() else _SHIPPED / f"{kind}.docx"
    try:
        template = DocxTemplate(path)
        fields = dict(content) | {"title": title}
        if content.get("chart"):
            picture = io.BytesIO(paper.png(content["chart"]))
            fields["chart"] = InlineImage(template, picture, width=_WIDTH)
        template.render(fields, Environment(undefined=StrictUndefined, autoescape=True))
    except TemplateError as error:
        raise InputError(
            f"Шаблон «{path}»: {error}. Исправьте поле в шаблоне или удалите файл: тогда будет взят обычный."
        ) from error
    except (BadZipFile, PackageNotFoundError, ValueError, KeyError, OSError) as error:
        raise InputError(
            f"Шаблон «{path}» не открывается как документ Word (.docx). Сохраните его заново или удалите."
        ) from error
    template.docx.core_properties.title = title
    stream = io.BytesIO()
    template.save(stream)
    return stream.getvalue()
