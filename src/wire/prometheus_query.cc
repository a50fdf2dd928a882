// SPDX-License-Identifier: Apache-2.0
//
// https://prometheus.io/docs/prometheus/latest/querying/api/; see prometheus_query.h.
#include "wire/prometheus_query.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>
#include <optional>

#include "wire/json_document.h"

namespace signalbox::wire {

namespace {

// Unreserved characters (RFC 3986, 2.3) stay; all others are written as %XX.
std::string percent_encoded(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       c == '-' || c == '_' || c == '.' || c == '~';
    if (plain) {
      out += c;
    } else {
      out += fmt::format("%{:02X}", static_cast<unsigned char>(c));
    }
  }
  return out;
}

// Values are texts, so that NaN and infinities can be told.
std::optional<double> value_of(const json::value& value) {
  const auto* text = value.if_string();
  if (text == nullptr) return {};
  const std::string_view word(text->data(), text->size());
  if (word == "NaN") return std::numeric_limits<double>::quiet_NaN();
  if (word == "+Inf") return std::numeric_limits<double>::infinity();
  if (word == "-Inf") return -std::numeric_limits<double>::infinity();
  double number = 0.0;
  const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), number);
  if (error != std::errc{} || end != word.data() + word.size() || !std::isfinite(number)) return {};
  return number;
}

// [1742982067.25, "3.5"]
std::optional<QueriedPoint> point_of(const json::value* pair) {
  const auto* array = pair == nullptr ? nullptr : pair->if_array();
  if (array == nullptr || array->size() != 2 || !array->front().is_number()) return {};
  const double seconds = array->front().to_number<double>();
  constexpr double kMostUnixSeconds = 9e9;
  const auto value = value_of(array->back());
  if (!value || !(std::abs(seconds) < kMostUnixSeconds)) return {};
  QueriedPoint point;
  point.value = *value;
  // To the millisecond, as the server means it.
  constexpr std::int64_t kNanosPerMilli = 1'000'000;
  point.unix_nanos = std::llround(seconds * 1e3) * kNanosPerMilli;
  return point;
}

std::optional<QueriedPoint> series_of(const json::value& element) {
  const auto* series = element.if_object();
  if (series == nullptr) return {};
  auto point = point_of(series->if_contains("value"));
  const auto* metric = series->if_contains("metric");
  if (!point || metric == nullptr || !metric->is_object()) return {};
  for (const auto& [name, value] : metric->get_object()) {
    if (const auto* text = value.if_string()) point->labels.emplace_back(name, *text);
  }
  return point;
}

}  // namespace

std::string_view QueriedPoint::label(std::string_view name) const {
  const auto found = std::find_if(labels.begin(), labels.end(),
                                  [&](const auto& label) { return label.first == name; });
  return found == labels.end() ? std::string_view() : found->second;
}

// The timeout is plain seconds: with a unit Prometheus takes whole numbers only.
std::string prometheus_query_target(std::string_view prefix, std::string_view expression,
                                    double timeout_s) {
  return fmt::format("{}/api/v1/query?query={}&timeout={:.3f}", prefix, percent_encoded(expression),
                     timeout_s);
}

Result<std::vector<QueriedPoint>> read_prometheus_answer(std::string_view body, std::size_t most) {
  const auto document = read_json_object(body);
  if (!document.ok()) return document.error();
  const std::string_view status = text_of(*document, "status");
  if (status == "error") {
    return Error{
        fmt::format("{}: {}", text_of(*document, "errorType"), text_of(*document, "error"))};
  }
  const auto* data = document->if_contains("data");
  if (status != "success" || data == nullptr || !data->is_object()) {
    return Error{"is no answer of a Prometheus server"};
  }
  const std::string_view type = text_of(data->get_object(), "resultType");
  const auto* result = data->get_object().if_contains("result");
  std::vector<QueriedPoint> points;
  if (type == "scalar") {
    auto point = point_of(result);
    if (!point) return Error{"holds a scalar that is none"};
    points.push_back(std::move(*point));
    return points;
  }
  if (type != "vector" || result == nullptr || !result->is_array()) {
    return Error{fmt::format(
        "the expression gives a {}; write one that gives a number, or one for each series", type)};
  }
  if (result->get_array().size() > most) {
    return Error{fmt::format("the expression gives {} series, more than {}; aggregate them",
                             result->get_array().size(), most)};
  }
  for (const auto& element : result->get_array()) {
    auto point = series_of(element);
    if (!point) return Error{"holds a series that is none"};
    points.push_back(std::move(*point));
  }
  return points;
}

}  // namespace signalbox::wire
