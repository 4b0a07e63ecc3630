"""The optional Telegram bot."""
