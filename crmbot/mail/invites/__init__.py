"""Invitations in mail: iCalendar text to one meeting (RFC 5545, 5546), bounded, never an exception."""
