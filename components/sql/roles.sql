-- Every client of the database has a role of its own (audit S6) and two accounts to log in as it, of
-- which one is in use. Running this again changes nothing but passwords that were rotated. What a
-- role may do with tables is granted by the migrations.
\set ON_ERROR_STOP on
-- A server that was killed in its first start has none yet, and makes none at its second.
SELECT 'CREATE DATABASE tasktracker'
WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = 'tasktracker') \gexec
\connect tasktracker
-- A statement that fails is not written to the log: it may hold a password.
SET log_min_error_statement = panic;
SET log_min_duration_statement = -1;

SELECT format('CREATE ROLE %I NOLOGIN', client)
FROM unnest(ARRAY['api', 'worker', 'migrations', 'backup', 'monitoring']) AS client
WHERE client NOT IN (SELECT rolname FROM pg_roles) \gexec

SELECT format(
    'CREATE ROLE %I LOGIN IN ROLE %I VALID UNTIL ''epoch''', client || slot, client
)
FROM unnest(ARRAY['api', 'worker', 'migrations', 'backup', 'monitoring']) AS client,
    unnest(ARRAY['_a', '_b']) AS slot
WHERE client || slot NOT IN (SELECT rolname FROM pg_roles) \gexec

-- What the migrations make belongs to the role, whichever account made it.
ALTER ROLE migrations_a SET role = 'migrations';
ALTER ROLE migrations_b SET role = 'migrations';

-- Backups come by the socket and need no password.
ALTER ROLE backup LOGIN;

-- A restored database has the password of its time.
\set superuser `cat /run/secrets/postgres-password`
ALTER ROLE postgres PASSWORD :'superuser';

REVOKE ALL ON DATABASE tasktracker FROM PUBLIC;
REVOKE CREATE ON SCHEMA public FROM PUBLIC;
GRANT CONNECT ON DATABASE tasktracker TO api, worker, migrations, backup, monitoring;
GRANT CREATE, USAGE ON SCHEMA public TO migrations;
GRANT USAGE ON SCHEMA public TO api, worker, backup, monitoring;
-- A checkpoint wakes the archiving after a crash: images/postgres/backup/checkpointer.py.
GRANT pg_read_all_data, pg_read_all_settings, pg_checkpoint TO backup;
GRANT EXECUTE ON FUNCTION pg_control_system() TO backup;
GRANT pg_monitor TO monitoring;

CREATE EXTENSION IF NOT EXISTS vector;

-- What pgBackRest calls, and two rows a backup that mark its restore point from both sides: not in
-- the application's own database.
\connect postgres
SET client_min_messages = warning;
GRANT EXECUTE ON FUNCTION pg_backup_start(text, boolean), pg_backup_stop(boolean),
    pg_create_restore_point(text), pg_switch_wal() TO backup;
CREATE SCHEMA IF NOT EXISTS backup AUTHORIZATION backup;
CREATE TABLE IF NOT EXISTS backup.markers (
    name text, side text, at timestamptz NOT NULL DEFAULT now(), PRIMARY KEY (name, side)
);
ALTER TABLE backup.markers OWNER TO backup;
\connect tasktracker
SET log_min_error_statement = panic;
SET log_min_duration_statement = -1;

CREATE FUNCTION pg_temp.expire(account text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    IF (SELECT rolvaliduntil = 'infinity' FROM pg_roles WHERE rolname = account) THEN
        EXECUTE format('ALTER ROLE %I VALID UNTIL %L', account, now() + interval '1 hour');
    END IF;
END $$;

