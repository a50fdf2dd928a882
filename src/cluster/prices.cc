// SPDX-License-Identifier: Apache-2.0
//
// See prices.h; https://karpenter.sh/docs/concepts/nodeoverlays/
#include "cluster/prices.h"

#include <algorithm>
#include <boost/json/array.hpp>
#include <charconv>
#include <cmath>
#include <utility>

#include "cluster/quantity.h"
#include "cluster/requirements.h"
#include "wire/prometheus_text.h"

namespace signalbox::cluster {

namespace {

constexpr std::string_view kSeries =
    "karpenter_cloudprovider_instance_type_offering_price_estimate";
constexpr std::size_t kMostOfPage =
    64UL * 1024 * 1024;  // every type in every zone, twice or thrice

std::string label(const json::object& labels, std::string_view key) {
  return std::string(wire::text_of(labels, key));
}

bool is_ready(const json::object& overlay) {
  const auto* conditions = wire::array_at(overlay, {"status", "conditions"});
  if (conditions == nullptr) return true;
  for (const auto& one : *conditions) {
    if (!one.is_object() || wire::text_at(one.get_object(), {"type"}) != "Ready") continue;
    return wire::text_at(one.get_object(), {"status"}) != "False";
  }
  return true;
}

}  // namespace

std::optional<double> adjusted(double price, std::string_view adjustment) {
  const bool is_share = adjustment.ends_with('%');
  if (is_share) adjustment.remove_suffix(1);
  if (!adjustment.starts_with('+') && !adjustment.starts_with('-')) return {};
  const bool is_less = adjustment.starts_with('-');
  adjustment.remove_prefix(1);
  double amount = 0.0;
  const char* end = adjustment.data() + adjustment.size();
  const auto [stop, error] = std::from_chars(adjustment.data(), end, amount);
  if (error != std::errc{} || stop != end || !std::isfinite(amount) || amount < 0.0) return {};
  const double change = is_share ? price * amount / 100.0 : amount;
  return std::max(0.0, is_less ? price - change : price + change);
}

Result<std::size_t> Prices::take_page(std::string_view page) {
  std::map<Offering, double> offerings;
  wire::PrometheusText::Limits limits;
  limits.page = kMostOfPage;
  wire::PrometheusText reader(
      wire::PrometheusText::Format::kText,
      [&](const wire::MetricSample& sample) {
        if (sample.name != kSeries || !std::isfinite(sample.value) || sample.value < 0.0) return;
        offerings[{std::string(sample.label("instance_type")),
                   std::string(sample.label("capacity_type")), std::string(sample.label("zone"))}] =
            sample.value;
      },
      limits);
  reader.feed(page);
  reader.finish();
  if (!reader.problem().empty()) return Error{"Karpenter's page of metrics: " + reader.problem()};
  // A page without them is another provider's, or was taken while Karpenter starts.
  if (!offerings.empty()) offerings_ = std::move(offerings);
  return offerings_.size();
}

void Prices::put_overlay(const wire::KubeObject& overlay) {
  overlays_[std::string(wire::name_of(*overlay))] = overlay;
}

void Prices::remove_overlay(const json::object& overlay) {
  overlays_.erase(std::string(wire::name_of(overlay)));
}

std::optional<double> Prices::offered(const json::object& labels) const {
  const auto at = offerings_.find({label(labels, "node.kubernetes.io/instance-type"),
                                   label(labels, "karpenter.sh/capacity-type"),
                                   label(labels, "topology.kubernetes.io/zone")});
  if (at == offerings_.end()) return {};
  return at->second;
}

std::optional<double> Prices::of_node(const json::object& labels) const {
  const json::object* best = nullptr;
  std::int64_t best_weight = 0;
  for (const auto& [name, overlay] : overlays_) {
    const bool speaks_of_price = wire::value_at(*overlay, {"spec", "price"}) != nullptr ||
                                 wire::value_at(*overlay, {"spec", "priceAdjustment"}) != nullptr;
    const auto* requirements = wire::array_at(*overlay, {"spec", "requirements"});
    if (!speaks_of_price || !is_ready(*overlay)) continue;
    if (requirements != nullptr && !all_met(*requirements, &labels)) continue;
    const std::int64_t weight = wire::integer_at(*overlay, {"spec", "weight"}, 0);
    if (best != nullptr && weight <= best_weight) continue;
    best = overlay.get();
    best_weight = weight;
  }
  const std::optional<double> offer = offered(labels);
  if (best == nullptr) return offer;
  const auto price = read_quantity(wire::value_at(*best, {"spec", "price"}));
  if (price) return *price >= 0.0 ? price : offer;
  if (!offer) return {};
  return adjusted(*offer, wire::text_at(*best, {"spec", "priceAdjustment"})).value_or(*offer);
}

}  // namespace signalbox::cluster
