"""The process that classifies and embeds tasks."""
