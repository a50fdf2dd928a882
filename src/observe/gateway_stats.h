// SPDX-License-Identifier: Apache-2.0
//
// What a request shell counts of itself: connections and bytes, which the core never sees, and how
// the last reload of the configuration went.
#pragma once

#include <cstdint>
#include <optional>

namespace signalbox::observe {

struct InputLogStats {
  bool logging = false;     // false: it has stopped, at its bound or because of the disk
  std::uint64_t bytes = 0;  // written
  std::uint64_t calls = 0;  // logged
  std::uint64_t lost = 0;   // not logged since it stopped
};

struct DecisionJournalStats {
  bool writing = false;       // the last write succeeded
  std::uint64_t written = 0;  // entries
  std::uint64_t lost = 0;     // entries of which only the number was kept
};

struct TraceStats {
  std::uint64_t exported = 0;  // traces that the collector took
  std::uint64_t lost = 0;      // traces that it will not get
};

// A gateway whose controller is another process.
struct LinkStats {
  bool connected = false;            // to the controller that leads
  std::optional<double> view_age_s;  // since the fleet was heard of; none = never
};

// A controller with gateways in other processes.
struct LeaseStats {
  std::uint64_t gateways = 0;  // connected
  int unlent_slots = 0;        // of ready endpoints, lent to nobody
  int unused_slots = 0;        // lent, and idle
};

struct GatewayStats {
  std::uint64_t client_connections = 0;    // open now
  std::uint64_t upstream_connections = 0;  // open now, idle ones in the pool included
  std::uint64_t buffered_bytes = 0;        // of bodies held for units and clients that are slow
  std::uint64_t accepted = 0;              // client connections ever accepted
  std::uint64_t bytes_in = 0;              // from clients
  std::uint64_t bytes_out = 0;             // to clients
  std::uint64_t connections_shed = 0;      // not taken for want of memory
  std::uint64_t requests_shed = 0;         // refused for the same reason
  std::optional<double> memory_used_ratio = {};  // where something bounds memory
  std::uint64_t unauthenticated = 0;             // requests refused because of who asked
  std::uint64_t claims_refused = 0;  // tokens that did not verify: their requests unlabelled
  std::uint64_t data_class_headers_refused = 0;  // from clients that are not trusted with them
  std::uint64_t tenant_headers_refused = 0;      // requests with such of tenant or priority
  std::uint64_t config_generation = 1;           // counts accepted configurations
  bool last_reload_ok = true;                    // false: the file on disk is not what runs
  std::optional<InputLogStats> input_log;        // when there is one
  std::optional<DecisionJournalStats> decision_journal;
  std::optional<TraceStats> traces;  // where requests are traced
  std::optional<LinkStats> link = {};
  std::optional<LeaseStats> leases = {};
};

}  // namespace signalbox::observe
