// SPDX-License-Identifier: Apache-2.0
//
// What can change while running, key by key, and that a start and a reload read the same.
#include "apps/gateway_sources.h"

#include <gtest/gtest.h>

#include <string>

namespace signalbox::apps {
namespace {

config::Config loaded(const std::string& gateway, const std::string& more = "") {
  auto config = config::load(
      "services: {chat: {}}\nunits:\n  own: {price: 1 USD/hour, plateau: "
      "60/min, endpoints: [127.0.0.1:8001]}\ngateway: {" +
          gateway + "}\n" + more,
      "test.yaml");
  EXPECT_TRUE(config.ok()) << (config.ok() ? "" : config::render(config.error()));
  return config.ok() ? *config : config::Config{};
}

TEST(NeedsNewProcess, names_the_key_that_cannot_change_while_running) {
  const config::Config running = loaded("");
  const auto key = [&](const std::string& gateway, const std::string& more = "") {
    return needs_new_process(running, loaded(gateway, more));
  };
  EXPECT_EQ(key("listen: 127.0.0.1:8081"), "gateway.listen");
  EXPECT_EQ(key("admin: 127.0.0.1:9902"), "gateway.admin");
  EXPECT_EQ(key("threads: 7"), "gateway.threads");
  EXPECT_EQ(key("access_log: off"), "gateway.access_log");
  EXPECT_EQ(key("explain_ring: 7"), "gateway.explain_ring");
  EXPECT_EQ(key("tls: {certificate: /a, key: /b}"), "gateway.tls");
  EXPECT_EQ(key("", "journal: {sample: 7}\n"), "journal");
}

TEST(NeedsNewProcess, says_nothing_of_what_can) {
  const config::Config running = loaded("tls: {certificate: /a, key: /b}");
  EXPECT_EQ(
      needs_new_process(running,
                        loaded("tls: {certificate: /c, key: /d}, http2: false, max_streams: 7, "
                               "connect_timeout: 7s, header_timeout: 7s, keep_alive: 7s, "
                               "unit_keep_alive: 7s, "
                               "inspect_bytes: 7KiB, max_body: 7MiB, max_connections: 7, drain: 7s",
                               "tenants: {trusted: [10.0.0.0/8]}\n")),
      "");
}

TEST(GatewaySources, carry_every_key_to_the_gateway) {
  const auto sources = gateway_sources(
      loaded("threads: 3, connect_timeout: 1.5s, header_timeout: 2s, keep_alive: 3s, drain: 4s, "
             "unit_keep_alive: 10s, "
             "inspect_bytes: 5KiB, max_body: 6KiB, max_connections: 7, max_streams: 8, "
             "explain_ring: 9, http2: false",
             "tenants: {header: x-team, trusted: [10.0.0.0/8]}\n"));
  ASSERT_TRUE(sources.ok()) << sources.error().message;
  const gateway::Options& options = sources->options;
  EXPECT_EQ(options.threads, 3);
  EXPECT_EQ(options.connect_timeout, Duration(1500ms));
  EXPECT_EQ(options.header_timeout, Duration(2s));
  EXPECT_EQ(options.keep_alive, Duration(3s));
  EXPECT_EQ(options.unit_keep_alive, Duration(10s));
  EXPECT_EQ(options.drain, Duration(4s));
  EXPECT_EQ(options.inspect_bytes, 5U * 1024);
  EXPECT_EQ(options.max_body, 6U * 1024);
  EXPECT_EQ(options.max_connections, 7U);
  EXPECT_EQ(options.max_streams, 8U);
  EXPECT_EQ(options.explain_ring, 9U);
  EXPECT_FALSE(options.http2);
  EXPECT_EQ(options.tenants.header, "x-team");
  EXPECT_EQ(options.tls, nullptr);
}

TEST(GatewaySources, no_thread_count_means_one_for_each_core) {
  const auto sources = gateway_sources(loaded("threads: 0"));
  ASSERT_TRUE(sources.ok());
  EXPECT_GE(sources->options.threads, 1);
}

}  // namespace
}  // namespace signalbox::apps
