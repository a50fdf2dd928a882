// SPDX-License-Identifier: Apache-2.0
//
// Two calls in flight on one loop; see golden_drive.h.
#include "profiler/golden_drive.h"

#include <fmt/format.h>

#include <array>
#include <optional>
#include <utility>

#include "http/client.h"
#include "net/asio.h"

namespace signalbox::profiler {

namespace {

using Answered = Result<http::Response, http::ClientError>;

class Asker {
 public:
  explicit Asker(const GoldenRun& run) : run_(run), client_(io_) {}

  // Both answers to one prompt.
  std::array<Answered, 2> ask_both(std::string_view prompt) {
    std::array<std::optional<Answered>, 2> answers;
    begin(run_.a, prompt, answers[0]);
    begin(run_.b, prompt, answers[1]);
    while (!answers[0] || !answers[1]) io_.run_one();
    return {std::move(*answers[0]), std::move(*answers[1])};
  }

  Answered ask(const GoldenUnit& unit, std::string_view prompt) {
    std::optional<Answered> answer;
    begin(unit, prompt, answer);
    while (!answer) io_.run_one();
    return std::move(*answer);
  }

 private:
  void begin(const GoldenUnit& unit, std::string_view prompt, std::optional<Answered>& answer) {
    http::CallOptions options;
    options.timeout = run_.timeout;
    options.connect_timeout = std::min<Duration>(run_.timeout, 5s);
    options.tls = unit.tls;
    options.server_name = unit.server_name;
    client_.call(unit.address, request_of(run_.question, prompt), options,
                 [&answer](Answered result) { answer = std::move(result); });
  }

  const GoldenRun& run_;
  asio::io_context io_{1};
  http::Client client_;
};

Result<GoldenAnswer> read(wire::Api api, const Answered& answered) {
  if (!answered.ok()) return Error{answered.error().message};
  return read_golden_answer(api, *answered);
}

bool is_unreachable(const Answered& answered) {
  return !answered.ok() && answered.error().kind == http::ClientFailure::kConnect;
}

}  // namespace

Result<Equivalence> compare_units(const GoldenRun& run) {
  Asker asker(run);
  const wire::Api api = run.question.api();
  Equivalence found;
  for (const std::string& prompt : run.prompts) {
    const auto answers = asker.ask_both(prompt);
    if (found.prompts.empty()) {
      for (const Answered& answered : answers) {
        if (is_unreachable(answered)) return Error{answered.error().message};
      }
    }
    const auto a = read(api, answers[0]), b = read(api, answers[1]);
    Comparison comparison = compare_answers(a, b, run.tolerances);
    if (!comparison.passed && a.ok() && b.ok()) {
      const auto again = read(api, asker.ask(run.a, prompt));
      const Comparison with_itself = compare_answers(a, again, run.tolerances);
      if (!with_itself.passed) {
        comparison.finding += fmt::format("; but {} does not agree with itself either ({})",
                                          run.a.name, with_itself.finding);
      }
    }
    found.prompts.push_back({prompt, std::move(comparison)});
    if (run.progress) run.progress(found.prompts.size());
  }
  return found;
}

}  // namespace signalbox::profiler
