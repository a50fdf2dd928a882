// SPDX-License-Identifier: Apache-2.0
//
// Entries to one series per pool; see trace_spot_prices.h.
#include "sim/workload/trace_spot_prices.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <optional>
#include <utility>
#include <vector>

#include "sim/workload/json_document.h"
#include "sim/workload/utc_time.h"

namespace signalbox::sim {

namespace {

using Steps = std::vector<StepSeries<double>::Step>;

struct Entry {
  SpotPool pool;
  std::string product;
  Duration at;  // since 1970
  double usd_per_hour;
};

// The provider writes prices as texts.
std::optional<double> parse_price(const std::string& text) {
  double price = 0.0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), price);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  if (!std::isfinite(price) || price < 0.0 || price > 1e5) return std::nullopt;
  return price;
}

Result<Entry> entry_of(const JsonValue& value) {
  const auto instance = value.text("InstanceType");
  if (!instance) return instance.error();
  const auto zone = value.text("AvailabilityZone");
  if (!zone) return zone.error();
  const auto product = value.text("ProductDescription");
  if (!product) return product.error();
  const auto timestamp = value.text("Timestamp");
  if (!timestamp) return timestamp.error();
  const auto at = parse_utc(*timestamp);
  if (!at) {
    return Error{
        fmt::format("Timestamp is \"{}\"; expected a time like 2024-11-15T16:57:50Z", *timestamp)};
  }
  const auto price_text = value.text("SpotPrice");
  if (!price_text) return price_text.error();
  const auto price = parse_price(*price_text);
  if (!price) {
    return Error{
        fmt::format("SpotPrice is \"{}\"; expected dollars an hour like \"0.2260\"", *price_text)};
  }
  return Entry{{*instance, *zone}, *product, *at, *price};
}

// Ordered, one step per instant (the later of the file's entries is the older one), no step that
// changes nothing.
StepSeries<double> series_of(Steps steps, Duration origin) {
  std::reverse(steps.begin(), steps.end());
  std::stable_sort(steps.begin(), steps.end(),
                   [](const auto& a, const auto& b) { return a.from < b.from; });
  Steps kept;
  for (auto& step : steps) {
    step.from -= origin;
    if (!kept.empty() && kept.back().from == step.from) {
      kept.back().value = step.value;
    } else if (kept.empty() || kept.back().value != step.value) {
      kept.push_back(step);
    }
  }
  return StepSeries<double>(std::move(kept));
}

}  // namespace

Result<SpotPriceHistory> read_spot_prices(const std::string& path, const std::string& product) {
  const auto in_file = [&](const Error& error) {
    return Error{fmt::format("{}: {}", path, error.message)};
  };
  const auto document = JsonDocument::read(path);
  if (!document) return document.error();
  const auto entries = document->root().member("SpotPriceHistory");
  if (!entries) return in_file(entries.error());
  const auto count = entries->size();
  if (!count) return in_file(count.error());
  std::map<SpotPool, Steps> pools;
  SpotPriceHistory history;
  history.origin = Duration::max();
  for (std::size_t i = 0; i < *count; ++i) {
    const auto entry = entry_of(entries->at(i));
    if (!entry) {
      return Error{fmt::format("{}: SpotPriceHistory[{}]: {}", path, i, entry.error().message)};
    }
    if (!product.empty() && entry->product != product) continue;
    history.origin = std::min(history.origin, entry->at);
    pools[entry->pool].push_back({TimePoint{entry->at}, entry->usd_per_hour});
  }
  if (pools.empty()) {
    return in_file(Error{fmt::format("no entry of the product \"{}\" among {}", product, *count)});
  }
  for (auto& [pool, steps] : pools) {
    history.usd_per_hour.emplace(pool, series_of(std::move(steps), history.origin));
  }
  return history;
}

}  // namespace signalbox::sim
