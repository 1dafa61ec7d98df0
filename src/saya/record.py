"""Frozen records and named tuples, made without compiling source code.

`dataclasses` writes and compiles six methods for every class and imports `inspect`, `typing.NamedTuple` compiles one
and checks every annotation; for the hundred classes of this package that was half of the time in which a small template
is judged. Here the methods are written once. A record is what a frozen dataclass is: fields in the order of their
annotations, defaults, `field(default_factory=...)`, `kw_only`, inheritance, equality and hash by value, no assignment.
A `NamedTuple` is what that of `typing` is. What is left out is what nobody here uses.
"""

from __future__ import annotations

from collections.abc import Callable
from operator import itemgetter
from typing import TYPE_CHECKING, Any, Self, TypeVar, dataclass_transform, overload

if TYPE_CHECKING:
    from typing import NamedTuple
else:

    class _NamedTupleMaker(type):
        """Makes of a class with annotated fields a tuple with these fields."""

        def __new__(cls, name: str, bases: tuple[type, ...], namespace: dict[str, Any]) -> type:
            if not bases:
                return super().__new__(cls, name, (tuple,), {"__slots__": (), **namespace})
            fields = tuple(namespace["__annotations__"])
            own = {field: property(itemgetter(index)) for index, field in enumerate(fields)}
            own |= {"_fields": fields, "__match_args__": fields, "__slots__": ()}
            own["_defaults"] = tuple([namespace[field] for field in fields if field in namespace])
            return super().__new__(cls, name, bases, {**namespace, **own})

    class NamedTuple(metaclass=_NamedTupleMaker):
        """A tuple whose items have names, types and defaults."""

        def __new__(cls, /, *args: object, **given: object) -> Self:
            missing = len(cls._fields) - len(args)
            if given:
                args = cls._completed(args, given)
            elif missing:
                if not 0 < missing <= len(cls._defaults):
                    raise TypeError(f"{cls.__name__} takes the values {', '.join(cls._fields)}, not {len(args)}")
                args += cls._defaults[-missing:]
            return tuple.__new__(cls, args)

        @classmethod
        def _completed(cls, args: tuple[object, ...], given: dict[str, object]) -> list[object]:
            values = list(args)
            defaults = dict(zip(reversed(cls._fields), reversed(cls._defaults), strict=False))
            for field in cls._fields[len(args) :]:
                if field not in given and field not in defaults:
                    raise TypeError(f"{cls.__name__} lacks {field}")
                values.append(given.pop(field) if field in given else defaults[field])
            if given:
                raise TypeError(f"{cls.__name__} has no field {', '.join(given)}, or was given it twice")
            return values

        def __getnewargs__(self) -> tuple[object, ...]:
            return tuple(self)

        def __repr__(self) -> str:
            told = ", ".join(f"{field}={value!r}" for field, value in zip(self._fields, self, strict=True))
            return f"{type(self).__name__}({told})"

        def _replace(self, /, **changes: object) -> Self:
            """A copy with other values for some fields. Raises TypeError where there is no such field."""
            if not changes.keys() <= set(self._fields):
                raise TypeError(f"{type(self).__name__} has no field {', '.join(sorted(changes))}")
            return tuple.__new__(type(self), map(changes.pop, self._fields, self))

        def _asdict(self) -> dict[str, object]:
            """The values by field."""
            return dict(zip(self._fields, self, strict=True))


__all__ = ["Field", "NamedTuple", "field", "fields", "is_record", "record", "replace"]

T = TypeVar("T")

_FIELDS = "__record_fields__"
_POSITIONAL = "__record_positional__"


class Field(NamedTuple):
    """A field of a record: its default, or what makes one, and whether it counts when records are compared."""

    required: bool = True
    default: object = None
    default_factory: Callable[[], object] | None = None
    compare: bool = True


