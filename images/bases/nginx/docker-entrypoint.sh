#!/bin/sh
# Runs what is in /docker-entrypoint.d, in order, before nginx; then becomes the command.
set -eu
case "${1:-}" in
    nginx | nginx-debug)
        for script in /docker-entrypoint.d/*; do
            case "$script" in
                *.envsh) [ ! -x "$script" ] || . "$script" ;;
                *.sh) [ ! -x "$script" ] || "$script" ;;
            esac
        done
        ;;
esac
exec "$@"
