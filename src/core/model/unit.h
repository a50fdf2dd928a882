// SPDX-License-Identifier: Apache-2.0
//
// A deployment unit (DU): one combination of model x hardware x framework. Everything is planned
// and routed per unit, so a GPU, an Inferentia chip and an on-prem card are the same kind of thing:
// a price, a profile, limits and a boot time.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/time.h"
#include "core/model/language_profile.h"
#include "core/model/profile.h"

namespace signalbox::core {

// Where an endpoint listens. `host` is a name or an IP literal, taken from configuration or from an
// actuator, never from a request.
struct Address {
  std::string host;
  std::uint16_t port = 0;
  bool operator==(const Address&) const = default;
};

std::string to_string(const Address& address);

// How a replica is had and paid for.
enum class Tier : std::uint8_t {
  kOnDemand,  // stays until it is stopped; billed while it runs
  kSpot,      // cheaper, and may be taken back after a notice
  kReserved,  // paid for by contract, up to `max_replicas`, whether or not it runs
  kOwned,     // one's own machines, up to `max_replicas`: paid for whether or not they run
};

// Running another replica of such a tier adds nothing to what is paid.
constexpr bool is_prepaid(Tier tier) { return tier == Tier::kReserved || tier == Tier::kOwned; }

const char* to_string(Tier tier);

// A fact about where and on what a unit runs, which a rule may ask for: residency=eu.
struct Label {
  std::string key, value;
  bool operator==(const Label&) const = default;
};

struct HealthCheck {
  std::string path = "/health";
  Duration interval = 2s;
  Duration timeout = 1s;
  int rise = 2;  // passes in a row until an endpoint counts as healthy
  int fall = 3;  // failures in a row until it counts as unhealthy
};

// When the Router itself keeps traffic away from an endpoint that answers badly. Endpoints that
// cannot be reached are not bound by it: nobody is there.
struct EjectionRule {
  double max_share = 0.1;  // of the unit's endpoints at once; one is always allowed (Envoy)
  bool outliers = false;   // also those whose errors or latency stand out of their unit's
};

// How a unit is spoken to. The core hands it on to the shells unread; files are named here and read
// by them, so that no secret stands in a configuration.
struct UnitLink {
  bool http2 = false;  // HTTP/2 with prior knowledge, or by ALPN over TLS; else HTTP/1.1
  bool tls = false;
  std::string server_name;       // expected in its certificate; empty = the endpoint's host
  std::string ca_file;           // who may vouch for it; empty = the system's authorities
  std::string certificate_file;  // ours, shown to it, with key_file; empty = none
  std::string key_file;
  std::string credential_header;  // a field of every request to it, with what the file holds
  std::string credential_file;    // as its value; empty = none
  bool operator==(const UnitLink&) const = default;
};

// What running one's own machine costs beside owning it.
struct EnergySpec {
  double usd_per_kwh = 0.0;  // 0 = not counted
  double watts = 0.0;        // of one replica while no source has measured it
  double usd_per_hour(double drawn_watts) const { return drawn_watts / 1000.0 * usd_per_kwh; }
};

struct UnitSpec {
  std::string name;
  std::string model, hardware, framework, zone;  // empty = not stated
  Tier tier = Tier::kOnDemand;
  std::vector<Label> labels;  // residency, site, trust, revision, ...; keys are unique

  double price_usd_per_hour = 0.0;  // of one replica; of an owned one its depreciation
  EnergySpec energy;                // paid for on top, while it runs
  Profile profile = Profile::single_server(1.0, 0.0);
  double profile_weight = 20.0;             // observations that it counts as against live ones
  std::optional<LanguageProfile> language;  // of one that serves a language model
  int slots = 1;                            // requests one endpoint serves at once
  bool adaptive_slots = false;  // `slots` is only the most: fewer while its queue is seen to grow
  double max_work = 0.0;        // larger requests are not for it; 0 = any size is
  int max_tokens = 0;           // of prompt and answer together: its context; 0 = not stated

  // Planned by Signalbox between these bounds when `managed`; otherwise `endpoints` is the whole
  // unit.
  bool managed = false;
  int min_replicas = 0;
  int max_replicas = 0;
  Duration boot_time_min = 300s;  // a launch takes a time in this range before it serves
  Duration boot_time_max = 900s;

  std::vector<Address> endpoints;  // fixed servers of an unmanaged unit
  UnitLink link;
  HealthCheck health;
  EjectionRule ejection;
  // An endpoint that is new, or back from an ejection, opens its slots over this time; of no effect
  // where it has only one.
  Duration slow_start{};

  double plateau_per_s() const { return profile.plateau_per_s(slots); }
};

}  // namespace signalbox::core
