// SPDX-License-Identifier: Apache-2.0
//
// What requests mean, and what is said of those that mean nothing.
#include "emulate/inference.h"

#include <gtest/gtest.h>

namespace signalbox::emulate {
namespace {

http::Request post(std::string target, std::string body) {
  return {"POST", std::move(target), {}, std::move(body)};
}

http::Request get(std::string target) { return {"GET", std::move(target), {}, {}}; }

Inference meaning(const http::Request& request, double spread = 0.0) {
  auto inference = read_inference(request, spread);
  if (inference.ok()) return inference.value();
  ADD_FAILURE() << inference.error().body;
  return {};
}

TEST(Inference, the_papers_image_route_is_one_job) {
  const auto inference = meaning(post("/genimage", R"({"prompt":"a fox"})"));
  EXPECT_EQ(inference.task, Task::kGenimage);
  EXPECT_EQ(inference.prompt, "a fox");
  EXPECT_EQ(inference.factor, 1.0);
}

TEST(Inference, n_images_are_n_times_the_work) {
  const auto inference =
      meaning(post("/v1/images/generations", R"({"model":"sd21","prompt":"a fox","n":3})"));
  EXPECT_EQ(inference.task, Task::kImages);
  EXPECT_EQ(inference.images, 3);
  EXPECT_EQ(inference.factor, 3.0);
  EXPECT_EQ(inference.model, "sd21");
}

TEST(Inference, a_chat_streams_max_tokens) {
  const auto inference = meaning(
      post("/v1/chat/completions",
           R"({"messages":[{"role":"user","content":"hi"}],"max_tokens":12,"stream":true})"));
  EXPECT_EQ(inference.task, Task::kChat);
  EXPECT_EQ(inference.tokens, 12);
  EXPECT_TRUE(inference.stream);
}

TEST(Inference, a_chat_message_may_be_a_list_of_parts) {
  const auto inference =
      meaning(post("/v1/chat/completions",
                   R"({"messages":[{"role":"user","content":[{"type":"text","text":"hi"}]}]})"));
  EXPECT_EQ(inference.prompt, "hi\n");
  EXPECT_FALSE(inference.stream);
  EXPECT_GT(inference.tokens, 0);
}

TEST(Inference, completions_and_embeddings_take_text_or_lists) {
  EXPECT_EQ(meaning(post("/v1/completions", R"({"prompt":["a","b"]})")).task, Task::kCompletion);
  const auto inference = meaning(post("/v1/embeddings", R"({"input":["a","b","c"]})"));
  EXPECT_EQ(inference.task, Task::kEmbeddings);
  EXPECT_EQ(inference.inputs, 3);
}

TEST(Inference, the_papers_benchmark_route_is_runs_of_steps) {
  const auto inference = meaning(get("/load/5/infer/20"));
  EXPECT_EQ(inference.task, Task::kBenchmark);
  EXPECT_EQ(inference.runs, 5);
  EXPECT_EQ(inference.factor, 2.0);  // the profile is of 10 steps
}

TEST(Inference, any_other_path_is_one_job_whatever_its_method_and_body) {
  EXPECT_EQ(meaning(get("/v2/models/sd21/infer?x=1")).path, "/v2/models/sd21/infer");
  EXPECT_EQ(meaning(post("/anything", "not json")).task, Task::kAny);
}

TEST(Inference, the_size_belongs_to_the_request_so_that_a_retry_is_the_same_work) {
  const auto request = post("/genimage", R"({"prompt":"a fox"})");
  const auto other = post("/genimage", R"({"prompt":"a hen"})");
  EXPECT_EQ(meaning(request, 0.05).factor, meaning(request, 0.05).factor);
  EXPECT_NE(meaning(request, 0.05).factor, meaning(other, 0.05).factor);
}

TEST(Inference, unstated_sizes_fill_the_spread) {
  double least = 2.0, most = 0.0;
  for (int i = 0; i < 1000; ++i) {
    const double factor = meaning(get("/job/" + std::to_string(i)), 0.05).factor;
    least = std::min(least, factor);
    most = std::max(most, factor);
  }
  EXPECT_GE(least, 0.95);
  EXPECT_LE(most, 1.05);
  EXPECT_LT(least, 0.951);
  EXPECT_GT(most, 1.049);
}

TEST(Inference, a_stated_size_is_taken) {
  auto request = post("/genimage", R"({"prompt":"a fox"})");
  request.headers.push_back({"X-Signalbox-Size", "0.97"});
  EXPECT_EQ(meaning(request, 0.05).factor, 0.97);
}

struct Wrong {
  const char* method;
  const char* target;
  const char* body;
  int status;
  const char* says;
};

class InferenceRefuses : public ::testing::TestWithParam<Wrong> {};

TEST_P(InferenceRefuses, and_says_why) {
  const auto& wrong = GetParam();
  const auto inference = read_inference({wrong.method, wrong.target, {}, wrong.body}, 0.0);
  ASSERT_FALSE(inference.ok());
  EXPECT_EQ(inference.error().status, wrong.status);
  EXPECT_NE(inference.error().body.find(wrong.says), std::string::npos) << inference.error().body;
}

INSTANTIATE_TEST_SUITE_P(
    Requests, InferenceRefuses,
    ::testing::Values(
        Wrong{"POST", "/genimage", "", 400, "not JSON"},
        Wrong{"POST", "/genimage", "[1]", 400, "must be a JSON object"},
        Wrong{"POST", "/genimage", "{}", 400, "`prompt` is missing"},
        Wrong{"POST", "/genimage", R"({"prompt":5})", 400, "`prompt` is missing or not text"},
        Wrong{"POST", "/genimage", R"({"prompt":"a","model":5})", 400, "`model` must be a string"},
        Wrong{"GET", "/genimage", "", 405, "POST only"},
        Wrong{"POST", "/v1/images/generations", R"({"prompt":"a","n":0})", 400, "from 1 to 10"},
        Wrong{"POST", "/v1/images/generations", R"({"prompt":"a","response_format":"url"})", 400,
              "b64_json"},
        Wrong{"POST", "/v1/chat/completions", R"({"messages":[]})", 400, "non-empty list"},
        Wrong{"POST", "/v1/chat/completions", R"({"messages":[{"role":"user"}]})", 400, "content"},
        Wrong{"POST", "/v1/chat/completions",
              R"({"messages":[{"role":"user","content":"a"}],"max_tokens":0})", 400, "max_tokens"},
        Wrong{"POST", "/v1/completions", R"({"prompt":"a","stream":1})", 400, "stream"},
        Wrong{"POST", "/v1/embeddings", R"({"input":[]})", 400, "`input` is missing"},
        Wrong{"POST", "/load/1/infer/10", "", 405, "GET only"},
        Wrong{"GET", "/load/0/infer/10", "", 400, "runs"},
        Wrong{"GET", "/load/99999999999/infer/10", "", 400, "runs"},
        Wrong{"GET", "/load/x/infer/10", "", 400, "RUNS"}));

TEST(Inference, a_stated_size_without_sense_is_refused) {
  for (const char* size : {"0", "-1", "nan", "inf", "1e9", "big", "1.0x"}) {
    auto request = post("/genimage", R"({"prompt":"a fox"})");
    request.headers.push_back({kSizeHeader, size});
    const auto inference = read_inference(request, 0.0);
    ASSERT_FALSE(inference.ok()) << size;
    EXPECT_EQ(inference.error().status, 400);
  }
}

}  // namespace
}  // namespace signalbox::emulate
