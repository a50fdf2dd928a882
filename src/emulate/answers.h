// SPDX-License-Identifier: Apache-2.0
//
// What an emulated model answers, in the shapes its clients know: the paper's, OpenAI's (whole and
// streamed), and an echo for paths of no known API. Text is made of words that follow from the
// prompt; nothing here knows of replicas, engines or time.
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "base/ids.h"
#include "base/time.h"
#include "emulate/inference.h"
#include "emulate/picture_book.h"
#include "http/message.h"

namespace signalbox::emulate {

// Who served a request.
struct Origin {
  EndpointId replica;
  std::string unit;
};

// The headers every answer of a replica carries.
std::vector<http::Header> origin_headers(const Origin& origin, std::string content_type);

// The whole answer to anything but kBenchmark. `latency` is the time in service.
http::Response whole_answer(const Inference& inference, const Origin& origin, Duration latency,
                            std::int64_t unix_seconds, PictureBook& pictures);

// The report of a benchmark's runs, at least one.
http::Response benchmark_answer(const Inference& inference, const Origin& origin,
                                std::span<const Duration> latencies);

// One event of a streamed answer: token 1, 2, ..., then the end, which closes the stream.
std::string stream_token(const Inference& inference, int token, std::int64_t unix_seconds);
std::string stream_end(const Inference& inference, std::int64_t unix_seconds);

}  // namespace signalbox::emulate
