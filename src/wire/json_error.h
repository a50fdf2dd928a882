// SPDX-License-Identifier: Apache-2.0
//
// The one shape of every error body we send: OpenAI's, because its client libraries show the
// message to people when they find it there, and every other client can read it too.
#pragma once

#include <string>
#include <string_view>

namespace signalbox::wire {

// {"error":{"message":...,"type":...,"code":...}}. Bytes that are not UTF-8 come out as U+FFFD, so
// that the body is valid JSON whatever the message quotes.
std::string json_error(std::string_view message, std::string_view type, std::string_view code);

// The message in such a body, for protocols that have their own place for it; the body itself where
// it is none.
std::string message_of_json_error(std::string_view body);

// The customary type for a status: "invalid_request_error" for 4xx, "overloaded_error" for 429 and
// 503, "upstream_error" for 502 and 504, else "server_error".
std::string_view error_type(int status);

}  // namespace signalbox::wire
