// SPDX-License-Identifier: Apache-2.0
//
// Bounded reading, and what is wrong in words; see profile_reading.h.
#include "apps/profile_reading.h"

#include <fmt/format.h>

#include <fstream>

#include "profiler/profile_file.h"

namespace signalbox::apps {

namespace {

constexpr std::streamsize kLargestProfile = 16 * 1024 * 1024;

// The measurement that lies beside a unit's YAML; any other path is one itself.
std::string measurement_of(const std::string& path) {
  if (!path.ends_with(profiler::kProfileYaml)) return path;
  return path.substr(0, path.size() - profiler::kProfileYaml.size()) +
         std::string(profiler::kProfileJson);
}

}  // namespace

Result<profiler::UnitProfile> read_profile(const std::string& named) {
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

}  // namespace signalbox::apps
