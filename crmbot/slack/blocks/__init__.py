"""Cards: primitives that keep Slack's limits, cards for every answer, and the messages made of them."""
