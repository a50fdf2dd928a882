// SPDX-License-Identifier: Apache-2.0
//
// The choice of a target; see driver.h.
#include "fuzz/driver.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>

#include "fuzz/target.h"

namespace {

using signalbox::fuzz::kTargetVariable;
using signalbox::fuzz::Target;
using signalbox::fuzz::targets;

const Target* chosen = nullptr;

}  // namespace

extern "C" int LLVMFuzzerInitialize(int*, char***) {
  const char* named = std::getenv(kTargetVariable);
  const std::string_view name = named == nullptr ? "" : named;
  const auto found = std::ranges::find(targets(), name, &Target::name);
  if (found != targets().end()) {
    chosen = &*found;
    return 0;
  }
  std::fprintf(stderr, "fuzz-parsers: %s must name a target; there are:\n", kTargetVariable);
  for (const Target& target : targets()) {
    std::fprintf(stderr, "  %-26s %s\n", target.name.data(), target.what.data());
  }
  std::exit(2);
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  chosen->run({reinterpret_cast<const char*>(data), size});
  return 0;
}
