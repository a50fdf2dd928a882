// SPDX-License-Identifier: Apache-2.0
//
// Collecting the cases; see goldens.h.
#include "config/goldens.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "config/config.h"
#include "config/crd.h"
#include "config/schema.h"

namespace signalbox::config {

namespace {

constexpr auto kBroken = "src/config/testdata/broken";
constexpr auto kCrds = "deploy/crds/";
constexpr auto kSchema = "schema/signalbox.schema.json";

}  // namespace

std::string contents_of(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

std::vector<Golden> goldens() {
  std::vector<Golden> found;
  for (const auto& entry : std::filesystem::directory_iterator(kBroken)) {
    std::filesystem::path path = entry.path();
    if (path.extension() != ".yaml") continue;
    const auto result = load(contents_of(path.string()), path.filename().string());
    const std::string actual = result.ok() ? "loads without an error\n" : render(result.error());
    found.push_back({path.stem().string(), path.replace_extension(".expected").string(), actual});
  }
  std::sort(found.begin(), found.end(),
            [](const Golden& a, const Golden& b) { return a.name < b.name; });
  found.push_back({"schema", kSchema, schema_json()});
  for (const auto& kind : {kRoutedServices, kDeploymentUnits}) {
    found.push_back(
        {std::string(kind.plural),
         std::string(kCrds) + std::string(kApiGroup) + "_" + std::string(kind.plural) + ".yaml",
         crd_yaml(kind)});
  }
  return found;
}

}  // namespace signalbox::config
