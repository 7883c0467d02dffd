"""Outlook's own package of a mail (TNEF, `winmail.dat`): its text and its files, bounded, never an exception."""
