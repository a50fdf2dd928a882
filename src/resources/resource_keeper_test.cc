// SPDX-License-Identifier: Apache-2.0
//
// Objects on a scripted API server: what becomes of them in the configuration, and what is written
// back.
#include "resources/resource_keeper.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <boost/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "kube/scripted_api.h"

namespace signalbox::resources {
namespace {

namespace json = boost::json;

const std::string kUnits = "/apis/signalbox.dev/v1alpha1/deploymentunits";
const std::string kServices = "/apis/signalbox.dev/v1alpha1/routedservices";

std::string unit(const std::string& name, const std::string& more = "", int generation = 1) {
  return R"({"metadata": {"name": ")" + name + R"(", "namespace": "vision", "generation": )" +
         std::to_string(generation) + R"(, "creationTimestamp": "2026-11-01T00:00:00Z"},
      "spec": {"price": "1 USD/hour", "plateau": "5/s", "replicas": {"max": 4},
               "kubernetes": {"deployment": ")" +
         name + "\"}" + more + "}}";
}
std::string service(const std::string& name, const std::string& unit) {
  return R"({"metadata": {"name": ")" + name + R"(", "namespace": "vision", "generation": 1},
      "spec": {"paths": ["/)" +
         name + R"("], "units": [")" + unit + R"("]}})";
}

class Resources : public kube::testing::ApiBench {
 protected:
  Resources() {
    api.put(kUnits, unit("inf2"));
    api.put(kServices, service("images", "inf2"));
    api.before = [this](const http::Request& request, const auto& responder) {
      if (request.method != "PATCH") return false;
      patches.push_back(request);
      responder->send({.body = "{}"});
      return true;
    };
  }
  ~Resources() override { keeper.stop(); }

  void start() {
    keeper.start();
    run_until([&] { return keeper.is_synced(); });
    advance(1s);
  }
  // The fleet as it is with the configuration in force.
  void show() {
    auto view = std::make_shared<core::FleetView>();
    view->at = time.now();
    view->spec = std::make_shared<core::FleetSpec>(adopted->config.fleet);
    view->units.resize(view->spec->units.size());
    for (std::uint32_t s = 0; s < view->spec->services.size(); ++s) {
      core::ServicePlan plan;
      plan.service = ServiceId(s);
      plan.demand_per_s = demand;
      for (const auto id : view->spec->services[s].units) plan.targets.push_back({id, 1});
      view->services.push_back(plan);
    }
    for (auto& each : view->units) each.ready = ready;
    keeper.on_view(view);
    settle();
  }
  json::object status_of(const std::string& name) {
    for (auto patch = patches.rbegin(); patch != patches.rend(); ++patch) {
      if (patch->target.find("/" + name + "/status") == std::string::npos) continue;
      return json::parse(patch->body).at("status").as_object();
    }
    return {};
  }
  std::string accepted(const std::string& name) {
    const auto status = status_of(name);
    for (const auto& each : status.at("conditions").as_array()) {
      if (each.at("type").as_string() == "Accepted") {
        return std::string(each.at("status").as_string()) + " " +
               std::string(each.at("reason").as_string());
      }
    }
    return "";
  }

