-- Every client of the database has a role of its own (audit S6) and two accounts to log in as it, of
-- which one is in use. Running this again changes nothing but passwords that were rotated. What a
-- role may do with tables is granted by the migrations.
\set ON_ERROR_STOP on
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

REVOKE ALL ON DATABASE tasktracker FROM PUBLIC;
REVOKE CREATE ON SCHEMA public FROM PUBLIC;
GRANT CONNECT ON DATABASE tasktracker TO api, worker, migrations, backup, monitoring;
GRANT CREATE, USAGE ON SCHEMA public TO migrations;
GRANT USAGE ON SCHEMA public TO api, worker, backup, monitoring;
GRANT pg_read_all_data TO backup;
GRANT pg_monitor TO monitoring;

CREATE EXTENSION IF NOT EXISTS vector;

CREATE FUNCTION pg_temp.expire(account text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    IF (SELECT rolvaliduntil = 'infinity' FROM pg_roles WHERE rolname = account) THEN
        EXECUTE format('ALTER ROLE %I VALID UNTIL %L', account, now() + interval '1 hour');
    END IF;
END $$;

