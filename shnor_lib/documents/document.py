"""A document: content as plain words, and the formats in which it is written.

In:   a name of templates (`card`, `order`) and a tree of dicts, lists and strings.
Out:  bytes of DOCX, PDF or HTML; a file written whole.
Not:  what stands in it (see `card`, `order`), how a format is made (see `word`, `paper`, `web`).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from shnor_lib.documents import paper, web, word
from shnor_lib.errors import SelectionError
from shnor_lib.present import export

Content = Mapping[str, Any]


@dataclass(frozen=True)
class Document:
    """One document.

    Attributes:
        kind: name of its templates.
        title: what it is, for headings and properties of the file.
        content: words by name, as the templates ask for them.
        templates: folder of the project's own Word templates (`<kind>.docx`); the shipped one where absent.
    """

    kind: str
    title: str
    content: Content = field(repr=False)
    templates: Path | None = None

    def docx(self) -> bytes:
        """The document for Word.

        Raises:
            InputError: the project's own template has a fault.
        """
        return word.render(self.kind, self.title, self.content, self.templates)

    def pdf(self) -> bytes:
        """The document on A4, fonts inside; the same content gives the same bytes."""
        return paper.render(self.kind, self.title, self.content)

    def html(self) -> bytes:
        """The document as one file for a browser."""
        return web.render(self.kind, self.title, self.content)

    def save(self, path: Path) -> None:
        """Write the document in the format of the ending of `path`.

        Raises:
            SelectionError: the ending is none of `ENDINGS`.
            InputError: the file cannot be written.
        """
        ending = path.suffix.lower()
        if ending not in _FORMATS:
            raise SelectionError(
                f"Файл «{path.name}»: неизвестный формат «{path.suffix}». Допустимы: {', '.join(ENDINGS)}."
            )
        export.save(_FORMATS[ending](self), path, ending)


_FORMATS: dict[str, Callable[[Document], bytes]] = {
    ".docx": Document.docx,
    ".pdf": Document.pdf,
    ".html": Document.html,
}
ENDINGS = tuple(_FORMATS)
