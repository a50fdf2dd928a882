// SPDX-License-Identifier: Apache-2.0
//
// Rotating the access log of a running process, as logrotate does it: rename, then SIGHUP.
#include <gtest/gtest.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "test/stage/child.h"
#include "test/stage/live_node.h"
#include "test/stage/scripted_unit.h"

namespace signalbox {
namespace {

using namespace stage;

class Rotating : public ::testing::Test {
 protected:
  std::string file(const std::string& name) const { return directory_.path() + "/" + name; }
  std::string content(const std::string& name) const {
    std::ostringstream text;
    text << std::ifstream(file(name)).rdbuf();
    return text.str();
  }
  void rename(const std::string& name) const {
    std::filesystem::rename(file("access.log"), file(name));
  }
  bool holds(const std::string& name, const std::string& path) const {
    return content(name).find("\"path\":\"" + path + "\"") != std::string::npos;
  }
  void get(const std::string& target) const {
    EXPECT_EQ(call(gateway_, "GET", target).status, 200);
  }
  std::string configuration() const {
    return "services: {work: {}}\nunits:\n" + unit("one", 1.0, server_.address()) +
           "gateway: {listen: 127.0.0.1:0, admin: 127.0.0.1:0, access_log: \"" +
           file("access.log") + "\"}\n";
  }

  TemporaryDirectory directory_;
  ScriptedUnit server_{[](Incoming& request) { request.answer("ok"); }};
  Child process_{
      {SIGNALBOX_BINARY, "serve", "--config", directory_.write("signalbox.yaml", configuration())}};
  const core::Address gateway_ = address_from(process_.await_after("serving on http://", ","));
};

TEST_F(Rotating, a_renamed_log_is_followed_by_a_new_one_even_where_the_configuration_is_refused) {
  get("/before");
  EXPECT_TRUE(eventually([&] { return holds("access.log", "/before"); }));
  rename("access.log.1");
  get("/meanwhile");
  EXPECT_TRUE(eventually([&] { return holds("access.log.1", "/meanwhile"); }));

  process_.signal(SIGHUP);
  process_.await_after("configuration reloaded", "\r\n");
  get("/after");
  EXPECT_TRUE(eventually([&] { return holds("access.log", "/after"); }));
  EXPECT_FALSE(holds("access.log.1", "/after"));

  directory_.write("signalbox.yaml", "services: {}\n");
  rename("access.log.2");
  process_.signal(SIGHUP);
  process_.await_after("configuration not reloaded", "\r\n");
  get("/later");
  EXPECT_TRUE(eventually([&] { return holds("access.log", "/later"); }));

  process_.signal(SIGTERM);
  EXPECT_EQ(process_.exit_code(), 0);
}

}  // namespace
}  // namespace signalbox
