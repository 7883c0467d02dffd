"""Signed requests of Slack's, the connections they are sent over, and the servers that answer them."""
