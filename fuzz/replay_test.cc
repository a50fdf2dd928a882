// SPDX-License-Identifier: Apache-2.0
//
// The corpus read again, in whatever build the tests are of: every input that once opened a new way
// through a parser, and every one that was once a find.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "fuzz/driver.h"
#include "fuzz/target.h"

namespace signalbox::fuzz {

// For the names of the tests: by default the bytes of the struct are printed.
void PrintTo(const Target& target, std::ostream* out) { *out << target.what; }

namespace {

namespace fs = std::filesystem;

constexpr const char* kCorpus = "fuzz/corpus";
constexpr std::uintmax_t kMostBytes = 16 * 1024;  // of one target's corpus: it is read by people

std::vector<fs::path> inputs_of(std::string_view target) {
  std::vector<fs::path> inputs;
  std::error_code none;
  for (const auto& entry : fs::directory_iterator(fs::path(kCorpus) / target, none)) {
    inputs.push_back(entry.path());
  }
  return inputs;
}

std::string read(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

class Corpus : public ::testing::TestWithParam<Target> {};

TEST_P(Corpus, holds) {
  const Target& target = GetParam();
  setenv(kTargetVariable, target.name.data(), 1);
  LLVMFuzzerInitialize(nullptr, nullptr);
  const auto inputs = inputs_of(target.name);
  EXPECT_FALSE(inputs.empty()) << "no inputs in " << kCorpus << "/" << target.name;
  std::uintmax_t bytes = 0;
  for (const fs::path& file : inputs) {
    const std::string input = read(file);
    bytes += input.size();
    try {
      LLVMFuzzerTestOneInput(reinterpret_cast<const std::uint8_t*>(input.data()), input.size());
    } catch (const Find& find) {
      ADD_FAILURE() << file.string() << ": " << find.what();
    }
  }
  EXPECT_LE(bytes, kMostBytes) << "make it smaller: fuzz/run.py --minimise";
}

INSTANTIATE_TEST_SUITE_P(Of, Corpus, ::testing::ValuesIn(targets().begin(), targets().end()),
                         [](const auto& which) { return std::string(which.param.name); });

TEST(FuzzCorpus, has_no_folder_of_a_target_that_is_none) {
  for (const auto& folder : fs::directory_iterator(kCorpus)) {
    const std::string name = folder.path().filename().string();
    EXPECT_NE(std::ranges::find(targets(), name, &Target::name), targets().end()) << name;
  }
}

}  // namespace
}  // namespace signalbox::fuzz
