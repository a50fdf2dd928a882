// SPDX-License-Identifier: Apache-2.0
//
// The format, from the inside out; `kRoot` at the end is the file.
#include "config/table.h"

#include <algorithm>

#include "config/table_access.h"
#include "config/table_cluster.h"
#include "config/table_sources.h"
#include "config/table_tokens.h"

namespace signalbox::config {

namespace {

constexpr Field kObjectiveFields[] = {
    {.key = "latency",
     .type = Type::kDuration,
     .doc = "A request shall be complete this long after its arrival.",
     .standard = "2s",
     .bounds = {.above = "0s", .at_most = "1h"}},
    {.key = "quantile",
     .type = Type::kFraction,
     .doc = "The share of requests that shall meet it.",
     .standard = "99%",
     .bounds = {.above = "0%", .below = "100%"}},
    {.key = "per_work",
     .type = Type::kFlag,
     .doc = "Whether larger requests are given more time: the latency is that of a request of the "
            "size the units were measured with, and grows in proportion.",
     .standard = "false"},
    {.key = "first_token",
     .type = Type::kDuration,
     .doc = "Of a language model: the answer shall begin this long after the request's arrival.",
     .bounds = {.above = "0s", .at_most = "1h"}},
    {.key = "per_token",
     .type = Type::kDuration,
     .doc =
         "Of a language model: each further token of the answer shall take this long on average.",
     .bounds = {.above = "0s", .at_most = "1h"}},
};
constexpr Section kObjective = {.noun = "an objective", .fields = kObjectiveFields};

constexpr std::string_view kPolicies[] = {"cost_first", "capacity_first"};
constexpr std::string_view kRoutings[] = {"signalbox",    "paper-weighted", "paper-equal",
                                          "paper-binary", "round-robin",    "least-request",
                                          "p2c"};
constexpr std::string_view kObjectiveClasses[] = {"interactive", "batch", "critical"};
constexpr std::string_view kResiliences[] = {"none", "zone", "unit"};
constexpr std::string_view kTiers[] = {"on_demand", "spot", "reserved", "owned"};
constexpr std::string_view kWhenLate[] = {"serve", "refuse"};

constexpr Field kHedgeFields[] = {
    {.key = "after",
     .type = Type::kFraction,
     .doc = "Of its predicted times in service: one that takes longer than this share of them is "
            "sent a second time, elsewhere, and the first answer wins.",
     .is_required = true,
     .bounds = {.above = "0%", .below = "100%"}},
    {.key = "budget",
     .type = Type::kFraction,
     .doc = "Such copies per request, at most.",
     .standard = "5%",
     .bounds = {.above = "0%", .at_most = "100%"}},
};
constexpr Section kHedge = {.noun = "a hedging rule", .fields = kHedgeFields};

constexpr Field kRetryFields[] = {
    {.key = "attempts",
     .type = Type::kCount,
     .doc = "Further attempts of a request that was answered 5xx, or not in time.",
     .is_required = true,
     .bounds = {.at_least = "0", .at_most = "10"}},
    {.key = "budget",
     .type = Type::kFraction,
     .doc = "Of the requests in flight, how many may be such attempts.",
     .standard = "20%",
     .bounds = {.at_least = "0%", .at_most = "100%"}},
    {.key = "floor",
     .type = Type::kCount,
     .doc = "So many are allowed whatever the budget is.",
     .standard = "3",
     .bounds = {.at_least = "0", .at_most = "100000"}},
    {.key = "backoff",
     .type = Type::kDuration,
     .doc =
         "The pause before an attempt is drawn from 0 up to this, doubled with each further one.",
     .standard = "25ms",
     .bounds = {.at_least = "0s", .at_most = "1m"}},
    {.key = "max_backoff",
     .type = Type::kDuration,
     .doc = "It is not doubled beyond this.",
     .standard = "250ms",
     .bounds = {.at_least = "0s", .at_most = "1h"}},
};
constexpr Section kRetry = {.noun = "a retry rule", .fields = kRetryFields};

constexpr Field kServiceFields[] = {
    {.key = "paths",
     .type = Type::kPathPattern,
     .doc = "The request paths of this service: exact, or a prefix when it ends in '*'. Default: "
            "the OpenAI API paths when models are given, else every path.",
     .shape = Shape::kList},
    {.key = "models",
     .type = Type::kText,
     .doc = "Values of the request body's model field. Default: any, or none at all.",
     .shape = Shape::kList},
    {.key = "objective",
     .type = Type::kSection,
     .doc = "The latency this service owes its clients.",
     .section = &kObjective},
    {.key = "policy",
     .type = Type::kChoice,
     .doc = "cost_first takes the cheapest unit that meets the objective and turns to whatever is "
            "available only while the cheap ones run short; capacity_first always uses all.",
     .standard = "cost_first",
     .choices = kPolicies},
    {.key = "units",
     .type = Type::kText,
     .doc = "The units that can serve it, by name. Default: all.",
     .shape = Shape::kList},
    {.key = "routing",
     .type = Type::kChoice,
     .doc = "How a unit is picked: by Signalbox's own rule, or by one to compare it with: the "
            "paper's weights, equal shares or the first in cost mode and the second in capacity "
            "mode; round robin, least request or two choices over all endpoints.",
     .standard = "signalbox",
     .choices = kRoutings},
    {.key = "weights",
     .type = Type::kNumber,
     .doc =
         "With routing paper-weighted or paper-binary: the share of each unit, by name. Default: "
         "by efficiency.",
     .shape = Shape::kByName,
     .bounds = {.at_least = "0", .at_most = "1000000"}},
    {.key = "when_late",
     .type = Type::kChoice,
     .doc = "What becomes of a request that can no longer meet its objective.",
     .standard = "serve",
     .choices = kWhenLate},
    {.key = "patience",
     .type = Type::kDuration,
     .doc = "The longest a request is held for a free slot before it is rejected.",
     .standard = "30s",
     .bounds = {.at_least = "0s", .at_most = "1h"}},
    {.key = "max_held",
     .type = Type::kCount,
     .doc = "How many requests may be held at once; more are rejected.",
     .standard = "1024",
     .bounds = {.at_least = "0", .at_most = "1000000"}},
    {.key = "timeout",
     .type = Type::kDuration,
     .doc = "The longest wait for the first byte of a response.",
     .standard = "60s",
     .bounds = {.above = "0s", .at_most = "24h"}},
    {.key = "idle_timeout",
     .type = Type::kDuration,
     .doc = "The longest silence inside a response.",
     .standard = "5m",
     .bounds = {.above = "0s", .at_most = "24h"}},
    {.key = "retry_safe",
     .type = Type::kFlag,
     .doc = "Whether a request may be sent again when no byte of a response was seen.",
     .standard = "true"},
    {.key = "retry",
     .type = Type::kSection,
     .doc = "Trying again after an answer of 5xx or a timeout, which costs a second serving. What "
            "never reached a unit, or died before its first byte, is sent elsewhere without it.",
     .section = &kRetry},
    {.key = "hedge",
     .type = Type::kSection,
     .doc = "A second copy of a request that takes unusually long.",
     .section = &kHedge},
    {.key = "panic_threshold",
     .type = Type::kFraction,
     .doc = "When a smaller share of its endpoints is trusted, ejections are put aside, but for "
            "endpoints that cannot be reached: those left would drown in the whole load. 0% is "
            "never.",
     .standard = "50%",
     .bounds = {.at_least = "0%", .at_most = "100%"}},
    {.key = "class",
     .type = Type::kChoice,
     .doc = "What its clients wait for: interactive answers in time, at the least cost; batch "
            "answers sometime, and waits for a cheap unit while its deadline leaves slack; "
            "critical answers first, and never waits while anything can serve it.",
     .standard = "interactive",
     .choices = kObjectiveClasses},
    {.key = "resilience",
     .type = Type::kChoice,
     .doc = "What may be lost at once and still leave enough capacity: nothing, any one zone, any "
            "one unit. Default: unit for class critical, else none.",
     .choices = kResiliences},
    {.key = "require",
     .type = Type::kText,
     .doc = "Labels that a unit must have to serve any of its requests.",
     .shape = Shape::kByName},
};
constexpr Section kService = {.noun = "a service", .fields = kServiceFields};

constexpr Field kCurvePointFields[] = {
    {.key = "in_flight",
     .type = Type::kCount,
     .doc = "Requests served at once on one replica.",
     .is_required = true,
     .bounds = {.at_least = "1", .at_most = "100000"}},
    {.key = "latency",
     .type = Type::kDuration,
     .doc = "Mean time in service at that load.",
     .is_required = true,
     .bounds = {.above = "0s", .at_most = "1h"}},
};
constexpr Section kCurvePoint = {.noun = "a point of a latency curve", .fields = kCurvePointFields};

constexpr Field kReplicasFields[] = {
    {.key = "min",
     .type = Type::kCount,
     .doc = "Replicas that always run.",
     .standard = "0",
     .bounds = {.at_least = "0", .at_most = "100000"}},
    {.key = "max",
     .type = Type::kCount,
     .doc = "Replicas that may run at most.",
     .is_required = true,
     .bounds = {.at_least = "1", .at_most = "100000"}},
};
constexpr Section kReplicas = {.noun = "replicas", .fields = kReplicasFields};

constexpr Field kBootFields[] = {
    {.key = "min",
     .type = Type::kDuration,
     .doc = "The shortest time from launch to serving.",
     .standard = "5m",
     .bounds = {.at_least = "0s", .at_most = "24h"}},
    {.key = "max",
     .type = Type::kDuration,
     .doc = "The longest time from launch to serving.",
     .standard = "15m",
     .bounds = {.at_least = "0s", .at_most = "24h"}},
};
constexpr Section kBoot = {.noun = "a boot time", .fields = kBootFields};

constexpr Field kHealthFields[] = {
    {.key = "path",
     .type = Type::kPath,
     .doc = "Answers 200 while an endpoint can serve.",
     .standard = "/health"},
    {.key = "interval",
     .type = Type::kDuration,
     .doc = "Time between two probes of an endpoint.",
     .standard = "2s",
     .bounds = {.at_least = "10ms", .at_most = "1h"}},
    {.key = "timeout",
     .type = Type::kDuration,
     .doc = "A probe without an answer for this long has failed.",
     .standard = "1s",
     .bounds = {.at_least = "1ms", .at_most = "1h"}},
    {.key = "rise",
     .type = Type::kCount,
     .doc = "Passes in a row until an endpoint counts as healthy.",
     .standard = "2",
     .bounds = {.at_least = "1", .at_most = "1000"}},
    {.key = "fall",
     .type = Type::kCount,
     .doc = "Failures in a row until it counts as unhealthy.",
     .standard = "3",
     .bounds = {.at_least = "1", .at_most = "1000"}},
};
constexpr Section kHealth = {.noun = "a health check", .fields = kHealthFields};

constexpr Field kEjectionFields[] = {
    {.key = "max_share",
     .type = Type::kFraction,
     .doc = "Of the unit's endpoints at once, at most; one may always be ejected while another is "
            "left. Endpoints that cannot be reached do not wait for it.",
     .standard = "10%",
     .bounds = {.at_least = "0%", .at_most = "100%"}},
    {.key = "outliers",
     .type = Type::kFlag,
     .doc = "Also those whose errors or latency stand out of their unit's, not only those that "
            "fail five times in a row.",
     .standard = "false"},
};
constexpr Section kEjection = {.noun = "an ejection rule", .fields = kEjectionFields};

constexpr Field kEmulateFields[] = {
    {.key = "max_batch",
     .type = Type::kCount,
     .doc = "Requests that one emulated replica serves as one batch.",
     .standard = "1",
     .bounds = {.at_least = "1", .at_most = "100000"}},
    {.key = "first_token",
     .type = Type::kDuration,
     .doc = "Time to the first token of a streamed answer.",
     .standard = "200ms",
     .bounds = {.at_least = "0s", .at_most = "1h"}},
    {.key = "token_rate",
     .type = Type::kRate,
     .doc = "Tokens of a streamed answer.",
     .standard = "50/s",
     .bounds = {.above = "0/s", .at_most = "1000000/s"}},
};
constexpr Section kEmulate = {.noun = "an emulated replica", .fields = kEmulateFields};

constexpr Field kTokenPacePointFields[] = {
    {.key = "in_flight",
     .type = Type::kCount,
     .doc = "Answers written at once by one replica.",
     .is_required = true,
     .bounds = {.at_least = "1", .at_most = "100000"}},
    {.key = "time",
     .type = Type::kDuration,
     .doc = "Mean time for a token of each.",
     .is_required = true,
     .bounds = {.above = "0s", .at_most = "1h"}},
};
constexpr Section kTokenPacePoint = {.noun = "a point of per_token",
                                     .fields = kTokenPacePointFields};

constexpr Field kLanguageFields[] = {
    {.key = "first_token",
     .type = Type::kDuration,
     .doc = "Time to the first token of an empty prompt.",
     .is_required = true,
     .bounds = {.at_least = "0s", .at_most = "1h"}},
    {.key = "prompt_rate",
     .type = Type::kRate,
     .doc = "Tokens of a prompt that one replica reads.",
     .is_required = true,
     .bounds = {.above = "0/s", .at_most = "100000000/s"}},
    {.key = "per_token",
     .type = Type::kSection,
     .doc = "Time for each further token by the answers written at once.",
     .shape = Shape::kList,
     .is_required = true,
     .section = &kTokenPacePoint},
    {.key = "prompt_tokens",
     .type = Type::kCount,
     .doc = "Prompt of the request that the unit was measured with.",
     .standard = "1024",
     .bounds = {.at_least = "1", .at_most = "100000000"}},
    {.key = "output_tokens",
     .type = Type::kCount,
     .doc = "Answer of the request that the unit was measured with.",
     .standard = "256",
     .bounds = {.at_least = "1", .at_most = "100000000"}},
};
constexpr Section kLanguage = {.noun = "a language model's pace", .fields = kLanguageFields};

constexpr Field kCredentialFields[] = {
    {.key = "header",
     .type = Type::kText,
     .doc = "The header of every request to the unit that carries it; what a client sends under "
            "that name does not pass.",
     .standard = "authorization"},
    {.key = "file",
     .type = Type::kLongText,
     .doc = "The file that holds the header's value, as it is sent: Bearer abc.",
     .is_required = true},
};
constexpr Section kCredential = {.noun = "a credential", .fields = kCredentialFields};

constexpr Field kLinkFields[] = {
    {.key = "http",
     .type = Type::kCount,
     .doc = "The version of HTTP: 1, or 2, by ALPN over TLS and with prior knowledge in clear.",
     .standard = "1",
     .bounds = {.at_least = "1", .at_most = "2"}},
    {.key = "tls",
     .type = Type::kFlag,
     .doc = "Whether its endpoints are reached over TLS. Their certificates are always verified.",
     .standard = "false"},
    {.key = "server_name",
     .type = Type::kText,
     .doc = "The name that their certificates must be for. Default: the endpoint's host."},
    {.key = "ca",
     .type = Type::kLongText,
     .doc = "The file of the authorities that vouch for them. Default: those of the system."},
    {.key = "certificate",
     .type = Type::kLongText,
     .doc = "The file of the certificate shown to them. Default: none."},
    {.key = "key", .type = Type::kLongText, .doc = "The file of its key."},
    {.key = "credential",
     .type = Type::kSection,
     .doc = "What every request to the unit is authorised with.",
     .section = &kCredential},
};
constexpr Section kLink = {.noun = "a unit's link", .fields = kLinkFields};

constexpr Field kUnitFields[] = {
    {.key = "price",
     .type = Type::kPrice,
     .doc = "Of one replica; 0 USD/hour for hardware that is paid for anyway.",
     .is_required = true,
     .bounds = {.at_least = "0 USD/hour", .at_most = "100000 USD/hour"}},
    {.key = "energy",
     .type = Type::kSection,
     .doc = "What its energy costs on top; the price is then that of owning it. Default: nothing.",
     .section = &kEnergy},
    {.key = "plateau",
     .type = Type::kRate,
     .doc = "The highest rate of requests that one replica sustains, serving one at a time.",
     .bounds = {.above = "0/s", .at_most = "1000000/s"}},
    {.key = "latency_curve",
     .type = Type::kSection,
     .doc = "Measured latency of one replica at a number of requests in flight, instead of a "
            "plateau.",
     .shape = Shape::kList,
     .section = &kCurvePoint},
    {.key = "spread",
     .type = Type::kFraction,
     .doc = "How much service times vary: their standard deviation over their mean.",
     .standard = "5%",
     .bounds = {.at_least = "0%", .at_most = "300%"}},
    {.key = "profile_weight",
     .type = Type::kCount,
     .doc = "Observations that the profile counts as against live ones: fewer for one that was "
            "carried over from another instance size.",
     .standard = "20",
     .bounds = {.at_least = "1", .at_most = "10000"}},
    {.key = "slots",
     .type = Type::kCount,
     .doc = "Requests that one replica serves at once.",
     .standard = "1",
     .bounds = {.at_least = "1", .at_most = "100000"}},
    {.key = "adaptive_slots",
     .type = Type::kFlag,
     .doc = "Whether 'slots' is only the most: fewer are used while the unit's own queue is seen "
            "to grow.",
     .standard = "false"},
    {.key = "model", .type = Type::kText, .doc = "Label: the model it runs."},
    {.key = "hardware", .type = Type::kText, .doc = "Label: the accelerator it runs on."},
    {.key = "framework", .type = Type::kText, .doc = "Label: the server that runs the model."},
    {.key = "zone", .type = Type::kText, .doc = "Label: the zone it runs in."},
    {.key = "labels",
     .type = Type::kText,
     .doc = "Facts that rules may ask for, by name: residency: eu.",
     .shape = Shape::kByName},
    {.key = "language",
     .type = Type::kSection,
     .doc = "Of a unit that serves a language model: how fast it reads and writes.",
     .section = &kLanguage},
    {.key = "max_work",
     .type = Type::kNumber,
     .doc = "Requests of more work are not for it; work is the size against the request the unit "
            "was measured with. Default: any size is.",
     .bounds = {.above = "0", .at_most = "1000000"}},
    {.key = "max_tokens",
     .type = Type::kCount,
     .doc = "Its context: prompt and answer together may have so many tokens. Default: any.",
     .bounds = {.at_least = "1", .at_most = "100000000"}},
    {.key = "tier",
     .type = Type::kChoice,
     .doc = "How its replicas are had: on_demand; spot, cheaper and taken back after a notice; "
            "reserved or owned, paid for whether or not they run.",
     .standard = "on_demand",
     .choices = kTiers},
    {.key = "endpoints",
     .type = Type::kEndpoint,
     .doc = "The unit's servers, when Signalbox neither launches nor stops them.",
     .shape = Shape::kList},
    {.key = "link",
     .type = Type::kSection,
     .doc = "How its endpoints are spoken to.",
     .section = &kLink},
    {.key = "replicas",
     .type = Type::kSection,
     .doc = "Bounds on the replicas that Signalbox launches and stops, by itself or through "
            "Kubernetes.",
     .section = &kReplicas},
    {.key = "kubernetes",
     .type = Type::kSection,
     .doc = "Where its replicas are found in the cluster that 'cluster' names.",
     .section = &kWorkload},
    {.key = "boot",
     .type = Type::kSection,
     .doc = "How long a launch takes until the replica serves.",
     .section = &kBoot},
    {.key = "health",
     .type = Type::kSection,
     .doc = "How endpoints are probed.",
     .section = &kHealth},
    {.key = "ejection",
     .type = Type::kSection,
     .doc = "When traffic is kept away from an endpoint for what it answers.",
     .section = &kEjection},
    {.key = "slow_start",
     .type = Type::kDuration,
     .doc = "How long an endpoint that is new, or back from an ejection, is passed over for others "
            "that have room. Default: 30s with more than one slot; with one there is nothing to "
            "ramp.",
     .bounds = {.at_least = "0s", .at_most = "1h"}},
    {.key = "emulate",
     .type = Type::kSection,
     .doc = "How `signalbox emulate` plays this unit; read by nothing else.",
     .section = &kEmulate},
};
constexpr std::string_view kPaces[] = {"plateau", "latency_curve"};
constexpr std::string_view kServers[] = {"endpoints", "replicas"};
constexpr Alternatives kUnitAlternatives[] = {{kPaces}, {kServers, "kubernetes"}};
constexpr Section kUnit = {
    .noun = "a unit", .fields = kUnitFields, .alternatives = kUnitAlternatives};

constexpr std::string_view kClientCertificates[] = {"none", "request", "require"};

constexpr Field kTlsFilesFields[] = {
    {.key = "certificate",
     .type = Type::kLongText,
     .doc = "A PEM file: a further certificate, then those of the authorities between it and a "
            "root.",
     .is_required = true},
    {.key = "key", .type = Type::kLongText, .doc = "The file of its key.", .is_required = true},
};
constexpr Section kTlsFiles = {.noun = "a certificate", .fields = kTlsFilesFields};

constexpr Field kTlsFields[] = {
    {.key = "certificate",
     .type = Type::kLongText,
     .doc = "A PEM file: the certificate shown to clients, then those of the authorities between "
            "it and a root.",
     .is_required = true},
    {.key = "key",
     .type = Type::kLongText,
     .doc = "The PEM file of its key, without a passphrase.",
     .is_required = true},
    {.key = "more",
     .type = Type::kSection,
     .doc = "Certificates for other names; a client gets the one for the name it asks for, else "
            "the first.",
     .shape = Shape::kList,
     .section = &kTlsFiles},
    {.key = "client_certificate",
     .type = Type::kChoice,
     .doc = "Whether clients show one: none is asked for; a client may (request), and one that it "
            "shows must be vouched for; it must (require).",
     .standard = "none",
     .choices = kClientCertificates},
    {.key = "client_ca",
     .type = Type::kLongText,
     .doc = "The PEM file of the authorities that vouch for clients."},
};
constexpr Section kTls = {.noun = "the gateway's TLS", .fields = kTlsFields};

constexpr Field kGatewayFields[] = {
    {.key = "listen",
     .type = Type::kListen,
     .doc = "Where clients connect.",
     .standard = "127.0.0.1:8080"},
    {.key = "admin",
     .type = Type::kListen,
     .doc = "Where metrics, health and the operator's commands are; a loopback address, unless "
            "'admin_tls' is given.",
     .standard = "127.0.0.1:9901"},
    {.key = "tls",
     .type = Type::kSection,
     .doc = "Clients connect over TLS, and only so. Default: in clear.",
     .section = &kTls},
    {.key = "http2",
     .type = Type::kFlag,
     .doc = "Whether HTTP/2 is spoken beside HTTP/1.1: by ALPN over TLS, with prior knowledge in "
            "clear.",
     .standard = "true"},
    {.key = "max_streams",
     .type = Type::kCount,
     .doc = "Requests at once on one HTTP/2 connection of a client.",
     .standard = "100",
     .bounds = {.at_least = "1", .at_most = "100000"}},
    {.key = "admin_access",
     .type = Type::kSection,
     .doc = "Who may see and change what there. Default: everybody who reaches it.",
     .section = &kAdminAccess},
    {.key = "admin_tls",
     .type = Type::kSection,
     .doc = "TLS for the admin page, which lets it have an address that is not loopback.",
     .section = &kAdminTls},
    {.key = "probes",
     .type = Type::kListen,
     .doc = "Where /healthz, /readyz and /metrics answer to anybody who reaches it, and nothing "
            "else does: for an orchestrator's probes and for Prometheus. Default: nowhere but on "
            "the admin page."},
    {.key = "threads",
     .type = Type::kCount,
     .doc = "Event loops; 0 = one per core.",
     .standard = "0",
     .bounds = {.at_least = "0", .at_most = "1024"}},
    {.key = "connect_timeout",
     .type = Type::kDuration,
     .doc = "The longest wait for a connection to an endpoint.",
     .standard = "1s",
     .bounds = {.above = "0s", .at_most = "1m"}},
    {.key = "header_timeout",
     .type = Type::kDuration,
     .doc = "A client must have sent its request head within this time.",
     .standard = "10s",
     .bounds = {.above = "0s", .at_most = "1h"}},
    {.key = "body_timeout",
     .type = Type::kDuration,
     .doc = "A client may pause so long while it sends a body; on average it sends 512 bytes/s.",
     .standard = "30s",
     .bounds = {.above = "0s", .at_most = "1h"}},
    {.key = "send_timeout",
     .type = Type::kDuration,
     .doc = "A client that does not take what it is sent is closed after this time.",
     .standard = "60s",
     .bounds = {.above = "0s", .at_most = "1h"}},
    {.key = "keep_alive",
     .type = Type::kDuration,
     .doc = "An idle client connection is closed after this time.",
     .standard = "75s",
     .bounds = {.above = "0s", .at_most = "24h"}},
    {.key = "unit_keep_alive",
     .type = Type::kDuration,
     .doc = "An idle connection to a unit is closed after this time.",
     .standard = "60s",
     .bounds = {.above = "0s", .at_most = "24h"}},
    {.key = "inspect_bytes",
     .type = Type::kSize,
     .doc = "How far into a body the model field is looked for.",
     .standard = "64KiB",
     .bounds = {.at_least = "1KiB", .at_most = "16MiB"}},
    {.key = "max_body",
     .type = Type::kSize,
     .doc = "A larger request body is refused.",
     .standard = "64MiB",
     .bounds = {.at_least = "1KiB", .at_most = "64GiB"}},
    {.key = "max_connections",
     .type = Type::kCount,
     .doc = "Client connections at once.",
     .standard = "10000",
     .bounds = {.at_least = "1", .at_most = "1000000"}},
    {.key = "drain",
     .type = Type::kDuration,
     .doc = "On SIGTERM, running requests get this long to finish.",
     .standard = "30s",
     .bounds = {.at_least = "0s", .at_most = "1h"}},
    {.key = "access_log",
     .type = Type::kText,
     .doc = "Where a line per request goes: \"-\" is standard output, off is nowhere, else a file.",
     .standard = "-"},
    {.key = "explain_ring",
     .type = Type::kCount,
     .doc = "How many decisions are kept for `signalbox explain`.",
     .standard = "4096",
     .bounds = {.at_least = "1", .at_most = "1000000"}},
};
constexpr Section kGateway = {.noun = "the gateway", .fields = kGatewayFields};

constexpr Field kControlFields[] = {
    {.key = "tick",
     .type = Type::kDuration,
     .doc = "Estimates and modes are updated this often.",
     .standard = "1s",
     .bounds = {.at_least = "10ms", .at_most = "1m"}},
    {.key = "replan",
     .type = Type::kDuration,
     .doc = "A new plan is made at least this often.",
     .standard = "10s",
     .bounds = {.at_least = "10ms", .at_most = "1h"}},
    {.key = "dwell",
     .type = Type::kDuration,
     .doc = "The cheap units must have recovered this long before traffic returns to them.",
     .standard = "5m",
     .bounds = {.at_least = "0s", .at_most = "24h"}},
    {.key = "ramp",
     .type = Type::kDuration,
     .doc = "Traffic returns over this time.",
     .standard = "1m",
     .bounds = {.at_least = "0s", .at_most = "24h"}},
    {.key = "bench_time",
     .type = Type::kDuration,
     .doc = "The first pause after a refused launch; it doubles with each further refusal.",
     .standard = "1m",
     .bounds = {.above = "0s", .at_most = "24h"}},
    {.key = "max_bench_time",
     .type = Type::kDuration,
     .doc = "The longest such pause.",
     .standard = "10m",
     .bounds = {.above = "0s", .at_most = "24h"}},
    {.key = "billing_minimum",
     .type = Type::kDuration,
     .doc = "A replica is billed by the second, and at least for this time.",
     .standard = "1m",
     .bounds = {.at_least = "0s", .at_most = "24h"}},
};
constexpr Section kControl = {.noun = "the control loop", .fields = kControlFields};

constexpr std::string_view kWhenFull[] = {"stop", "drop_oldest"};

constexpr Field kJournalFields[] = {
    {.key = "input_log",
     .type = Type::kText,
     .doc = "The directory of the input log, from which `signalbox replay` decides everything "
            "again; off is none.",
     .standard = "off"},
    {.key = "input_log_segment",
     .type = Type::kSize,
     .doc = "The size of one of its files.",
     .standard = "64MiB",
     .bounds = {.at_least = "1MiB", .at_most = "1GiB"}},
    {.key = "input_log_segments",
     .type = Type::kCount,
     .doc = "How many files the directory may hold; earlier logs give way to the present one.",
     .standard = "16",
     .bounds = {.at_least = "1", .at_most = "10000"}},
    {.key = "input_log_when_full",
     .type = Type::kChoice,
     .doc = "At that bound: stop logging, or drop_oldest, after which the log cannot be replayed, "
            "only simulated.",
     .standard = "stop",
     .choices = kWhenFull},
    {.key = "decisions",
     .type = Type::kText,
     .doc = "The file of the decision journal, an SQLite database; off is none.",
     .standard = "off"},
    {.key = "decisions_size",
     .type = Type::kSize,
     .doc = "The size of that file; its oldest entries give way.",
     .standard = "256MiB",
     .bounds = {.at_least = "1MiB", .at_most = "1024GiB"}},
    {.key = "sample",
     .type = Type::kCount,
     .doc = "One in so many forwards that are nothing special is kept; 0 = none.",
     .standard = "100",
     .bounds = {.at_least = "0", .at_most = "1000000"}},
};
constexpr Section kJournal = {.noun = "the journal", .fields = kJournalFields};

constexpr Field kTracingFields[] = {
    {.key = "collector",
     .type = Type::kEndpoint,
     .doc = "An OTLP receiver, over HTTP.",
     .is_required = true},
    {.key = "path", .type = Type::kPath, .doc = "Where it takes traces.", .standard = "/v1/traces"},
    {.key = "sample",
     .type = Type::kFraction,
     .doc = "Of requests that are not part of a trace yet, how many begin one; of the others the "
            "caller says it.",
     .standard = "1%",
     .bounds = {.at_least = "0%", .at_most = "100%"}},
    {.key = "service_name",
     .type = Type::kText,
     .doc = "How the collector calls us.",
     .standard = "signalbox"},
};
constexpr Section kTracing = {.noun = "tracing", .fields = kTracingFields};

constexpr Field kGuardrailsFields[] = {
    {.key = "max_launches_per_tick",
     .type = Type::kCount,
     .doc = "Replicas of one unit that may be launched per tick.",
     .standard = "50",
     .bounds = {.at_least = "0", .at_most = "100000"}},
    {.key = "max_drains_per_tick",
     .type = Type::kCount,
     .doc = "Replicas of one unit that may be stopped per tick.",
     .standard = "10",
     .bounds = {.at_least = "0", .at_most = "100000"}},
    {.key = "budget",
     .type = Type::kPrice,
     .doc = "The highest cost of everything that runs. Default: none.",
     .bounds = {.above = "0 USD/hour", .at_most = "1000000000 USD/hour"}},
    {.key = "freeze",
     .type = Type::kFlag,
     .doc = "Decide and show, but launch and stop nothing.",
     .standard = "false"},
};
constexpr Section kGuardrails = {.noun = "guardrails", .fields = kGuardrailsFields};

constexpr Field kDataClassFields[] = {
    {.key = "require",
     .type = Type::kText,
     .doc = "Labels that a unit must have to see data of this class. Default: none.",
     .shape = Shape::kByName},
};
constexpr Section kDataClass = {.noun = "a data class", .fields = kDataClassFields};

constexpr Field kClaimFields[] = {
    {.key = "name",
     .type = Type::kText,
     .doc = "The claim that holds the class.",
     .standard = "data_class"},
    kTokenAlgorithm,
    kTokenKeyFile,
    kTokenAudience,
    kTokenIssuer,
};
constexpr Section kClaim = {.noun = "a claim", .fields = kClaimFields};

constexpr Field kDataFields[] = {
    {.key = "classes",
     .type = Type::kSection,
     .doc = "Classes of data by name, the strictest first. A request of none is of the strictest.",
     .shape = Shape::kByName,
     .is_required = true,
     .section = &kDataClass},
    {.key = "header",
     .type = Type::kText,
     .doc = "The request header that names the class, where the client is trusted.",
     .standard = "x-signalbox-data-class"},
    {.key = "trusted",
     .type = Type::kText,
     .doc = "Networks whose clients' header is believed. Default: nobody's.",
     .shape = Shape::kList},
    {.key = "claim",
     .type = Type::kSection,
     .doc = "A signed token (JWT) in Authorization that names the class, whoever sends it.",
     .section = &kClaim},
};
constexpr Section kData = {.noun = "the data policy", .fields = kDataFields};

constexpr Field kTenantsFields[] = {
    {.key = "header",
     .type = Type::kText,
     .doc = "The request header that names the tenant, where the client is trusted.",
     .standard = "x-signalbox-tenant"},
    {.key = "priority_header",
     .type = Type::kText,
     .doc = "The request header that holds its priority, -4 to 3, likewise. Default: none; every "
            "request has priority 0."},
    {.key = "trusted",
     .type = Type::kText,
     .doc = "Networks whose clients' headers are believed. Default: nobody's; then 'access' says "
            "whose a request is.",
     .shape = Shape::kList},
    {.key = "weights",
     .type = Type::kNumber,
     .doc = "Shares of tenants, by name, in what is held and what frees.",
     .shape = Shape::kByName,
     .bounds = {.at_least = "0.001", .at_most = "1000000"}},
    {.key = "default_weight",
     .type = Type::kNumber,
     .doc = "The share of each tenant that 'weights' does not name, and of all requests together "
            "that name none.",
     .standard = "1",
     .bounds = {.at_least = "0.001", .at_most = "1000000"}},
    {.key = "budgets",
     .type = Type::kSection,
     .doc = "What a tenant may use at the most, by name, however much is free.",
     .shape = Shape::kByName,
     .section = &kBudget},
    {.key = "default_budget",
     .type = Type::kSection,
     .doc = "What each other tenant may, and all requests together that name none. Default: any.",
     .section = &kBudget},
    {.key = "max_unnamed",
     .type = Type::kCount,
     .doc = "How many tenants that 'weights' does not name are told apart at a time; the rest of "
            "them are one tenant together.",
     .standard = "1000",
     .bounds = {.at_least = "0", .at_most = "1000000"}},
};
constexpr Section kTenants = {.noun = "the tenants' rule", .fields = kTenantsFields};

// With these, services and units may come from elsewhere.
constexpr std::string_view kElsewhere[] = {"cluster", "link"};

constexpr Field kRootFields[] = {
    {.key = "services",
     .type = Type::kSection,
     .doc = "What clients call, by name. A request goes to the first service, from the top, whose "
            "paths and models match it.",
     .shape = Shape::kByName,
     .is_required = true,
     .unless = kElsewhere,
     .section = &kService},
    {.key = "units",
     .type = Type::kSection,
     .doc = "What can serve them, by name: one model on one kind of hardware in one framework.",
     .shape = Shape::kByName,
     .is_required = true,
     .unless = kElsewhere,
     .section = &kUnit},
    {.key = "sources",
     .type = Type::kSection,
     .doc = "Who else knows of prices, load and capacity, by name. Default: nobody.",
     .shape = Shape::kByName,
     .section = &kSource},
    {.key = "data", .type = Type::kSection, .doc = "Where data may go.", .section = &kData},
    {.key = "tenants",
     .type = Type::kSection,
     .doc = "Who shares what is held and what frees.",
     .section = &kTenants},
    {.key = "access",
     .type = Type::kSection,
     .doc = "Who may ask. Default: everybody who can connect.",
     .section = &kAccess},
    {.key = "gateway",
     .type = Type::kSection,
     .doc = "How the gateway meets its clients.",
     .section = &kGateway},
    {.key = "control",
     .type = Type::kSection,
     .doc = "The pace of the control loop.",
     .section = &kControl},
    {.key = "guardrails",
     .type = Type::kSection,
     .doc = "Bounds that no policy passes.",
     .section = &kGuardrails},
    {.key = "journal",
     .type = Type::kSection,
     .doc = "What is written down of inputs and decisions.",
     .section = &kJournal},
    {.key = "tracing",
     .type = Type::kSection,
     .doc = "Spans of requests, for those who follow them through many services. Default: none.",
     .section = &kTracing},
    {.key = "emulator",
     .type = Type::kEndpoint,
     .doc = "Where `signalbox emulate` takes launches; units with replicas need it, or "
            "'kubernetes'."},
    {.key = "cluster",
     .type = Type::kSection,
     .doc = "The Kubernetes cluster that units run in. Default: none is spoken to.",
     .section = &kCluster},
    {.key = "scaler",
     .type = Type::kSection,
     .doc = "Where KEDA asks for the number of replicas of each unit. Default: nowhere.",
     .section = &kScaler},
    {.key = "link",
     .type = Type::kSection,
     .doc = "Between one controller and many gateways. Default: each process is both.",
     .section = &kFleetLink},
};

}  // namespace

const Section kRoot = {.noun = "the configuration", .fields = kRootFields};

const Field* Section::find(std::string_view key) const {
  const auto found =
      std::find_if(fields.begin(), fields.end(), [&](const Field& f) { return f.key == key; });
  return found == fields.end() ? nullptr : &*found;
}

bool is_name(std::string_view text) {
  const auto is_alphanumeric = [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
  };
  return !text.empty() && text.size() <= 63 && is_alphanumeric(text.front()) &&
         std::all_of(text.begin(), text.end(), [&](char c) {
           return is_alphanumeric(c) || c == '-' || c == '_' || c == '.';
         });
}

}  // namespace signalbox::config
