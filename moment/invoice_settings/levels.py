"""Which level decides: company, customer, project. The lowest that has a value wins.

A level is an object with an attribute a setting. None and the empty text mean *inherit*; 0 and
False are values.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

from django.db import models
from django.db.models import Q

from moment.invoice_settings.choices import Kind, Level
from moment.invoice_settings.declared import SETTINGS, Setting, on

Model = TypeVar("Model", bound=type[models.Model])


def with_invoice_settings(level: Level) -> Callable[[Model], Model]:
    """Give a model a column for each setting of a level that it does not name itself."""

    def decorate(model: Model) -> Model:
        ours = {field.name for field in model._meta.local_fields}
        for setting in on(level):
            if setting.name not in ours:
                model.add_to_class(setting.name, setting.column())
        return model

    return decorate


def constraint(level: Level, name: str, *, besides: Sequence[str] = ()) -> models.CheckConstraint:
    """Return what must hold of a level's columns; `besides` those that the model names itself."""
    whole = Q()
    for setting in on(level):
        condition = setting.condition()
        if condition and setting.name not in besides:
            whole &= condition
    return models.CheckConstraint(condition=whole, name=name)


# Which level decides


@dataclass(frozen=True)
class InForce:
    """A setting's value in force and the level it comes from.

    Where no level has a value and there is no standard, the value is None, from the standard.
    """

    setting: Setting
    value: Any
    origin: Level


Owners = Iterable[tuple[Level, object | None]]


class Values(Protocol):
    """Settings by name, wherever they come from: those in force now, or written down once."""

    def value(self, name: str) -> Any: ...


def resolve(setting: Setting, owners: Owners) -> InForce:
    """Return the value of the first of these levels, lowest first, that has one."""
    for level, owner in owners:
        if owner is not None and level in setting.levels:
            value = own(setting, owner)
            if value is not None:
                return InForce(setting, value, level)
    return InForce(setting, setting.standard, Level.STANDARD)


def own(setting: Setting, owner: object) -> Any:
    """Return a level's own value, None where it inherits. A contact is given by its key."""
    attribute = f"{setting.name}_id" if setting.kind == Kind.CONTACT else setting.name
    value = getattr(owner, attribute)
    return None if value == "" else value


def put(setting: Setting, owner: object, value: Any) -> None:
    """Give a level a value of its own, or None to have it inherit."""
    if setting.kind == Kind.CONTACT:
        setattr(owner, f"{setting.name}_id", value)
        return
    if value is None and isinstance(owner, models.Model):
        # Columns that the model names itself keep an empty text.
        value = None if owner._meta.get_field(setting.name).null else ""
    setattr(owner, setting.name, value)


class Effective(Mapping[str, InForce]):
    """All settings in force for one project, customer or the company, by name."""

    def __init__(self, owners: Owners) -> None:
        self.owners = tuple(owners)
        self._found = {name: resolve(one, self.owners) for name, one in SETTINGS.items()}

    def __getitem__(self, name: str) -> InForce:
        return self._found[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._found)

    def __len__(self) -> int:
        return len(self._found)

    def value(self, name: str) -> Any:
        return self._found[name].value

    def owner(self, level: Level) -> object | None:
        """Return the project, customer or company; None for a level that is not there."""
        return dict(self.owners).get(level)

    def inherited(self, name: str, level: Level) -> InForce:
        """Return what would hold if this level had no value of its own."""
        above = SETTINGS[name].above(level)
        return resolve(SETTINGS[name], [pair for pair in self.owners if pair[0] in above])
