// SPDX-License-Identifier: Apache-2.0
//
// See lease.h; https://kubernetes.io/docs/reference/kubernetes-api/cluster-resources/lease-v1/
#include "kube/lease.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>

namespace signalbox::kube {

namespace {

constexpr std::int64_t kLongest = 3600;  // seconds; longer is a mistake of somebody's

wire::json::object& child(wire::json::object& of, const char* key) {
  auto& value = of[key];
  return value.is_object() ? value.get_object() : value.emplace_object();
}

}  // namespace

LeaseRecord read_lease(const wire::json::object& lease) {
  LeaseRecord record;
  record.holder = wire::text_at(lease, {"spec", "holderIdentity"});
  record.address = wire::annotation_of(lease, kAddressAnnotation);
  record.duration =
      std::clamp<std::int64_t>(wire::integer_at(lease, {"spec", "leaseDurationSeconds"}, 15), 1,
                               kLongest) *
      1s;
  record.acquired = wire::text_at(lease, {"spec", "acquireTime"});
  record.renewed = wire::text_at(lease, {"spec", "renewTime"});
  record.transitions = wire::integer_at(lease, {"spec", "leaseTransitions"}, 0);
  return record;
}

wire::json::object with_record(wire::json::object lease, const LeaseRecord& record) {
  auto& annotations = child(child(lease, "metadata"), "annotations");
  if (record.address.empty()) {
    annotations.erase(kAddressAnnotation);
  } else {
    annotations[kAddressAnnotation] = record.address;
  }
  auto& spec = child(lease, "spec");
  spec["holderIdentity"] = record.holder;
  spec["leaseDurationSeconds"] =
      std::chrono::duration_cast<std::chrono::seconds>(record.duration).count();
  spec["acquireTime"] = record.acquired;
  spec["renewTime"] = record.renewed;
  spec["leaseTransitions"] = record.transitions;
  return lease;
}

wire::json::object new_lease(const std::string& space, const std::string& name,
                             const LeaseRecord& record) {
  return with_record({{"apiVersion", "coordination.k8s.io/v1"},
                      {"kind", "Lease"},
                      {"metadata", {{"name", name}, {"namespace", space}}}},
                     record);
}

std::string micro_time(std::int64_t unix_nanos) {
  const std::string seconds = second_time(unix_nanos);
  const std::int64_t within = ((unix_nanos % 1'000'000'000) + 1'000'000'000) % 1'000'000'000;
  return fmt::format("{}.{:06}Z", seconds.substr(0, seconds.size() - 1), within / 1000);
}

std::string second_time(std::int64_t unix_nanos) {
  using namespace std::chrono;
  const sys_time<nanoseconds> at{nanoseconds(unix_nanos)};
  const auto day = floor<days>(at);
  const year_month_day date(day);
  const hh_mm_ss time(floor<seconds>(at - day));
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}Z", static_cast<int>(date.year()),
                     static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                     time.hours().count(), time.minutes().count(), time.seconds().count());
}

}  // namespace signalbox::kube
