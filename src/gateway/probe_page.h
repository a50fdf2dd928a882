// SPDX-License-Identifier: Apache-2.0
//
// What an orchestrator and Prometheus ask, for anybody who reaches it: whether the process lives,
// whether it is ready, its metrics. Nothing here changes anything or tells of requests, so it may
// listen where the operator's page may not.
#pragma once

#include <functional>
#include <string>

#include "core/model/unit.h"
#include "http/server.h"
#include "net/listener.h"

namespace signalbox::gateway {

class ProbePage {
 public:
  // Called on the page's loop.
  struct Ports {
    std::function<std::string()> unready;  // why no requests are taken; empty = they are
    std::function<std::string()> metrics;  // as Prometheus reads them
  };

  ProbePage(asio::io_context& io, Ports ports);

  core::Address listen(net::Listener listener) { return server_.listen(std::move(listener)); }
  void close() { server_.close(); }

 private:
  http::Response answer(const http::Request& request) const;

  Ports ports_;
  http::Server server_;
};

}  // namespace signalbox::gateway
