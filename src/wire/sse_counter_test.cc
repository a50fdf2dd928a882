// SPDX-License-Identifier: Apache-2.0
//
// How many events passed by, however the bytes were cut.
#include "wire/sse_counter.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <string>

#include "wire/sse.h"

namespace signalbox::wire {
namespace {

int counted(std::string_view stream) {
  SseCounter counter;
  counter.feed(stream);
  return counter.events();
}

TEST(SseCounter, counts_events_with_data_and_not_the_end) {
  EXPECT_EQ(counted("data: a\n\ndata: b\r\n\r\n" + std::string(kSseDone)), 2);
  EXPECT_EQ(counted("data:[DONE]\n\n"), 0);
}

TEST(SseCounter, comments_names_and_several_lines_make_no_event_of_their_own) {
  EXPECT_EQ(counted(": keep-alive\n\nevent: ping\n\nid: 7\n\n"), 0);
  EXPECT_EQ(counted(sse_event("two\nlines", "delta")), 1);
}

TEST(SseCounter, what_has_not_ended_is_not_counted_yet) {
  EXPECT_EQ(counted("data: a\n"), 0);
  EXPECT_EQ(counted(""), 0);
  EXPECT_EQ(counted(R"({"not":"a stream"})"), 0);
}

RC_GTEST_PROP(SseCounter, counts_alike_however_the_stream_is_cut, ()) {
  std::string stream;
  const int events = *rc::gen::inRange(0, 20);
  for (int i = 0; i < events; ++i) stream += sse_event("token " + std::to_string(i));
  stream += kSseDone;
  SseCounter counter;
  for (std::size_t at = 0; at < stream.size();) {
    const auto size = static_cast<std::size_t>(*rc::gen::inRange(1, 30));
    counter.feed(std::string_view(stream).substr(at, size));
    at += size;
  }
  RC_ASSERT(counter.events() == events);
}

}  // namespace
}  // namespace signalbox::wire
