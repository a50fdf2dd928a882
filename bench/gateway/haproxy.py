# SPDX-License-Identifier: Apache-2.0
"""HAProxy of Debian. It cannot write its log to a file, so it writes to a standard output that is
one."""

from contender import Front, Recipe, Start, first_line

_CONFIG = """
global
  nbthread 1
  maxconn {max_connections}
  log stdout format raw local0
defaults
  mode http
  log global
  option httplog
  timeout client 120s
  timeout server 120s
  timeout connect 2s
  http-reuse always
frontend clients
  bind 127.0.0.1:{port} {bind}
  default_backend units
frontend metrics
  bind 127.0.0.1:{admin_port}
  option dontlog-normal
  http-request use-service prometheus-exporter if {{ path /metrics }}
backend units
  balance leastconn
  option httpchk GET /health
  default-server check inter 2s
{servers}
"""


def _start(setting, folder, front: Front, port, admin_port, endpoints) -> Start:
    bind = {"h1": "", "h2": "proto h2", "tls": f"ssl crt {front.certificate}"}[front.name]
    servers = "\n".join(f"  server s{n} 127.0.0.1:{at}" for n, at in enumerate(endpoints))
    config = folder / "haproxy.cfg"
    config.write_text(
        _CONFIG.format(
            max_connections=setting.max_connections, port=port, admin_port=admin_port, bind=bind, servers=servers)
    )
    return Start(["/usr/sbin/haproxy", "-db", "-f", config], stdout=folder / "access.log")


def _version(setting) -> str:
    return first_line(["/usr/sbin/haproxy", "-v"]).split()[2].split("-")[0]


RECIPE = Recipe("haproxy", _version, _start)
