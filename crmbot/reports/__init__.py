"""The report engine: reads one snapshot, returns frozen values."""
