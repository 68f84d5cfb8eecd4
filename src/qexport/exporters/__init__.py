"""Questions → files that other programs read, each of which comes back through `qexport import`."""
