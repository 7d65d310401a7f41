"""Everything this library raises on purpose: a Russian message for a person, a code for a program.

ShnorError
├── InputError              a file or a value that came from outside
│   ├── LayoutError         no reader recognises the sheet
│   ├── ScreeningError      data found, but not usable
│   └── UnmatchedError      codes that belong to no known school (rule R18)
├── SelectionError          a municipality, school, year or table that the data do not hold
├── MethodologyError        all faults of a profile, collected
├── ParameterError          all faults of notebook parameters, collected
└── RunError                a batch unit failed, timed out or was cancelled

A message says what is wrong, where (file, sheet, row, column), what to do and, where data were
read, what became of the rest. The command line prints it without a traceback.
"""

from collections.abc import Sequence


class ShnorError(Exception):
    """Base of all errors of this library.

    Attributes:
        code: stable machine name, used in manifests and in tests.
        exit_code: what the command line returns: 1 something failed, 2 misuse.
    """

    code = "error"
    exit_code = 1


class InputError(ShnorError):
    """A file or a value that came from outside cannot be used."""

    code = "input"


class LayoutError(InputError):
    """No reader recognises the sheet."""

    code = "layout"


class ScreeningError(InputError):
    """Data were found, but nothing usable is left of them."""

    code = "screening"


class UnmatchedError(InputError):
    """Results carry codes that belong to no known school (rule R18)."""

    code = "unmatched"


class SelectionError(ShnorError):
    """A municipality, school, year or table was asked for that the data do not hold."""

    code = "selection"
    exit_code = 2


class _CollectedError(ShnorError):
    """An error that reports all its faults at once: nobody mends a file one message at a time."""

    exit_code = 2

    def __init__(self, heading: str, faults: Sequence[str]) -> None:
        self.heading = heading
        self.faults = tuple(faults)
        super().__init__("\n".join([heading, *(f"  • {fault}" for fault in self.faults)]))

    def __reduce__(self) -> tuple[type["_CollectedError"], tuple[str, tuple[str, ...]]]:
        return type(self), (self.heading, self.faults)


class MethodologyError(_CollectedError):
    """Faults of a methodology profile, each with its YAML path and the allowed values."""

    code = "methodology"


class ParameterError(_CollectedError):
    """Faults of the parameters given to a notebook."""

    code = "parameters"


class RunError(ShnorError):
    """A batch unit failed, timed out or was cancelled."""

    code = "run"
