// SPDX-License-Identifier: Apache-2.0
//
// Sources of signals and energy, from the inside out; see table_sources.h.
#include "config/table_sources.h"

namespace signalbox::config {

namespace {

constexpr std::string_view kDialects[] = {"vllm", "sglang",    "triton", "tensorrt-llm",
                                          "tgi",  "ray-serve", "dcgm",   "neuron"};
constexpr std::string_view kQuantities[] = {"price", "max_replicas", "latency",
                                            "ready", "pending",      "watts"};

constexpr Field kQueryFields[] = {
    {.key = "gives",
     .type = Type::kChoice,
     .doc = "What its value is: a price in USD/hour, replicas at most, mean seconds in service, "
            "replicas ready or pending, watts of one replica.",
     .is_required = true,
     .choices = kQuantities},
    {.key = "query", .type = Type::kLongText, .doc = "A PromQL expression.", .is_required = true},
    {.key = "unit",
     .type = Type::kText,
     .doc = "The unit that it is about; the expression then gives one value. Default: the label "
            "'unit' of each series names it."},
};
constexpr Section kQuery = {.noun = "a query", .fields = kQueryFields};

constexpr Field kSourceCredentialFields[] = {
    {.key = "header",
     .type = Type::kText,
     .doc = "The header of each request that carries it.",
     .standard = "authorization"},
    {.key = "file",
     .type = Type::kLongText,
     .doc = "The file that holds the header's value, as it is sent: Bearer abc.",
     .is_required = true},
};
constexpr Section kSourceCredential = {.noun = "a source's credential",
                                       .fields = kSourceCredentialFields};

constexpr Field kSourceFields[] = {
    {.key = "scrape",
     .type = Type::kChoice,
     .doc = "Reads the page of metrics of each endpoint, which is served by this product.",
     .choices = kDialects},
    {.key = "prometheus",
     .type = Type::kLocation,
     .doc = "Asks a Prometheus server, as http://127.0.0.1:9090, for what 'queries' say."},
    {.key = "prices",
     .type = Type::kLocation,
     .doc = "Reads prices from a file or a page of JSON."},
    {.key = "aws_spot_prices",
     .type = Type::kLocation,
     .doc = "Reads what `aws ec2 describe-spot-price-history` printed, from a file or a page."},
    {.key = "quotas",
     .type = Type::kLocation,
     .doc = "Reads how many replicas a unit may have, from a file or a page of JSON."},
    {.key = "spot_notices",
     .type = Type::kLocation,
     .doc =
         "Reads which replicas will be taken back: from a file or a page of JSON; or 'endpoints', "
         "where the host of each endpoint serves its own notice."},
    {.key = "units",
     .type = Type::kText,
     .doc = "The units it speaks of; what it says of others is passed over. Default: all; of "
            "aws_spot_prices all of tier spot.",
     .shape = Shape::kList},
    {.key = "path",
     .type = Type::kPath,
     .doc = "Where each endpoint serves its page. Default: the product's."},
    {.key = "port",
     .type = Type::kCount,
     .doc = "On which port. Default: the product's, which mostly is the endpoint's own.",
     .bounds = {.at_least = "1", .at_most = "65535"}},
    {.key = "where",
     .type = Type::kText,
     .doc = "Labels that a series must have to be read, by name: {model_name: llama}.",
     .shape = Shape::kByName},
    {.key = "executions_per_request",
     .type = Type::kNumber,
     .doc = "With scrape neuron: how often a request runs the model. Default: 1.",
     .bounds = {.above = "0", .at_most = "1000000"}},
    {.key = "queries",
     .type = Type::kSection,
     .doc = "With prometheus: what to ask.",
     .shape = Shape::kList,
     .section = &kQuery},
    {.key = "product",
     .type = Type::kText,
     .doc = "With aws_spot_prices: the ProductDescription whose prices count. Default: "
            "Linux/UNIX."},
    {.key = "interval",
     .type = Type::kDuration,
     .doc = "It is asked this often. Default: 5s; prometheus 15s; prices and quotas 1m; "
            "aws_spot_prices 5m.",
     .bounds = {.at_least = "100ms", .at_most = "24h"}},
    {.key = "timeout",
     .type = Type::kDuration,
     .doc = "It has this long to answer. Default: 2s, of whole lists 5s; never longer than the "
            "interval.",
     .bounds = {.at_least = "10ms", .at_most = "1m"}},
    {.key = "ttl",
     .type = Type::kDuration,
     .doc = "What it said last is used no longer than this. Default: three intervals, at least "
            "30s; of aws_spot_prices 1h.",
     .bounds = {.at_least = "100ms", .at_most = "720h"}},
    {.key = "rank",
     .type = Type::kCount,
     .doc = "Of two sources that contradict each other the one with the lower rank is believed.",
     .standard = "10",
     .bounds = {.at_least = "0", .at_most = "1000"}},
    {.key = "ca",
     .type = Type::kLongText,
     .doc = "The file of the authorities that vouch for an https page. Default: those of the "
            "system."},
    {.key = "credential",
     .type = Type::kSection,
     .doc = "What each request for a page is authorised with. Endpoints are asked as their unit's "
            "link says.",
     .section = &kSourceCredential},
};

constexpr Field kEnergyFields[] = {
    {.key = "price",
     .type = Type::kEnergyPrice,
     .doc = "Of energy; paid on top of the unit's price, while a replica runs.",
     .is_required = true,
     .bounds = {.above = "0 USD/kWh", .at_most = "100 USD/kWh"}},
    {.key = "power",
     .type = Type::kPower,
     .doc = "What one replica draws, while no source has measured it.",
     .is_required = true,
     .bounds = {.at_least = "0 W", .at_most = "1000 kW"}},
};

}  // namespace

const Section kSource = {.noun = "a source", .fields = kSourceFields};
const Section kEnergy = {.noun = "a unit's energy", .fields = kEnergyFields};

}  // namespace signalbox::config
