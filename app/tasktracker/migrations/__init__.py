"""The one-shot job that brings the database schema and the stream to this release."""
