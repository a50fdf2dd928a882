// SPDX-License-Identifier: Apache-2.0
//
// A feed with one entry that makes no sense is refused whole: half a price list is none.
#include "wire/price_feeds.h"

#include <fmt/format.h>

#include <map>
#include <tuple>

#include "wire/dates.h"
#include "wire/json_document.h"

namespace signalbox::wire {

namespace {

Error wrong_entry(std::string_view list, std::size_t index, std::string_view what) {
  return Error{fmt::format("{}[{}] {}", list, index, what)};
}

}  // namespace

Result<std::vector<UnitPrice>> read_unit_prices(std::string_view text) {
  const auto document = read_json_object(text);
  if (!document.ok()) return document.error();
  const auto entries = objects_of(*document, "prices");
  if (!entries) {
    return Error{
        R"(has no list of prices; write {"prices": [{"unit": ..., "usd_per_hour": ...}]})"};
  }
  std::vector<UnitPrice> prices;
  for (std::size_t i = 0; i < entries->size(); ++i) {
    const json::object& entry = *(*entries)[i];
    const auto price = number_of(entry, "usd_per_hour");
    UnitPrice read{std::string(text_of(entry, "unit")), price.value_or(0.0), {}};
    if (read.unit.empty()) return wrong_entry("prices", i, "names no unit");
    if (!price) return wrong_entry("prices", i, "has no number under usd_per_hour");
    if (entry.contains("at")) {
      read.unix_nanos = parse_rfc3339(text_of(entry, "at"));
      if (!read.unix_nanos) {
        return wrong_entry("prices", i,
                           "has an 'at' that is no moment; write 2025-03-26T09:41:07Z");
      }
    }
    prices.push_back(std::move(read));
  }
  return prices;
}

Result<std::vector<SpotPrice>> read_aws_spot_prices(std::string_view text) {
  const auto document = read_json_object(text);
  if (!document.ok()) return document.error();
  constexpr const char* kList = "SpotPriceHistory";
  const auto entries = objects_of(*document, kList);
  if (!entries) {
    return Error{
        "has no SpotPriceHistory; it is what 'aws ec2 describe-spot-price-history' prints"};
  }
  std::map<std::tuple<std::string, std::string, std::string>, SpotPrice> newest;
  for (std::size_t i = 0; i < entries->size(); ++i) {
    const json::object& entry = *(*entries)[i];
    SpotPrice read{std::string(text_of(entry, "InstanceType")),
                   std::string(text_of(entry, "AvailabilityZone")),
                   std::string(text_of(entry, "ProductDescription"))};
    const auto price = number_of(entry, "SpotPrice");
    const auto at = parse_rfc3339(text_of(entry, "Timestamp"));
    if (read.instance_type.empty()) return wrong_entry(kList, i, "names no InstanceType");
    if (!price) return wrong_entry(kList, i, "has no number under SpotPrice");
    if (!at) return wrong_entry(kList, i, "has no moment under Timestamp");
    read.usd_per_hour = *price;
    read.unix_nanos = *at;
    const auto key = std::tuple(read.instance_type, read.zone, read.product);
    const auto [known, is_new] = newest.try_emplace(key, read);
    if (!is_new && known->second.unix_nanos < read.unix_nanos) known->second = std::move(read);
  }
  std::vector<SpotPrice> prices;
  for (auto& [key, price] : newest) prices.push_back(std::move(price));
  return prices;
}

}  // namespace signalbox::wire
