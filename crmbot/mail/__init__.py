"""Mail: reading, matching, taking in and sending; the only place that knows IMAP, SMTP and MIME."""
