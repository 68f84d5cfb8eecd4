"""`qexport cache`: the cache of laid-out pages."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from qexport.cli.options import cache_option, flags, json_option, size_option
from qexport.cli.program import CommandGroup, say, say_json
from qexport.cli.terminal import file_size
from qexport.common.wording import quantity

if TYPE_CHECKING:
    from qexport.layout.cache import CacheInfo


@click.group(cls=CommandGroup)
def cache() -> None:
    """Show or empty the cache of laid-out pages.

    The cache needs no maintenance: outdated pages are never used, and the pages unused for longest are evicted.
    """


@cache.command("info")
@cache_option
@json_option
@flags
def cache_info(*, cache_folder: Path, as_json: bool) -> None:
    """Print the folder of the cache and its size."""
    from qexport.layout.cache import ChunkCache

    info = ChunkCache(cache_folder).info()
    if as_json:
        say_json(_cache_fields(info))
    else:
        say([f"{info.path}: {_fill_level(info)}, of {file_size(info.limit)} at most"])


@cache.command("prune")
@size_option
@cache_option
@json_option
@flags
def cache_prune(*, size: int, cache_folder: Path, as_json: bool) -> None:
    """Evict the pages unused for longest."""
    from qexport.layout.cache import ChunkCache

    chunks = ChunkCache(cache_folder)
    before = chunks.info()
    chunks.prune(size)
    _tell_removed(before, chunks.info(), as_json=as_json)


@cache.command("clear")
@click.option(
    "--all", "with_folder", is_flag=True, help="Remove the folder too, before qexport is uninstalled."
)
@cache_option
@json_option
@flags
def cache_clear(*, with_folder: bool, cache_folder: Path, as_json: bool) -> None:
    """Evict all pages; the next build lays them out again."""
    from qexport.layout.cache import ChunkCache

    chunks = ChunkCache(cache_folder)
    before = chunks.info()
    if with_folder:
        chunks.remove()
    else:
        chunks.clear()
    _tell_removed(before, chunks.info(), as_json=as_json)


def _tell_removed(before: CacheInfo, after: CacheInfo, *, as_json: bool) -> None:
    removed = before.chunks - after.chunks
    if as_json:
        say_json({**_cache_fields(after), "removed": removed})
    else:
        say([f"{after.path}: {quantity(removed, 'chunk')} removed, {_fill_level(after)} left"])


def _cache_fields(info: CacheInfo) -> dict[str, object]:
    return {**asdict(info), "path": str(info.path)}


def _fill_level(info: CacheInfo) -> str:
    return f"{quantity(info.chunks, 'chunk')} ({file_size(info.size)})"
