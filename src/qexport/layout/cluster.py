"""Layout on a Dask cluster. The only module that imports distributed.

    units → batches → workers that draw as this machine does → chunks, in the order of the units

A worker takes part only if this program, the layout engine, its libraries and the fonts are the same there as
here: each result comes with a digest of them, so that nothing else is ever kept. The style sheet and a theme's
fonts are sent to each worker once.
"""

from __future__ import annotations

import atexit
import shutil
import tempfile
import time
from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from functools import cache
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, Self

from qexport.common.errors import LimitExceeded, MachineLacks
from qexport.common.limits import USUAL
from qexport.common.opener import open_ordinary

if TYPE_CHECKING:
    from qexport.layout.chunk import Chunk
    from qexport.layout.fonts import FontFile
    from qexport.layout.units import LayoutInput

TASK_UNITS = 8
"""Units of one task: one costs 50 ms of layout and some milliseconds of sending."""

AHEAD = 3
"""Tasks for each thread of the cluster that are sent before the first is done. What is sent waits in memory there."""

CONNECT_SECONDS = 15
"""Seconds to find the cluster."""

LOOK_SECONDS = 2.0
"""Seconds between two looks at whether any worker is left."""


class FontData(NamedTuple):
    """A font of a theme, as it is sent."""

    digest: str
    data: bytes


class Cluster:
    """A connection to a Dask scheduler, and those of its workers that draw as this machine does."""

    def __init__(self, address: str) -> None:
        """Connect, and compare the workers with this machine.

        Args:
            address: Of the Dask scheduler, for example `tcp://10.0.0.5:8786`.

        Raises:
            MachineLacks: Dask is not installed here, nothing answers at the address, or no worker can be used.
        """
        try:
            import distributed
        except ImportError as error:
            hint = "install the extra: pip install '.[dask]' in a checkout"
            raise MachineLacks("--scheduler needs the package distributed", hint=hint) from error
        try:
            self._client = distributed.Client(address, timeout=CONNECT_SECONDS, set_as_default=False)
        except (OSError, ValueError) as error:
            raise MachineLacks(
                f"no Dask scheduler answers at {address}",
                hint="start one with `dask scheduler`, and name its address: --scheduler tcp://HOST:8786",
            ) from error
        self._address = address
        try:
            self.left_out = self._compare_workers()
        except BaseException:
            self._client.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        with suppress(OSError, TimeoutError):
            self._client.close()

    def lay_out(
        self, units: Iterable[Sequence[LayoutInput]], *, fonts: tuple[FontFile, ...], seconds: int
    ) -> Iterator[list[Chunk]]:
        """Yield the chunks of each unit, in their order; units are taken as workers are free for them.

        Args:
            units: What is laid out together: HTML, CSS and pictures.
            fonts: The theme's, beside the bundled ones.
            seconds: What one unit may take.

        Raises:
            LimitExceeded: Nothing was finished for as long as a whole batch may take, or a batch ended its worker
                again and again.
            MachineLacks: No worker is left, or the scheduler has gone.
        """
        batches = iter(_batch_units(units, TASK_UNITS))
        sent: dict[str, Any] = {}
        shared_fonts = self._share(tuple(FontData(font.digest, _bytes_of(font.path)) for font in fonts), sent)
        waiting: deque[Any] = deque()
        room = max(2, AHEAD * len(self._workers))

        def submit() -> None:
            for batch in islice(batches, room - len(waiting)):
                styles = {css: self._share(css, sent) for unit in batch for _, css, _ in unit}
                order = {css: number for number, css in enumerate(styles)}
                small = [[(html, order[css], files) for html, css, files in unit] for unit in batch]
                waiting.append(
                    self._client.submit(
                        lay_out_batch,
                        small,
                        list(styles.values()),
                        shared_fonts,
                        workers=self._workers,
                        allow_other_workers=False,
                        pure=False,
                    )
                )

        try:
            submit()
            while waiting:
                digest, laid_out = self._wait(waiting.popleft(), seconds * TASK_UNITS)
                if digest != _digest_here():
                    raise MachineLacks(
                        "a worker of the cluster changed while it worked",
                        hint="build again: workers that differ from this machine are left out",
                    )
                submit()
                yield from laid_out
        finally:
            self._client.cancel(list(waiting))

    def _share(self, value: Any, sent: dict[Any, Any]) -> Any:
        """Send a value to every worker, once."""
        if value not in sent:
            # In a list: a tuple would be sent item by item.
            (sent[value],) = self._client.scatter([value], workers=self._workers, broadcast=True, hash=False)
        return sent[value]

    def _wait(self, future: Any, seconds: float) -> tuple[str, list[list[Chunk]]]:
        from distributed import KilledWorker
        from distributed.client import FutureCancelledError

        deadline = time.monotonic() + seconds
        while True:
            try:
                result: tuple[str, list[list[Chunk]]] = future.result(timeout=LOOK_SECONDS)
            except KilledWorker as error:
                hint = "see the log of the workers for why; the question may need more memory than they have"
                raise LimitExceeded(
                    "layout of a question ended several workers of the cluster", hint=hint
                ) from error
            except FutureCancelledError as error:
                raise self._make_lost_error() from error
            except TimeoutError:
                if not self._workers_left():
                    raise self._make_lost_error() from None
                if time.monotonic() > deadline:
                    message = f"no page came from the cluster for {seconds:.0f} seconds"
                    raise USUAL.make_error("layout-seconds", message) from None
            else:
                return result

    def _workers_left(self) -> bool:
        if self._client.status != "running":
            return False
        known = self._client.scheduler_info(n_workers=-1)["workers"]
        return any(worker in known for worker in self._workers)

    def _make_lost_error(self) -> MachineLacks:
        return MachineLacks(
            f"no worker of the cluster at {self._address} is left",
            hint="build again: what was laid out before is kept",
        )

    def _compare_workers(self) -> dict[str, str]:
        """Find the workers to use; return why each of the others is left out, by its address."""
        answers = self._client.run(_digest_here, on_error="return")
        here = _digest_here()
        self._workers = sorted(worker for worker, answer in answers.items() if answer == here)
        left_out = {
            worker: "it has no qexport that can be imported"
            if isinstance(answer, BaseException)
            else "its program, layout engine, libraries or fonts differ from this machine's"
            for worker, answer in sorted(answers.items())
            if answer != here
        }
        if not self._workers:
            reason = "; ".join(f"{worker}: {why}" for worker, why in left_out.items()) or "it has none"
            raise MachineLacks(
                f"the cluster at {self._address} has no worker that can be used: {reason}",
                hint="install the same qexport there, with the same system libraries (qexport --version)",
            )
        return left_out


