// SPDX-License-Identifier: Apache-2.0
//
// bench-gateway-load: what wrk and h2load cannot do, an open loop and streams that are checked byte
// by byte. Prints one JSON object.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <fstream>
#include <iterator>

#include "bench/gateway/open_loop.h"
#include "bench/gateway/streams.h"

namespace {

using namespace signalbox::bench;

std::string post(const std::string& path, const std::string& body) {
  return fmt::format(
      "POST {} HTTP/1.1\r\nHost: bench.local\r\nContent-Type: application/json\r\n"
      "Content-Length: {}\r\n\r\n{}",
      path, body.size(), body);
}

void print(OpenLoopResult result) {
  fmt::print(R"({{"sent":{},"due":{},"answered":{},"failed":{},"p50_us":{:.1f},"p90_us":{:.1f},)"
             R"("p99_us":{:.1f},"p999_us":{:.1f}}})"
             "\n",
             result.sent, result.due, result.answered, result.failed,
             result.latencies.quantile_us(0.5), result.latencies.quantile_us(0.9),
             result.latencies.quantile_us(0.99), result.latencies.quantile_us(0.999));
}

void print(StreamsResult result) {
  fmt::print(R"({{"complete":{},"cut":{},"altered":{},"refused":{},"open_at_once":{},)"
             R"("body_bytes":{},"expected_bytes":{},"seconds":{:.2f},"tokens":{},)"
             R"("first_token_p50_us":{:.1f},"first_token_p99_us":{:.1f},)"
             R"("transit_p50_us":{:.1f},"transit_p99_us":{:.1f}}})"
             "\n",
             result.complete, result.cut, result.altered, result.refused, result.open_at_once,
             result.body_bytes, result.expected_bytes, result.seconds, result.transit.count(),
             result.first_token.quantile_us(0.5), result.first_token.quantile_us(0.99),
             result.transit.quantile_us(0.5), result.transit.quantile_us(0.99));
}

}  // namespace

int main(int argc, char** argv) {
  std::string target_text;
  std::string path;
  std::string body_file;
  OpenLoopOptions open;
  StreamsOptions streams;
  CLI::App app("Load for gateways");
  app.require_subcommand(1);
  app.add_option("--target", target_text, "address:port")->required();
  app.add_option("--path", path, "that is posted to")->required();
  app.add_option("--body", body_file, "a file with the request's body")->required();
  auto* open_loop = app.add_subcommand("open-loop", "Requests at a rate, whatever the answers do");
  open_loop->add_option("--rate", open.rate_per_s, "requests a second")->required();
  open_loop->add_option("--seconds", open.seconds, "that count")->capture_default_str();
  open_loop->add_option("--warm-up", open.warm_up_s, "seconds before")->capture_default_str();
  open_loop->add_option("--connections", open.connections, "kept alive")->capture_default_str();
  open_loop->add_option("--seed", open.seed, "of the arrivals")->capture_default_str();
  auto* stream = app.add_subcommand("streams", "Many streamed answers at once, every byte checked");
  stream->add_option("--streams", streams.streams, "how many")->capture_default_str();
  stream->add_option("--tokens", streams.tokens, "each has")->capture_default_str();
  stream->add_option("--per-second", streams.per_second, "opened")->capture_default_str();
  stream->add_option("--patience", streams.patience_s, "seconds")->capture_default_str();
  CLI11_PARSE(app, argc, argv);

  const auto target = parse_target(target_text);
  if (!target) {
    fmt::print(stderr, "--target {}: must be an IPv4 address and a port, as 127.0.0.1:8080\n",
               target_text);
    return 2;
  }
  std::ifstream file(body_file, std::ios::binary);
  const std::string body((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  if (!file) {
    fmt::print(stderr, "--body {}: cannot be read\n", body_file);
    return 2;
  }
  open.target = streams.target = *target;
  open.request = streams.request = post(path, body);
  if (open_loop->parsed()) {
    print(run_open_loop(open));
  } else {
    print(run_streams(streams));
  }
  return 0;
}
