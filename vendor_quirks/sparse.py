"""Containers that are made when they are first asked for: most stations never need most of them."""

from inspect import get_annotations
from typing import TYPE_CHECKING, Any, ClassVar, get_origin


class Sparse:
    """A slot that is annotated as a dict or a list is an empty one, which takes no memory yet.

    An empty dict is 64 bytes, and a session had fifty. Not for what each message looks at: a class
    with `__getattr__` has none of the interpreter's short cuts to attributes (a microsecond each).
    """

    __slots__ = ()
    _made: ClassVar[dict[str, Any]] = {}  # slot -> what is made there

    def __init_subclass__(cls, **config: Any) -> None:
        super().__init_subclass__(**config)
        cls._made = cls._made | {
            name: get_origin(kind) or kind for name, kind in get_annotations(cls).items()
        }

    if not TYPE_CHECKING:  # a type checker knows the slots already

        def __getattr__(self, name: str) -> Any:  # called only for slots without a value
            if name not in self._made:
                raise AttributeError(f"{type(self).__name__} has no {name!r}")
            made = self._made[name]()
            setattr(self, name, made)
            return made
