"""Mail is read in a process of its own, so that whatever a mail does to its reader, the worker lives on."""
