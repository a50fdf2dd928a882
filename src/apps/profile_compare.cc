// SPDX-License-Identifier: Apache-2.0
//
// From files to tables; see profile_compare.h.
#include "apps/profile_compare.h"

#include <fmt/format.h>

#include <string_view>
#include <utility>

#include "apps/exit_code.h"
#include "apps/profile_reading.h"
#include "profiler/compare.h"
#include "profiler/compare_plot.h"
#include "profiler/profile_report.h"

namespace signalbox::apps {

namespace {

int complain(std::string_view message) {
  fmt::print(stderr, "signalbox profile --compare: {}\n", message);
  return kExitBadUsage;
}

}  // namespace

int profile_compare(const ProfileCompareOptions& options) {
  std::vector<profiler::UnitProfile> profiles;
  for (const std::string& file : options.files) {
    auto profile = read_profile(file);
    if (!profile.ok()) return complain(profile.error().message);
    profiles.push_back(std::move(*profile));
  }
  if (profiles.empty())
    return complain("no file is named; give those that signalbox profile wrote");
  const profiler::UnitComparison comparison = profiler::compare_profiles(profiles);
  std::vector<std::string> drawn;
  if (!options.out.empty()) {
    auto paths =
        profiler::write_drawing(profiler::compare_plot(comparison), options.out + "/comparison");
    if (!paths.ok()) return complain("--out: " + paths.error().message);
    drawn = std::move(*paths);
  }
  fmt::print("{}", options.json ? profiler::comparison_json(comparison)
                                : profiler::render_comparison(comparison));
  if (!options.json && !drawn.empty()) fmt::print("\nDrawn in {} and {}\n", drawn[0], drawn[1]);
  return kExitOk;
}

}  // namespace signalbox::apps
