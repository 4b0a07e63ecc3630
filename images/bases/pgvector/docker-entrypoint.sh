#!/usr/bin/env bash
# Makes the database on the first start, then becomes the server. Environment:
#   POSTGRES_PASSWORD, POSTGRES_USER, POSTGRES_DB, POSTGRES_INITDB_ARGS, each or as NAME_FILE;
#   POSTGRES_HOST_AUTH_METHOD, POSTGRES_INITDB_WALDIR, PGDATA.
# Everything but PGDATA counts on the first start only.
set -Eeuo pipefail
shopt -s nullglob

fail() {
    printf 'error: %s\n' "$*" >&2
    exit 1
}

# value NAME [DEFAULT]: sets NAME from NAME_FILE if that is given. Not exported: the server needs none of it.
value() {
    local name=$1 default=${2:-} file="${1}_FILE"
    if [ -n "${!name:-}" ] && [ -n "${!file:-}" ]; then
        fail "both $name and $file are set (but are exclusive): keep one"
    fi
    if [ -n "${!file:-}" ]; then
        [ -r "${!file}" ] || fail "$file is ${!file}, which $(id -un) can't read: give the file to uid $(id -u)"
        printf -v "$name" '%s' "$(< "${!file}")"
    elif [ -z "${!name:-}" ]; then
        printf -v "$name" '%s' "$default"
    fi
    export -n "${name?}"
    unset "$file"
}

make_directories() {
    local wal=${POSTGRES_INITDB_WALDIR:-}
    mkdir -p "$PGDATA"
    chmod 0700 "$PGDATA" || true
    mkdir -p /var/run/postgresql || true
    chmod 3775 /var/run/postgresql 2> /dev/null || true
    if [ -n "$wal" ]; then
        mkdir -p "$wal"
        chmod 0700 "$wal"
    fi
    if [ "$(id -u)" = 0 ]; then
        find "$PGDATA" ${wal:+"$wal"} /var/run/postgresql \! -user postgres -exec chown postgres '{}' +
    fi
}

refuse_what_cannot_be_right() {
    if [ -z "$POSTGRES_PASSWORD" ] && [ "${POSTGRES_HOST_AUTH_METHOD:-}" != trust ]; then
        fail "no password for the superuser: name a file in POSTGRES_PASSWORD_FILE"
    fi
    local old=/var/lib/postgresql/data
    if [ -s "$old/PG_VERSION" ] || grep -q " $old " /proc/self/mountinfo; then
        fail "$old holds data or is a mount: since 18 the data is in $PGDATA; mount the volume at /var/lib/postgresql"
    fi
}

make_database_directory() {
    local arguments=()
    [ -z "${POSTGRES_INITDB_WALDIR:-}" ] || arguments+=(--waldir "$POSTGRES_INITDB_WALDIR")
    # The arguments are words of one variable, quoted as in a shell.
    eval "arguments+=($POSTGRES_INITDB_ARGS)"
    initdb --username="$POSTGRES_USER" --pwfile=<(printf '%s\n' "$POSTGRES_PASSWORD") "${arguments[@]}"
    local method=${POSTGRES_HOST_AUTH_METHOD:-$(postgres -C password_encryption "$@" 2> /dev/null || echo scram-sha-256)}
    printf '\nhost all all all %s\n' "$method" >> "$PGDATA/pg_hba.conf"
}

# Only a socket, no address: nobody outside meets a half-made database.
start_apart() {
    NOTIFY_SOCKET='' pg_ctl --pgdata="$PGDATA" --wait \
        --options="$(printf '%q ' "$@" -c listen_addresses= -p "${PGPORT:-5432}")" start
}

stop_apart() {
    pg_ctl --pgdata="$PGDATA" --mode=fast --wait stop
}

sql() {
    PGHOST='' PGHOSTADDR='' PGPASSWORD=$POSTGRES_PASSWORD psql --set=ON_ERROR_STOP=1 --no-password --no-psqlrc \
        --username="$POSTGRES_USER" "$@"
}

make_database() {
    local exists
    exists=$(sql --dbname=postgres --tuples-only --set=name="$POSTGRES_DB" <<< "SELECT 1 FROM pg_database WHERE datname = :'name';")
    if [ -z "$exists" ]; then
        sql --dbname=postgres --set=name="$POSTGRES_DB" <<< 'CREATE DATABASE :"name";'
    fi
}

run_initialisation_files() {
    local file
    for file in /docker-entrypoint-initdb.d/*; do
        printf '%s: %s\n' "$0" "$file"
        case "$file" in
            *.sh)
                if [ -x "$file" ]; then
                    PGPASSWORD=$POSTGRES_PASSWORD POSTGRES_USER=$POSTGRES_USER POSTGRES_DB=$POSTGRES_DB "$file"
                else
                    # shellcheck disable=SC1090
                    . "$file"
                fi
                ;;
            *.sql) sql --dbname="$POSTGRES_DB" --file="$file" ;;
            *.sql.gz) gunzip --stdout "$file" | sql --dbname="$POSTGRES_DB" ;;
            *.sql.xz) xz --decompress --stdout "$file" | sql --dbname="$POSTGRES_DB" ;;
            *.sql.zst) zstd --decompress --stdout "$file" | sql --dbname="$POSTGRES_DB" ;;
            *) printf 'left alone: %s\n' "$file" ;;
        esac
    done
}

initialise() {
    refuse_what_cannot_be_right
    ls /docker-entrypoint-initdb.d > /dev/null
    make_database_directory "$@"
    start_apart "$@"
    make_database
    run_initialisation_files
    stop_apart
    printf '\nPostgreSQL init process complete; ready for start up.\n\n'
}

only_asks() {
    local argument
    for argument in "$@"; do
        case "$argument" in
            '-?' | --help | --describe-config | -V | --version) return 0 ;;
        esac
    done
    return 1
}

main() {
    case "${1:-}" in
        -*) set -- postgres "$@" ;;
    esac
    if [ "${1:-}" = postgres ] && ! only_asks "$@"; then
        value POSTGRES_PASSWORD
        value POSTGRES_USER postgres
        value POSTGRES_DB "$POSTGRES_USER"
        value POSTGRES_INITDB_ARGS
        make_directories
        if [ "$(id -u)" = 0 ]; then
            export POSTGRES_PASSWORD POSTGRES_USER POSTGRES_DB POSTGRES_INITDB_ARGS
            exec setpriv --reuid=postgres --regid=postgres --init-groups "${BASH_SOURCE[0]}" "$@"
        fi
        if [ -s "$PGDATA/PG_VERSION" ]; then
            printf '\nPostgreSQL Database directory appears to contain a database; Skipping initialization\n\n'
        else
            initialise "${@:2}"
        fi
    fi
    exec "$@"
}

main "$@"
