"""The edge's nginx configuration as text: pure, so that tests and policies read what runs.

Every directive that a security or zero-downtime rule depends on is written out, because versions of
nginx differ in their defaults.
"""

from collections.abc import Sequence

from pydantic import Field

from components.args import Args

HTTP_PORT = 8080
HTTPS_PORT = 8443
HEALTH_PATH = "/nginx-health"

# The ids of callers that are kept: the application's own measure (app/tasktracker/logs.py), as
# another one would give a request two ids.
REQUEST_ID = "~^[A-Za-z0-9._-]{1,64}$"


class RateLimits(Args):
    """Requests of one client that are let through; more get 429 (audit E8)."""

    api_per_second: int = Field(default=50, ge=1)
    api_burst: int = Field(default=100, ge=1)
    statistics_per_minute: int = Field(default=10, ge=1)
    sockets: int = Field(
        default=100, ge=1, description="open at a time; an office behind one address is one client"
    )


class Site(Args):
    """What the outside sees: name, ports on the host, TLS, limits, caching."""

    server_name: str
    https_port: int | None = Field(default=None, description="port on the host; TLS where given")
    http_port: int
    body_limit_mb: int = Field(ge=1)
    rate_limits: RateLimits = RateLimits()
    immutable_assets: bool = True

    @property
    def origin(self) -> str:
        """What a browser shows before the path."""
        if self.https_port is None:
            return f"http://{self.server_name}" + _port(self.http_port, 80)
        return f"https://{self.server_name}" + _port(self.https_port, 443)


def files(
    site: Site, api: Sequence[str], dashboard: Sequence[str], root: str, version: str
) -> dict[str, str]:
    """All files of one version but the certificate, for containers of these names.

    `root` is the directory that nginx will find them in.
    """
    return {
        "nginx.conf": nginx_conf(site, root, version),
        "headers.conf": security_headers(site),
        "upstreams.conf": upstream("api", api, 8000) + upstream("dashboard", dashboard, 8080),
    }


def upstream(name: str, containers: Sequence[str], port: int) -> str:
    """The containers of this generation. `resolve` follows one whose address a restart changed.

    A connection is dropped before the other side would (uvicorn: after 75 s), as a request on a
    closing one fails, and only a read may be sent again. Failures put a server aside for a second
    only: where each has some, all would be, and every request would be refused.
    """
    servers = "".join(
        f"  server {container}:{port} resolve max_fails=3 fail_timeout=1s;\n"
        for container in containers
    )
    return f"""upstream {name} {{
  zone upstream_{name} 128k;
{servers}  keepalive 32;
  keepalive_timeout 4s;
}}
"""


def security_headers(site: Site) -> str:
    """Headers of every answer, error pages too (audit E3-E5)."""
    headers = {
        "X-Frame-Options": "SAMEORIGIN",
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "strict-origin-when-cross-origin",
        "Content-Security-Policy": content_security_policy(site),
    }
    if site.https_port is not None:
        headers["Strict-Transport-Security"] = "max-age=31536000; includeSubDomains"
    return "".join(f'add_header {name} "{value}" always;\n' for name, value in headers.items())


def content_security_policy(site: Site) -> str:
    """Nothing inline, nothing from elsewhere. Older browsers don't count wss: as 'self'."""
    socket = site.origin.replace("http", "ws", 1)
    return "; ".join(
        [
            "default-src 'none'",
            "script-src 'self'",
            "style-src 'self'",
            "img-src 'self' data:",
            "font-src 'self'",
            f"connect-src 'self' {socket}",
            "base-uri 'none'",
            "form-action 'self'",
            "frame-ancestors 'self'",
        ]
    )


