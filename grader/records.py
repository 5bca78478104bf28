"""``dataclass`` as the standard library's, whose methods are made when they are first needed.

That library compiles six functions for every class, and a self-check declares a hundred classes of which it uses a
few: it took a sixth of its time. Here ``__init__`` is compiled when the first record is made; the other methods are
the same for all. What asks for ``dataclasses.fields``, ``asdict`` or ``replace`` of such a record gets the usual.
"""

from __future__ import annotations

import operator
from types import MemberDescriptorType
from typing import TYPE_CHECKING, Any, NoReturn

_NOTHING = object()


class _Factory:
    """A default that is made anew for each record."""

    def __init__(self, make: Any) -> None:
        self.make = make


if TYPE_CHECKING:
    from dataclasses import dataclass as dataclass
    from dataclasses import field as field
    from dataclasses import replace as replace
else:

    def field(*, default=_NOTHING, default_factory=None):
        """A default value, or what makes one."""
        return _Factory(default_factory) if default_factory else default

    def replace(record, /, **changes):
        """The same record but for what changes."""
        for name in record.__match_args__:
            if name not in changes:
                changes[name] = getattr(record, name)
        return record.__class__(**changes)

    def dataclass(cls=None, /, *, frozen=False, eq=True, slots=False):
        """Make a class a record."""
        return _record(cls) if cls else lambda cls: _record(cls, frozen=frozen, eq=eq, slots=slots)


def is_record(kind: object) -> bool:
    """Whether it is a class of records."""
    return isinstance(kind, type) and "__defaults__" in vars(kind)


def as_dict(value: Any) -> Any:
    """Records as dictionaries, wherever they are in tuples, lists and dictionaries; nothing else is copied."""
    if is_record(value.__class__):
        return {name: as_dict(getattr(value, name)) for name in value.__match_args__}
    if isinstance(value, dict):
        return {name: as_dict(item) for name, item in value.items()}
    return value.__class__(map(as_dict, value)) if value.__class__ in (tuple, list) else value


def _record(cls: type, *, frozen: bool = False, eq: bool = True, slots: bool = False) -> type:
    """The class anew, with the methods of a record."""
    inherited = [name for base in reversed(cls.__mro__[1:]) for name in getattr(base, "__match_args__", ())]
    own = [name for name, kind in cls.__annotations__.items() if not kind.startswith("ClassVar")]
    names = tuple(dict.fromkeys([*inherited, *own]))
    members = {name: value for name, value in vars(cls).items() if name not in ("__dict__", "__weakref__")}
    defaults = getattr(cls, "__defaults__", {}) | {name: members.pop(name) for name in own if name in members}
    extra: dict[str, Any] = {"__annotations__": cls.__annotations__, "__match_args__": names, "__defaults__": defaults}
    extra |= {"__dataclass_fields__": _Fields(), "__dataclass_params__": _Parameters(frozen)}
    if slots:
        extra["__slots__"] = tuple(name for name in own if name not in inherited)
    made = type(cls)(cls.__name__, cls.__bases__, _methods(names, frozen=frozen, eq=eq) | members | extra)
    made.__qualname__ = cls.__qualname__
    return made


def _methods(names: tuple[str, ...], *, frozen: bool, eq: bool) -> dict[str, Any]:
    values: Any = operator.attrgetter(*names) if names else lambda record: ()

    def init(self: Any, *arguments: object, **named: object) -> None:
        cls: Any = next(base for base in type(self).__mro__ if vars(base).get("__init__") is init)
        cls.__init__ = _compiled(cls, names)
        cls.__init__(self, *arguments, **named)

    def equal(self: Any, other: Any) -> Any:
        return values(self) == values(other) if other.__class__ is self.__class__ else NotImplemented

    def hashed(self: Any) -> int:
        return hash(values(self))

    def shown(self: Any) -> str:
        return f"{type(self).__qualname__}({', '.join(f'{name}={getattr(self, name)!r}' for name in names)})"

    def reduced(self: Any) -> tuple[type, tuple[object, ...]]:
        return type(self), tuple(getattr(self, name) for name in names)

    methods: dict[str, Any] = {"__init__": init, "__repr__": shown, "__reduce__": reduced}
    methods |= {"__eq__": equal, "__hash__": hashed if frozen else None} if eq else {}
    return methods | ({"__setattr__": _refused, "__delattr__": _refused} if frozen else {})


def _compiled(cls: Any, names: tuple[str, ...]) -> Any:
    """``__init__`` as one would write it: each value goes to its slot, also where nothing may be set later."""
    known: dict[str, Any] = {"set_field": object.__setattr__}
    parameters, lines = [], []
    for name in names:
        value, parameter = name, name
        if name in cls.__defaults__:
            default = known[f"default_{name}"] = cls.__defaults__[name]
            parameter = f"{name}=default_{name}"
            if isinstance(default, _Factory):
                known[f"make_{name}"] = default.make
                value = f"make_{name}() if {name} is default_{name} else {name}"
        parameters.append(parameter)
        slot = getattr(cls, name, None)
        if isinstance(slot, MemberDescriptorType):  # twice as fast
            known[f"set_{name}"] = slot.__set__
            lines.append(f"  set_{name}(self, {value})")
        else:
            lines.append(f"  set_field(self, {name!r}, {value})")
    exec(f"def __init__({', '.join(['self', *parameters])}):\n" + "\n".join(lines or ["  pass"]), known)
    made = known["__init__"]
    made.__qualname__ = f"{cls.__qualname__}.__init__"
    return made


def _refused(self: Any, name: str, *value: object) -> NoReturn:
    from dataclasses import FrozenInstanceError

    raise FrozenInstanceError(f"cannot change field {name!r}")


class _Parameters:
    """What the standard library asks a base class."""

    def __init__(self, frozen: bool) -> None:
        self.frozen = frozen


class _Fields:
    """The standard library's description of the fields, made when it is asked for."""

    def __get__(self, record: object, cls: Any) -> Any:
        import dataclasses

        cls = next(base for base in cls.__mro__ if vars(base).get("__dataclass_fields__") is self)
        bases = [base for base in reversed(cls.__mro__) if "__annotations__" in vars(base)]
        kinds = {name: kind for base in bases for name, kind in base.__annotations__.items()}
        fields = []
        for name in cls.__match_args__:
            default = cls.__defaults__.get(name, dataclasses.MISSING)
            made = {"default_factory": default.make} if isinstance(default, _Factory) else {"default": default}
            fields.append((name, kinds[name], dataclasses.field(**made)))
        cls.__dataclass_fields__ = vars(dataclasses.make_dataclass(cls.__name__, fields))["__dataclass_fields__"]
        return cls.__dataclass_fields__
