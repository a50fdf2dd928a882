// SPDX-License-Identifier: Apache-2.0
//
// Bytes into files; see profile_report.h.
#include "profiler/profile_report.h"

#include <fmt/format.h>

#include <fstream>
#include <optional>
#include <string_view>
#include <utility>

#include "base/assert.h"
#include "profiler/drawing_png.h"
#include "profiler/drawing_svg.h"
#include "profiler/plot.h"
#include "profiler/profile_file.h"

namespace signalbox::profiler {

namespace {

std::optional<Error> write(const std::string& path, std::string_view bytes) {
  std::ofstream file(path, std::ios::binary | std::ios::trunc);
  file.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  file.close();
  if (file) return std::nullopt;
  return Error{fmt::format("cannot write '{}': is the folder there, and is it yours?", path)};
}

}  // namespace

Result<std::vector<std::string>> write_drawing(const Drawing& drawing, const std::string& stem) {
  const auto png = png_of(drawing);
  if (!png.ok()) return png.error();
  std::vector<std::string> paths = {stem + ".svg", stem + ".png"};
  if (auto error = write(paths[0], svg_of(drawing))) return *error;
  if (auto error = write(paths[1], *png)) return *error;
  return paths;
}

Result<std::vector<std::string>> write_plots(const UnitProfile& profile,
                                             const std::string& folder) {
  SIGNALBOX_ASSERT(!profile.name.empty() && profile.name.find('/') == std::string::npos);
  const std::string stem = folder + "/" + profile.name;
  auto paths = write_drawing(plot_of(profile), stem + ".profile");
  if (!paths.ok()) return paths;
  paths->push_back(stem + std::string(kProfileJson));
  if (auto error = write(paths->back(), profile_json(profile))) return *error;
  return paths;
}

}  // namespace signalbox::profiler
