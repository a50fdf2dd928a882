// SPDX-License-Identifier: Apache-2.0
//
// The known paths, and that their neighbours are not them.
#include "wire/api.h"

#include <gtest/gtest.h>

namespace signalbox::wire {
namespace {

TEST(Api, knows_its_paths) {
  EXPECT_EQ(classify_api("/genimage"), Api::kGenimage);
  EXPECT_EQ(classify_api("/v1/images/generations"), Api::kOpenaiImages);
  EXPECT_EQ(classify_api("/v1/chat/completions"), Api::kOpenaiChat);
  EXPECT_EQ(classify_api("/v1/completions"), Api::kOpenaiCompletions);
  EXPECT_EQ(classify_api("/v1/embeddings/"), Api::kOpenaiEmbeddings);
  for (const auto path : {"/", "", "/v1", "/v1/chat", "/v1/chat/completions/7", "/genimage2",
                          "/v2/models/sd21/infer", "/v1/images/edits"}) {
    EXPECT_EQ(classify_api(path), Api::kOther) << path;
  }
}

TEST(Api, only_openai_bodies_name_a_model) {
  EXPECT_TRUE(carries_model(Api::kOpenaiImages));
  EXPECT_TRUE(carries_model(Api::kOpenaiChat));
  EXPECT_TRUE(carries_model(Api::kOpenaiCompletions));
  EXPECT_TRUE(carries_model(Api::kOpenaiEmbeddings));
  EXPECT_FALSE(carries_model(Api::kGenimage));
  EXPECT_FALSE(carries_model(Api::kOther));
}

TEST(Api, has_names_for_metrics) { EXPECT_STREQ(to_string(Api::kOpenaiChat), "openai_chat"); }

}  // namespace
}  // namespace signalbox::wire
