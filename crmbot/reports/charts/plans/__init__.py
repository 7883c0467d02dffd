"""What of each report is drawn: one module a kind of report."""
