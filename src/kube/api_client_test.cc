// SPDX-License-Identifier: Apache-2.0
//
// Calls as they go over the wire, and the answers that mean "again".
#include "kube/api_client.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <optional>
#include <string>

#include "kube/event_recorder.h"
#include "kube/scripted_api.h"
#include "net/test_certificates.h"

namespace signalbox::kube {
namespace {

using ::testing::HasSubstr;
using ResponderPtr = testing::ScriptedApi::ResponderPtr;

const Resource kDeployments{"apps", "v1", "deployments"};
constexpr const char* kCollection = "/apis/apps/v1/namespaces/prod/deployments";

struct ApiClientTest : testing::ApiBench {
  // Answers everything with a status, and the headers.
  void refuse_all(int code, const std::string& reason, std::vector<http::Header> headers = {}) {
    api.before = [=](const http::Request&, const ResponderPtr& responder) {
      testing::ScriptedApi::refuse(responder, code, reason, headers);
      return true;
    };
  }
  // Sends the call, and gives what came over the wire: "METHOD target|content-type|body".
  std::string sent(const ApiCall& call) {
    api.before = [](const http::Request&, const ResponderPtr& responder) {
      responder->send({.body = "{}"});
      return true;
    };
    EXPECT_TRUE(ask(client, call).ok());
    const auto& request = api.requests.back();
    return request.method + " " + request.target + "|" +
           std::string(http::find_header(request.headers, "content-type")) + "|" + request.body;
  }
};

TEST_F(ApiClientTest, every_verb_is_what_the_api_expects) {
  const json::object object{{"metadata", {{"name", "sd21"}, {"namespace", "prod"}}}};
  EXPECT_EQ(sent(get_call(kDeployments, "prod", "sd21")),
            "GET /apis/apps/v1/namespaces/prod/deployments/sd21||");
  EXPECT_EQ(sent(apply_call(kDeployments, object, "signalbox", true, "status")),
            "PATCH /apis/apps/v1/namespaces/prod/deployments/sd21/status?fieldManager=signalbox&"
            "force=true|application/apply-patch+yaml|"
            R"({"metadata":{"name":"sd21","namespace":"prod"}})");
  EXPECT_EQ(sent(scale_call(kDeployments, "prod", "sd21", 3)),
            "PATCH /apis/apps/v1/namespaces/prod/deployments/sd21/scale|"
            R"(application/merge-patch+json|{"spec":{"replicas":3}})");
  EXPECT_EQ(sent(remove_call({"", "v1", "pods"}, "prod", "a", "u-1")),
            "DELETE /api/v1/namespaces/prod/pods/a|application/json|"
            R"({"apiVersion":"v1","kind":"DeleteOptions","preconditions":{"uid":"u-1"}})");
  EXPECT_EQ(sent(create_call(kDeployments, "prod", object)),
            "POST /apis/apps/v1/namespaces/prod/deployments|application/json|"
            R"({"metadata":{"name":"sd21","namespace":"prod"}})");
  EXPECT_EQ(sent(list_call({"", "v1", "pods", "", "app in (a, b)"}, 500, "x/y")),
            "GET /api/v1/pods?labelSelector=app%20in%20%28a%2C%20b%29&limit=500&continue=x%2Fy||");
}

TEST_F(ApiClientTest, a_write_of_an_old_version_is_a_conflict) {
  api.put(kCollection, R"({"metadata":{"name":"sd21","namespace":"prod"}})");
  auto object = ask(client, get_call(kDeployments, "prod", "sd21"));
  ASSERT_TRUE(object.ok()) << object.error().message;
  EXPECT_TRUE(ask(client, replace_call(kDeployments, *object)).ok());
  const auto again = ask(client, replace_call(kDeployments, *object));
  ASSERT_FALSE(again.ok());
  EXPECT_TRUE(again.error().is_conflict());
  EXPECT_EQ(again.error().reason, "Conflict");
  EXPECT_EQ(again.error().message,
            "PUT /apis/apps/v1/namespaces/prod/deployments/sd21: Conflict it is");
}

TEST_F(ApiClientTest, a_busy_server_is_asked_again_after_as_long_as_it_says) {
  refuse_all(429, "TooManyRequests", {{"Retry-After", "7"}});
  std::optional<Result<json::object, ApiError>> answer;
  client.call(get_call(kDeployments, "prod", "sd21"), [&](auto got) { answer = std::move(got); });
  run_until([&] { return api.requests.size() == 1; });
  settle();
  advance(6s);
  EXPECT_EQ(api.requests.size(), 1u);
  advance(1s);
  EXPECT_EQ(api.requests.size(), 2u);
  advance(7s);
  run_until([&] { return answer.has_value(); });
  EXPECT_EQ(api.requests.size(), 3u) << "three times, and then it is the caller's";
  ASSERT_FALSE(answer->ok());
  EXPECT_EQ(answer->error().code, 429);
  EXPECT_EQ(answer->error().retry_after, 7s);
}

TEST_F(ApiClientTest, credentials_that_are_refused_are_renewed_once) {
  const net::testing::ScratchFolder folder;
  Access access = api.access();
  access.token_file = folder.write("token", "old");
  ApiClient robot(io, time, access);
  api.before = [](const http::Request& request, const ResponderPtr& responder) {
    const bool good = http::find_header(request.headers, "authorization") == "Bearer new";
    if (good) responder->send({.body = R"({"kind":"Deployment"})"});
    if (!good) testing::ScriptedApi::refuse(responder, 401, "Unauthorized");
    return true;
  };
  const auto refused_twice = ask(robot, get_call(kDeployments, "prod", "sd21"));
  ASSERT_FALSE(refused_twice.ok());
  EXPECT_EQ(refused_twice.error().code, 401);
  EXPECT_EQ(api.requests.size(), 2u);
  folder.write("token", "new");
  EXPECT_TRUE(ask(robot, get_call(kDeployments, "prod", "sd21")).ok());
}

TEST_F(ApiClientTest, more_calls_than_the_bound_wait_for_their_turn) {
  ApiClient slow(io, time, api.access(), {.calls_per_s = 2, .burst = 3});
  int answered = 0;
  for (int i = 0; i < 5; ++i) {
    slow.call(get_call(kDeployments, "prod", "sd21"), [&](const auto&) { ++answered; });
  }
  run_until([&] { return answered == 3; });
  settle();
  EXPECT_EQ(answered, 3);
  advance(500ms);
  EXPECT_EQ(answered, 4);
  advance(500ms);
  EXPECT_EQ(answered, 5);
}

TEST_F(ApiClientTest, what_is_no_json_and_what_is_no_answer_are_told_apart) {
  api.before = [](const http::Request&, const ResponderPtr& responder) {
    responder->send({.body = "<html>"});
    return true;
  };
  auto answer = ask(client, get_call(kDeployments, "prod", "sd21"));
  ASSERT_FALSE(answer.ok());
  EXPECT_EQ(answer.error().kind, ApiError::Kind::kUnreadable);
  api.before = [](const http::Request&, const ResponderPtr& responder) {
    responder->reset();
    return true;
  };
  answer = ask(client, get_call(kDeployments, "prod", "sd21"));
  ASSERT_FALSE(answer.ok());
  EXPECT_EQ(answer.error().kind, ApiError::Kind::kUnreachable);
  api.before = [](const http::Request&, const ResponderPtr& responder) {
    responder->send({502, {}, "<html>a proxy"});
    return true;
  };
  answer = ask(client, get_call(kDeployments, "prod", "sd21"));
  ASSERT_FALSE(answer.ok());
  EXPECT_THAT(answer.error().message, HasSubstr("HTTP 502: <html>a proxy"));
}

TEST_F(ApiClientTest, over_tls_it_believes_its_authority_and_shows_its_certificate) {
  const net::testing::ScratchFolder folder;
  const net::testing::Authority authority;
  const auto files = authority.issue(folder, "server", {});
  folder.write("ca.pem", authority.pem());
  const auto tls = net::TlsServer::make({.certificates = {files},
                                         .client_ca_file = folder.path("ca.pem"),
                                         .client_certificate = net::ClientCertificate::kRequire});
  ASSERT_TRUE(tls.ok()) << tls.error().message;
  api.server.use_tls(*tls);
  std::string seen;
  api.before = [&](const http::Request& request, const ResponderPtr& responder) {
    if (request.peer) seen = request.peer->common_name;
    responder->send({.body = "{}"});
    return true;
  };
  Access access = api.access();
  access.tls = true;
  access.ca_pem = authority.pem();
  std::tie(access.certificate_pem, access.key_pem) = authority.issue({.common_name = "ann"});
  ApiClient ann(io, time, access);
  const auto answer = ask(ann, get_call(kDeployments, "prod", "sd21"));
  ASSERT_TRUE(answer.ok()) << answer.error().message;
  EXPECT_EQ(seen, "ann");

  const net::testing::Authority stranger("Somebody Else");
  access.ca_pem = stranger.pem();
  ApiClient wary(io, time, access);
  const auto refused = ask(wary, get_call(kDeployments, "prod", "sd21"));
  ASSERT_FALSE(refused.ok());
  EXPECT_THAT(refused.error().message, HasSubstr("certificate not accepted"));
}

TEST_F(ApiClientTest, an_authority_that_is_renewed_in_its_file_is_believed_within_a_minute) {
  const net::testing::ScratchFolder folder;
  const net::testing::Authority old_one, new_one;
  const auto tls = net::TlsServer::make({.certificates = {new_one.issue(folder, "server", {})}});
  ASSERT_TRUE(tls.ok());
  api.server.use_tls(*tls);
  Access access = api.access();
  access.tls = true;
  access.ca_file = folder.write("ca.pem", old_one.pem());
  api.before = [&](const http::Request&, const ResponderPtr& responder) {
    responder->send({.body = "{}"});
    return true;
  };
  ApiClient one(io, time, access);
  EXPECT_FALSE(ask(one, get_call(kDeployments, "prod", "sd21")).ok());
  folder.write("next.pem", new_one.pem());
  std::filesystem::rename(folder.path("next.pem"), folder.path("ca.pem"));
  time.advance(60s);
  const auto answer = ask(one, get_call(kDeployments, "prod", "sd21"));
  EXPECT_TRUE(answer.ok()) << answer.error().message;
}

TEST_F(ApiClientTest, the_same_event_said_again_raises_its_count) {
  EventRecorder events(client, time, "signalbox", "pod-1");
  const EventAbout about{"apps/v1", "Deployment", "prod", "sd21", "u-1"};
  std::vector<std::string> seen;
  api.before = [&](const http::Request& request, const ResponderPtr& responder) {
    const auto body = boost::json::parse(request.body).as_object();
    seen.push_back(request.method + " " + std::to_string(wire::integer_at(body, {"count"}, 0)));
    responder->send({.body = "{}"});
    return true;
  };
  events.warning(about, "LaunchRefused", "no capacity in us-east-1a");
  events.warning(about, "LaunchRefused", "no capacity in us-east-1a");
  events.warning(about, "LaunchRefused", "no capacity in us-east-1b");
  run_until([&] { return seen.size() == 3; });
  EXPECT_EQ(seen, (std::vector<std::string>{"POST 1", "PATCH 2", "POST 1"}));
  EXPECT_THAT(api.requests.front().target, "/api/v1/namespaces/prod/events");
  advance(11min);
  events.warning(about, "LaunchRefused", "no capacity in us-east-1a");
  run_until([&] { return seen.size() == 4; });
  EXPECT_EQ(seen.back(), "POST 1");
}

}  // namespace
}  // namespace signalbox::kube
