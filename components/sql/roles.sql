-- Every client of the database has a role of its own (audit S6). Running this again changes nothing
-- but passwords that were rotated. What a role may do with tables is granted by the migrations.
\set ON_ERROR_STOP on
-- A statement that fails is not written to the log: it may hold a password.
SET log_min_error_statement = panic;
SET log_min_duration_statement = -1;

\set api `cat /run/secrets/api-database-password`
\set worker `cat /run/secrets/worker-database-password`
\set migrations `cat /run/secrets/migrations-database-password`
\set backup `cat /run/secrets/backup-database-password`
\set monitoring `cat /run/secrets/monitoring-database-password`

SELECT format('CREATE ROLE %I LOGIN', role)
FROM unnest(ARRAY['api', 'worker', 'migrations', 'backup', 'monitoring']) AS role
WHERE role NOT IN (SELECT rolname FROM pg_roles) \gexec

ALTER ROLE api PASSWORD :'api';
ALTER ROLE worker PASSWORD :'worker';
ALTER ROLE migrations PASSWORD :'migrations';
ALTER ROLE backup PASSWORD :'backup';
ALTER ROLE monitoring PASSWORD :'monitoring';

REVOKE ALL ON DATABASE tasktracker FROM PUBLIC;
REVOKE CREATE ON SCHEMA public FROM PUBLIC;
GRANT CONNECT ON DATABASE tasktracker TO api, worker, migrations, backup, monitoring;
GRANT CREATE, USAGE ON SCHEMA public TO migrations;
GRANT USAGE ON SCHEMA public TO api, worker, backup, monitoring;
GRANT pg_read_all_data TO backup;
GRANT pg_monitor TO monitoring;

CREATE EXTENSION IF NOT EXISTS vector;
