// SPDX-License-Identifier: Apache-2.0
//
// Against a stand-in for a collector over real HTTP: a good one, one that has a bad minute, and
// none at all.
#include "adapters/otlp_exporter.h"

#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "http/loopback.h"

namespace signalbox::adapters {
namespace {

namespace json = boost::json;

observe::RequestTrace trace_of(std::uint64_t id, std::size_t spans = 2) {
  observe::RequestTrace trace;
  trace.context = {id, id, 1, wire::kSampledFlag};
  trace.status = 200;
  for (std::size_t i = 0; i < spans; ++i) {
    const auto stage = i == 0 ? observe::Stage::kRequest : observe::Stage::kForward;
    trace.spans.push_back({stage, i + 1, TimePoint{1s}, TimePoint{2s}});
  }
  return trace;
}

// Keeps the spans of what it takes; `status` is asked with each call, counted from 1.
class Collector {
 public:
  explicit Collector(std::function<int(int)> status = [](int) { return 200; })
      : server_([this, status = std::move(status)](const http::Request& request,
                                                   const std::shared_ptr<http::Responder>& to) {
          const std::lock_guard lock(mutex_);
          const int answer = status(++calls_);
          EXPECT_EQ(request.target, "/v1/traces");
          const json::value body = json::parse(request.body);
          const auto& spans = body.at_pointer("/resourceSpans/0/scopeSpans/0/spans").as_array();
          if (answer == 200) spans_.insert(spans_.end(), spans.begin(), spans.end());
          to->send({.status = answer, .body = "{}"});
        }) {}

  OtlpExporterOptions options() {
    OtlpExporterOptions options;
    options.collector = server_.address();
    options.beat = 5ms;
    options.backoff = 1ms;
    return options;
  }
  std::vector<json::value> spans() {
    const std::lock_guard lock(mutex_);
    return spans_;
  }
  int calls() {
    const std::lock_guard lock(mutex_);
    return calls_;
  }

 private:
  std::mutex mutex_;
  int calls_ = 0;
  std::vector<json::value> spans_;
  http::testing::LiveServer server_;
};

// What the exporter's own thread has done; passes on that alone, and the guard can only fail.
[[nodiscard]] bool comes_true(const std::function<bool()>& holds) {
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(10);
  while (!holds() && std::chrono::steady_clock::now() < end) std::this_thread::yield();
  return holds();
}

TEST(OtlpExporter, what_is_taken_reaches_the_collector_with_parents_that_fit) {
  Collector collector;
  OtlpExporter exporter(collector.options());
  exporter.start();
  for (std::uint64_t id = 1; id <= 10; ++id) exporter.take(trace_of(id));
  ASSERT_TRUE(comes_true([&] { return exporter.stats().exported == 10; }));
  const auto spans = collector.spans();
  ASSERT_EQ(spans.size(), 20U);
  for (std::size_t i = 0; i < spans.size(); i += 2) {
    EXPECT_EQ(spans[i].at("traceId"), spans[i + 1].at("traceId"));
    EXPECT_EQ(spans[i].at("spanId"), spans[i + 1].at("parentSpanId"));
    EXPECT_EQ(spans[i].at("name"), "request");
    EXPECT_EQ(spans[i + 1].at("name"), "forward");
  }
}

TEST(OtlpExporter, a_full_batch_does_not_wait_for_the_beat) {
  Collector collector;
  auto options = collector.options();
  options.beat = 1h;
  options.batch_spans = 10;
  OtlpExporter exporter(options);
  exporter.start();
  for (std::uint64_t id = 1; id <= 5; ++id) exporter.take(trace_of(id));
  ASSERT_TRUE(comes_true([&] { return exporter.stats().exported == 5; }));
}

TEST(OtlpExporter, a_collector_in_trouble_is_asked_again_and_loses_nothing) {
  Collector collector([](int call) { return call <= 3 ? 503 : 200; });
  OtlpExporter exporter(collector.options());
  exporter.start();
  exporter.take(trace_of(1));
  ASSERT_TRUE(comes_true([&] { return exporter.stats().exported == 1; }));
  EXPECT_EQ(collector.calls(), 4);
  EXPECT_EQ(exporter.stats().lost, 0U);
}

TEST(OtlpExporter, what_is_refused_for_good_is_counted_and_not_sent_again) {
  Collector collector([](int) { return 400; });
  OtlpExporter exporter(collector.options());
  exporter.start();
  exporter.take(trace_of(1));
  ASSERT_TRUE(comes_true([&] { return exporter.stats().lost == 1; }));
  EXPECT_EQ(collector.calls(), 1);
}

TEST(OtlpExporter, without_a_collector_traces_are_given_up_and_memory_is_bounded) {
  OtlpExporterOptions options;
  options.collector = {"127.0.0.1", 1};  // nobody listens there
  options.beat = 1h;
  options.most_waiting = 100;
  OtlpExporter exporter(options);
  exporter.start();
  for (std::uint64_t id = 1; id <= 1000; ++id) exporter.take(trace_of(id, 1));
  EXPECT_EQ(exporter.stats().lost, 900U);
  exporter.stop(1ms);
}

TEST(OtlpExporter, at_the_end_what_waits_is_sent) {
  Collector collector;
  auto options = collector.options();
  options.beat = 1h;
  OtlpExporter exporter(options);
  exporter.start();
  exporter.take(trace_of(1));
  exporter.stop(1h);
  EXPECT_EQ(exporter.stats().exported, 1U);
  exporter.take(trace_of(2));
  EXPECT_EQ(exporter.stats().lost, 1U) << "too late";
}

}  // namespace
}  // namespace signalbox::adapters
