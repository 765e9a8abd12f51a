"""How often the interpreter looks for reference cycles: seldom, and never among what stays."""

import gc

# A message's objects are freed as soon as it has gone, so hundreds that are new are a crowd of
# messages under way, no garbage. At the interpreter's own 700 the search takes 6 % of a translated
# exchange; at this, a window of seconds at full load sees none. One takes a few milliseconds.
NEW_OBJECTS = 10_000


def settle() -> None:
    """Call once all code and tables are loaded: they are not looked through again."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(NEW_OBJECTS, 10, 10)
