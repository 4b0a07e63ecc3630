"""Programs that keep data and answer whoever reaches them, by the names of their images."""

from __future__ import annotations

import re

from policies.image import Reference

DATASTORES = {
    # relational
    *("postgres", "postgresql", "pgvector", "postgis", "timescaledb", "citus", "spilo", "mysql"),
    *("mariadb", "percona", "mssql", "oracle", "db2", "firebird", "cockroach", "cockroachdb"),
    *("yugabyte", "yugabytedb", "tidb", "tikv", "clickhouse", "questdb", "immudb"),
    # documents, keys, graphs, time
    *("mongo", "mongodb", "ferretdb", "couchdb", "couchbase", "rethinkdb", "ravendb", "surrealdb"),
    *("redis", "valkey", "keydb", "dragonfly", "kvrocks", "memcached", "etcd", "consul", "vault"),
    *("openbao", "aerospike", "hazelcast", "cassandra", "scylla", "foundationdb", "neo4j"),
    *("arangodb", "orientdb", "dgraph", "influxdb"),
    # search and vectors
    *("elasticsearch", "opensearch", "solr", "meilisearch", "typesense", "manticore", "zincsearch"),
    *("qdrant", "weaviate", "milvus", "chroma", "chromadb"),
    # messages and files
    *("nats", "rabbitmq", "kafka", "redpanda", "pulsar", "activemq", "artemis", "emqx"),
    *("mosquitto", "zookeeper", "minio", "seaweedfs", "garage", "openldap"),
}
# Programs in their images that are no server: what runs one of them keeps nothing.
CLIENTS = {
    *("backup", "pgbackrest", "pg_dump", "pg_dumpall", "psql", "mysql", "mysqldump", "mongodump"),
    *("mongosh", "redis-cli", "nats", "mc", "etcdctl"),
}
# Words of an image that only has to do with one.
_BESIDE = {
    *("exporter", "ui", "express", "box", "backup", "operator", "proxy", "surveyor", "cli", "mc"),
    *("tools", "client", "web", "console", "commander", "admin", "dashboard", "controller", "init"),
    *("reloader", "config", "bouncer", "connect", "agent", "bridge"),
}
# Words that say nothing alone: what is served is said before them (`mssql/server`).
_GENERIC = {"server", "ha", "cluster", "community", "enterprise", "standalone", "db", "database"}


def kind(image: Reference) -> str:
    """Which datastore an image is, by the words of its name; empty for none."""
    words = _words(image.name)
    if {*words} <= _GENERIC:
        words = _words(image.repository)
    if _BESIDE & {*words}:
        return ""
    return next((word for word in words if word in DATASTORES), "")


def _words(name: str) -> list[str]:
    """`postgresql-repmgr` as its words, each also without the number of a version (`redis7`)."""
    words = re.split(r"[-_./]", name.lower())
    return [form for word in words for form in (word, word.rstrip("0123456789"))]
