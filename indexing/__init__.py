"""INDEX: documents to chunks to an index snapshot on disk."""
