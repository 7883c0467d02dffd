"""A CRM that lives in chat and e-mail."""
