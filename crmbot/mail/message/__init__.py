"""One message as bytes: headers, parts, character sets, addresses."""
