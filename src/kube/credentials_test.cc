// SPDX-License-Identifier: Apache-2.0
//
// Tokens that are renewed in their files, and programs that hand out credentials: real ones, a few
// lines of shell.
#include "kube/credentials.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <optional>
#include <string>

#include "kube/exec_credentials.h"
#include "kube/scripted_api.h"
#include "net/test_certificates.h"
#include "wire/dates.h"

namespace signalbox::kube {
namespace {

using ::testing::HasSubstr;

struct CredentialsTest : testing::ApiBench {
  Result<Credential> get(Credentials& credentials) {
    std::optional<Result<Credential>> got;
    credentials.get([&](const Result<Credential>& credential) { got = credential; });
    run_until([&] { return got.has_value(); });
    return got ? *got : Error{"nothing came"};
  }
  std::string token(Credentials& credentials) {
    const auto got = get(credentials);
    return got.ok() ? got->token : "error: " + got.error().message;
  }
  // A plugin that counts its runs and then does `script`.
  Access plugin(const std::string& script) const {
    Access access;
    access.origin = "context c of config";
    access.address = {"10.0.0.1", 6443};
    access.ca_pem = "PEM";
    access.exec = ExecPlugin{"client.authentication.k8s.io/v1",
                             "sh",
                             {"-c", "echo run >> " + folder.path("runs") + "; " + script},
                             {{"WHO", "ann"}}};
    return access;
  }
  static std::string saying(const std::string& status) {
    return R"(echo '{"apiVersion":"client.authentication.k8s.io/v1","kind":"ExecCredential","status":{)" +
           status + "}}'";
  }
  int runs() const {
    std::ifstream file(folder.path("runs"));
    int count = 0;
    for (std::string line; std::getline(file, line);) ++count;
    return count;
  }

  net::testing::ScratchFolder folder;
};

TEST_F(CredentialsTest, a_token_is_read_again_after_a_minute_and_when_it_is_not_accepted) {
  Access access;
  access.token_file = folder.write("token", "one\n");
  const auto credentials = credentials_of(io, time, access);
  EXPECT_EQ(token(*credentials), "one");
  folder.write("token", "two");
  EXPECT_EQ(token(*credentials), "one");
  time.advance(60s);
  EXPECT_EQ(token(*credentials), "two");
  folder.write("token", "three");
  credentials->renew();
  EXPECT_EQ(token(*credentials), "three");
}

TEST_F(CredentialsTest, a_token_whose_file_is_gone_for_a_moment_still_holds) {
  Access access;
  access.token_file = folder.write("token", "one");
  const auto credentials = credentials_of(io, time, access);
  EXPECT_EQ(token(*credentials), "one");
  std::filesystem::remove(access.token_file);
  time.advance(60s);
  EXPECT_EQ(token(*credentials), "one");
  access.token_file = folder.path("never");
  EXPECT_THAT(token(*credentials_of(io, time, access)), HasSubstr("never cannot be read"));
  access.token_file = folder.write("empty", "\n");
  EXPECT_THAT(token(*credentials_of(io, time, access)), HasSubstr("holds no token"));
}

TEST_F(CredentialsTest,
       a_plugin_is_run_once_for_all_who_wait_and_again_before_its_credential_ends) {
  // 2025-03-26T09:40:00Z is when a test begins; see VirtualSchedule.
  ExecCredentials credentials(
      io, time,
      plugin(saying(R"("token":"t-'$WHO'","expirationTimestamp":"2025-03-26T10:40:00Z")")));
  int served = 0;
  for (int i = 0; i < 3; ++i) credentials.get([&](const auto& got) { served += got.ok() ? 1 : 0; });
  run_until([&] { return served == 3; });
  EXPECT_EQ(runs(), 1);
  EXPECT_EQ(token(credentials), "t-ann");
  EXPECT_EQ(runs(), 1);
  const Duration left = Duration{*wire::parse_rfc3339("2025-03-26T10:40:00Z") - time.unix_nanos()};
  time.advance(left - 31s);
  EXPECT_EQ(token(credentials), "t-ann");
  EXPECT_EQ(runs(), 1);
  time.advance(2s);
  EXPECT_EQ(token(credentials), "t-ann");
  EXPECT_EQ(runs(), 2);
}

TEST_F(CredentialsTest, a_plugin_is_run_again_when_the_server_says_401) {
  ExecCredentials credentials(io, time, plugin(saying(R"("token":"t")")));
  EXPECT_EQ(token(credentials), "t");
  credentials.renew();
  EXPECT_EQ(token(credentials), "t");
  EXPECT_EQ(runs(), 2);
}

TEST_F(CredentialsTest, a_plugin_that_fails_is_named_and_not_asked_again_at_once) {
  auto access = plugin("echo 'no session: run login' >&2; exit 1");
  ExecCredentials credentials(io, time, access);
  EXPECT_EQ(token(credentials),
            "error: context c of config: the plugin for credentials: sh ended with exit code 1: no "
            "session: run login");
  credentials.renew();
  EXPECT_THAT(token(credentials), HasSubstr("exit code 1"));
  EXPECT_EQ(runs(), 1);
  time.advance(10s);
  EXPECT_THAT(token(credentials), HasSubstr("exit code 1"));
  EXPECT_EQ(runs(), 2);
}

TEST_F(CredentialsTest, a_plugin_that_is_not_there_is_said_with_its_hint) {
  Access access = plugin("");
  access.exec->command = "no-such-plugin";
  access.exec->install_hint = "install it from there";
  ExecCredentials credentials(io, time, access);
  EXPECT_THAT(token(credentials), HasSubstr("no-such-plugin cannot be started: No such file or "
                                            "directory; install it from there"));
}

TEST_F(CredentialsTest, what_a_plugin_prints_must_be_a_credential) {
  const auto printed = [&](const std::string& script) {
    ExecCredentials credentials(io, time, plugin(script));
    return token(credentials);
  };
  EXPECT_THAT(printed("echo hello"), HasSubstr("what sh printed is not JSON"));
  EXPECT_THAT(printed("echo '{}'"), HasSubstr("an ExecCredential of"));
  EXPECT_THAT(printed(saying("")), HasSubstr("neither status.token nor"));
  EXPECT_THAT(printed(saying(R"("clientCertificateData":"PEM")")), HasSubstr("without its key"));
  EXPECT_THAT(printed(saying(R"("token":"t","expirationTimestamp":"soon")")),
              HasSubstr("'soon', which is no time"));
}

TEST_F(CredentialsTest, a_plugin_is_told_its_cluster_where_it_wants_that) {
  Access access = plugin("");
  EXPECT_EQ(exec_info(access),
            R"({"kind":"ExecCredential","apiVersion":"client.authentication.k8s.io/v1",)"
            R"("spec":{"interactive":false}})");
  access.exec->wants_cluster = true;
  EXPECT_THAT(exec_info(access), HasSubstr(R"("cluster":{"server":"https://10.0.0.1:6443",)"
                                           R"("certificate-authority-data":"UEVN"})"));
}

}  // namespace
}  // namespace signalbox::kube
