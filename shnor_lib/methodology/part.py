"""What every part of a methodology profile is: frozen, strict, and telling all its faults at once.

In:   values as YAML has them.
Out:  `Part`, the base of the models of a profile.

Pydantic checks fields first and leaves rules between fields for later, so that a person who mends a profile
meets new faults after each correction. Here `between` looks at the raw values, whatever is wrong in them, and
its faults join those of the fields.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Self, cast

from pydantic import BaseModel, ConfigDict, ModelWrapValidatorHandler, ValidationError, model_validator
from pydantic_core import InitErrorDetails, PydanticCustomError

Fault = tuple[str, str]


class Part(BaseModel):
    """A section of a profile, or one entry of a list in it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    @classmethod
    def between(cls, given: Mapping[str, Any]) -> Iterable[Fault]:
        """Faults between fields: the field to mend (or "") and Russian words; `given` may hold anything."""
        return ()

    @model_validator(mode="wrap")
    @classmethod
    def _all_at_once(cls, given: Any, handler: ModelWrapValidatorHandler[Self]) -> Self:
        values = given if isinstance(given, Mapping) else {}
        faults = [
            InitErrorDetails(
                type=PydanticCustomError("between", "{fault}", {"fault": text}),
                loc=(field,) if field else (),
                input=values,
            )
            for field, text in cls.between(values)
        ]
        try:
            made = handler(given)
        except ValidationError as error:
            fields = [
                InitErrorDetails(
                    type=PydanticCustomError(
                        cast("Any", fault["type"]), cast("Any", fault["msg"]), fault.get("ctx", {})
                    ),
                    loc=fault["loc"],
                    input=fault["input"],
                )
                for fault in error.errors()
            ]
            raise ValidationError.from_exception_data(cls.__name__, fields + faults) from None
        if faults:
            raise ValidationError.from_exception_data(cls.__name__, faults)
        return made


def exactly_one(given: Mapping[str, Any], names: Sequence[str]) -> Iterable[Fault]:
    """A fault unless exactly one of the fields is set."""
    if sum(given.get(name) is not None for name in names) != 1:
        yield "", f"нужна ровно одна граница: {', '.join(names[:-1])} или {names[-1]}"
