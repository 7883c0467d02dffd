"""Mail as the CRM keeps it: logged once, matched to records, waiting for a person, or written here."""
