// SPDX-License-Identifier: Apache-2.0
//
// See probe_page.h.
#include "gateway/probe_page.h"

#include <utility>

#include "observe/prometheus.h"

namespace signalbox::gateway {

namespace {

http::Response text(int status, std::string body, std::string type = "text/plain; charset=utf-8") {
  return {
      status, {{"content-type", std::move(type)}, {"cache-control", "no-store"}}, std::move(body)};
}

}  // namespace

ProbePage::ProbePage(asio::io_context& io, Ports ports)
    : ports_(std::move(ports)),
      server_(io, [this](const http::Request& request, const std::shared_ptr<http::Responder>& to) {
        to->send(answer(request));
      }) {}

http::Response ProbePage::answer(const http::Request& request) const {
  if (request.method != "GET" && request.method != "HEAD") {
    auto refusal = text(405, "this page takes GET only\n");
    refusal.headers.push_back({"allow", "GET, HEAD"});
    return refusal;
  }
  const std::string_view path = request.path();
  if (path == "/healthz") return text(200, "ok\n");
  if (path == "/readyz") {
    const std::string why = ports_.unready();
    return why.empty() ? text(200, "ready\n") : text(503, "not ready: " + why + "\n");
  }
  if (path == "/metrics") {
    return text(200, ports_.metrics(), std::string(observe::kMetricsContentType));
  }
  return text(404, "here are /healthz, /readyz and /metrics\n");
}

}  // namespace signalbox::gateway
