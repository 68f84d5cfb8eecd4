"""`qexport` and `python -m qexport`: the program, which Ctrl-C ends in its words from the first moment on."""

import signal
import sys


def main() -> None:
    """Run the program; what it is made of is imported inside, where Ctrl-C is caught."""
    try:
        from qexport.cli.main import main as run

        run()
    except KeyboardInterrupt:
        sys.exit(130)
    finally:
        # All is done, and Python takes a tenth of a second to leave, in which Ctrl-C would end it with another status.
        signal.signal(signal.SIGINT, signal.SIG_IGN)


if __name__ == "__main__":
    main()
