// SPDX-License-Identifier: Apache-2.0
#include "journal/core_codec.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <limits>

#include "journal/bytes.h"
#include "journal/running_hash.h"
#include "journal/test_drive.h"

namespace signalbox::journal {
namespace {

template <class T>
std::string bytes_of(const T& value) {
  std::string bytes;
  encode(value, bytes);
  return bytes;
}

RC_GTEST_PROP(Bytes, numbers_come_back_as_they_went, ()) {
  const auto natural = *rc::gen::arbitrary<std::uint64_t>();
  const auto integer = *rc::gen::arbitrary<std::int64_t>();
  const auto real = *rc::gen::arbitrary<double>();
  const auto text = *rc::gen::arbitrary<std::string>();
  std::string bytes;
  ByteWriter out(bytes);
  out.varint(natural);
  out.zigzag(integer);
  out.f64(real);
  out.text(text);
  out.u32(static_cast<std::uint32_t>(natural));
  ByteReader in(bytes);
  RC_ASSERT(in.varint() == natural);
  RC_ASSERT(in.zigzag() == integer);
  RC_ASSERT(in.f64() == real);
  RC_ASSERT(in.text() == text);
  RC_ASSERT(in.u32() == static_cast<std::uint32_t>(natural));
  RC_ASSERT(in.ok() && in.at_end());
}

TEST(Bytes, the_extremes_of_integers_come_back) {
  for (const std::int64_t value : {std::numeric_limits<std::int64_t>::min(), std::int64_t{-1},
                                   std::int64_t{0}, std::numeric_limits<std::int64_t>::max()}) {
    std::string bytes;
    ByteWriter(bytes).zigzag(value);
    EXPECT_EQ(ByteReader(bytes).zigzag(), value);
  }
}

TEST(Bytes, a_reader_fails_once_and_then_gives_zeros) {
  ByteReader reader(
      std::string_view("\x05"
                       "ab",
                       3));
  EXPECT_EQ(reader.text(), "");
  EXPECT_FALSE(reader.ok());
  EXPECT_EQ(reader.u64(), 0U);
  EXPECT_TRUE(reader.at_end());
}

RC_GTEST_PROP(Decision, comes_back_byte_for_byte_and_field_for_field, ()) {
  core::Decision decision;
  decision.request = RequestId(*rc::gen::arbitrary<std::uint64_t>());
  decision.service = ServiceId(*rc::gen::arbitrary<std::uint32_t>());
  decision.action = static_cast<core::Action>(*rc::gen::inRange(0, 3));
  decision.mode = static_cast<core::Mode>(*rc::gen::inRange(0, 2));
  decision.attempt = *rc::gen::arbitrary<std::uint8_t>();
  decision.late = *rc::gen::arbitrary<bool>();
  decision.view_version = *rc::gen::arbitrary<std::uint64_t>();
  decision.at = TimePoint{Duration{*rc::gen::arbitrary<std::int64_t>()}};
  decision.status = *rc::gen::arbitrary<int>();
  decision.reason = static_cast<core::RejectReason>(*rc::gen::inRange(0, 8));
  for (int i = *rc::gen::inRange(0, 4); i > 0; --i) decision.fallbacks.push_back(EndpointId(7));
  for (int i = *rc::gen::inRange(0, 17); i > 0; --i) {
    core::Candidate candidate;
    candidate.unit = UnitId(static_cast<std::uint32_t>(i));
    candidate.probability = *rc::gen::arbitrary<double>();
    candidate.verdict = static_cast<core::Verdict>(*rc::gen::inRange(0, 8));
    decision.candidates.push_back(candidate);
  }
  const std::string bytes = bytes_of(decision);
  const auto back = decode_decision(bytes);
  RC_ASSERT(back.ok());
  RC_ASSERT(bytes_of(*back) == bytes);
  RC_ASSERT(back->request == decision.request);
  RC_ASSERT(back->action == decision.action);
  RC_ASSERT(back->at == decision.at);
  RC_ASSERT(back->candidates.size() == decision.candidates.size());
}

TEST(Decision, what_it_rests_on_is_part_of_its_bytes) {
  core::Decision one;
  one.candidates.push_back(
      {UnitId(0), core::Verdict::kChosen, EndpointId(1), 10ms, 0.99, 0.001, 0.0});
  core::Decision other = one;
  other.candidates[0].probability = std::nextafter(0.99, 1.0);
  EXPECT_NE(bytes_of(one), bytes_of(other));
}

TEST(FleetSpec, comes_back_as_it_went) {
  for (const auto& spec :
       {testing::drive_fleet(), core::testdata::paper_fleet(), core::FleetSpec{}}) {
    const std::string bytes = bytes_of(spec);
    const auto back = decode_spec(bytes);
    ASSERT_TRUE(back.ok()) << back.error().message;
    EXPECT_EQ(bytes_of(*back), bytes);
    ASSERT_EQ(back->units.size(), spec.units.size());
    for (std::size_t i = 0; i < spec.units.size(); ++i) {
      EXPECT_EQ(back->units[i].name, spec.units[i].name);
      EXPECT_EQ(back->units[i].plateau_per_s(), spec.units[i].plateau_per_s());
      EXPECT_EQ(back->units[i].endpoints, spec.units[i].endpoints);
    }
  }
}

TEST(FleetSpec, that_contradicts_itself_is_refused) {
  auto spec = testing::drive_fleet();
  spec.services[0].units.push_back(UnitId(99));
  EXPECT_FALSE(decode_spec(bytes_of(spec)).ok());
}

// Profiles and ids of damaged specs must not reach the core, whose contracts would end the process.
TEST(FleetSpec, any_change_of_a_byte_is_refused_or_gives_a_sound_spec) {
  const std::string bytes = bytes_of(testing::drive_fleet());
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    for (const char flip : {'\x01', '\x80', '\xFF'}) {
      std::string damaged = bytes;
      damaged[i] = static_cast<char>(damaged[i] ^ flip);
      if (const auto spec = decode_spec(damaged); spec.ok()) {
        for (const auto& service : spec->services) {
          for (const UnitId unit : service.units) EXPECT_LT(unit.index(), spec->units.size());
        }
      }
    }
  }
}

TEST(Signal, of_every_kind_comes_back) {
  const TimePoint now{12s};
  const std::vector<core::Signal> signals = {
      {now, "market", core::PriceQuote{UnitId(1), 0.75}},
      {now, "pool", core::CapacityLimit{UnitId(1), -1}},
      {now, "actuator", core::LaunchRefused{EndpointId(4), UnitId(2), "no capacity"}},
      {now, "actuator", core::EndpointReady{EndpointId(4), {"10.0.0.9", 8443}}},
      {now, "actuator", core::EndpointGone{EndpointId(4), ""}},
      {now, "provider", core::EndpointLeaving{EndpointId(4), now + 120s}},
      {now, "kubernetes",
       core::EndpointFound{EndpointId(core::kFoundEndpointBit | 9), UnitId(1), EndpointId(4)}},
      {now, "probe", core::ProbeResult{EndpointId(4), false}}};
  for (const auto& signal : signals) {
    const auto back = decode_signal(bytes_of(signal));
    ASSERT_TRUE(back.ok());
    EXPECT_EQ(bytes_of(*back), bytes_of(signal));
    EXPECT_EQ(back->body.index(), signal.body.index());
    EXPECT_EQ(back->source, signal.source);
  }
}

RC_GTEST_PROP(Decoding, any_bytes_are_read_or_refused, ()) {
  const auto bytes = *rc::gen::arbitrary<std::string>();
  static_cast<void>(decode_spec(bytes));
  static_cast<void>(decode_signal(bytes));
  static_cast<void>(decode_decision(bytes));
}

TEST(RunningHash, tells_order_and_division_apart) {
  const auto hash_of = [](std::vector<std::string> parts) {
    RunningHash hash;
    for (const auto& part : parts) hash.add(part);
    return hash.value();
  };
  EXPECT_EQ(hash_of({"ab", "c"}), hash_of({"ab", "c"}));
  EXPECT_NE(hash_of({"ab", "c"}), hash_of({"a", "bc"}));
  EXPECT_NE(hash_of({"ab", "c"}), hash_of({"c", "ab"}));
  EXPECT_NE(hash_of({""}), hash_of({}));
}

}  // namespace
}  // namespace signalbox::journal
