"""`python -m qexport`: the same program as `qexport`."""

from qexport.cli import main

if __name__ == "__main__":
    main()
