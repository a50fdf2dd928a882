// SPDX-License-Identifier: Apache-2.0
//
// What sources of signals send: pages of metrics, answers of a Prometheus server, feeds of prices,
// quotas and notices.
#include <cmath>
#include <string>
#include <vector>

#include "fuzz/cuts.h"
#include "fuzz/target.h"
#include "wire/capacity_feeds.h"
#include "wire/dates.h"
#include "wire/price_feeds.h"
#include "wire/prometheus_query.h"
#include "wire/prometheus_text.h"

namespace signalbox::fuzz {

namespace {

using wire::PrometheusText;

constexpr PrometheusText::Limits kSmall{.page = 2000, .line = 200, .labels = 4};

std::string told(const std::vector<std::string_view>& pieces, PrometheusText::Format format) {
  std::string out;
  PrometheusText reader(
      format,
      [&](const wire::MetricSample& sample) {
        require(!sample.name.empty() && sample.labels.size() <= kSmall.labels, "no such sample");
        out += std::string(sample.name) + ' ' + std::to_string(sample.value) + ' ' +
               std::to_string(sample.unix_nanos.value_or(-1));
        for (const auto& label : sample.labels) {
          require(!label.name.empty() && label.value.size() <= kSmall.line, "no such label");
          out += ' ' + std::string(label.name) + '=' + std::string(label.value);
        }
        out += '\n';
      },
      kSmall);
  for (const auto piece : pieces) reader.feed(piece);
  reader.finish();
  return out + reader.problem();
}

template <class Answer>
void require_words(const Answer& answer) {
  require(answer.ok() || !answer.error().message.empty(), "no reason given");
}

}  // namespace

void prometheus_text(std::string_view bytes) {
  for (const auto format : {PrometheusText::Format::kText, PrometheusText::Format::kOpenMetrics}) {
    const std::string whole = told({bytes}, format);
    require(told(byte_by_byte(bytes), format) == whole, "byte by byte: not " + whole);
    require(told(in_a_few_pieces(bytes), format) == whole, "in pieces: not " + whole);
  }
}

void prometheus_answer(std::string_view bytes) {
  const auto answer = wire::read_prometheus_answer(bytes, 5);
  require_words(answer);
  require(!answer.ok() || answer->size() <= 5, "more points than allowed");
  const std::string target = wire::prometheus_query_target("", bytes, 1.0);
  for (const char c : target) require(c > ' ' && c <= '~', "a byte that no target may hold");
}

void feeds(std::string_view bytes) {
  const auto prices = wire::read_unit_prices(bytes);
  require_words(prices);
  if (prices.ok()) {
    for (const auto& price : *prices) {
      require(!price.unit.empty() && std::isfinite(price.usd_per_hour), "a price of nothing");
    }
  }
  require_words(wire::read_aws_spot_prices(bytes));
  const auto quotas = wire::read_quotas(bytes);
  require_words(quotas);
  if (quotas.ok()) {
    for (const auto& quota : *quotas) require(quota.max_replicas.value_or(0) >= 0, "below zero");
  }
  require_words(wire::read_spot_notices(bytes));
  require_words(wire::read_instance_action(bytes));
  wire::parse_http_date(bytes);
  wire::parse_rfc3339(bytes);
}

}  // namespace signalbox::fuzz
