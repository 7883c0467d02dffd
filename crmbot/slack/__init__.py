"""Slack: commands, clicks and events in, cards and digests out."""
