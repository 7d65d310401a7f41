"""Strict notebook parameters: what a notebook takes, and whether what is given fits.

In:   the cell tagged `parameters` of a notebook; values given by a person or by the plan.
Out:  `read`, the declared parameters; `check`, typed values for each notebook.
Not:  papermill's lenient ways, which pass unknown names with a warning and guess types.

All faults of all notebooks arrive together, before anything runs.
"""

import ast
import io
import tokenize
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path

import nbformat

from shnor_lib.errors import ParameterError

type_names = {"str": "строка", "int": "целое число", "float": "число", "bool": "да или нет"}

Value = str | int | float | bool

TAG = "parameters"
# Set by the plan of the batch, never by `-p`: the key that a person uses instead.
RESERVED = {
    "municipality": "--municipality",
    "year": "--year",
    "project": "--project",
}
_TRUE = frozenset({"true", "1", "yes", "да"})
_FALSE = frozenset({"false", "0", "no", "нет"})


@dataclass(frozen=True)
class Parameter:
    """One line of a `parameters` cell: `name: type = default  # explanation`.

    Attributes:
        name: name of the variable.
        type: `str`, `int`, `float` or `bool`.
        default: value in the notebook.
        help: Russian explanation from the comment, empty where there is none.
    """

    name: str
    type: str
    default: Value
    help: str = ""


def read(notebook: Path) -> dict[str, Parameter]:
    """Parameters that a notebook declares, in the order of its cell.

    Raises:
        ParameterError: the file is no notebook, has no `parameters` cell or several, or a line of
            the cell is not of the form `name: type = default`; all faults at once.
    """
    parameters, faults = _inspect(notebook)
    if faults:
        raise ParameterError(f"Блокнот «{notebook.stem}» нельзя запустить:", faults)
    return parameters


def check(
    notebooks: Sequence[Path], given: Mapping[str, Value], system: Mapping[str, Value]
) -> dict[Path, dict[str, Value]]:
    """Typed values of the given parameters for every notebook.

    A name must be known to every selected notebook: otherwise one batch would publish reports that
    silently follow different settings.

    Args:
        notebooks: notebooks that will run.
        given: what a person gave; strings are converted to the declared type.
        system: what the plan sets (municipality, year …), with a value typical of its type;
            every notebook must declare these names.

    Returns:
        For each notebook, the given parameters with their typed values.

    Raises:
        ParameterError: every fault of every notebook.
    """
    faults = [
        f"«{name}» задаётся ключом {RESERVED[name]}, а не параметром" for name in given if name in RESERVED
    ]
    values: dict[Path, dict[str, Value]] = {}
    for notebook in notebooks:
        declared, own_faults = _inspect(notebook)
        typed: dict[str, Value] = {}
        if not own_faults:
            own_faults += _check_system(declared, system)
            for name, value in given.items():
                if name in RESERVED:
                    continue
                fault, typed[name] = _check_given(declared, name, value)
                own_faults += fault
        faults += [f"блокнот «{notebook.stem}»: {fault}" for fault in own_faults]
        values[notebook] = typed
    if faults:
        raise ParameterError("Параметры не подходят, ни один отчёт не запущен:", faults)
    return values


def _inspect(notebook: Path) -> tuple[dict[str, Parameter], list[str]]:
    try:
        document = nbformat.read(notebook, as_version=4)  # type: ignore[no-untyped-call]
    except (OSError, UnicodeDecodeError, ValueError, nbformat.ValidationError):
        return {}, ["файл не читается как блокнот Jupyter"]
    cells = [cell for cell in document.cells if TAG in cell.metadata.get("tags", [])]
    if len(cells) != 1:
        found = "нет" if not cells else f"несколько ({len(cells)})"
        return {}, [f"ячеек с меткой «{TAG}» {found}, нужна ровно одна"]
    return _parse(cells[0].source)


def _parse(source: str) -> tuple[dict[str, Parameter], list[str]]:
    try:
        body = ast.parse(source).body
    except SyntaxError as error:
        return {}, [f"ячейка параметров, строка {error.lineno}: не разбирается"]
    comments = _comments(source)
    parameters: dict[str, Parameter] = {}
    faults = []
    for statement in body:
        parameter = _declaration(statement, comments)
        if parameter is None:
            faults.append(
                f"ячейка параметров, строка {statement.lineno}: нужно «имя: тип = значение», "
                f"тип — {', '.join(type_names)}, значение этого типа"
            )
        else:
            parameters[parameter.name] = parameter
    return parameters, faults


def _declaration(statement: ast.stmt, comments: Mapping[int, str]) -> Parameter | None:
    if not (
        isinstance(statement, ast.AnnAssign)
        and isinstance(statement.target, ast.Name)
        and isinstance(statement.annotation, ast.Name)
        and statement.annotation.id in type_names
        and statement.value is not None
    ):
        return None
    try:
        default = ast.literal_eval(statement.value)
    except ValueError:
        return None
    if not _fits(default, statement.annotation.id):
        return None
    explanation = comments.get(statement.end_lineno or statement.lineno, "")
    return Parameter(statement.target.id, statement.annotation.id, default, explanation)


def _comments(source: str) -> dict[int, str]:
    tokens = tokenize.generate_tokens(io.StringIO(source).readline)
    return {
        token.start[0]: token.string.lstrip("# ").strip()
        for token in tokens
        if token.type == tokenize.COMMENT
    }


def _check_system(declared: Mapping[str, Parameter], system: Mapping[str, Value]) -> list[str]:
    faults = []
    for name, value in system.items():
        if name not in declared:
            faults.append(f"нет параметра «{name}»: по нему пакет различает отчёты")
        elif not _fits(value, declared[name].type):
            faults.append(
                f"параметр «{name}» объявлен как {declared[name].type}, нужен {type(value).__name__}"
            )
    return faults


def _check_given(declared: Mapping[str, Parameter], name: str, value: Value) -> tuple[list[str], Value]:
    if name not in declared:
        allowed = [known for known in declared if known not in RESERVED]
        like = get_close_matches(name, allowed, n=1)
        hint = f" Может быть, «{like[0]}»?" if like else ""
        names = ", ".join(f"{known} ({declared[known].type})" for known in allowed) or "нет ни одного"
        return [f"параметра «{name}» нет; допустимы: {names}.{hint}"], value
    kind = declared[name].type
    typed = _convert(value, kind) if isinstance(value, str) else value
    if typed is None or not _fits(typed, kind):
        return [f"параметр «{name}»: «{value}» — не {type_names[kind]} ({kind})"], value
    return [], float(typed) if kind == "float" else typed


def _convert(text: str, kind: str) -> Value | None:
    if kind == "str":
        return text
    plain = text.strip()
    if kind == "bool":
        lowered = plain.lower()
        return True if lowered in _TRUE else False if lowered in _FALSE else None
    try:
        return int(plain) if kind == "int" else float(plain.replace(",", "."))
    except ValueError:
        return None


def _fits(value: object, kind: str) -> bool:
    if isinstance(value, bool):
        return kind == "bool"
    if isinstance(value, int):
        return kind in ("int", "float")
    return type(value).__name__ == kind
