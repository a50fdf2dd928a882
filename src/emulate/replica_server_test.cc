// SPDX-License-Identifier: Apache-2.0
//
// One replica over real sockets: its routes, its queue, and its ways to fail.
#include "emulate/replica_server.h"

#include "emulate/test_loop.h"
#include "wire/base64.h"

namespace signalbox::emulate {
namespace {

struct ReplicaServerTest : ::testing::Test, TestLoop {
  // Replaces the replica by one of another kind.
  void serve(sim::ServiceModel kind) {
    replica.reset();
    model = std::move(kind);
    replica = std::make_shared<ReplicaServer>(io, Origin{EndpointId{7}, "sd21-inf2"}, model, 0.05,
                                              pictures, 1);
    const auto bound = replica->listen({"127.0.0.1", 0});
    ASSERT_TRUE(bound.ok()) << bound.error().message;
    address = bound.value();
  }

  void serve_one_at_a_time(Duration latency) {
    serve(sim::ServiceModel(core::Profile::measured({{1, latency}}, 0.0), 1));
  }

  void SetUp() override { serve_one_at_a_time(kFast); }

  // What finishes a job that lasts "forever".
  void hurry() { replica->set_slowdown(1e-9); }

  PictureBook pictures;
  sim::ServiceModel model{core::Profile::measured({{1, kFast}}, 0.0), 1};
  std::shared_ptr<ReplicaServer> replica;
  core::Address address;
};

TEST_F(ReplicaServerTest, genimage_answers_with_a_picture_of_the_prompt) {
  const auto response = post(address, "/genimage", R"({"prompt":"a fox"})");
  ASSERT_EQ(response.status, 200) << response.body;
  auto body = json_of(response);
  EXPECT_EQ(body["prompt"], "a fox");
  EXPECT_GT(body["latency"].to_number<double>(), 0.0);
  const auto png = wire::base64_decode(text_of(body["response"]));
  ASSERT_TRUE(png.ok());
  EXPECT_EQ(png.value().substr(1, 3), "PNG");
  EXPECT_EQ(http::find_header(response.headers, "x-signalbox-replica"), "7");
  EXPECT_EQ(http::find_header(response.headers, "server"), "signalbox-emulator");
}

TEST_F(ReplicaServerTest, every_other_route_answers) {
  EXPECT_EQ(json_of(post(address, "/v1/images/generations", R"({"prompt":"a","n":2})"))["data"]
                .as_array()
                .size(),
            2u);
  EXPECT_EQ(json_of(post(address, "/v1/chat/completions",
                         R"({"messages":[{"role":"user","content":"hi"}],"max_tokens":3})"))
                .at("usage")
                .at("completion_tokens"),
            3);
  EXPECT_EQ(
      json_of(post(address, "/v1/completions", R"({"prompt":"hi","max_tokens":2})")).at("object"),
      "text_completion");
  EXPECT_EQ(json_of(post(address, "/v1/embeddings", R"({"input":"hi"})")).at("object"), "list");
  EXPECT_EQ(json_of(get(address, "/some/path?q=1")).at("path"), "/some/path");
  EXPECT_EQ(json_of(post(address, "/some/path", "anything")).at("unit"), "sd21-inf2");
  EXPECT_EQ(json_of(get(address, "/health")).at("status"), "healthy");
  EXPECT_EQ(json_of(get(address, "/readiness")).at("status"), "ready");
  EXPECT_EQ(replica->served(), 6u);
}

TEST_F(ReplicaServerTest, a_benchmark_runs_its_jobs_one_after_the_other) {
  auto body = json_of(get(address, "/load/5/infer/10"));
  EXPECT_EQ(body["runs"], 5);
  EXPECT_EQ(replica->served(), 5u);
  EXPECT_NEAR(body["latency_p50_s"].to_number<double>(), 0.002, 0.00011);
}

TEST_F(ReplicaServerTest, metrics_count_jobs_and_busy_time) {
  ASSERT_EQ(post(address, "/genimage", R"({"prompt":"a fox"})").status, 200);
  const auto response = get(address, "/metrics");
  EXPECT_NE(
      response.body.find("signalbox_replica_jobs_total{unit=\"sd21-inf2\",replica=\"7\"} 1\n"),
      std::string::npos)
      << response.body;
  EXPECT_NE(response.body.find("signalbox_replica_busy_seconds_total{"), std::string::npos);
}

TEST_F(ReplicaServerTest, metrics_are_in_the_words_of_vllm_too) {
  serve_one_at_a_time(kForever);
  const auto first = send(address, image_request("first"));
  const auto second = send(address, image_request("second"));
  run_until([&] { return replica->queued() == 1; });
  const std::string busy = get(address, "/metrics").body;
  EXPECT_NE(busy.find("vllm:num_requests_running{model_name=\"sd21-inf2\"} 1\n"), busy.npos)
      << busy;
  EXPECT_NE(busy.find("vllm:num_requests_waiting{model_name=\"sd21-inf2\"} 1\n"), busy.npos);
  EXPECT_NE(busy.find("vllm:e2e_request_latency_seconds_count{model_name=\"sd21-inf2\"} 0\n"),
            busy.npos);
  hurry();
  await(first);
  await(second);
  const std::string idle = get(address, "/metrics").body;
  EXPECT_NE(idle.find("vllm:e2e_request_latency_seconds_count{model_name=\"sd21-inf2\"} 2\n"),
            idle.npos)
      << idle;
  EXPECT_EQ(idle.find("vllm:e2e_request_latency_seconds_sum{model_name=\"sd21-inf2\"} 0.000000"),
            idle.npos);
}

TEST_F(ReplicaServerTest, a_malformed_request_is_refused_and_takes_no_slot) {
  const auto response = post(address, "/genimage", "{");
  EXPECT_EQ(response.status, 400);
  EXPECT_NE(text_of(json_of(response).at("error").at("message")).find("not JSON"),
            std::string::npos);
  EXPECT_EQ(http::find_header(response.headers, "x-signalbox-replica"), "7");
  EXPECT_EQ(replica->served(), 0u);
}

TEST_F(ReplicaServerTest, serves_one_at_a_time_in_order_and_probes_do_not_queue) {
  serve_one_at_a_time(kForever);
  const auto first = send(address, image_request("first"));
  run_until([&] { return replica->in_service() == 1; });
  const auto second = send(address, image_request("second"));
  run_until([&] { return replica->queued() == 1; });
  EXPECT_EQ(get(address, "/health").status, 200);
  EXPECT_EQ(get(address, "/readiness").status, 200);
  EXPECT_FALSE(first->has_value() || second->has_value());
  hurry();
  EXPECT_EQ(await(first).status, 200);
  EXPECT_EQ(await(second).status, 200);
}

TEST_F(ReplicaServerTest, serves_as_many_at_once_as_it_has_slots) {
  serve(sim::ServiceModel(core::Profile::measured({{1, kForever}}, 0.0), 3));
  for (int i = 0; i < 5; ++i) send(address, image_request(std::to_string(i)));
  run_until([&] { return replica->queued() == 2; });
  EXPECT_EQ(replica->in_service(), 3);
}

TEST_F(ReplicaServerTest, a_chat_streams_token_by_token_and_says_done) {
  serve(sim::ServiceModel(core::Profile::measured({{1, kFast}}, 0.0), 4,
                          {.first_token = 2ms, .token_rate_per_s = 2000.0}));
  const auto response =
      post(address, "/v1/chat/completions",
           R"({"messages":[{"role":"user","content":"hi"}],"max_tokens":6,"stream":true})");
  ASSERT_EQ(response.status, 200);
  EXPECT_EQ(http::find_header(response.headers, "content-type"), "text/event-stream");
  int events = 0;
  for (std::size_t at = 0; (at = response.body.find("data: ", at)) != std::string::npos; ++at) {
    ++events;
  }
  EXPECT_EQ(events, 6 + 2);  // tokens, the end, [DONE]
  EXPECT_TRUE(response.body.ends_with("data: [DONE]\n\n"));
}

TEST_F(ReplicaServerTest, a_batching_replica_streams_everything_at_the_end) {
  serve(sim::ServiceModel(core::Profile::measured({{1, kFast}}, 0.0), 1, {.max_batch = 4}));
  const auto response =
      post(address, "/v1/completions", R"({"prompt":"hi","max_tokens":3,"stream":true})");
  ASSERT_EQ(response.status, 200);
  EXPECT_TRUE(response.body.ends_with("data: [DONE]\n\n"));
}

TEST_F(ReplicaServerTest, a_client_that_leaves_frees_its_slot_for_the_next) {
  serve_one_at_a_time(kForever);
  http::Client leaver(io);
  send(leaver, address, image_request("abandoned"));
  run_until([&] { return replica->in_service() == 1; });
  const auto next = send(address, image_request("next"));
  run_until([&] { return replica->queued() == 1; });
  leaver.close();
  run_until([&] { return replica->queued() == 0; });
  EXPECT_EQ(replica->in_service(), 1);
  hurry();
  EXPECT_EQ(await(next).status, 200);
  EXPECT_EQ(replica->served(), 1u);
}

TEST_F(ReplicaServerTest, a_client_that_leaves_the_queue_is_not_served) {
  serve_one_at_a_time(kForever);
  const auto first = send(address, image_request("first"));
  run_until([&] { return replica->in_service() == 1; });
  http::Client leaver(io);
  send(leaver, address, image_request("impatient"));
  run_until([&] { return replica->queued() == 1; });
  leaver.close();
  run_until([&] { return replica->queued() == 0; });
  hurry();
  EXPECT_EQ(await(first).status, 200);
  EXPECT_EQ(replica->served(), 1u);
  EXPECT_EQ(replica->in_service(), 0);
}

TEST_F(ReplicaServerTest, slowing_down_reaches_the_job_being_served) {
  serve_one_at_a_time(kForever);
  const auto job = send(address, image_request("slow"));
  run_until([&] { return replica->in_service() == 1; });
  replica->set_slowdown(2.0);
  EXPECT_EQ(replica->in_service(), 1);
  hurry();
  EXPECT_EQ(await(job).status, 200);
}

TEST_F(ReplicaServerTest, an_error_rate_of_one_fails_every_inference_and_no_probe) {
  replica->set_error_rate(1.0);
  EXPECT_EQ(post(address, "/genimage", R"({"prompt":"a"})").status, 500);
  EXPECT_EQ(get(address, "/health").status, 200);
  EXPECT_EQ(replica->served(), 0u);
  replica->set_error_rate(0.0);
  EXPECT_EQ(post(address, "/genimage", R"({"prompt":"a"})").status, 200);
}

TEST_F(ReplicaServerTest, an_error_rate_of_a_half_fails_about_half) {
  replica->set_error_rate(0.5);
  int errors = 0;
  for (int i = 0; i < 100; ++i) errors += get(address, "/x").status == 500 ? 1 : 0;
  EXPECT_GT(errors, 30);
  EXPECT_LT(errors, 70);
}

TEST_F(ReplicaServerTest, a_hanging_replica_accepts_and_answers_nothing_until_it_recovers) {
  serve_one_at_a_time(kForever);
  const auto begun = send(address, image_request("begun"));
  run_until([&] { return replica->in_service() == 1; });
  replica->set_hanging(true);
  hurry();  // were it not hanging, it would answer now
  const auto asked = send(address, image_request("asked"));
  const auto health = send(address, {"GET", "/health", {}, {}});

  const sim::ServiceModel fast(core::Profile::measured({{1, kFast}}, 0.0), 1);
  const auto other =
      std::make_shared<ReplicaServer>(io, Origin{EndpointId{8}, "other"}, fast, 0.0, pictures, 1);
  const auto other_address = other->listen({"127.0.0.1", 0});
  ASSERT_TRUE(other_address.ok());
  for (int i = 0; i < 10; ++i) ASSERT_EQ(get(other_address.value(), "/x").status, 200);
  EXPECT_FALSE(begun->has_value() || asked->has_value() || health->has_value());

  replica->set_hanging(false);
  EXPECT_EQ(await(begun).status, 200);
  EXPECT_EQ(await(asked).status, 200);
  EXPECT_EQ(await(health).status, 200);
}

TEST_F(ReplicaServerTest, a_client_that_leaves_a_hanging_replica_is_forgotten) {
  replica->set_hanging(true);
  http::Client leaver(io);
  const auto patient = send(address, image_request("patient"));
  send(leaver, address, image_request("leaver"));
  run_until([&] { return replica->queued() == 2; });
  leaver.close();
  run_until([&] { return replica->queued() == 1; });
  replica->set_hanging(false);
  EXPECT_EQ(await(patient).status, 200);
  EXPECT_EQ(replica->served(), 1u);
}

TEST_F(ReplicaServerTest, a_crash_resets_clients_and_closes_the_port) {
  serve_one_at_a_time(kForever);
  const auto serving = send(address, image_request("served"));
  const auto queued = send(address, image_request("queued"));
  run_until([&] { return replica->queued() == 1; });
  replica->crash();
  EXPECT_EQ(await_failure(serving), http::ClientFailure::kReset);
  EXPECT_EQ(await_failure(queued), http::ClientFailure::kReset);
  EXPECT_EQ(await_failure(send(address, image_request("late"))), http::ClientFailure::kConnect);
}

TEST_F(ReplicaServerTest, a_crash_in_the_middle_of_a_stream_cuts_it) {
  serve(sim::ServiceModel(core::Profile::measured({{1, 2ms}}, 0.0), 2,
                          {.first_token = 1ms, .token_rate_per_s = 0.001}));
  const auto stream = send(
      address, post_request("/v1/completions", R"({"prompt":"hi","stream":true,"max_tokens":9})"));
  run_until([&] { return replica->in_service() == 1; });
  ASSERT_EQ(get(address, "/x").status, 200);  // takes twice the first token's time beside it
  EXPECT_FALSE(stream->has_value());
  replica->crash();
  EXPECT_EQ(await_failure(stream), http::ClientFailure::kReset);
}

TEST_F(ReplicaServerTest, draining_finishes_what_is_served_and_refuses_the_rest) {
  serve_one_at_a_time(kForever);
  const auto first = send(address, image_request("first"));
  const auto second = send(address, image_request("second"));
  run_until([&] { return replica->queued() == 1; });
  bool drained = false;
  replica->drain([&] { drained = true; });
  EXPECT_TRUE(replica->draining());
  EXPECT_EQ(await_failure(send(address, image_request("late"))), http::ClientFailure::kConnect);
  EXPECT_FALSE(drained);
  hurry();
  EXPECT_EQ(await(first).status, 200);
  EXPECT_EQ(await(second).status, 200);
  EXPECT_TRUE(run_until([&] { return drained; }));
}

TEST_F(ReplicaServerTest, draining_an_idle_replica_is_done_at_once) {
  bool drained = false;
  replica->drain([&] { drained = true; });
  EXPECT_FALSE(drained) << "never from inside the call";
  EXPECT_TRUE(run_until([&] { return drained; }));
}

TEST_F(ReplicaServerTest, draining_a_hanging_replica_does_not_wait_for_it) {
  serve_one_at_a_time(kForever);
  const auto stuck = send(address, image_request("stuck"));
  run_until([&] { return replica->in_service() == 1; });
  replica->set_hanging(true);
  bool drained = false;
  replica->drain([&] { drained = true; });
  EXPECT_TRUE(run_until([&] { return drained; }));
  EXPECT_EQ(await_failure(stuck), http::ClientFailure::kReset);
}

TEST_F(ReplicaServerTest, a_replica_destroyed_under_load_is_a_crash_and_nothing_comes_after_it) {
  serve_one_at_a_time(10ms);
  const auto job = send(address, image_request("a"));
  run_until([&] { return replica->in_service() == 1; });
  replica.reset();
  EXPECT_EQ(await_failure(job), http::ClientFailure::kReset);
}

}  // namespace
}  // namespace signalbox::emulate
