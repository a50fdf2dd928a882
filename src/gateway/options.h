// SPDX-License-Identifier: Apache-2.0
//
// How the gateway meets its clients and its units: plain values, so that the room knows nothing of
// configuration files.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>

#include "access/policy.h"
#include "base/time.h"
#include "core/model/unit.h"
#include "gateway/data_class.h"
#include "gateway/request_spans.h"
#include "gateway/tenant.h"
#include "gateway/unit_access.h"
#include "net/tls.h"

namespace signalbox::gateway {

struct Options {
  core::Address listen{"127.0.0.1", 8080};  // port 0 = any free one
  int threads = 1;                          // event loops, one thread each
  Duration connect_timeout = 1s;            // to a unit
  Duration header_timeout = 10s;            // a client's head must be complete within this time
  Duration body_timeout = 30s;              // a client may pause so long while it sends a body
  Duration send_timeout = 60s;              // and while it does not take what it is sent
  Duration keep_alive = 75s;                // an idle client connection lives so long
  Duration unit_keep_alive = 60s;           // and an idle connection to a unit so long
  Duration drain = 30s;                     // for running requests, on shutdown
  std::size_t inspect_bytes = 64 * 1024;    // of a body: looked at, and kept for a re-decision
  std::uint64_t max_body = 64 * 1024 * 1024;
  std::size_t max_connections = 10'000;          // from clients, over all loops
  std::size_t explain_ring = 4096;               // requests whose story is kept
  std::uint64_t seed = 1;                        // of the Router
  std::shared_ptr<const access::Policy> access;  // null = everybody may ask
  std::shared_ptr<const Tracing> tracing;        // null = nothing is traced
  DataClassSources data_class;                   // who is believed about a request's data
  TenantSources tenants;                         // and about whose it is
  std::shared_ptr<const net::TlsServer> tls;     // null = clients connect in clear
  bool http2 = true;                             // beside HTTP/1.1, from clients
  std::size_t max_streams = 100;                 // at once, of one HTTP/2 connection
  UnitAccesses units;                            // how units are spoken to
};

}  // namespace signalbox::gateway
