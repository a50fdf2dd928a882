// SPDX-License-Identifier: Apache-2.0
//
// Pages as servers write them, and pages that are none: too large, endless, cut, or of a million
// label values.
#include "wire/prometheus_text.h"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <cmath>
#include <string>
#include <vector>

namespace signalbox::wire {
namespace {

using Format = PrometheusText::Format;

std::string described(const MetricSample& sample) {
  std::string out(sample.name);
  for (const auto& label : sample.labels) out += fmt::format(" {}=<{}>", label.name, label.value);
  out += fmt::format(" {}", sample.value);
  if (sample.unix_nanos) out += fmt::format(" @{}", *sample.unix_nanos);
  return out;
}

struct Page {
  std::vector<std::string> samples;
  std::string problem;
  bool operator==(const Page&) const = default;
};

Page read(const std::vector<std::string>& pieces, Format format = Format::kText,
          const PrometheusText::Limits& limits = {}) {
  Page page;
  PrometheusText reader(
      format, [&](const MetricSample& sample) { page.samples.push_back(described(sample)); },
      limits);
  for (const auto& piece : pieces) reader.feed(piece);
  reader.finish();
  page.problem = reader.problem();
  return page;
}

std::vector<std::string> samples(const std::string& text, Format format = Format::kText) {
  const Page page = read({text}, format);
  EXPECT_EQ(page.problem, "") << text;
  return page.samples;
}

std::string problem(const std::string& text, Format format = Format::kText) {
  return read({text}, format).problem;
}

using Lines = std::vector<std::string>;

TEST(PrometheusText, a_page_of_a_server_is_read_sample_by_sample) {
  EXPECT_EQ(samples("# HELP vllm:num_requests_running Number of requests.\n"
                    "# TYPE vllm:num_requests_running gauge\n"
                    "vllm:num_requests_running{engine=\"0\",model_name=\"llama\"} 3.0\n"
                    "\n"
                    "up 1\n"
                    "queue_size{} 4e2 1742982067250\n"
                    "  spaced { a = \"x\" , b=\"\", }\t-0.5  \r\n"),
            (Lines{"vllm:num_requests_running engine=<0> model_name=<llama> 3", "up 1",
                   "queue_size 400 @1742982067250000000", "spaced a=<x> b=<> -0.5"}));
}

TEST(PrometheusText, values_that_are_no_numbers_are_read_as_such) {
  EXPECT_EQ(samples("a NaN\na +Inf\na -inf\na +1.5\na .5\n"),
            (Lines{"a nan", "a inf", "a -inf", "a 1.5", "a 0.5"}));
  for (const auto* wrong : {"a\n", "a x\n", "a 1x\n", "a nan(1)\n", "a --1\n", "a 1e999\n", "a +\n",
                            "a 0x1p3\n", "a infinit\n"}) {
    EXPECT_NE(problem(wrong), "") << wrong;
  }
}

TEST(PrometheusText, label_values_are_unescaped) {
  EXPECT_EQ(samples(R"(a{p="C:\\x",q="say \"hi\"",r="two\nlines",s="\d",t=",}{"} 1)"
                    "\n"),
            (Lines{"a p=<C:\\x> q=<say \"hi\"> r=<two\nlines> s=<\\d> t=<,}{> 1"}));
}

TEST(PrometheusText, what_is_no_sample_ends_the_reading_with_its_line) {
  EXPECT_EQ(problem("a 1\n<html>nothing here\n"), "line 2 is no sample: '<html>nothing here'");
  EXPECT_EQ(problem("\x1b[2J\n"), "line 1 is no sample: '?[2J'");
  for (const auto* wrong :
       {"a{b=\"1\" 1\n", "a{b=\"1} 1\n", "a{b=\"1\\\"} 1\n", "a{b=1} 1\n", "a{=\"1\"} 1\n",
        "a{1b=\"1\"} 1\n", "a{b=\"1\",b=\"2\"} 1\n", "a{b=\"1\"c=\"2\"} 1\n", "a{,} 1\n",
        "a 1 2 3\n", "a 1 1.5\n", "a 1 99999999999999999999\n", "a 1 # {x=\"y\"} 1\n", "{} 1\n",
        "1a 1\n", "a{b:c=\"1\"} 1\n"}) {
    EXPECT_NE(problem(wrong), "") << wrong;
    EXPECT_TRUE(read({wrong}).samples.empty()) << wrong;
  }
}

