"""Arguments to calls, results to printed lines."""