def field(*, default_factory: Callable[[], Any] | None = None, compare: bool = True) -> Any:
    """A field whose default is made anew for each record, or that does not count when records are compared."""
    return Field(required=default_factory is None, default_factory=default_factory, compare=compare)


@overload
def record(cls: type[T]) -> type[T]: ...
@overload
def record(*, kw_only: bool) -> Callable[[type[T]], type[T]]: ...
@dataclass_transform(frozen_default=True, field_specifiers=(field,))
def record(cls: type[T] | None = None, *, kw_only: bool = False) -> type[T] | Callable[[type[T]], type[T]]:
    """Make a class a frozen record of its annotated fields. With `kw_only` they are given by name."""
    if cls is None:
        return lambda cls: _make(cls, kw_only=kw_only)
    return _make(cls, kw_only=kw_only)


def fields(cls: object) -> dict[str, Field]:
    """The fields of a record, or of a class of records, by name, in order."""
    found: dict[str, Field] = getattr(cls, _FIELDS)
    return found


def is_record(value: object) -> bool:
    """Whether a value is a record or a class of records."""
    return hasattr(value, _FIELDS)


def replace(record: T, /, **changes: object) -> T:
    """A copy of a record with other values for some fields. Raises TypeError where there is no such field."""
    copy = object.__new__(type(record))
    values = copy.__dict__
    values.update(record.__dict__)
    if not changes.keys() <= values.keys():
        raise TypeError(f"{type(record).__name__} has no field {', '.join(sorted(changes.keys() - values.keys()))}")
    values.update(changes)
    return copy


def _make(cls: type[T], *, kw_only: bool) -> type[T]:
    own = {name: _field(cls, name) for name in cls.__annotations__}
    positional = () if kw_only else tuple(own)
    for name in own:
        if isinstance(cls.__dict__.get(name), Field):
            delattr(cls, name)
    setattr(cls, _FIELDS, {**getattr(cls, _FIELDS, {}), **own})
    setattr(cls, _POSITIONAL, getattr(cls, _POSITIONAL, ()) + positional)
    for method in (_init, _repr, _eq, _hash, _setattr, _delattr):
        setattr(cls, method.__name__.replace("_", "__", 1) + "__", method)
    return cls


def _field(cls: type, name: str) -> Field:
    if name not in cls.__dict__:
        return Field()
    default = cls.__dict__[name]
    return default if isinstance(default, Field) else Field(required=False, default=default)


def _init(self: Any, *args: object, **given: object) -> None:
    values = self.__dict__
    if args:
        names = self.__record_positional__
        if len(args) > len(names):
            raise TypeError(f"{type(self).__name__} takes {len(names)} values by position, not {len(args)}")
        values.update(zip(names, args, strict=False))
    for name, (required, default, default_factory, _) in self.__record_fields__.items():
        if name in given:
            if name in values:
                raise TypeError(f"{type(self).__name__} was given {name} twice")
            values[name] = given.pop(name)
        elif name not in values:
            if required:
                raise TypeError(f"{type(self).__name__} lacks {name}")
            values[name] = default if default_factory is None else default_factory()
    if given:
        raise TypeError(f"{type(self).__name__} has no field {', '.join(sorted(given))}")


def _compared(self: Any) -> tuple[object, ...]:
    values = self.__dict__
    return tuple([values[name] for name, each in self.__record_fields__.items() if each.compare])


def _repr(self: Any) -> str:
    return f"{type(self).__name__}({', '.join(f'{name}={value!r}' for name, value in self.__dict__.items())})"


def _eq(self: object, other: object) -> bool:
    return _compared(self) == _compared(other) if type(self) is type(other) else NotImplemented


def _hash(self: object) -> int:
    return hash(_compared(self))


def _setattr(self: object, name: str, _: object) -> None:
    raise AttributeError(f"cannot assign to {name}: a {type(self).__name__} is frozen")


def _delattr(self: object, name: str) -> None:
    raise AttributeError(f"cannot delete {name}: a {type(self).__name__} is frozen")
