"""The HTTP and WebSocket front of Task Tracker."""