TEST(PrometheusText, open_metrics_has_seconds_exemplars_and_an_end) {
  EXPECT_EQ(samples("# TYPE a counter\n"
                    "a_total{x=\"1\"} 5 1742982067.25 # {trace_id=\"k\\\"\"} 0.67 1520879607.789\n"
                    "a_bucket{le=\"1\"} 2 # {} 0.5\n"
                    "# EOF\n",
                    Format::kOpenMetrics),
            (Lines{"a_total x=<1> 5 @1742982067250000000", "a_bucket le=<1> 2"}));
  EXPECT_EQ(problem("a 1\n", Format::kOpenMetrics),
            "the page was cut: its end is not marked by '# EOF'");
  EXPECT_EQ(problem("# EOF\na 1\n", Format::kOpenMetrics), "line 2 goes on after '# EOF'");
  for (const auto* wrong : {"a 1 # x\n# EOF\n", "a 1 # {x=\"1\"\n# EOF\n",
                            "a 1 # {} 1 2 3\n# EOF\n", "a 1 nan\n# EOF\n", "a 1 1e300\n# EOF\n"}) {
    EXPECT_NE(problem(wrong, Format::kOpenMetrics), "") << wrong;
  }
}

TEST(PrometheusText, B65_a_page_without_end_is_refused_at_its_bound) {
  const std::string line = "a{b=\"c\"} 1\n";
  PrometheusText reader(Format::kText, [](const MetricSample&) {});
  std::size_t fed = 0;
  while (reader.problem().empty()) {
    reader.feed(line);
    fed += line.size();
    ASSERT_LE(fed, 2UL * 1024 * 1024);
  }
  EXPECT_EQ(reader.problem(), "the page is larger than 1048576 bytes");
  EXPECT_LE(fed, 1024UL * 1024 + line.size());

  std::string exact;
  while (exact.size() + 2 * line.size() <= 1024UL * 1024) exact += line;
  exact.insert(0, "#" + std::string(1024UL * 1024 - exact.size() - 2, ' ') + "\n");
  ASSERT_EQ(exact.size(), 1024UL * 1024);
  EXPECT_EQ(problem(exact), "") << "what just fits is read";
}

TEST(PrometheusText, B65_a_line_without_end_is_refused_before_it_fills_memory) {
  PrometheusText reader(Format::kText, [](const MetricSample&) { FAIL(); });
  for (int i = 0; i < 100; ++i) reader.feed(std::string(1024, 'a'));
  EXPECT_EQ(reader.problem(), "line 1 has a line of more than 16384 bytes");
}

TEST(PrometheusText, B67_a_million_label_values_are_handed_on_one_at_a_time_and_bounded) {
  std::size_t seen = 0;
  PrometheusText reader(Format::kText, [&](const MetricSample& sample) {
    ++seen;
    EXPECT_EQ(sample.labels.size(), 1u) << "nothing is kept of the samples before";
  });
  for (int i = 0; i < 1'000'000 && reader.problem().empty(); ++i) {
    reader.feed(fmt::format("requests{{user=\"{}\"}} 1\n", i));
  }
  EXPECT_EQ(reader.problem(), "the page is larger than 1048576 bytes");
  EXPECT_LT(seen, 50'000u);
  std::string many = "a{";
  for (int i = 0; i < 65; ++i) many += fmt::format("l{}=\"x\",", i);
  EXPECT_NE(problem(many + "} 1\n"), "") << "and no sample has more labels than it may";
}

TEST(PrometheusText, content_types_tell_the_formats_apart) {
  EXPECT_EQ(metrics_format(""), Format::kText);
  EXPECT_EQ(metrics_format("text/plain; version=0.0.4; charset=utf-8"), Format::kText);
  EXPECT_EQ(metrics_format("Application/OpenMetrics-Text; version=1.0.0"), Format::kOpenMetrics);
  EXPECT_EQ(metrics_format("text/html"), std::nullopt);
  EXPECT_EQ(metrics_format("application/json"), std::nullopt);
}

RC_GTEST_PROP(PrometheusText, one_reading_for_every_cut, ()) {
  const auto word =
      *rc::gen::container<std::string>(rc::gen::elementOf(std::string("ab:_{}=\",\\ \n#1.eE+-")));
  const std::string text = "a{b=\"c\"} 1\n" + word + "\nup 2\n";
  const auto format = *rc::gen::element(Format::kText, Format::kOpenMetrics);
  const PrometheusText::Limits limits{*rc::gen::inRange<std::size_t>(1, 60),
                                      *rc::gen::inRange<std::size_t>(1, 30), 2};
  const Page whole = read({text}, format, limits);
  std::vector<std::string> bytes;
  for (const char c : text) bytes.emplace_back(1, c);
  RC_ASSERT(read(bytes, format, limits) == whole);
  const auto cut = *rc::gen::inRange<std::size_t>(0, text.size());
  RC_ASSERT(read({text.substr(0, cut), text.substr(cut)}, format, limits) == whole);
}

}  // namespace
}  // namespace signalbox::wire
