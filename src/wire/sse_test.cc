// SPDX-License-Identifier: Apache-2.0
//
// The event format, including the lines a reader must put together again.
#include "wire/sse.h"

#include <gtest/gtest.h>

namespace signalbox::wire {
namespace {

TEST(Sse, one_line_is_one_field) {
  EXPECT_EQ(sse_event(R"({"a":1})"), "data: {\"a\":1}\n\n");
  EXPECT_EQ(sse_event("[DONE]"), kSseDone);
  EXPECT_EQ(sse_event(""), "data: \n\n");
}

TEST(Sse, names_its_event) { EXPECT_EQ(sse_event("x", "error"), "event: error\ndata: x\n\n"); }

TEST(Sse, every_line_gets_a_field_of_its_own) {
  EXPECT_EQ(sse_event("a\nb\r\nc\rd\n"), "data: a\ndata: b\ndata: c\ndata: d\ndata: \n\n");
}

}  // namespace
}  // namespace signalbox::wire
