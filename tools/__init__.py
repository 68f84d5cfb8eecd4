"""What developers and CI run, beside the tests: `python -m tools.NAME`, or `python tools/NAME.py`."""
