# SPDX-License-Identifier: Apache-2.0
"""Two deployments of Ray Serve whose truth is known: one that serves one request at a time, one that
serves four side by side. Run inside the environment that holds Ray; it says `ready` and stays until its
standard input ends.

A request takes its time asleep, so that its length does not depend on what else this machine does; it
waits for its turn inside the replica, so that Ray hands everything on at once and the plateau is that of
the deployment.
"""

import argparse
import asyncio
import sys

import ray
from ray import serve

SERVICE_S = {"single": 0.2, "four": 0.4}
SIDE_BY_SIDE = {"single": 1, "four": 4}


@serve.deployment(num_replicas=1, max_ongoing_requests=1000, ray_actor_options={"num_cpus": 0})
class Sleeper:
    def __init__(self, service_s: float, side_by_side: int):
        self._service_s = service_s
        self._turns = asyncio.Semaphore(side_by_side)

    async def __call__(self, request):
        async with self._turns:
            await asyncio.sleep(self._service_s)
        return {"served": True}


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--metrics-port", type=int, required=True)
    parser.add_argument("--folder", required=True)
    options = parser.parse_args()
    ray.init(
        num_cpus=1,
        include_dashboard=False,
        object_store_memory=80 * 1024 * 1024,
        log_to_driver=False,
        _metrics_export_port=options.metrics_port,
        _node_ip_address="127.0.0.2",  # Ray takes 127.0.0.1 for a name of another address
        _temp_dir=options.folder,
    )
    serve.start(http_options={"host": "127.0.0.1", "port": options.port})
    for name, service_s in SERVICE_S.items():
        app = Sleeper.options(name=name).bind(service_s, SIDE_BY_SIDE[name])
        serve.run(app, name=name, route_prefix=f"/{name}")
    print("ready", flush=True)
    sys.stdin.read()
    serve.shutdown()
    ray.shutdown()


if __name__ == "__main__":
    main()