def nginx_conf(site: Site, root: str, version: str) -> str:
    """The main file. It answers with its version, so that a reload can be seen to have happened.

    A reload leaves kept connections open until their next request (`keepalive_min_timeout`), which
    would otherwise fail if it met one being closed. A retry that meets a change of addresses finds
    "no live upstreams" (nginx, ngx_http_upstream_round_robin.c), or none left to try after one that
    did not take the connection, so a read starts over. A 503 is passed on: the application says so
    of the database, and no other container has another one.
    A redirect of nginx's own (/api to /api/) has no host, as it would have the port inside.
    """
    limits = site.rate_limits
    again = "".join(
        f"""    location @api_again_after_{status} {{
      if ($request_method !~ ^(GET|HEAD)$) {{ return {status}; }}
      proxy_pass http://api;
    }}
"""
        for status in (502, 504)
    )
    page = f"""      include {root}/headers.conf;
      proxy_hide_header Cache-Control;
      add_header Cache-Control $cache_control;
      proxy_pass http://dashboard;
"""
    return f"""worker_processes 2;
worker_shutdown_timeout 30s;
pid /tmp/nginx.pid;
error_log /dev/stderr warn;
events {{ worker_connections 4096; }}
http {{
  include /etc/nginx/mime.types;
  default_type application/octet-stream;
  client_body_temp_path /tmp/client;
  proxy_temp_path /tmp/proxy;
  fastcgi_temp_path /tmp/fastcgi;
  uwsgi_temp_path /tmp/uwsgi;
  scgi_temp_path /tmp/scgi;
  log_format json escape=json '{{"time":"$time_iso8601","request_id":"$trace_id",'
    '"client":"$remote_addr","method":"$request_method","uri":"$uri","status":$status,'
    '"bytes":$body_bytes_sent,"seconds":$request_time,"upstream":"$upstream_addr"}}';
  access_log /dev/stdout json;
  server_tokens off;
  absolute_redirect off;
  sendfile on;
  keepalive_min_timeout 10s;
  gzip on;
  gzip_proxied any;
  gzip_min_length 1024;
  gzip_types text/css application/javascript text/javascript application/json image/svg+xml;
  client_max_body_size {site.body_limit_mb}m;

  resolver 127.0.0.11 valid=2s ipv6=off;
  include {root}/upstreams.conf;
  proxy_http_version 1.1;
  proxy_connect_timeout 1s;
  proxy_read_timeout 30s;
  proxy_next_upstream error timeout;
  proxy_next_upstream_tries 3;
  proxy_next_upstream_timeout 10s;
  proxy_hide_header X-Frame-Options;
  proxy_hide_header X-Content-Type-Options;
  proxy_hide_header Referrer-Policy;
  proxy_hide_header Content-Security-Policy;

  map $http_x_request_id $trace_id {{
    default $request_id;
    "{REQUEST_ID}" $http_x_request_id;
  }}
  map $http_upgrade $connection_upgrade {{ default upgrade; "" ""; }}
{_caching(site)}
  limit_req_zone $binary_remote_addr zone=api:10m rate={limits.api_per_second}r/s;
  limit_req_zone $binary_remote_addr zone=statistics:1m rate={limits.statistics_per_minute}r/m;
  limit_req_status 429;
  limit_conn_zone $binary_remote_addr zone=sockets:1m;
  limit_conn_status 429;

{_redirect(site, root, version) if site.https_port else ""}  server {{
{_listen(site, root)}    server_name {site.server_name};
    include {root}/headers.conf;
    proxy_set_header Host $http_host;
    proxy_set_header X-Request-ID $trace_id;
    proxy_set_header X-Real-IP $remote_addr;
    proxy_set_header X-Forwarded-For $remote_addr;
    proxy_set_header X-Forwarded-Proto $scheme;
    proxy_set_header Upgrade $http_upgrade;
    proxy_set_header Connection $connection_upgrade;

    location = {HEALTH_PATH} {{ access_log off; return 200 "ok {version}\\n"; }}
    location / {{
      error_page 502 504 = @page_again;
{page}    }}
    location @page_again {{
{page}    }}
    location /api/ {{
      limit_req zone=api burst={limits.api_burst} nodelay;
      error_page 502 = @api_again_after_502;
      error_page 504 = @api_again_after_504;
      proxy_pass http://api;
    }}
{again}    location = /api/statistics {{
      limit_req zone=statistics burst=2 nodelay;
      proxy_pass http://api;
    }}
    location = /ws {{
      limit_conn sockets {limits.sockets};
      proxy_read_timeout 86400s;
      proxy_send_timeout 86400s;
      proxy_pass http://api;
    }}
  }}
}}
"""


def _caching(site: Site) -> str:
    """How long browsers keep a page or a file (audit E6).

    The dashboard knows best: a name of another release must not be kept. Nor is an error: the
    header is added to answers that are none.
    """
    if not site.immutable_assets:
        return '  map "" $cache_control { default "no-cache"; }\n'
    return """  map $uri $cache_by_name {
    default "no-cache";
    ~^/assets/ "public, max-age=31536000, immutable";
  }
  map $upstream_http_cache_control $cache_control {
    default $upstream_http_cache_control;
    "" $cache_by_name;
  }
"""


def _listen(site: Site, root: str) -> str:
    if site.https_port is None:
        return f"    listen {HTTP_PORT};\n"
    return f"""    listen {HTTPS_PORT} ssl;
    http2 on;
    ssl_certificate {root}/tls.crt;
    ssl_certificate_key {root}/tls.key;
    ssl_protocols TLSv1.2 TLSv1.3;
    ssl_prefer_server_ciphers off;
    ssl_session_cache shared:tls:10m;
    ssl_session_tickets off;
"""


def _redirect(site: Site, root: str, version: str) -> str:
    target = f"https://{site.server_name}{_port(site.https_port or 443, 443)}"
    return f"""  server {{
    listen {HTTP_PORT} default_server;
    include {root}/headers.conf;
    location = {HEALTH_PATH} {{ access_log off; return 200 "ok {version}\\n"; }}
    location / {{ return 308 {target}$request_uri; }}
  }}

"""


def _port(port: int, usual: int) -> str:
    return "" if port == usual else f":{port}"
