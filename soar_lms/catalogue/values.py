"""The kinds of values that content files are made of: ids, lines, days, amounts, choices."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import Annotated

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
)
from pydantic_core import PydanticCustomError

ID_PATTERN = r"[a-z0-9]+(-[a-z0-9]+)*"
LANGUAGE_PATTERN = r"[a-z]{2,3}(-[A-Z][a-z]{3})?(-[A-Z]{2})?"


def _read_date(value: object) -> date:
    try:
        return date.fromisoformat(str(value))
    except ValueError:
        raise PydanticCustomError("date", "must be a date like 2026-11-22") from None


def _read_decimal(value: object) -> Decimal:
    if isinstance(value, str):
        try:
            return Decimal(value)
        except InvalidOperation:
            pass
    raise PydanticCustomError("decimal", 'must be a number in quotes, like "0.25"')


def _web_address(value: str) -> str:
    if not re.fullmatch(r"https?://[^\s<>\"]+", value):
        raise PydanticCustomError("address", "must be an address that starts with https://")
    return value


def read_choice(enum: type[StrEnum]) -> BeforeValidator:
    def read(value: object) -> object:
        if value in list(enum):
            return enum(str(value))
        raise PydanticCustomError(
            "choice", "must be one of: {choices}", {"choices": ", ".join(enum)}
        )

    return BeforeValidator(read)


Id = Annotated[str, StringConstraints(pattern=f"^{ID_PATTERN}$", max_length=60)]
LanguageTag = Annotated[str, StringConstraints(pattern=f"^{LANGUAGE_PATTERN}$")]
Line = Annotated[str, StringConstraints(min_length=1, max_length=1_000, strip_whitespace=True)]
Label = Annotated[str, StringConstraints(min_length=1, max_length=300, strip_whitespace=True)]
Prose = Annotated[str, StringConstraints(min_length=1, max_length=5_000, strip_whitespace=True)]
Translated = Mapping[LanguageTag, Line]
Day = Annotated[date, BeforeValidator(_read_date)]
Amount = Annotated[Decimal, BeforeValidator(_read_decimal), Field(gt=0, le=100, decimal_places=2)]
WebAddress = Annotated[str, AfterValidator(_web_address)]
Minutes = Annotated[int, Field(ge=1, le=600)]


class Content(BaseModel):
    """Base of all content models."""

    model_config = ConfigDict(frozen=True, strict=True, extra="forbid", validate_default=True)