def _bytes_of(font: Path) -> bytes:
    with open_ordinary(font) as file:
        return file.read()


def lay_out_batch(
    units: Sequence[Sequence[tuple[str, int, Mapping[str, bytes]]]],
    styles: Sequence[str],
    fonts: tuple[FontData, ...],
) -> tuple[str, list[list[Chunk]]]:
    """Lay out some units; this is what runs on a worker.

    Args:
        units: HTML, the number of its style sheet, and its pictures.
        styles: The style sheets.
        fonts: The theme's.

    Returns:
        A digest of what draws there, and the chunks of each unit.
    """
    from qexport.layout.units import lay_out_unit

    files = tuple(_keep_font(font.digest, font.data) for font in fonts)
    return _digest_here(), [
        lay_out_unit(files, [(html, styles[number], pictures) for html, number, pictures in unit])
        for unit in units
    ]


def _digest_here() -> str:
    from qexport.layout.units import digest_what_draws

    return digest_what_draws()


@cache
def _fonts_folder() -> Path:
    folder = tempfile.mkdtemp(prefix="qexport-cluster-fonts-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return Path(folder)


@cache
def _keep_font(digest: str, data: bytes) -> FontFile:
    """Write a theme's font to where the layout engine of this worker finds it, once."""
    from qexport.layout.fonts import FontFile

    path = _fonts_folder() / f"{digest}.ttf"
    path.write_bytes(data)
    return FontFile(path, digest)


def _batch_units(units: Iterable[Sequence[LayoutInput]], size: int) -> Iterator[list[Sequence[LayoutInput]]]:
    units = iter(units)
    while batch := list(islice(units, size)):
        yield batch
