"""Bounces: which recipient failed and why, from reports and from the words of mail servers."""
