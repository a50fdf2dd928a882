// SPDX-License-Identifier: Apache-2.0
//
// Digests as reports: what was counted of services and units whole, of endpoints what is different
// from the report before. A fleet has thousands of endpoints, and a gateway leases on some.
#pragma once

#include <cstdint>
#include <vector>

#include "core/model/digest.h"
#include "link/link.pb.h"

namespace signalbox::link {

// Of one call, a gateway's side.
class ReportEncoder {
 public:
  // `spec` is the version of the configuration that the digest's ids are of.
  v1::Report encode(const core::RouterDigest& digest, std::uint64_t spec);

 private:
  std::vector<core::EndpointDigest> told_;  // ordered by id
};

// Of one call, a controller's side.
class ReportDecoder {
 public:
  // The digest as it was, but for its time, which is `now`.
  const core::RouterDigest& take(const v1::Report& report, TimePoint now);

 private:
  core::RouterDigest latest_;
};

}  // namespace signalbox::link
