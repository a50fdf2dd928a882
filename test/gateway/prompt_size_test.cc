// SPDX-License-Identifier: Apache-2.0
//
// How long a prompt is, as far as the size of its body tells, and what follows from it.
#include <gtest/gtest.h>

#include <string>

#include "test/stage/live_node.h"
#include "test/stage/scripted_unit.h"

namespace signalbox {
namespace {

using namespace stage;

std::string chat(std::size_t bytes) {
  return R"({"model":"m","prompt":")" + std::string(bytes, 'x') + R"("})";
}

TEST(PromptSize, a_prompt_goes_to_a_unit_whose_context_holds_it_and_one_that_none_holds_is_413) {
  ScriptedUnit small([](Incoming& request) { request.answer("small"); });
  ScriptedUnit large([](Incoming& request) { request.answer("large"); });
  LiveNode node("services:\n  chat: {models: [m], objective: {latency: 2s}}\nunits:\n" +
                unit("small", 1.0, small.address(), ", max_tokens: 1000") +
                unit("large", 2.0, large.address(), ", max_tokens: 2000"));
  const auto ask = [&](std::size_t bytes) {
    return call(node.gateway(), "POST", "/v1/completions", chat(bytes));
  };
  EXPECT_EQ(ask(3000).body, "small") << "a token for each four bytes";
  EXPECT_EQ(ask(6000).body, "large");
  const Reply refused = ask(9000);
  EXPECT_EQ(refused.status, 413);
  EXPECT_NE(refused.body.find("larger than any unit of this service serves"), std::string::npos)
      << refused.body;
  EXPECT_EQ(node.metric(R"(signalbox_service_unservable_total{service="chat"})"), 1.0);
}

}  // namespace
}  // namespace signalbox
