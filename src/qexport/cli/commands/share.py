"""`qexport share`: files → a phone in the same network."""

from __future__ import annotations

import time
from contextlib import ExitStack
from pathlib import Path

import click

from qexport.cli.options import PATH, flags
from qexport.cli.program import say
from qexport.common.wording import quantity


@click.command()
@click.argument("paths", nargs=-1, required=True, type=PATH, metavar="FILE...")
@click.option(
    "--address",
    default="",
    metavar="IP",
    help="Address of this machine. [default: that of the default route]",
)
@click.option(
    "--port", default=0, type=click.IntRange(0, 65535), metavar="N", help="Port. [default: one that is free]"
)
@click.option(
    "--minutes",
    default=30,
    show_default=True,
    type=click.IntRange(1, 24 * 60),
    metavar="N",
    help="Stop after this many minutes.",
)
@click.option("--title", default="", metavar="TEXT", help="Heading of the page.")
@click.option("--qr", type=PATH, metavar="SVG", help="Write the QR code to this file, too.")
@flags
def share(
    *, paths: tuple[Path, ...], address: str, port: int, minutes: int, title: str, qr: Path | None
) -> None:
    """Send files to a phone on this network, with a QR code.

    Only these files can be downloaded, from a page with an address that nobody can guess, until the time is up or
    you press Ctrl-C.
    """
    from qexport.common import files as output_files
    from qexport.common import qr_code
    from qexport.preview.share import Share, close_files, find_address, open_files

    opened = open_files(paths)
    with ExitStack() as cleanup:
        cleanup.callback(close_files, opened)
        sharing = cleanup.enter_context(Share(opened, address=find_address(address), port=port, title=title))
        if qr is not None:
            output_files.write_all({qr: qr_code.draw_as_svg(sharing.url).encode()})
        until = time.strftime("%H:%M", time.localtime(time.time() + 60 * minutes))
        say(
            [
                *qr_code.draw_for_terminal(sharing.url).splitlines(),
                sharing.url,
                f"{quantity(len(opened), 'file')}: {', '.join(file.name for file in opened)}",
                f"Open until {until} to everyone in this network who knows the address. Ctrl-C ends it.",
            ]
        )
        try:
            sharing.serve(60 * minutes)
        finally:
            downloads = sharing.tally.downloads
            say([f"ended: {quantity(sum(downloads.values()), 'download')}"])
