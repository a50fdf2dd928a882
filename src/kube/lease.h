// SPDX-License-Identifier: Apache-2.0
//
// A Lease (coordination.k8s.io/v1) as we read and write it: who leads, and since when he says so.
// Whatever else stands in the object is kept when it is written back.
#pragma once

#include <cstdint>
#include <string>

#include "base/time.h"
#include "wire/kube_object.h"

namespace signalbox::kube {

// Where the holder is reached by those who follow him.
inline constexpr const char* kAddressAnnotation = "signalbox.dev/address";

struct LeaseRecord {
  std::string holder;  // empty = nobody
  std::string address;
  Duration duration = 15s;
  std::string acquired, renewed;  // as the holder wrote them: compared, never computed with
  std::int64_t transitions = 0;
  bool operator==(const LeaseRecord&) const = default;
};

LeaseRecord read_lease(const wire::json::object& lease);

// The object with this record in it.
wire::json::object with_record(wire::json::object lease, const LeaseRecord& record);

// A Lease that is new.
wire::json::object new_lease(const std::string& space, const std::string& name,
                             const LeaseRecord& record);

// "2025-03-26T09:41:07.250000Z", the form of MicroTime.
std::string micro_time(std::int64_t unix_nanos);
// "2025-03-26T09:41:07Z", the form of Time.
std::string second_time(std::int64_t unix_nanos);

}  // namespace signalbox::kube
