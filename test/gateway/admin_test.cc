// SPDX-License-Identifier: Apache-2.0
//
// The operator's page: what it shows, what it takes, and what it refuses, with reasons.
#include <gtest/gtest.h>

#include <boost/json.hpp>

#include "test/stage/live_node.h"
#include "test/stage/scripted_unit.h"

namespace signalbox {
namespace {

using namespace stage;

class AdminPage : public testing::Test {
 protected:
  Reply post(std::string target, std::string body) {
    return node_.ask_admin("POST", std::move(target), std::move(body));
  }

  ScriptedUnit server_{[](Incoming& request) { request.answer("ok"); }};
  LiveNode node_{"services:\n  work: {objective: {latency: 2s, quantile: 99%}}\nunits:\n" +
                 unit("one", 1.0, server_.address())};
};

TEST_F(AdminPage, tells_life_from_readiness) {
  EXPECT_EQ(node_.ask_admin("GET", "/healthz").status, 200);
  EXPECT_EQ(node_.ask_admin("GET", "/readyz").status, 200);
  node_.node().drain();
  EXPECT_EQ(node_.ask_admin("GET", "/healthz").status, 200);
  EXPECT_EQ(node_.ask_admin("GET", "/readyz").status, 503);
}

TEST_F(AdminPage, refuses_wrong_paths_methods_and_pages_of_other_origins) {
  EXPECT_EQ(node_.ask_admin("GET", "/").status, 200);
  EXPECT_EQ(node_.ask_admin("GET", "/no-such-page").status, 404);
  const Reply wrong_method = node_.ask_admin("GET", "/capacity");
  EXPECT_EQ(wrong_method.status, 405);
  EXPECT_EQ(wrong_method.header("allow"), "POST");
  EXPECT_EQ(node_.ask_admin("POST", "/metrics").status, 405);
  const Reply foreign = node_.ask_admin("POST", "/price", R"({"unit":"one","usd_per_hour":9})",
                                        {{"Origin", "https://example.com"}});
  EXPECT_EQ(foreign.status, 403);
  EXPECT_EQ(node_.metric(R"(signalbox_unit_price_usd_per_hour{unit="one"})"), 1.0);
}

TEST_F(AdminPage, takes_a_price_and_shows_it) {
  EXPECT_EQ(post("/price", R"({"unit": "one", "usd_per_hour": 1.25})").status, 204);
  EXPECT_TRUE(eventually(
      [&] { return node_.metric(R"(signalbox_unit_price_usd_per_hour{unit="one"})") == 1.25; }));
}

TEST_F(AdminPage, B58_refuses_prices_that_cannot_be) {
  for (const char* body :
       {"", "NaN", R"({"unit":"one","usd_per_hour":NaN})", R"({"unit":"one","usd_per_hour":"1"})",
        R"({"unit":"one"})", R"({"unit":"none","usd_per_hour":1})", R"({"usd_per_hour":1})",
        R"({"unit":"one","usd_per_hour":1,"more":1})", "[]"}) {
    const Reply reply = post("/price", body);
    EXPECT_EQ(reply.status, 400) << body;
    EXPECT_NE(reply.body.find("\"message\""), std::string::npos) << reply.body;
  }
  for (const char* body :
       {R"({"unit":"one","usd_per_hour":-1})", R"({"unit":"one","usd_per_hour":1e308})"}) {
    EXPECT_EQ(post("/price", body).status, 422) << body;
  }
  EXPECT_EQ(node_.metric(R"(signalbox_unit_price_usd_per_hour{unit="one"})"), 1.0);
}

TEST_F(AdminPage, B61_takes_capacities_that_can_be_and_no_others) {
  EXPECT_EQ(post("/capacity", R"({"unit": "one", "max_replicas": 3})").status, 204);
  EXPECT_EQ(post("/capacity", R"({"unit": "one", "max_replicas": null})").status, 204);
  for (const char* value : {"-1", "1.5", "1e308", "\"3\"", "NaN", "true"}) {
    EXPECT_EQ(post("/capacity", fmt::format(R"({{"unit":"one","max_replicas":{}}})", value)).status,
              400)
        << value;
  }
}

TEST_F(AdminPage, shows_the_fleet_as_json) {
  node_.get("/");
  const Reply fleet = node_.ask_admin("GET", "/fleet");
  EXPECT_EQ(fleet.status, 200);
  EXPECT_EQ(fleet.header("content-type"), "application/json");
  const auto value = boost::json::parse(fleet.body);
  ASSERT_TRUE(value.is_object());
  EXPECT_TRUE(value.as_object().contains("units"));
  EXPECT_TRUE(value.as_object().contains("services"));
}

TEST_F(AdminPage, counts_requests_in_its_metrics) {
  for (int i = 0; i < 3; ++i) EXPECT_EQ(node_.get("/").status, 200);
  EXPECT_EQ(node_.metric(R"(signalbox_service_arrivals_total{service="work"})"), 3.0);
  const std::string page = node_.ask_admin("GET", "/metrics").body;
  for (const char* family :
       {"signalbox_service_requests_total", "signalbox_service_held_requests",
        "signalbox_service_mode", "signalbox_service_unit_latency_seconds",
        "signalbox_unit_in_flight_requests", "signalbox_endpoint_forwarded_total",
        "signalbox_fleet_cost_usd_per_hour", "signalbox_gateway_client_connections"}) {
    EXPECT_NE(page.find(fmt::format("# TYPE {} ", family)), std::string::npos) << family;
  }
}

}  // namespace
}  // namespace signalbox
