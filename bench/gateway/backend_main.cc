// SPDX-License-Identifier: Apache-2.0
//
// bench-gateway-backend: the server behind the gateways that are compared. Prints its ports in one
// line, then serves until it is ended.
#include <CLI/CLI.hpp>
#include <cstdio>

#include "bench/gateway/backend.h"

int main(int argc, char** argv) {
  signalbox::bench::BackendOptions options;
  double interval_ms = 250;
  double delay_ms = 0;
  options.ports.assign(4, 0);
  CLI::App app(
      "Answers /v1/embeddings with JSON, /v1/images with an image, /v1/chat with a stream");
  app.add_option("--ports", options.ports, "where it listens, on 127.0.0.1; 0 for any")
      ->delimiter(',');
  app.add_option("--answer-bytes", options.answer_bytes, "of a JSON answer")->capture_default_str();
  app.add_option("--image-bytes", options.image_bytes, "of an image")->capture_default_str();
  app.add_option("--tokens", options.tokens, "of a stream")
      ->check(CLI::Range(1, 99'999))
      ->capture_default_str();
  app.add_option("--token-interval-ms", interval_ms, "between tokens")->capture_default_str();
  app.add_option("--delay-ms", delay_ms, "before JSON and images")->capture_default_str();
  CLI11_PARSE(app, argc, argv);
  options.token_interval_ns = static_cast<std::int64_t>(interval_ms * 1e6);
  options.delay_ns = static_cast<std::int64_t>(delay_ms * 1e6);

  signalbox::bench::Backend backend(options);
  std::printf("ports");
  for (const auto port : backend.ports()) std::printf(" %d", port);
  std::printf("\n");
  std::fflush(stdout);
  backend.run();
}
