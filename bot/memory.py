"""The memory of pictures goes back to the system when they are done with."""

import ctypes

ARENAS, LARGE = 2, 256 * 1024
"""Heaps for all threads together (the default, eight a core, each keeps the largest picture that it ever held), and
bytes from which on a block is the system's own and given back at once (the default grows to 32 MB by itself)."""
_ARENA_MAX, _MMAP_THRESHOLD, _TRIM_THRESHOLD = -8, -3, -1


def give_back() -> None:
    """Before the first thread begins. Where the C library is not glibc nothing is to be set."""
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is None:
        return
    for setting, value in ((_ARENA_MAX, ARENAS), (_MMAP_THRESHOLD, LARGE), (_TRIM_THRESHOLD, LARGE)):
        mallopt(setting, value)
