// SPDX-License-Identifier: Apache-2.0
//
// The list; see target.h. A new target is a function, a line here, and a folder of a few inputs.
#include <algorithm>
#include <array>

#include "fuzz/target.h"

namespace signalbox::fuzz {

namespace {

constexpr std::array kTargets = {
    Target{"base64_text", "base64 and base64url: one text for one value", base64_text},
    Target{"configuration", "signalbox.yaml: values, or errors with places", configuration},
    Target{"feeds", "feeds of prices, quotas and notices, and their dates", feeds},
    Target{"golden_answer", "what units answer to golden prompts, and how alike it is",
           golden_answer},
    Target{"grpc_messages", "messages of gRPC, however they are cut", grpc_messages},
    Target{"http1_chunk_line", "chunk lines and trailers, however they are cut", http1_chunk_line},
    Target{"http1_request", "requests: one reading for every cut, none that the rules refuse",
           http1_request},
    Target{"http1_request_forwarding", "requests as units get them: the same, and one of each",
           http1_request_forwarding},
    Target{"http1_response", "answers of units: one reading for every cut", http1_response},
    Target{"http1_response_forwarding", "answers as clients get them: the same, and one of each",
           http1_response_forwarding},
    Target{"http1_to_http2", "requests of HTTP/1 as units of HTTP/2 get them", http1_to_http2},
    Target{"http2_client", "what units of HTTP/2 answer: one reading for every cut", http2_client},
    Target{"http2_server", "what clients of HTTP/2 ask: one reading for every cut", http2_server},
    Target{"http2_to_http1", "requests of HTTP/2 as units of HTTP/1 get them", http2_to_http1},
    Target{"ip_network", "networks and addresses", ip_network},
    Target{"journal_records", "records of the input log", journal_records},
    Target{"journal_segment", "files of the input log: header and blocks", journal_segment},
    Target{"kube_frames", "frames of a watch: one reading for every cut", kube_frames},
    Target{"kube_objects", "objects of a cluster, of whatever shape, and what is made of them",
           kube_objects},
    Target{"kube_snapshot", "snapshots of a cluster: as they were written, or not at all",
           kube_snapshot},
    Target{"kubeconfig", "kubeconfigs, and their servers' addresses", kubeconfig},
    Target{"link_from_gateway", "what gateways tell their controller", link_from_gateway},
    Target{"link_to_gateway", "what a controller tells its gateways: the same when told on",
           link_to_gateway},
    Target{"model_field", "the model field of a JSON body, however it is cut", model_field},
    Target{"picture", "pictures that units answer: PNG and JPEG", picture},
    Target{"prometheus_answer", "answers of a Prometheus server, and what it is asked",
           prometheus_answer},
    Target{"prometheus_text", "pages of metrics: one reading for every cut", prometheus_text},
    Target{"quantities", "durations, rates, prices, sizes", quantities},
    Target{"scenario_file", "scenario files", scenario_file},
    Target{"signed_claim", "tokens, unsigned and signed", signed_claim},
    Target{"sse_counter", "events of a stream, however it is cut", sse_counter},
    Target{"target_path", "request targets: one spelling, found in one pass", target_path},
    Target{"traceparent", "which trace a request is part of: what is written is read", traceparent},
    Target{"traces", "readers of public traces", traces},
    Target{"waiting_fields", "grpc-timeout, grpc-message, Retry-After, a client's own limit",
           waiting_fields},
};
static_assert(std::ranges::is_sorted(kTargets, {}, &Target::name));

}  // namespace

std::span<const Target> targets() { return kTargets; }

}  // namespace signalbox::fuzz
