"""The web pages of people who signed in: their day, the board, lists, records and reports."""

from crmbot.web.pages.routes import page_routes

__all__ = ["page_routes"]
