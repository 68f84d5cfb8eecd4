"""A selection of questions to documents: one module an output, one line in the registry."""
