// SPDX-License-Identifier: Apache-2.0
//
// What an answer says, out of the message it came in: the pictures, the texts, the vectors, or the
// document, without the ids and times that differ each time. Two units are compared by this and by
// nothing else. An answer that says nothing (an error, a damaged picture) is an Error with the
// reason.
#pragma once

#include <boost/json/value.hpp>
#include <string>
#include <variant>
#include <vector>

#include "base/result.h"
#include "http/message.h"
#include "profiler/picture.h"
#include "wire/api.h"

namespace signalbox::profiler {

struct Pictures {
  std::vector<Picture> each;  // at least one
};
struct Texts {
  std::vector<std::string> each;  // well-formed UTF-8
};
struct Vectors {
  std::vector<std::vector<double>> each;
};
struct Bytes {
  std::string all;
};
using GoldenAnswer = std::variant<Pictures, Texts, Vectors, Bytes, boost::json::value>;

// Reads an answer of the API, or of any other path by its Content-Type: pictures, JSON, text, else
// bytes. Never throws, whatever was answered.
Result<GoldenAnswer> read_golden_answer(wire::Api api, const http::Response& response);

}  // namespace signalbox::profiler
