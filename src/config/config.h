// SPDX-License-Identifier: Apache-2.0
//
// The configuration as values: what `signalbox.yaml` says, checked and complete. Loading is a pure
// function from text to a Config or to everything that is wrong with the text, so a reload can be
// tried in full before anything is touched. The format itself is in table.cc.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "config/diagnostics.h"
#include "config/locations.h"
#include "core/model/fleet_spec.h"
#include "core/model/unit.h"

namespace signalbox::config {

// A certificate and its key, as paths of PEM files.
struct CertificateFiles {
  std::string certificate;
  std::string key;
  bool operator==(const CertificateFiles&) const = default;
};

enum class ClientCertificates { kNone, kRequest, kRequire };

// What the gateway shows to clients, and whether they must show something.
struct TlsSection {
  std::vector<CertificateFiles> certificates;  // the first is for clients that ask for none
  ClientCertificates client_certificate = ClientCertificates::kNone;
  std::string client_ca;  // a path; set unless client_certificate is kNone
  bool operator==(const TlsSection&) const = default;
};

// A client certificate and whom it stands for; exactly one of the last three is set.
struct CertificateSection {
  std::string subject;  // a tenant or a role
  std::string name;
  std::string common_name;
  std::string fingerprint;  // 64 hexadecimal digits in lower case
  bool operator==(const CertificateSection&) const = default;
};

// Who may see and do what on the admin page. Paths of files, as everywhere below.
struct AdminAccessSection {
  std::string keys_file;  // empty = none
  std::vector<CertificateSection> certificates;
  bool operator==(const AdminAccessSection&) const = default;
};

struct AdminTlsSection {
  std::string certificate;
  std::string key;
  std::string client_ca;
  bool operator==(const AdminTlsSection&) const = default;
};

// How the gateway meets its clients.
struct GatewaySection {
  core::Address listen = {"127.0.0.1", 8080};  // port 0 = any free one
  core::Address admin = {"127.0.0.1", 9901};   // a loopback address unless admin_tls is set
  std::optional<TlsSection> tls;               // none = in clear
  bool http2 = true;
  int max_streams = 100;                           // at once, of one HTTP/2 connection
  std::optional<AdminAccessSection> admin_access;  // none = everybody who reaches it
  std::optional<AdminTlsSection> admin_tls;        // none = in clear
  std::optional<core::Address> probes;             // none = only on the admin page
  int threads = 0;                                 // event loops; 0 = one per core
  Duration connect_timeout = 1s;
  Duration header_timeout = 10s;             // a client must have sent its head within this time
  Duration body_timeout = 30s;               // it may pause so long while it sends a body
  Duration send_timeout = 60s;               // and while it does not take what it is sent
  Duration keep_alive = 75s;                 // idle client connections are closed after this
  Duration unit_keep_alive = 60s;            // and idle connections to units after this
  std::int64_t inspect_bytes = 64 * 1024;    // of a body, to find its model field
  std::int64_t max_body = 64 * 1024 * 1024;  // bytes
  int max_connections = 10'000;
  Duration drain = 30s;          // for running requests, on SIGTERM
  std::string access_log = "-";  // "-" = standard output, "off" = none, else a file's path
  int explain_ring = 4096;       // decisions kept
};

// What is written down of inputs and decisions.
struct JournalSection {
  std::string input_log = "off";                      // "off" = none, else a directory
  std::int64_t input_log_segment = 64 * 1024 * 1024;  // bytes
  int input_log_segments = 16;
  bool input_log_drops_oldest = false;              // at its bound, instead of stopping
  std::string decisions = "off";                    // "off" = none, else a file
  std::int64_t decisions_size = 256 * 1024 * 1024;  // bytes
  int sample = 100;                                 // one in so many plain forwards; 0 = none
  bool operator==(const JournalSection&) const = default;
};

// A signed token that names the class of a request's data.
struct ClaimSection {
  std::string name = "data_class";
  std::string algorithm;  // "HS256", "RS256" or "EdDSA"
  std::string key_file;   // a path
  std::string audience;
  std::string issuer;  // empty = whoever has the key
  bool operator==(const ClaimSection&) const = default;
};

// Who may say of what class a request's data is; the classes themselves are the fleet's.
struct DataSection {
  std::string header = "x-signalbox-data-class";
  std::vector<std::string> trusted;  // networks whose header is believed
  std::optional<ClaimSection> claim;
  bool operator==(const DataSection&) const = default;
};

// Who may say whose a request is; the tenants' weights themselves are the fleet's.
struct TenantsSection {
  std::string header = "x-signalbox-tenant";
  std::string priority_header;       // empty = none is read
  std::vector<std::string> trusted;  // networks whose headers are believed
  bool operator==(const TenantsSection&) const = default;
};

// Somebody who signs tokens that name the tenant.
struct IssuerSection {
  std::string algorithm;  // as of a claim
  std::string key_file;
  std::string audience;
  std::string issuer;  // empty = whoever has the key
  std::string claim;
  Duration leeway{};
  bool operator==(const IssuerSection&) const = default;
};

// Who may ask; everybody else may not.
struct AccessSection {
  std::string keys_file;  // empty = none
  std::vector<IssuerSection> tokens;
  std::vector<CertificateSection> certificates;
  bool operator==(const AccessSection&) const = default;
};

// Where spans of requests go.
struct TracingSection {
  core::Address collector;
  std::string path;
  double sample = 0.01;  // of requests that are not part of a trace yet
  std::string service_name;
  bool operator==(const TracingSection&) const = default;
};

// One question to a Prometheus server.
struct SourceQuery {
  enum class Gives { kPrice, kMaxReplicas, kLatency, kReady, kPending, kWatts };
  Gives gives = Gives::kPrice;
  std::string expression;
  std::string unit;  // empty = each series names it
  bool operator==(const SourceQuery&) const = default;
};

// Somebody who is asked for signals. How far he is believed is the fleet's (core::SourceSpec).
struct SourceSection {
  // In the order of kSourceKinds.
  enum class Kind { kScrape, kPrometheus, kPriceList, kAwsSpotPrices, kQuotas, kSpotNotices };
  std::string name;
  Kind kind = Kind::kScrape;
  std::string dialect;          // of a scrape: the product
  Location from;                // of all others, but for spot notices that endpoints are asked for
  bool asks_endpoints = false;  // which this says
  std::vector<std::string> units;  // by name; empty = the kind's own choice
  std::string path;                // of an endpoint's page; empty = the product's
  std::uint16_t port = 0;          // 0 = the product's
  std::vector<core::Label> where;  // labels of the series that are read
  double executions_per_request = 1.0;
  std::vector<SourceQuery> queries;
  std::string product;  // of AWS spot prices
  Duration interval{};
  Duration timeout{};
  std::string ca_file;            // empty = the system's authorities
  std::string credential_header;  // empty = none
  std::string credential_file;
  bool operator==(const SourceSection&) const = default;
};

// Where a unit's replicas are found in Kubernetes.
struct WorkloadSection {
  enum class Kind { kDeployment, kStatefulSet, kInferencePool, kService };
  enum class Scale { kKeda, kDirect, kNone };
  Kind kind = Kind::kDeployment;
  std::string name;
  std::string name_space;  // empty = the cluster's
  std::uint16_t port = 0;  // 0 = as the workload says
  Scale scale = Scale::kKeda;
  bool operator==(const WorkloadSection&) const = default;
};

// The cluster that is spoken to. Paths of files and names; empty = see the format.
struct ClusterSection {
  std::string kubeconfig;
  std::string context;
  std::string name_space;
  std::string lease;  // empty = no election
  bool resources = true;
  bool karpenter = true;
  std::string snapshot;  // empty = none
  bool operator==(const ClusterSection&) const = default;
};

// Paths of PEM files.
struct ServerTlsSection {
  std::string certificate;
  std::string key;
  std::string client_ca;  // empty = anybody may connect
  bool operator==(const ServerTlsSection&) const = default;
};

// Where KEDA asks.
struct ScalerSection {
  core::Address listen;
  std::optional<ServerTlsSection> tls;  // none = in clear
  bool operator==(const ScalerSection&) const = default;
};

// Between a controller and gateways; exactly one of the first two is set. Paths of PEM files.
struct FleetLinkSection {
  std::optional<core::Address> listen;
  std::optional<core::Address> control;
  std::string name;         // of a gateway; empty = the host's
  std::string certificate;  // empty = none is shown
  std::string key;
  std::string ca;           // empty = nobody is asked for one
  std::string server_name;  // empty = the host of `control`
  bool operator==(const FleetLinkSection&) const = default;
};

// How `signalbox emulate` plays a unit.
struct EmulationSection {
  int max_batch = 1;
  Duration first_token = 200ms;
  double token_rate_per_s = 50.0;
};

struct Config {
  core::FleetSpec fleet;
  GatewaySection gateway;
  DataSection data;
  TenantsSection tenants;
  std::optional<AccessSection> access;  // none = everybody may ask
  std::vector<SourceSection> sources;   // as declared; fleet.sources is parallel to it
  JournalSection journal;
  std::optional<TracingSection> tracing;  // none = nothing is traced
  std::optional<core::Address> emulator;  // set when a unit is managed but not in Kubernetes
  std::optional<ClusterSection> cluster;  // none = no Kubernetes
  std::optional<ScalerSection> scaler;    // none = nowhere
  std::optional<FleetLinkSection> link;   // none = each process is alone
  std::vector<std::optional<WorkloadSection>> workloads;  // parallel to fleet.units
  std::vector<EmulationSection> emulation;                // parallel to fleet.units
};

// Reads a configuration. `file_name` is only for messages. Never throws; the Diagnostics of a
// failure are not empty and hold every error found.
Result<Config, Diagnostics> load(std::string_view text, std::string_view file_name);

// Reads the file at `path` and loads it. The one function of this room that does I/O.
Result<Config, Diagnostics> load_file(const std::string& path);

}  // namespace signalbox::config
