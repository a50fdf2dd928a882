// SPDX-License-Identifier: Apache-2.0
#include "emulate/answers.h"

#include <gtest/gtest.h>

#include <array>
#include <boost/json.hpp>

namespace signalbox::emulate {
namespace {

const Origin kOrigin{EndpointId{7}, "sd21-inf2"};

boost::json::object body_of(const Inference& inference) {
  PictureBook pictures;
  const auto response = whole_answer(inference, kOrigin, 500ms, 1700000000, pictures);
  EXPECT_EQ(response.status, 200);
  return boost::json::parse(response.body).as_object();
}

TEST(Answers, carry_the_replica_and_the_server) {
  PictureBook pictures;
  const auto response = whole_answer({}, kOrigin, 1s, 0, pictures);
  EXPECT_EQ(http::find_header(response.headers, "X-Signalbox-Replica"), "7");
  EXPECT_EQ(http::find_header(response.headers, "Server"), "signalbox-emulator");
}

TEST(Answers, the_papers_route_gives_prompt_picture_and_latency) {
  Inference inference;
  inference.task = Task::kGenimage;
  inference.prompt = "a \"quoted\" fox";
  auto body = body_of(inference);
  EXPECT_EQ(body["prompt"], "a \"quoted\" fox");
  EXPECT_EQ(body["latency"], 0.5);
  EXPECT_TRUE(body["response"].as_string().starts_with("iVBORw0KGgo"));  // a PNG's first bytes
}

TEST(Answers, several_images_of_a_prompt_differ) {
  Inference inference;
  inference.task = Task::kImages;
  inference.images = 2;
  auto body = body_of(inference);
  EXPECT_EQ(body["created"], 1700000000);
  const auto& data = body["data"].as_array();
  ASSERT_EQ(data.size(), 2u);
  EXPECT_NE(data[0].at("b64_json"), data[1].at("b64_json"));
}

TEST(Answers, a_chat_counts_its_tokens) {
  Inference inference;
  inference.task = Task::kChat;
  inference.model = "llama";
  inference.prompt = "two words";
  inference.tokens = 5;
  auto body = body_of(inference);
  EXPECT_EQ(body["object"], "chat.completion");
  EXPECT_EQ(body["model"], "llama");
  EXPECT_EQ(body["choices"].at(0).at("message").at("role"), "assistant");
  EXPECT_EQ(body["usage"].at("prompt_tokens"), 2);
  EXPECT_EQ(body["usage"].at("completion_tokens"), 5);
  EXPECT_EQ(body["usage"].at("total_tokens"), 7);
}

TEST(Answers, a_stream_spells_what_the_whole_answer_says) {
  Inference inference;
  inference.task = Task::kCompletion;
  inference.prompt = "go";
  inference.tokens = 9;
  std::string streamed;
  for (int token = 1; token <= 9; ++token) {
    std::string event = stream_token(inference, token, 0);
    ASSERT_TRUE(event.starts_with("data: ") && event.ends_with("\n\n")) << event;
    streamed += boost::json::parse(event.substr(6)).at("choices").at(0).at("text").as_string();
  }
  EXPECT_EQ(streamed, std::string(body_of(inference)["choices"].at(0).at("text").as_string()));
}

TEST(Answers, a_stream_ends_with_its_usage_and_done) {
  Inference inference;
  inference.task = Task::kChat;
  inference.tokens = 3;
  const std::string end = stream_end(inference, 0);
  EXPECT_NE(end.find("\"finish_reason\":\"length\""), std::string::npos);
  EXPECT_NE(end.find("\"completion_tokens\":3"), std::string::npos);
  EXPECT_TRUE(end.ends_with("data: [DONE]\n\n"));
}

TEST(Answers, embeddings_are_one_vector_per_input) {
  Inference inference;
  inference.task = Task::kEmbeddings;
  inference.inputs = 3;
  auto body = body_of(inference);
  ASSERT_EQ(body["data"].as_array().size(), 3u);
  EXPECT_EQ(body["data"].at(2).at("index"), 2);
}

TEST(Answers, an_unknown_path_is_echoed_with_who_served_it) {
  Inference inference;
  inference.path = "/v2/models/x/infer";
  auto body = body_of(inference);
  EXPECT_EQ(body["path"], "/v2/models/x/infer");
  EXPECT_EQ(body["unit"], "sd21-inf2");
  EXPECT_EQ(body["replica"], 7);
}

TEST(Answers, a_benchmark_reports_percentiles_and_throughput_per_minute) {
  Inference inference;
  inference.task = Task::kBenchmark;
  inference.runs = 4;
  inference.steps = 10;
  const std::array<Duration, 4> runs = {400ms, 600ms, 500ms, 500ms};
  auto body = boost::json::parse(benchmark_answer(inference, kOrigin, runs).body).as_object();
  EXPECT_EQ(body["latency_p50_s"], 0.5);
  EXPECT_EQ(body["latency_p95_s"], 0.6);
  EXPECT_EQ(body["throughput_per_minute"], 120.0);
  EXPECT_EQ(
      body["message"],
      "benchmark report: RESULT FOR sd21-inf2: Latency P0=0.400 Latency P50=0.500 Latency "
      "P90=0.600 Latency P95=0.600 Latency P99=0.600 Latency P100=0.600 Throughput=120.0/min");
}

}  // namespace
}  // namespace signalbox::emulate
