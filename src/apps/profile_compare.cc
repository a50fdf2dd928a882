// SPDX-License-Identifier: Apache-2.0
//
// From files to tables; see profile_compare.h.
#include "apps/profile_compare.h"

#include <fmt/format.h>

#include <fstream>
#include <string_view>
#include <utility>

#include "apps/exit_code.h"
#include "base/result.h"
#include "profiler/compare.h"
#include "profiler/compare_plot.h"
#include "profiler/profile_file.h"
#include "profiler/profile_report.h"

namespace signalbox::apps {

namespace {

constexpr std::streamsize kLargestProfile = 16 * 1024 * 1024;

int complain(std::string_view message) {
  fmt::print(stderr, "signalbox profile --compare: {}\n", message);
  return kExitBadUsage;
}

// The measurement that lies beside a unit's YAML; any other path is one itself.
std::string measurement_of(const std::string& path) {
  if (!path.ends_with(profiler::kProfileYaml)) return path;
  return path.substr(0, path.size() - profiler::kProfileYaml.size()) +
         std::string(profiler::kProfileJson);
}

Result<profiler::UnitProfile> read(const std::string& named) {
  const std::string path = measurement_of(named);
  std::ifstream file(path, std::ios::binary);
  if (!file) {
    return Error{
        fmt::format("cannot read '{}'{}; signalbox profile URL --out FOLDER writes it", path,
                    path == named ? "" : fmt::format(", which should lie beside '{}'", named))};
  }
  std::string text(static_cast<std::size_t>(kLargestProfile) + 1, '\0');
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  if (file.gcount() > kLargestProfile) return Error{fmt::format("'{}' is above 16 MiB", path)};
  text.resize(static_cast<std::size_t>(file.gcount()));
  auto profile = profiler::parse_profile(text);
  if (!profile.ok()) {
    return Error{
        fmt::format("'{}' is no profile: {}; give a .profile.json, or the .profile.yaml "
                    "that lies beside it",
                    path, profile.error().message)};
  }
  return profile;
}

}  // namespace

int profile_compare(const ProfileCompareOptions& options) {
  std::vector<profiler::UnitProfile> profiles;
  for (const std::string& file : options.files) {
    auto profile = read(file);
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
