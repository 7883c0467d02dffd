"""Proposals: an offer is drafted from a deal, sent, and answered by its customer on a page."""
