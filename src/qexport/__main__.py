"""`qexport` and `python -m qexport`: the program, which Ctrl-C ends in its words from the first moment on."""

import sys


def main() -> None:
    """Run the program; what it is made of is imported inside, where Ctrl-C is caught."""
    try:
        from qexport.cli import main as run

        run()
    except KeyboardInterrupt:
        sys.exit(130)


if __name__ == "__main__":
    main()
