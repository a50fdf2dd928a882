# SPDX-License-Identifier: Apache-2.0
"""What the gateways are asked to carry."""

import json
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True)
class Workload:
    name: str
    title: str
    front: str  # h1, h2 or tls: see contender.Front
    path: str
    model: str
    connections: int
    streams_each: int = 1  # requests in flight on one connection
    request_bytes: int = 256
    backend: list[str] = field(default_factory=list)

    def write_body(self, folder: Path) -> Path:
        """The request's body, the model's name first as clients write it."""
        body = {"model": self.model, "input": ""}
        body["input"] = "x" * max(0, self.request_bytes - len(json.dumps(body)))
        path = folder / "body.json"
        path.write_text(json.dumps(body))
        return path


CLOSED_LOOP = [
    Workload(
        "json", "JSON: POST of 256 bytes, answer of 512, 32 connections kept alive",
        "h1", "/v1/embeddings", "bench-json", 32,
    ),
    Workload(
        "image", "Images: POST of 256 bytes, answer of 1 MiB, 16 connections kept alive",
        "h1", "/v1/images/generations", "bench-image", 16,
    ),
    Workload(
        "http2", "HTTP/2: the same JSON, 16 clear connections of 8 streams; HTTP/1.1 to the backend",
        "h2", "/v1/embeddings", "bench-json", 16, streams_each=8,
    ),
    Workload(
        "tls", "TLS: the same JSON, HTTP/1.1 over TLS 1.3, 32 connections kept alive",
        "tls", "/v1/embeddings", "bench-json", 32,
    ),
]  # fmt: skip

SSE = Workload(
    "sse", "Streams: server-sent events, every one of their bytes compared",
    "h1", "/v1/chat/completions", "bench-chat", 10_000,
)  # fmt: skip
