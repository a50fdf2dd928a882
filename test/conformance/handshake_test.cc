// SPDX-License-Identifier: Apache-2.0
//
// A TLS handshake that does not go on (B34), before the real binary.
#include <gtest/gtest.h>

#include <string>

#include "config/config.h"
#include "net/test_certificates.h"
#include "test/stage/child.h"
#include "test/stage/live_node.h"

namespace signalbox::conformance {
namespace {

using namespace net::testing;

TEST(Handshake, B34_one_that_stalls_is_closed_in_time) {
  EXPECT_EQ(config::GatewaySection{}.header_timeout, 10s) << "unless the operator says otherwise";

  const ScratchFolder folder;
  const auto shown = Authority().issue(folder, "gateway", {});
  const std::string file = folder.write(
      "signalbox.yaml", "services:\n  work: {objective: {latency: 2s, quantile: 99%}}\nunits:\n" +
                            stage::unit("one", 1.0, core::Address{"127.0.0.1", 9}) +
                            "gateway: {listen: 127.0.0.1:0, admin: 127.0.0.1:0, access_log: off, "
                            "header_timeout: 200ms, tls: {certificate: " +
                            shown.certificate + ", key: " + shown.key + "}}\n");
  stage::Child serve({SIGNALBOX_BINARY, "serve", "--config", file});
  const auto address = stage::address_from(serve.await_after("serving on ", ","));
  ASSERT_NE(address.port, 0);
  for (const std::string_view part : {"", "\x16\x03\x01\x02"}) {
    stage::Plug client(address);
    client.send(part);
    EXPECT_EQ(client.read_all(), "") << "no words before the handshake is done";
  }
}

}  // namespace
}  // namespace signalbox::conformance
