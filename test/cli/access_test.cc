// SPDX-License-Identifier: Apache-2.0
//
// Keys as an operator makes them, and files of keys as `serve` takes or refuses them.
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <boost/json.hpp>
#include <string>

#include "access/key_list.h"
#include "test/stage/child.h"

namespace signalbox {
namespace {

using stage::Child;

TEST(AccessCommand, a_new_key_opens_what_its_line_says_and_is_another_each_time) {
  std::string last;
  for (int i = 0; i < 2; ++i) {
    Child made(
        {SIGNALBOX_BINARY, "access", "new-key", "--tenant", "acme", "--name", "ci", "--json"});
    ASSERT_EQ(made.exit_code(), 0) << made.output();
    const auto object = boost::json::parse(made.output()).as_object();
    const std::string key(object.at("key").as_string());
    const auto list = access::KeyList::parse(std::string(object.at("line").as_string()));
    ASSERT_TRUE(list.ok());
    ASSERT_NE(list.value().find(key), nullptr);
    EXPECT_EQ(list.value().find(key)->subject, "acme");
    EXPECT_EQ(list.value().find(key)->name, "ci");
    EXPECT_NE(key, last);
    last = key;
  }
}

TEST(AccessCommand, a_key_for_people_comes_with_the_file_it_belongs_in) {
  Child tenant({SIGNALBOX_BINARY, "access", "new-key", "--tenant", "acme"});
  EXPECT_EQ(tenant.exit_code(), 0);
  EXPECT_NE(tenant.output().find("The line for access.keys_file"), std::string::npos);
  Child role({SIGNALBOX_BINARY, "access", "new-key", "--role", "viewer"});
  EXPECT_EQ(role.exit_code(), 0);
  EXPECT_NE(role.output().find("The line for gateway.admin_access.keys_file"), std::string::npos);
}

TEST(AccessCommand, a_key_stands_for_one_tenant_or_role_with_a_name) {
  const auto code = [](std::vector<std::string> more) {
    std::vector<std::string> arguments = {SIGNALBOX_BINARY, "access", "new-key"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return Child(arguments).exit_code();
  };
  EXPECT_EQ(code({}), 2);
  EXPECT_EQ(code({"--tenant", "acme", "--role", "viewer"}), 2);
  EXPECT_EQ(code({"--role", "admin"}), 2);
  EXPECT_EQ(code({"--tenant", "a b"}), 2);
  EXPECT_EQ(code({"--tenant", "acme", "--name", "the laptop"}), 2);
}

TEST(AccessCommand, serve_refuses_a_file_of_keys_that_is_wrong_or_that_anybody_may_write) {
  const stage::TemporaryDirectory directory;
  const auto keys = directory.write("keys", "acme sk-123\n");
  const auto config =
      directory.write("signalbox.yaml",
                      "services: {all: {}}\n"
                      "units: {u: {price: 1 USD/hour, plateau: 60/min, endpoints: [127.0.0.1:1]}}\n"
                      "gateway: {listen: 127.0.0.1:0, admin: 127.0.0.1:0}\n"
                      "access: {keys_file: " +
                          keys + "}\n");
  Child wrong({SIGNALBOX_BINARY, "serve", "--config", config});
  EXPECT_EQ(wrong.exit_code(), 2);
  EXPECT_NE(wrong.output().find("access.keys_file: " + keys + ": line 1: "), std::string::npos)
      << wrong.output();
  EXPECT_EQ(wrong.output().find("sk-123"), std::string::npos) << "it may be a key";
  ASSERT_EQ(::chmod(keys.c_str(), 0666), 0);
  Child open({SIGNALBOX_BINARY, "serve", "--config", config});
  EXPECT_EQ(open.exit_code(), 2);
  EXPECT_NE(open.output().find("others than its owner can write it"), std::string::npos)
      << open.output();
}

}  // namespace
}  // namespace signalbox
