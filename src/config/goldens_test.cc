// SPDX-License-Identifier: Apache-2.0
//
// Every message to an operator, word for word, and the schema, byte for byte. After a change on
// purpose: cmake --build build/release --target config_goldens, then read the diff.
#include "config/goldens.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>

namespace signalbox::config {
namespace {

TEST(Goldens, every_message_and_the_schema_are_as_agreed) {
  for (const auto& golden : goldens()) {
    EXPECT_EQ(contents_of(golden.path), golden.actual)
        << golden.path << " differs. If the new text is right, run:\n"
        << "  cmake --build build/release --target config_goldens";
  }
}

TEST(Goldens, no_broken_configuration_loads) {
  for (const auto& golden : goldens()) {
    EXPECT_NE(golden.actual, "loads without an error\n") << golden.name;
  }
}

TEST(Goldens, there_are_enough_and_none_is_left_over) {
  const auto all = goldens();
  EXPECT_GE(all.size(), 100U);
  for (const auto& entry : std::filesystem::directory_iterator("src/config/testdata/broken")) {
    const auto name = entry.path().stem().string();
    const bool is_known =
        std::any_of(all.begin(), all.end(), [&](const Golden& g) { return g.name == name; });
    EXPECT_TRUE(is_known) << entry.path() << " belongs to no broken configuration";
  }
}

}  // namespace
}  // namespace signalbox::config
