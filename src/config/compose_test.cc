// SPDX-License-Identifier: Apache-2.0
//
// A file and objects become one configuration, and what is wrong is somebody's: B72.
#include "config/compose.h"

#include <gtest/gtest.h>

#include <string>

#include "config/goldens.h"
#include "config/yaml_writer.h"

namespace signalbox::config {
namespace {

constexpr std::string_view kBase = "cluster: {}\ncontrol: {dwell: 2m}\n";

Supplement unit(std::string name, std::string more = "", std::string home = "vision") {
  return {kDeploymentUnits, name, std::move(home),
          R"({"price": "1 USD/hour", "plateau": "5/s", "replicas": {"max": 4}, "kubernetes":
              {"deployment": ")" +
              name + "\"}" + more + "}",
          ""};
}
Supplement service(std::string name, const std::string& path, const std::string& units = "") {
  return {kRoutedServices, std::move(name), "vision",
          R"({"paths": [")" + path + R"("])" +
              (units.empty() ? "" : R"(, "units": [")" + units + R"("])") + "}",
          ""};
}

Composition composed(const std::vector<Supplement>& supplements, std::string_view base = kBase) {
  auto made = compose(base, "signalbox.yaml", supplements);
  EXPECT_TRUE(made.ok()) << (made.ok() ? "" : render(made.error()));
  return made.ok() ? std::move(*made) : Composition{};
}

TEST(Compose, objects_are_services_and_units_of_the_whole) {
  const auto whole = composed({unit("inf2"), service("images", "/images", "inf2")});
  ASSERT_EQ(whole.config.fleet.units.size(), 1U);
  ASSERT_EQ(whole.config.fleet.services.size(), 1U);
  EXPECT_EQ(whole.config.fleet.services[0].name, "images");
  EXPECT_EQ(whole.config.fleet.control.dwell, 2min);
  EXPECT_EQ(whole.verdicts[0].standing, Standing::kInForce);
  EXPECT_EQ(whole.verdicts[0].reason, "Valid");
}

TEST(Compose, a_workload_is_looked_for_where_its_object_is) {
  const auto whole = composed({unit("inf2", "", "vision")});
  ASSERT_EQ(whole.config.workloads.size(), 1U);
  EXPECT_EQ(whole.config.workloads[0]->name_space, "vision");
}

TEST(Compose, the_file_s_own_units_stand_beside_those_of_objects) {
  const auto whole = composed({unit("inf2")},
                              "cluster: {}\nunits:\n  onprem:\n    price: 0 USD/h\n"
                              "    plateau: 1/s\n    endpoints: ['127.0.0.1:1']\n");
  ASSERT_EQ(whole.config.fleet.units.size(), 2U);
  EXPECT_EQ(whole.config.fleet.units[0].name, "onprem");
}

TEST(Compose, nothing_at_all_is_a_fleet_without_units) {
  EXPECT_TRUE(composed({}).config.fleet.units.empty());
}

TEST(Compose, what_was_composed_loads_again_as_the_same) {
  const auto whole = composed({unit("inf2"), service("images", "/images", "inf2")});
  const auto again = load(whole.text, "again");
  ASSERT_TRUE(again.ok()) << render(again.error());
  EXPECT_EQ(again->fleet.units[0].name, "inf2");
  EXPECT_EQ(again->workloads, whole.config.workloads);
}

TEST(Compose, B72_an_object_that_is_wrong_stays_out_and_hears_why) {
  const auto whole =
      composed({unit("inf2"), unit("l4", R"(, "boot": {"min": "5m", "max": "2m"})")});
  ASSERT_EQ(whole.config.fleet.units.size(), 1U);
  EXPECT_EQ(whole.verdicts[0].standing, Standing::kInForce);
  EXPECT_EQ(whole.verdicts[1].standing, Standing::kOut);
  EXPECT_EQ(whole.verdicts[1].reason, "Invalid");
  EXPECT_EQ(whole.verdicts[1].message,
            "spec.boot.min: boot.min 5m is above boot.max 2m; raise max");
}

TEST(Compose, B72_an_object_that_became_wrong_keeps_what_was_in_force) {
  Supplement changed = unit("l4", R"(, "boot": {"min": "5m", "max": "2m"})");
  changed.last_good = unit("l4", R"(, "boot": {"min": "1m", "max": "2m"})").spec;
  const auto whole = composed({changed});
  ASSERT_EQ(whole.config.fleet.units.size(), 1U);
  EXPECT_EQ(whole.config.fleet.units[0].boot_time_min, 1min);
  EXPECT_EQ(whole.verdicts[0].standing, Standing::kHeldBack);
  EXPECT_NE(whole.verdicts[0].message, "");
}

TEST(Compose, an_object_whose_last_good_spec_no_longer_fits_is_out) {
  Supplement changed = service("images", "/images", "gone-too");
  changed.last_good = service("images", "/images", "gone").spec;
  const auto whole = composed({unit("inf2"), changed});
  EXPECT_TRUE(whole.config.fleet.services.empty());
  EXPECT_EQ(whole.verdicts[1].standing, Standing::kOut);
  EXPECT_NE(whole.verdicts[1].message.find("'gone-too' is not a unit"), std::string::npos);
}

TEST(Compose, a_service_goes_with_the_unit_it_names) {
  const auto whole =
      composed({unit("inf2", R"(, "slots": 0)"), unit("l4"), service("images", "/images", "inf2"),
                service("chat", "/chat", "l4")});
  ASSERT_EQ(whole.config.fleet.services.size(), 1U);
  EXPECT_EQ(whole.config.fleet.services[0].name, "chat");
  EXPECT_EQ(whole.verdicts[0].standing, Standing::kOut);
  EXPECT_EQ(whole.verdicts[2].standing, Standing::kOut);
}

TEST(Compose, of_two_objects_of_a_name_the_first_has_it) {
  const auto whole = composed({unit("inf2", "", "vision"), unit("inf2", "", "chat")});
  EXPECT_EQ(whole.config.fleet.units.size(), 1U);
  EXPECT_EQ(whole.verdicts[0].standing, Standing::kInForce);
  EXPECT_EQ(whole.verdicts[1].reason, "NameTaken");
}

TEST(Compose, names_that_begin_alike_are_told_apart) {
  const auto whole = composed({unit("llama"), unit("llama.8b", R"(, "slots": 0)")});
  EXPECT_EQ(whole.verdicts[0].standing, Standing::kInForce);
  EXPECT_EQ(whole.verdicts[1].standing, Standing::kOut);
}

TEST(Compose, an_object_may_not_name_files_of_the_gateway) {
  for (const std::string more :
       {R"(, "link": {"credential": {"file": "/var/run/secrets/token"}})",
        R"(, "link": {"ca": "/etc/passwd"})", R"(, "kubernetes": {"namespace": "kube-system"})"}) {
    const auto whole = composed({unit("inf2", more)});
    EXPECT_TRUE(whole.config.fleet.units.empty()) << more;
    EXPECT_EQ(whole.verdicts[0].reason, "Invalid");
    EXPECT_NE(whole.verdicts[0].message.find("configuration file"), std::string::npos);
  }
}

TEST(Compose, bytes_that_are_no_spec_are_refused) {
  for (const std::string spec : {"", "[", "[]", "1", "{\"price\":"}) {
    const auto whole = composed({{kDeploymentUnits, "x", "vision", spec, ""}});
    EXPECT_EQ(whole.verdicts[0].standing, Standing::kOut) << spec;
  }
}

TEST(Compose, the_file_s_own_mistakes_are_told_with_their_places) {
  const auto made =
      compose("cluster: {}\ncontrol: {dwell: soon}\n", "signalbox.yaml", {unit("inf2")});
  ASSERT_FALSE(made.ok());
  EXPECT_EQ(made.error().list[0].mark.line, 2U);
}

TEST(YamlWriter, what_it_writes_is_read_as_the_same_tree) {
  for (const std::string name : {"annotated", "paper", "minimal", "kubernetes"}) {
    const std::string contents = contents_of("examples/" + name + ".yaml");
    const Text text(contents, name);
    Report report(text);
    const auto tree = parse_yaml(text, report);
    ASSERT_TRUE(tree.has_value());
    const std::string once = to_yaml(*tree);
    const Text again(once, name);
    Report more(again);
    const auto reread = parse_yaml(again, more);
    ASSERT_TRUE(reread.has_value()) << render(std::move(more).sorted());
    EXPECT_EQ(to_yaml(*reread), once);
    EXPECT_TRUE(load(once, name).ok()) << name;
  }
}

}  // namespace
}  // namespace signalbox::config
