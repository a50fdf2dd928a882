// SPDX-License-Identifier: Apache-2.0
//
// What a request asks of an emulated model: the paper's image route, OpenAI's routes, the paper's
// self-benchmark, and any other path as one job, so that whatever a service is configured to answer
// can be emulated. How much work it is belongs to the request, never to the replica: a retry
// elsewhere is the same work.
#pragma once

#include <string>

#include "base/result.h"
#include "http/message.h"

namespace signalbox::emulate {

enum class Task { kGenimage, kImages, kChat, kCompletion, kEmbeddings, kBenchmark, kAny };

struct Inference {
  Task task = Task::kAny;
  std::string path;   // without query
  std::string model;  // as asked for; empty when not stated
  std::string prompt;
  double factor = 1.0;  // of one job, against the profile's reference request
  int images = 1;       // kImages
  int tokens = 0;       // kChat and kCompletion: length of the answer
  bool stream = false;  // kChat and kCompletion
  int inputs = 1;       // kEmbeddings
  int runs = 1;         // kBenchmark: jobs, one after the other
  int steps = 0;        // kBenchmark
};

// States a request's size factor; without it the factor follows from the request's bytes.
inline constexpr const char* kSizeHeader = "x-signalbox-size";

// Reads a request, or says in an answer what is wrong with it. `factor_spread`: requests that do
// not state their size have a factor within 1 +- this.
Result<Inference, http::Response> read_inference(const http::Request& request,
                                                 double factor_spread);

}  // namespace signalbox::emulate
