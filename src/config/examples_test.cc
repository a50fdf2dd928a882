// SPDX-License-Identifier: Apache-2.0
//
// The examples are promises: each loads, the minimal one is as short as we say, and the annotated
// one shows every key with the default it claims.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <set>
#include <string>

#include "config/config.h"
#include "config/goldens.h"
#include "config/table.h"
#include "config/yaml_tree.h"

namespace signalbox::config {
namespace {

Config loaded(const std::string& path) {
  auto config = load_file(path);
  EXPECT_TRUE(config.ok()) << (config.ok() ? "" : render(config.error()));
  return config.ok() ? *config : Config{};
}

// The path of every key the table knows, with NAME for names and [] for items.
void collect_known(const Section& section, const std::string& path, std::set<std::string>& out) {
  for (const auto& field : section.fields) {
    std::string key = child_path(path, field.key);
    out.insert(key);
    if (field.shape == Shape::kByName) key += ".NAME";
    if (field.shape == Shape::kList) key += "[]";
    if (field.section != nullptr) collect_known(*field.section, key, out);
  }
}

void collect_used(const Node& node, const Section& section, const std::string& path,
                  std::set<std::string>& out) {
  for (const auto& pair : node.pairs) {
    const Field& field = *section.find(pair.key);
    const std::string key = child_path(path, pair.key);
    out.insert(key);
    if (field.section == nullptr) continue;
    if (field.shape == Shape::kOne) collect_used(pair.value, *field.section, key, out);
    for (const auto& item : pair.value.items) {
      collect_used(item, *field.section, key + "[]", out);
    }
    if (field.shape != Shape::kByName) continue;
    for (const auto& named : pair.value.pairs) {
      collect_used(named.value, *field.section, key + ".NAME", out);
    }
  }
}

TEST(Examples, all_load) {
  int count = 0;
  for (const auto& entry : std::filesystem::directory_iterator("examples")) {
    if (entry.path().extension() != ".yaml") continue;
    loaded(entry.path().string());
    ++count;
  }
  EXPECT_GE(count, 5);
}

TEST(Examples, the_minimal_one_has_15_lines_and_two_servers) {
  const std::string text = contents_of("examples/minimal.yaml");
  EXPECT_LE(std::count(text.begin(), text.end(), '\n'), 15);
  const Config config = loaded("examples/minimal.yaml");
  ASSERT_EQ(config.fleet.units.size(), 2U);
  EXPECT_EQ(config.fleet.units[0].endpoints.size() + config.fleet.units[1].endpoints.size(), 2U);
  EXPECT_EQ(config.fleet.services[0].paths, std::vector<std::string>{"/*"});
}

TEST(Examples, the_papers_units_have_its_prices_and_plateaus) {
  const Config config = loaded("examples/paper.yaml");
  const double prices[] = {0.7582, 1.3438, 1.0060, 0.8048, 1.0060};
  const double plateaus_per_min[] = {123, 138, 100, 65, 71};
  ASSERT_EQ(config.fleet.units.size(), 5U);
  for (std::size_t i = 0; i < 5; ++i) {
    EXPECT_DOUBLE_EQ(config.fleet.units[i].price_usd_per_hour, prices[i]);
    EXPECT_NEAR(config.fleet.units[i].plateau_per_s() * 60, plateaus_per_min[i], 1e-5);
    EXPECT_TRUE(config.fleet.units[i].managed);
  }
  EXPECT_EQ(config.emulator, (core::Address{"127.0.0.1", 9100}));
}

// One process cannot be everything: what only a controller in a cluster or a gateway of many has is
// shown in examples of their own.
TEST(Examples, the_annotated_ones_show_every_key) {
  std::set<std::string> known, used;
  collect_known(kRoot, "", known);
  for (const std::string name : {"annotated", "kubernetes", "gateway"}) {
    const std::string contents = contents_of("examples/" + name + ".yaml");
    const Text text(contents, name);
    Report report(text);
    const auto root = parse_yaml(text, report);
    ASSERT_TRUE(root.has_value()) << name;
    collect_used(*root, kRoot, "", used);
  }
  EXPECT_EQ(used, known);
}

}  // namespace
}  // namespace signalbox::config
