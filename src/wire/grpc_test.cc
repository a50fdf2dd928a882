// SPDX-License-Identifier: Apache-2.0
#include "wire/grpc.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include <string>
#include <vector>

namespace signalbox::wire {
namespace {

std::string framed(std::string_view message) {
  std::string out;
  append_grpc_prefix(out, message.size());
  return out.append(message);
}

std::optional<GrpcStatus> failure_of(GrpcReader& reader, std::string_view bytes) {
  return reader.feed(bytes, [](std::string_view) { return true; });
}

std::vector<std::string> messages_of(GrpcReader& reader, std::string_view bytes) {
  std::vector<std::string> messages;
  const auto failure = reader.feed(bytes, [&](std::string_view message) {
    messages.emplace_back(message);
    return true;
  });
  EXPECT_FALSE(failure.has_value());
  return messages;
}

TEST(GrpcReader, messages_are_five_bytes_and_themselves) {
  EXPECT_EQ(framed("abc"), std::string("\0\0\0\0\x03"
                                       "abc",
                                       8));
  GrpcReader reader(100);
  EXPECT_EQ(messages_of(reader, framed("abc") + framed("") + framed("d")),
            (std::vector<std::string>{"abc", "", "d"}));
  EXPECT_TRUE(reader.at_boundary());
}

RC_GTEST_PROP(GrpcReader, messages_come_out_however_the_stream_is_cut, ()) {
  const auto wanted = *rc::gen::container<std::vector<std::string>>(
      rc::gen::container<std::string>(rc::gen::arbitrary<char>()));
  std::string bytes;
  for (const auto& message : wanted) bytes += framed(message);
  GrpcReader reader(1'000);
  std::vector<std::string> got;
  for (std::string_view rest = bytes; !rest.empty();) {
    const auto size = *rc::gen::inRange<std::size_t>(1, rest.size() + 1);
    for (auto& message : messages_of(reader, rest.substr(0, size))) got.push_back(message);
    rest.remove_prefix(size);
  }
  RC_ASSERT(got == wanted);
  RC_ASSERT(reader.at_boundary());
}

TEST(GrpcReader, a_message_that_is_cut_short_leaves_no_boundary) {
  for (const std::size_t size : {1UL, 4UL, 5UL, 7UL}) {
    GrpcReader reader(100);
    EXPECT_TRUE(messages_of(reader, framed("abc").substr(0, size)).empty());
    EXPECT_FALSE(reader.at_boundary()) << size;
  }
}

TEST(GrpcReader, whoever_takes_them_may_stop_behind_any_message) {
  GrpcReader reader(100);
  const std::string bytes = framed("one") + framed("two");
  std::string_view rest = bytes;
  EXPECT_FALSE(reader.feed(rest, [](std::string_view) { return false; }).has_value());
  EXPECT_EQ(rest, framed("two"));
  EXPECT_EQ(messages_of(reader, rest), std::vector<std::string>{"two"});
}

TEST(GrpcReader, what_is_too_large_is_refused_before_it_has_come) {
  GrpcReader reader(10);
  EXPECT_FALSE(failure_of(reader, framed(std::string(10, 'x'))).has_value());
  const auto failure = failure_of(reader, framed(std::string(11, 'x')).substr(0, 5));
  ASSERT_TRUE(failure.has_value());
  EXPECT_EQ(failure->code, GrpcCode::kResourceExhausted);
  EXPECT_EQ(failure->message, "a message of 11 bytes is larger than the 10 that are allowed");
  EXPECT_TRUE(failure_of(reader, framed("a")).has_value()) << "a failure is for good";
}

TEST(GrpcReader, what_is_compressed_is_refused) {
  GrpcReader reader(10);
  std::string bytes = framed("abc");
  bytes[0] = 1;
  const auto failure = failure_of(reader, bytes);
  ASSERT_TRUE(failure.has_value());
  EXPECT_EQ(failure->code, GrpcCode::kUnimplemented);
}

TEST(GrpcTimeout, units_are_read_as_the_protocol_names_them) {
  EXPECT_EQ(parse_grpc_timeout("1H"), Duration(1h));
  EXPECT_EQ(parse_grpc_timeout("2M"), Duration(2min));
  EXPECT_EQ(parse_grpc_timeout("10S"), Duration(10s));
  EXPECT_EQ(parse_grpc_timeout("250m"), Duration(250ms));
  EXPECT_EQ(parse_grpc_timeout("7u"), Duration(7us));
  EXPECT_EQ(parse_grpc_timeout("99999999n"), Duration(99'999'999ns));
  EXPECT_EQ(parse_grpc_timeout("99999999H"), Duration::max());
  for (const char* bad : {"", "1", "S", "1s", "-1S", "+1S", "1.5S", "123456789S", " 1S", "1S "}) {
    EXPECT_EQ(parse_grpc_timeout(bad), std::nullopt) << bad;
  }
}

RC_GTEST_PROP(GrpcTimeout, a_formatted_timeout_is_read_back_and_never_longer, ()) {
  const Duration timeout{*rc::gen::inRange<std::int64_t>(1, std::int64_t{1} << 62)};
  const auto read = parse_grpc_timeout(format_grpc_timeout(timeout));
  RC_ASSERT(read.has_value());
  RC_ASSERT(*read <= timeout);
  RC_ASSERT(*read >= timeout - timeout / 1'000);
}

TEST(GrpcTimeout, nothing_left_is_said_as_nothing) {
  EXPECT_EQ(format_grpc_timeout(Duration{}), "0n");
  EXPECT_EQ(format_grpc_timeout(-1s), "0n");
  EXPECT_EQ(format_grpc_timeout(30s), "30000000u");
}

TEST(GrpcStatus, messages_are_percent_encoded) {
  EXPECT_EQ(encode_grpc_message("100% \xc3\xa4\n"), "100%25 %C3%A4%0A");
  EXPECT_EQ(decode_grpc_message("100%25 %C3%A4%0A"), "100% \xc3\xa4\n");
  EXPECT_EQ(decode_grpc_message("%"), "%");
  EXPECT_EQ(decode_grpc_message("%4"), "%4");
  EXPECT_EQ(decode_grpc_message("%zz%41"), "%zzA");
}

TEST(GrpcStatus, B56_a_missing_status_is_unknown_unless_http_says_why) {
  EXPECT_EQ(read_grpc_status({}, 200).code, GrpcCode::kUnknown);
  EXPECT_EQ(read_grpc_status({}, 503).code, GrpcCode::kUnavailable);
  EXPECT_EQ(read_grpc_status({}, 401).code, GrpcCode::kUnauthenticated);
  EXPECT_EQ(read_grpc_status({}, 404).code, GrpcCode::kUnimplemented);
}

TEST(GrpcStatus, trailers_say_how_a_call_ended) {
  const std::vector<Field> trailers{{"grpc-status", "5"}, {"Grpc-Message", "no such%20model"}};
  const GrpcStatus status = read_grpc_status(trailers, 200);
  EXPECT_EQ(status.code, GrpcCode::kNotFound);
  EXPECT_EQ(status.message, "no such model");
  for (const char* odd : {"17", "-1", "x", "0x"}) {
    EXPECT_EQ(read_grpc_status(std::vector<Field>{{"grpc-status", odd}}, 200).code,
              GrpcCode::kUnknown)
        << odd;
  }
}

TEST(GrpcStatus, content_types_of_grpc_are_told_from_their_neighbours) {
  EXPECT_TRUE(is_grpc_content_type("application/grpc"));
  EXPECT_TRUE(is_grpc_content_type("application/grpc+proto"));
  EXPECT_TRUE(is_grpc_content_type("Application/gRPC; x=y"));
  EXPECT_FALSE(is_grpc_content_type("application/grpc-web"));
  EXPECT_FALSE(is_grpc_content_type("application/json"));
}

TEST(GrpcStatus, every_code_is_counted_as_some_http_status) {
  EXPECT_EQ(http_of_grpc(GrpcCode::kOk), 200);
  EXPECT_EQ(http_of_grpc(GrpcCode::kUnavailable), 503);
  EXPECT_EQ(http_of_grpc(GrpcCode::kUnknown), 500);
  EXPECT_EQ(http_of_grpc(GrpcCode::kInvalidArgument), 400);
}

}  // namespace
}  // namespace signalbox::wire
