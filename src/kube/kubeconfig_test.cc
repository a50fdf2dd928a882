// SPDX-License-Identifier: Apache-2.0
//
// Kubeconfigs as people have them, and as they should not be.
#include "kube/kubeconfig.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "net/test_certificates.h"

namespace signalbox::kube {
namespace {

using net::testing::ScratchFolder;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Pair;

constexpr const char* kBase = R"(
apiVersion: v1
kind: Config
preferences: {colors: true}
current-context: prod
clusters:
- name: east
  cluster:
    server: https://10.0.0.1:6443/k8s/one/
    certificate-authority-data: UEVNIG9mIGVhc3Q=
    tls-server-name: kubernetes
- name: west
  cluster: {server: "https://[fd00::1]", certificate-authority: pki/ca.crt}
- name: here
  cluster: {server: "http://localhost:8080"}
contexts:
- {name: prod, context: {cluster: east, user: ann, namespace: inference}}
- {name: spare, context: {cluster: west, user: robot}}
- {name: dev, context: {cluster: here}}
- {name: cloud, context: {cluster: west, user: aws}}
- {name: nowhere, context: {cluster: north, user: ann}}
users:
- name: ann
  user: {client-certificate-data: Q0VSVA==, client-key: pki/ann.key}
- name: robot
  user: {token: old, tokenFile: /run/token}
- name: aws
  user:
    exec:
      apiVersion: client.authentication.k8s.io/v1beta1
      command: aws
      args: [eks, get-token, --cluster-name, east]
      env:
      - {name: AWS_PROFILE, value: prod}
      interactiveMode: IfAvailable
      provideClusterInfo: true
      installHint: install the AWS command line
)";

Result<Access> read(const std::string& context, const std::string& text = kBase) {
  return read_kubeconfig({{"/home/ann/.kube/config", text}}, context);
}

std::string complaint(const std::string& context, const std::string& text = kBase) {
  const auto access = read(context, text);
  return access.ok() ? "none" : access.error().message;
}

TEST(Kubeconfig, the_current_context_leads_to_server_user_and_namespace) {
  const auto access = read("");
  ASSERT_TRUE(access.ok()) << access.error().message;
  EXPECT_EQ(access->origin, "context prod of /home/ann/.kube/config");
  EXPECT_EQ(access->address, (core::Address{"10.0.0.1", 6443}));
  EXPECT_TRUE(access->tls);
  EXPECT_EQ(access->base_path, "/k8s/one");
  EXPECT_EQ(access->tls_name, "kubernetes");
  EXPECT_EQ(access->ca_pem, "PEM of east");
  EXPECT_EQ(access->certificate_pem, "CERT");
  EXPECT_EQ(access->key_file, "/home/ann/.kube/pki/ann.key") << "beside the file";
  EXPECT_EQ(access->name_space, "inference");
}

TEST(Kubeconfig, another_context_may_be_asked_for) {
  const auto access = read("spare");
  ASSERT_TRUE(access.ok()) << access.error().message;
  EXPECT_EQ(access->address, (core::Address{"fd00::1", 443}));
  EXPECT_EQ(access->ca_file, "/home/ann/.kube/pki/ca.crt");
  EXPECT_EQ(access->token_file, "/run/token");
  EXPECT_EQ(access->token, "") << "the file's is newer";
  EXPECT_EQ(access->name_space, "default");
  const auto dev = read("dev");
  ASSERT_TRUE(dev.ok()) << dev.error().message;
  EXPECT_FALSE(dev->tls);
}

TEST(Kubeconfig, a_plugin_comes_with_all_that_it_needs) {
  const auto access = read("cloud");
  ASSERT_TRUE(access.ok()) << access.error().message;
  ASSERT_TRUE(access->exec.has_value());
  EXPECT_EQ(access->exec->command, "aws");
  EXPECT_THAT(access->exec->arguments, ElementsAre("eks", "get-token", "--cluster-name", "east"));
  EXPECT_THAT(access->exec->variables, ElementsAre(Pair("AWS_PROFILE", "prod")));
  EXPECT_TRUE(access->exec->wants_cluster);
}

TEST(Kubeconfig, of_several_files_the_first_that_says_something_counts) {
  const auto access = read_kubeconfig(
      {{"/a/config", "current-context: dev\n"}, {"/home/ann/.kube/config", kBase}}, "");
  ASSERT_TRUE(access.ok()) << access.error().message;
  EXPECT_EQ(access->address.host, "localhost");
}

TEST(Kubeconfig, complaints_name_file_place_and_what_is_there) {
  EXPECT_EQ(
      complaint("prd"),
      "the configuration names the context 'prd', and there is none among contexts, which has "
      "prod, spare, dev, cloud, nowhere");
  EXPECT_EQ(complaint("nowhere"),
            "/home/ann/.kube/config: context nowhere names the cluster 'north', and there is none "
            "among clusters, which has east, west, here");
  EXPECT_THAT(complaint("", "clusters: []\n"), HasSubstr("has no current-context"));
  EXPECT_THAT(complaint("", "{"), HasSubstr("/home/ann/.kube/config: is no YAML"));
  EXPECT_THAT(complaint("", "hello"), HasSubstr("is no kubeconfig"));
}

// The configuration with one user and one cluster.
std::string with(const std::string& cluster, const std::string& user) {
  return "current-context: c\n"
         "contexts: [{name: c, context: {cluster: k, user: u}}]\n"
         "clusters: [{name: k, cluster: {server: 'https://h', " +
         cluster + "}}]\nusers: [{name: u, user: {" + user + "}}]\n";
}

TEST(Kubeconfig, what_we_cannot_do_as_it_says_is_refused_in_words) {
  EXPECT_EQ(complaint("", with("", "")), "none");
  EXPECT_THAT(complaint("", with("proxy-url: http://p", "")),
              HasSubstr("proxy-url: the API server"));
  EXPECT_THAT(complaint("", with("insecure-skip-tls-verify: true", "")),
              HasSubstr("certificate-authority-data instead"));
  EXPECT_EQ(complaint("", with("insecure-skip-tls-verify: false", "")), "none");
  EXPECT_THAT(complaint("", with("certificate-authority-data: '?'", "")),
              HasSubstr("is no base64"));
  EXPECT_THAT(complaint("", with("", "auth-provider: {name: gcp}")), HasSubstr("use exec"));
  EXPECT_THAT(complaint("", with("", "username: a, password: b")), HasSubstr("no longer accepted"));
  EXPECT_THAT(complaint("", with("", "as: root")), HasSubstr("nobody else is impersonated"));
  EXPECT_THAT(complaint("", with("", "client-certificate: a.pem")),
              HasSubstr("user u: has a client certificate and no client key"));
  EXPECT_THAT(complaint("", with("", "exec: {command: x, apiVersion: v1alpha1}")),
              HasSubstr("client.authentication.k8s.io/v1 or"));
  EXPECT_THAT(complaint("", with("", "token: [1]")), HasSubstr("user u: token is no text"));
}

TEST(Kubeconfig, urls_of_servers_are_read_strictly) {
  for (const char* bad :
       {"", "10.0.0.1", "ftp://h", "https://", "https://h:0", "https://h:70000", "https://a@h",
        "https://h:1x", "https://[::1", "https://h/?q", "https://h h"}) {
    Access access;
    EXPECT_FALSE(read_server_url(bad, access).ok()) << bad;
  }
}

TEST(FindAccess, inside_of_a_pod_its_service_account_is_meant) {
  const ScratchFolder folder;
  folder.write("token", "t\n");
  folder.write("ca.crt", "PEM");
  folder.write("namespace", "inference");
  Surroundings pod{.service_host = "10.96.0.1", .service_port = "443"};
  pod.account_folder = folder.path("");
  pod.account_folder.pop_back();
  const auto access = find_access("", "", pod);
  ASSERT_TRUE(access.ok()) << access.error().message;
  EXPECT_EQ(access->address, (core::Address{"10.96.0.1", 443}));
  EXPECT_EQ(access->token_file, folder.path("token"));
  EXPECT_EQ(access->ca_file, folder.path("ca.crt"));
  EXPECT_EQ(access->name_space, "inference");
  pod.account_folder = folder.path("nothing");
  const auto none = find_access("", "", pod);
  ASSERT_FALSE(none.ok());
  EXPECT_THAT(none.error().message, HasSubstr("automountServiceAccountToken"));
}

TEST(FindAccess, outside_of_it_kubeconfigs_are_looked_for_where_kubectl_does) {
  const ScratchFolder folder;
  const auto path = folder.write("config", kBase);
  EXPECT_TRUE(find_access(path, "dev", {.service_host = "10.96.0.1"}).ok()) << "named: it counts";
  EXPECT_TRUE(find_access("", "", {.kubeconfig = folder.path("none") + ":" + path}).ok());
  const auto none = find_access("", "", {.home = folder.path("home")});
  ASSERT_FALSE(none.ok());
  EXPECT_THAT(none.error().message,
              HasSubstr(folder.path("home") + "/.kube/config cannot be read"));
  EXPECT_THAT(find_access("", "", {}).error().message, HasSubstr("this is no pod"));
}

}  // namespace
}  // namespace signalbox::kube
