#!/bin/sh
# `nats-server` alone, or flags alone, run the server; anything else is the command.
set -eu
case "${1:-}" in
    -*) set -- nats-server "$@" ;;
esac
exec "$@"
