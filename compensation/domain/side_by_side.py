"""Two accounts of the same thing, read in step: sorted streams are merged, so that a million rows take no memory."""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import TypeVar

Key = TypeVar("Key", bound=tuple[object, ...])


def side_by_side(**streams: Iterable[tuple[Key, int]]) -> Iterator[tuple[Key, Counter[str]]]:
    """Each key with what each named stream says of it. Each stream comes sorted by its key."""

    def of(name: str, stream: Iterable[tuple[Key, int]]) -> Iterator[tuple[Key, str, int]]:
        for key, amount in stream:
            yield key, name, amount

    merged = heapq.merge(*(of(name, stream) for name, stream in streams.items()), key=lambda item: item[0])
    for key, group in groupby(merged, key=lambda item: item[0]):
        said: Counter[str] = Counter()
        for _, name, amount in group:
            said[name] += amount
        yield key, said
