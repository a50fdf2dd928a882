# SPDX-License-Identifier: Apache-2.0
"""nginx of Debian. Streams must not be buffered or their tokens come late, and images must not be
spilled to a disk; both are said as an operator would say them. It has no endpoint checks of its own,
and its metrics are the few of stub_status.
It drops idle connections when a sixteenth of worker_connections is left, hence twice as many as can be."""

from contender import Front, Recipe, Start, first_line

_CONFIG = """
worker_processes 1;
worker_rlimit_nofile {open_files};
daemon off;
pid {folder}/nginx.pid;
error_log {folder}/error.log;
events {{ worker_connections {worker_connections}; }}
http {{
  access_log {folder}/access.log;
  client_body_temp_path {folder}/body;
  proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi;
  scgi_temp_path {folder}/scgi;
  keepalive_requests 1000000000;
  keepalive_timeout 120s;
  client_max_body_size 64m;
  proxy_max_temp_file_size 0;
  upstream units {{
    least_conn;
{servers}
    keepalive 512;
    keepalive_requests 1000000000;
  }}
  server {{
    listen 127.0.0.1:{port} backlog=4096{listen};
{certificate}
    proxy_http_version 1.1;
    proxy_set_header Connection "";
    proxy_read_timeout 120s;
    location / {{ proxy_pass http://units; }}
    location /v1/chat {{ proxy_pass http://units; proxy_buffering off; }}
  }}
  server {{
    listen 127.0.0.1:{admin_port};
    location = /metrics {{ access_log off; stub_status; }}
  }}
}}
"""


def _start(setting, folder, front: Front, port, admin_port, endpoints) -> Start:
    listen = {"h1": "", "h2": " http2", "tls": " ssl"}[front.name]
    certificate = ""
    if front.name == "tls":
        certificate = (
            f"    ssl_certificate {front.certificate};\n"
            f"    ssl_certificate_key {front.certificate};\n"
            "    ssl_protocols TLSv1.2 TLSv1.3;"
        )
    config = folder / "nginx.conf"
    config.write_text(
        _CONFIG.format(
            folder=folder,
            open_files=setting.open_files - 100,
            worker_connections=2 * setting.open_files,
            port=port,
            admin_port=admin_port,
            listen=listen,
            certificate=certificate,
            servers="\n".join(f"    server 127.0.0.1:{at};" for at in endpoints),
        )
    )
    return Start(["/usr/sbin/nginx", "-c", config, "-e", folder / "error.log"])


def _version(setting) -> str:
    return first_line(["/usr/sbin/nginx", "-v"]).split("/")[-1].split()[0]


RECIPE = Recipe("nginx", _version, _start)
