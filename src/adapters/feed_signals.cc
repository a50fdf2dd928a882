// SPDX-License-Identifier: Apache-2.0
//
// See feed_signals.h.
#include "adapters/feed_signals.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "wire/capacity_feeds.h"
#include "wire/price_feeds.h"

namespace signalbox::adapters {

namespace {

bool speaks_of(const FeedContext& context, const std::string& unit) {
  const auto& units = context.units;
  return units.empty() || std::find(units.begin(), units.end(), unit) != units.end();
}

Refusal no_feed(const Error& error) { return {"document", error.message}; }

}  // namespace

FeedSignals price_signals(std::string_view document, const FeedContext& context) {
  const auto prices = wire::read_unit_prices(document);
  if (!prices.ok()) return no_feed(prices.error());
  std::vector<core::Signal> signals;
  for (const auto& price : *prices) {
    const auto unit = context.view.spec->find_unit(price.unit);
    if (!unit || !speaks_of(context, price.unit)) continue;
    const TimePoint at =
        price.unix_nanos ? moment_of(*price.unix_nanos, context.heard) : context.heard.at;
    signals.push_back({at, context.source, core::PriceQuote{*unit, price.usd_per_hour}});
  }
  return signals;
}

FeedSignals aws_spot_signals(std::string_view document, std::string_view product,
                             const FeedContext& context) {
  const auto prices = wire::read_aws_spot_prices(document);
  if (!prices.ok()) return no_feed(prices.error());
  std::vector<core::Signal> signals;
  const auto& units = context.view.spec->units;
  for (std::size_t i = 0; i < units.size(); ++i) {
    const core::UnitSpec& unit = units[i];
    const bool is_meant =
        context.units.empty() ? unit.tier == core::Tier::kSpot : speaks_of(context, unit.name);
    if (!is_meant) continue;
    std::optional<double> dearest;
    for (const auto& price : *prices) {
      const bool fits = price.instance_type == unit.hardware && price.product == product &&
                        (unit.zone.empty() || price.zone == unit.zone);
      if (fits) dearest = std::max(dearest.value_or(price.usd_per_hour), price.usd_per_hour);
    }
    if (!dearest) continue;
    signals.push_back({context.written, context.source,
                       core::PriceQuote{UnitId{static_cast<std::uint32_t>(i)}, *dearest}});
  }
  return signals;
}

FeedSignals quota_signals(std::string_view document, const FeedContext& context) {
  const auto quotas = wire::read_quotas(document);
  if (!quotas.ok()) return no_feed(quotas.error());
  std::vector<core::Signal> signals;
  for (const auto& quota : *quotas) {
    const auto unit = context.view.spec->find_unit(quota.unit);
    if (!unit || !speaks_of(context, quota.unit)) continue;
    signals.push_back({context.heard.at, context.source,
                       core::CapacityLimit{*unit, quota.max_replicas.value_or(-1)}});
  }
  return signals;
}

FeedSignals notice_signals(std::string_view document, std::vector<EndpointId>& noticed,
                           const FeedContext& context) {
  const auto notices = wire::read_spot_notices(document);
  if (!notices.ok()) return no_feed(notices.error());
  std::vector<core::Signal> signals;
  std::vector<EndpointId> now;
  for (const auto& endpoint : context.view.endpoints) {
    const auto notice =
        std::find_if(notices->begin(), notices->end(), [&](const wire::SpotNotice& one) {
          return one.endpoint == core::to_string(endpoint.address);
        });
    const bool had = std::find(noticed.begin(), noticed.end(), endpoint.id) != noticed.end();
    if (notice != notices->end() &&
        speaks_of(context, context.view.spec->unit(endpoint.unit).name)) {
      now.push_back(endpoint.id);
      signals.push_back(
          {context.heard.at, context.source,
           core::EndpointLeaving{endpoint.id, announced_for(notice->unix_nanos, context.heard)}});
    } else if (had) {
      signals.push_back(
          {context.heard.at, context.source, core::EndpointLeaving{endpoint.id, TimePoint::max()}});
    }
  }
  noticed = std::move(now);
  return signals;
}

}  // namespace signalbox::adapters
