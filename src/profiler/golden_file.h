// SPDX-License-Identifier: Apache-2.0
//
// For tests: compares text with a file under src/profiler/golden/, which a person reviews like
// code. Run a test with SIGNALBOX_UPDATE_GOLDEN=1 to write what it produced, then look at the diff.
#pragma once

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <sstream>
#include <string>

namespace signalbox::profiler::testing {

inline void expect_golden(const std::string& name, const std::string& actual) {
  const std::string path = "src/profiler/golden/" + name;
  if (std::getenv("SIGNALBOX_UPDATE_GOLDEN") != nullptr) {
    std::ofstream(path, std::ios::binary) << actual;
  }
  std::ifstream file(path, std::ios::binary);
  ASSERT_TRUE(file) << path << " is missing; write it with SIGNALBOX_UPDATE_GOLDEN=1";
  std::ostringstream expected;
  expected << file.rdbuf();
  EXPECT_EQ(expected.str(), actual) << "differs from " << path;
}

}  // namespace signalbox::profiler::testing
