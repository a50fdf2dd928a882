// SPDX-License-Identifier: Apache-2.0
//
// What is fuzzed: functions that take any bytes whatever and return when all is well. A target says
// by require() what must hold; a crash, a sanitizer's finding or a broken requirement is a find.
// libFuzzer drives them in build/fuzz/fuzz-parsers, and the bytes kept in fuzz/corpus are read
// again by an ordinary test, so that what was found once stays mended in every build.
#pragma once

#include <span>
#include <stdexcept>
#include <string>
#include <string_view>

namespace signalbox::fuzz {

// A requirement that did not hold. Nobody catches it: libFuzzer keeps the input, a test fails.
struct Find : std::logic_error {
  using std::logic_error::logic_error;
};

inline void require(bool holds, const std::string& what) {
  if (!holds) throw Find(what);
}

// REQUIRES nothing of the bytes; may be called any number of times, from one thread.
using Run = void (*)(std::string_view bytes);

struct Target {
  std::string_view name;  // its corpus is fuzz/corpus/<name>
  std::string_view what;  // in one line, for people
  Run run;
};

// All of them, by name.
std::span<const Target> targets();

// HTTP/1 (http1.cc, http1_forwarding.cc).
void http1_request(std::string_view bytes);
void http1_response(std::string_view bytes);
void http1_chunk_line(std::string_view bytes);
void http1_request_forwarding(std::string_view bytes);
void http1_response_forwarding(std::string_view bytes);
// HTTP/2, and from one to the other (http2.cc).
void http2_server(std::string_view bytes);
void http2_client(std::string_view bytes);
void http2_to_http1(std::string_view bytes);
void http1_to_http2(std::string_view bytes);
// gRPC, and fields that say how long to wait (grpc.cc).
void grpc_messages(std::string_view bytes);
void waiting_fields(std::string_view bytes);
// What stands in requests and answers (message_parts.cc).
void target_path(std::string_view bytes);
void traceparent(std::string_view bytes);
void model_field(std::string_view bytes);
void sse_counter(std::string_view bytes);
// What sources of signals send (metrics.cc).
void prometheus_text(std::string_view bytes);
void prometheus_answer(std::string_view bytes);
void feeds(std::string_view bytes);
// What API servers of Kubernetes send, and how they are found (kube.cc).
void kube_frames(std::string_view bytes);
void kubeconfig(std::string_view bytes);
void kube_snapshot(std::string_view bytes);
void kube_objects(std::string_view bytes);
// What a controller and its gateways tell each other (link.cc).
void link_from_gateway(std::string_view bytes);
void link_to_gateway(std::string_view bytes);
// What units answer to golden prompts (golden.cc).
void picture(std::string_view bytes);
void golden_answer(std::string_view bytes);
// Who somebody is (identity.cc).
void base64_text(std::string_view bytes);
void signed_claim(std::string_view bytes);
void ip_network(std::string_view bytes);
// Files of the operator (configuration.cc, scenario.cc).
void quantities(std::string_view bytes);
void configuration(std::string_view bytes);
void scenario_file(std::string_view bytes);
// Files of our own and of others (journal.cc, traces.cc).
void journal_segment(std::string_view bytes);
void journal_records(std::string_view bytes);
void traces(std::string_view bytes);

}  // namespace signalbox::fuzz
