"""The database, asked over its socket as the role `backup`."""

import json
from typing import Any

from . import programs
from .settings import Settings

SOCKETS = "/var/run/postgresql"
ROLE = "backup"

# Row counts and all else of one statement are of one moment: a statement has one snapshot.
FACTS = """
SELECT json_build_object(
  'extension', (SELECT extversion FROM pg_extension WHERE extname = 'vector'),
  'system', (SELECT system_identifier::text FROM pg_control_system()),
  'tables', (SELECT json_agg(format('%I.%I', schemaname, tablename) ORDER BY 1) FROM pg_tables
             WHERE schemaname NOT IN ('pg_catalog', 'information_schema')),
  'versions', to_regclass('public.alembic_version') IS NOT NULL,
  'vector', (SELECT json_build_object('table', format('%I.%I', n.nspname, c.relname),
                                      'column', format('%I', a.attname),
                                      'key', format('%I', k.attname))
             FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid AND c.relkind = 'r'
             JOIN pg_namespace n ON n.oid = c.relnamespace
             JOIN pg_type t ON t.oid = a.atttypid AND t.typname = 'vector'
             JOIN pg_index i ON i.indrelid = c.oid AND i.indisprimary AND i.indnkeyatts = 1
             JOIN pg_attribute k ON k.attrelid = c.oid AND k.attnum = i.indkey[0]
             WHERE NOT a.attisdropped ORDER BY n.nspname, c.relname, a.attnum LIMIT 1))
"""


class Database:
    """One database server at a socket; `user` is who asks."""

    def __init__(self, settings: Settings, sockets: str = SOCKETS, user: str = ROLE) -> None:
        self._settings, self._sockets, self._user = settings, sockets, user

    def text(self, sql: str, database: str | None = None, timeout: float = 600) -> str:
        """The answer of a statement as psql prints it bare. Raises `Wrong`."""
        database = database or self._settings.database
        argv = ["psql", "-XqAt", "-v", "ON_ERROR_STOP=1", "-h", self._sockets, "-U", self._user]
        return programs.run([*argv, "-d", database, "-c", sql], timeout=timeout).strip()

    def json(self, sql: str, database: str | None = None) -> Any:
        """The answer of a statement that gives one JSON value; None for NULL."""
        found = self.text(sql, database)
        return json.loads(found) if found else None

    def facts(self) -> dict[str, Any]:
        """What a restored copy must have: extension, revision, rows by table, a vector query."""
        shape = self.json(FACTS)
        tables = shape.pop("tables") or []
        versions, vector = shape.pop("versions"), shape.pop("vector")
        revision = self.text("SELECT version_num FROM alembic_version") if versions else None
        query = self._query(vector) if vector else None
        return {
            **shape,
            "revision": revision or None,
            "rows": self.rows(tables),
            "query": query,
            "answer": self.json(query) if query else None,
        }

    def rows(self, tables: list[str]) -> dict[str, int]:
        """Rows by table."""
        if not tables:
            return {}
        pairs = ", ".join(f"('{t}', (SELECT count(*) FROM {t}))" for t in tables)
        found: dict[str, int] = self.json(
            f"SELECT json_object_agg(name, rows) FROM (VALUES {pairs}) AS counted(name, rows)"
        )
        return found

    def _query(self, vector: dict[str, str]) -> str | None:
        """A statement that asks for what lies nearest to a vector that is stored now.

        Without an index, which may leave out one of several at a like distance.
        """
        table, column, key = vector["table"], vector["column"], vector["key"]
        some = self.text(
            f"SELECT {column} FROM {table} WHERE {column} IS NOT NULL ORDER BY {key} LIMIT 1"
        )
        if not some:
            return None
        distance = f"({column} <=> '{some}')"
        return (
            "SELECT json_agg(json_build_array(key, distance)) FROM ("
            f"SELECT {key}::text AS key, {distance}::text AS distance FROM {table}"
            f" WHERE {column} IS NOT NULL ORDER BY {distance} + 0, {key} LIMIT 5) AS nearest"
        )
