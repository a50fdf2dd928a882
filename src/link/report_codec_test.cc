// SPDX-License-Identifier: Apache-2.0
#include "link/report_codec.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <map>
#include <string>

#include "base/prng.h"
#include "core/model/testdata/fleets.h"

namespace signalbox::link {
namespace {

using core::RouterDigest;
using core::testdata::at;

std::string in_full(const RouterDigest& digest) {
  return ReportEncoder().encode(digest, 1).SerializeAsString();
}

TEST(ReportCodec, every_count_arrives) {
  RouterDigest digest;
  digest.view_version = 3;
  digest.leases_version = 4;
  digest.services = {{1, 2.5, 3.5, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, true, 15, 16s}};
  digest.units = {{1, 2, 3, 1.5, 0.5, 6, 7.5, 1.25}};
  digest.endpoints = {{EndpointId(9), UnitId(0), 1, 2, 3, true, 4}};
  ReportDecoder decoder;
  const RouterDigest heard = decoder.take(ReportEncoder().encode(digest, 1), at(5s));
  EXPECT_EQ(in_full(heard), in_full(digest));
  EXPECT_EQ(heard.at, at(5s));
  EXPECT_EQ(heard.leases_version, 4U);
}

TEST(ReportCodec, endpoints_where_nothing_happened_are_not_told) {
  RouterDigest digest;
  for (std::uint64_t id = 1; id <= 1000; ++id) {
    digest.endpoints.push_back({EndpointId(id), UnitId(0), 0, 0, 0, false, 0});
  }
  digest.endpoints[500].in_flight = 1;
  ReportEncoder encoder;
  EXPECT_EQ(encoder.encode(digest, 1).endpoints_size(), 1);
  EXPECT_EQ(encoder.encode(digest, 1).endpoints_size(), 0) << "it was told";
}

RC_GTEST_PROP(ReportCodec, what_is_heard_is_what_was_counted_whatever_came_before, ()) {
  Prng prng(*rc::gen::arbitrary<std::uint64_t>());
  ReportEncoder encoder;
  ReportDecoder decoder;
  std::map<std::uint64_t, core::EndpointDigest> endpoints;
  for (int step = 0; step < 40; ++step) {
    for (std::uint64_t changes = prng.below(5); changes > 0; --changes) {
      const std::uint64_t id = prng.below(12);
      if (prng.below(4) == 0) {
        endpoints.erase(id);
      } else {
        auto& one = endpoints[id];
        one.endpoint = EndpointId(id);
        one.in_flight = static_cast<int>(prng.below(3));
        one.forwarded += prng.below(2);
      }
    }
    RouterDigest digest;
    for (const auto& [id, endpoint] : endpoints) digest.endpoints.push_back(endpoint);
    RouterDigest heard = decoder.take(encoder.encode(digest, 1), at(0s));
    RC_ASSERT(in_full(heard) == in_full(digest));
  }
}

}  // namespace
}  // namespace signalbox::link
