// SPDX-License-Identifier: Apache-2.0
//
// As price lists, refused whole where one entry makes no sense; see capacity_feeds.h.
#include "wire/capacity_feeds.h"

#include <fmt/format.h>

#include <cmath>

#include "wire/dates.h"
#include "wire/json_document.h"

namespace signalbox::wire {

namespace {

constexpr double kMostReplicas = 1e6;

Result<SpotNotice> notice_of(const json::object& entry) {
  SpotNotice notice{std::string(text_of(entry, "endpoint")), std::string(text_of(entry, "action"))};
  const auto at = parse_rfc3339(text_of(entry, "time"));
  if (notice.action.empty()) return Error{"has no action"};
  if (!at) return Error{"has no moment under time; write 2025-03-26T09:43:07Z"};
  notice.unix_nanos = *at;
  return notice;
}

}  // namespace

Result<std::vector<UnitQuota>> read_quotas(std::string_view text) {
  const auto document = read_json_object(text);
  if (!document.ok()) return document.error();
  const auto entries = objects_of(*document, "quotas");
  if (!entries) {
    return Error{
        R"(has no list of quotas; write {"quotas": [{"unit": ..., "max_replicas": ...}]})"};
  }
  std::vector<UnitQuota> quotas;
  for (std::size_t i = 0; i < entries->size(); ++i) {
    const json::object& entry = *(*entries)[i];
    UnitQuota quota{std::string(text_of(entry, "unit")), {}};
    if (quota.unit.empty()) return Error{fmt::format("quotas[{}] names no unit", i)};
    const auto* most = entry.if_contains("max_replicas");
    if (most == nullptr || !most->is_null()) {
      const auto number = number_of(entry, "max_replicas");
      if (!number || !(*number >= 0.0) || *number > kMostReplicas ||
          *number != std::floor(*number)) {
        return Error{fmt::format(
            "quotas[{}] has no whole number from 0 to 1000000, nor null, under max_replicas", i)};
      }
      quota.max_replicas = static_cast<int>(*number);
    }
    quotas.push_back(std::move(quota));
  }
  return quotas;
}

Result<std::vector<SpotNotice>> read_spot_notices(std::string_view text) {
  const auto document = read_json_object(text);
  if (!document.ok()) return document.error();
  const auto entries = objects_of(*document, "notices");
  if (!entries) {
    return Error{
        R"(has no list of notices; write {"notices": [{"endpoint": ..., "action": ..., "time": ...}]})"};
  }
  std::vector<SpotNotice> notices;
  for (std::size_t i = 0; i < entries->size(); ++i) {
    auto notice = notice_of(*(*entries)[i]);
    if (!notice.ok()) return Error{fmt::format("notices[{}] {}", i, notice.error().message)};
    if (notice->endpoint.empty()) return Error{fmt::format("notices[{}] names no endpoint", i)};
    notices.push_back(std::move(*notice));
  }
  return notices;
}

Result<SpotNotice> read_instance_action(std::string_view text) {
  const auto document = read_json_object(text);
  if (!document.ok()) return document.error();
  return notice_of(*document);
}

}  // namespace signalbox::wire