  std::vector<http::Request> patches;
  std::optional<config::Composition> adopted;
  int adoptions = 0;
  bool leading = true;
  double demand = 1.0;
  int ready = 1;
  ResourceKeeper keeper{client,
                        time,
                        {.file = "cluster: {}\n", .file_name = "signalbox.yaml"},
                        {.adopt =
                             [this](const config::Composition& made) {
                               adopted = made;
                               ++adoptions;
                             },
                         .is_leading = [this] { return leading; },
                         .tell = [this](const std::string& what) { told.push_back(what); }}};
};

TEST_F(Resources, become_the_configuration_once_both_kinds_are_known) {
  start();
  ASSERT_TRUE(adopted.has_value());
  EXPECT_EQ(adoptions, 1);
  ASSERT_EQ(adopted->config.fleet.units.size(), 1U);
  EXPECT_EQ(adopted->config.fleet.services[0].name, "images");
}

TEST_F(Resources, are_told_what_became_of_them) {
  start();
  show();
  EXPECT_EQ(accepted("inf2"), "True Valid");
  EXPECT_EQ(accepted("images"), "True Valid");
  EXPECT_EQ(status_of("images").at("demandPerSecond").as_string(), "1.0");
  const auto& patch = patches.front();
  EXPECT_TRUE(std::any_of(patch.headers.begin(), patch.headers.end(), [](const auto& header) {
    return header.value == "application/apply-patch+yaml";
  }));
  EXPECT_NE(patch.target.find("fieldManager=signalbox"), std::string::npos);
}

TEST_F(Resources, that_change_in_crowds_are_composed_once) {
  start();
  for (int i = 0; i < 20; ++i) api.put(kUnits, unit("l4-" + std::to_string(i)));
  run_until([&] { return keeper.objects().begin()->second.size() == 21; });
  advance(1s);
  EXPECT_EQ(adoptions, 2);
}

TEST_F(Resources, B72_an_object_that_became_wrong_keeps_its_last_good_spec) {
  start();
  show();
  api.put(kUnits, unit("inf2", R"(, "boot": {"min": "5m", "max": "2m"})", 2));
  settle();
  advance(1s);
  show();
  EXPECT_EQ(adoptions, 1);
  EXPECT_EQ(accepted("inf2"), "False Invalid");
  EXPECT_EQ(status_of("inf2").at("observedGeneration").as_int64(), 2);
  EXPECT_TRUE(status_of("inf2").contains("inForceSpec"));
  EXPECT_TRUE(was_told("boot.min 5m is above boot.max 2m"));
}

TEST_F(Resources, B72_a_controller_that_starts_anew_goes_by_the_last_good_spec_too) {
  auto wrong = json::parse(unit("inf2", R"(, "slots": 0)", 2)).as_object();
  auto good = json::parse(unit("inf2")).as_object();
  wrong["status"] = json::object{{"inForceSpec", json::serialize(good["spec"])}};
  api.put(kUnits, json::serialize(wrong));
  start();
  ASSERT_TRUE(adopted.has_value());
  EXPECT_EQ(adopted->config.fleet.units.size(), 1U);
  EXPECT_EQ(adopted->config.fleet.services.size(), 1U);
}

TEST_F(Resources, that_were_never_good_stay_out_and_hear_why) {
  api.put(kUnits, unit("l4", R"(, "slots": 0)"));
  start();
  show();
  EXPECT_EQ(adopted->config.fleet.units.size(), 1U);
  EXPECT_EQ(accepted("l4"), "False Invalid");
}

TEST_F(Resources, that_go_leave_the_configuration) {
  start();
  api.remove(kServices, "images");
  settle();
  advance(1s);
  EXPECT_TRUE(adopted->config.fleet.services.empty());
}

TEST_F(Resources, B71_nothing_is_written_by_one_who_does_not_lead) {
  leading = false;
  start();
  show();
  EXPECT_TRUE(patches.empty());
  EXPECT_EQ(adoptions, 1);
  leading = true;
  show();
  EXPECT_FALSE(patches.empty());
}

TEST_F(Resources, figures_alone_wait_and_news_does_not) {
  start();
  show();
  const std::size_t before = patches.size();
  demand = 2.0;
  show();
  EXPECT_EQ(patches.size(), before);
  ready = 2;
  show();
  EXPECT_GT(patches.size(), before);
  const std::size_t after_news = patches.size();
  demand = 3.0;
  advance(11s);
  show();
  EXPECT_GT(patches.size(), after_news);
  EXPECT_EQ(status_of("images").at("demandPerSecond").as_string(), "3.0");
}

TEST_F(Resources, B68_a_status_that_cannot_be_written_is_tried_again_after_a_rest) {
  start();
  api.before = [this](const http::Request& request, const auto& responder) {
    if (request.method != "PATCH") return false;
    patches.push_back(request);
    responder->reset();
    return true;
  };
  show();
  const std::size_t tried = patches.size();
  EXPECT_GT(tried, 0U);
  for (int i = 0; i < 5; ++i) {
    advance(1s);
    show();
  }
  EXPECT_EQ(patches.size(), tried);
  advance(10s);
  show();
  EXPECT_GT(patches.size(), tried);
}

TEST_F(Resources, whose_kinds_are_not_installed_leave_the_file_as_it_is) {
  api.before = [](const http::Request&, const auto& responder) {
    kube::testing::ScriptedApi::refuse(responder, 404, "NotFound");
    return true;
  };
  start();
  ASSERT_TRUE(adopted.has_value());
  EXPECT_TRUE(adopted->config.fleet.units.empty());
}

TEST_F(Resources, B68_of_a_snapshot_stand_in_while_the_api_server_is_down) {
  api.before = [](const http::Request&, const auto& responder) {
    responder->reset();
    return true;
  };
  std::optional<config::Composition> made;
  ResourceKeeper late(
      client, time, {.file = "cluster: {}\n", .file_name = "signalbox.yaml"},
      {.adopt = [&](const config::Composition& whole) { made = whole; },
       .earlier =
           [](const std::string& label) {
             std::vector<kube::KubeObject> objects;
             const bool is_unit = label.find("deploymentunits") != std::string::npos;
             const std::string text = is_unit ? unit("inf2") : service("images", "inf2");
             objects.push_back(std::make_shared<const json::object>(json::parse(text).as_object()));
             return objects;
           }});
  late.start();
  for (int i = 0; i < 30 && !made; ++i) advance(1s);
  ASSERT_TRUE(made.has_value());
  EXPECT_EQ(made->config.fleet.services.size(), 1U);
  late.stop();
}

}  // namespace
}  // namespace signalbox::resources
